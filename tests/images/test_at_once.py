"""Domains are changed side by side: in their order, told on failure, ended by Ctrl-C."""

import signal
import threading

import pytest

from studiogate.errors import ImageError
from studiogate.images.at_once import each_at_once
from studiogate.images.world import World
from tests.kit.front import MovingClock
from tests.kit.waiting import PATIENCE_S


class Nobody:
    """No accounts at all."""

    def client(self, account_id: str | None, service: str, /) -> None:
        raise AssertionError((account_id, service))


def world() -> World:
    return World(
        accounts=Nobody(),
        region="eu-west-1",
        clock=MovingClock(),
        ticks=lambda: 0.0,
        pause=lambda _: None,
        chance=lambda: 0.5,
        tell=lambda _: None,
    )


def test_all_are_at_work_together_and_come_back_in_their_order() -> None:
    met = threading.Barrier(3, timeout=PATIENCE_S)

    def work(_: World, number: int) -> int:
        met.wait()  # breaks unless all three are here
        return number * 2

    assert each_at_once(world(), {"c": 3, "a": 1, "b": 2}, work) == [6, 2, 4]


def test_a_failure_says_what_was_done_beside_it() -> None:
    def work(_: World, number: int) -> int:
        if number > 1:
            raise ImageError(f"not {number}", remedy="None.")
        return number

    with pytest.raises(ImageError) as caught:
        each_at_once(world(), {"a": 1, "b": 2, "c": 3}, work)

    said = str(caught.value)
    assert said.startswith("not 2 (done: a")
    assert "failed as well: c" in said or "not begun: c" in said
    assert caught.value.remedy == "None."


@pytest.mark.usefixtures("interrupts")
def test_an_interruption_ends_those_that_wait() -> None:
    main, ended, both = (
        threading.get_ident(),
        list[int](),
        threading.Barrier(2, timeout=PATIENCE_S),
    )

    def work(calm: World, number: int) -> int:
        both.wait()
        if number == 1:
            signal.pthread_kill(main, signal.SIGINT)
        try:
            while True:
                calm.pause(0.0)
        finally:
            ended.append(number)

    with pytest.raises(KeyboardInterrupt):
        each_at_once(world(), {"a": 1, "b": 2}, work)
    assert sorted(ended) == [1, 2]
