"""Remembering: bounded in number and time, asked once at a time, failures shared not kept."""

import asyncio
from datetime import datetime

import pytest

from studiogate.gateway.remember import Remembered
from tests.kit.gateway import NOW, Clock


class World:
    """Answers when it is let; counts how often it was asked."""

    def __init__(self, until: datetime | None) -> None:
        self.asked = 0
        self.gate = asyncio.Event()
        self.fails: Exception | None = None
        self._until = until

    async def __call__(self) -> tuple[int, datetime | None]:
        self.asked += 1
        number = self.asked
        await self.gate.wait()
        if self.fails is not None:
            raise self.fails
        return number, self._until


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def remembered(clock: Clock) -> Remembered[str, int]:
    return Remembered(clock, holds=2)


def later(**seconds: float) -> datetime:
    clock = Clock(NOW)
    clock.forward(**seconds)
    return clock()


async def test_many_who_ask_at_once_share_one_answer(remembered: Remembered[str, int]) -> None:
    world = World(later(seconds=10))
    asking = [asyncio.create_task(remembered.get("k", world)) for _ in range(50)]
    await asyncio.sleep(0)
    world.gate.set()

    assert await asyncio.gather(*asking) == [1] * 50
    assert await remembered.get("k", world) == 1
    assert world.asked == 1


async def test_many_who_ask_at_once_share_one_failure_and_the_next_asks_again(
    remembered: Remembered[str, int],
) -> None:
    world = World(later(seconds=10))
    world.fails = OSError("no")
    asking = [asyncio.create_task(remembered.get("k", world)) for _ in range(50)]
    await asyncio.sleep(0)
    world.gate.set()
    ends = await asyncio.gather(*asking, return_exceptions=True)
    world.fails = None

    assert {type(end) for end in ends} == {OSError}
    assert await remembered.get("k", world) == 2


async def test_whoever_waits_is_not_left_behind_by_an_asker_who_goes(
    remembered: Remembered[str, int],
) -> None:
    world = World(later(seconds=10))
    asker, first, second = (asyncio.create_task(remembered.get("k", world)) for _ in range(3))
    await asyncio.sleep(0)
    asker.cancel()
    first.cancel()
    await asyncio.sleep(0)
    world.gate.set()

    assert await second == 2
    assert asker.cancelled()
    assert first.cancelled()


async def test_an_answer_ends_at_its_own_time(
    remembered: Remembered[str, int], clock: Clock
) -> None:
    world = World(later(seconds=10))
    world.gate.set()
    await remembered.get("k", world)
    clock.forward(seconds=9.9)
    still = await remembered.get("k", world)
    clock.forward(seconds=0.1)

    assert (still, await remembered.get("k", world)) == (1, 2)


async def test_an_answer_without_a_time_is_not_kept(remembered: Remembered[str, int]) -> None:
    world = World(None)
    world.gate.set()
    await remembered.get("k", world)

    assert await remembered.get("k", world) == 2
    assert len(remembered) == 0


async def test_the_least_recently_used_goes_first(remembered: Remembered[str, int]) -> None:
    world = World(later(seconds=10))
    world.gate.set()
    for key in ("a", "b", "a", "c"):
        await remembered.get(key, world)

    assert world.asked == 3
    assert len(remembered) == 2
    assert await remembered.get("a", world) == 1
    assert await remembered.get("b", world) == 4


def test_alone_it_needs_no_event_loop(remembered: Remembered[str, int]) -> None:
    async def world() -> tuple[int, datetime | None]:
        return 7, None

    with pytest.raises(StopIteration) as ended:
        remembered.get("k", world).send(None)

    assert ended.value.value == 7
