"""Work in the order things need each other."""

import asyncio
from graphlib import TopologicalSorter

from hypothesis import given
from hypothesis import strategies as st

from studiogate.local.cloudformation.running.order import (
    SIDE_BY_SIDE,
    in_order,
    turned_round,
    within,
    without_circles,
)

NAMES = "abcdef"
GRAPHS = st.fixed_dictionaries({name: st.frozensets(st.sampled_from(NAMES)) for name in NAMES})


async def test_a_failure_stops_what_is_not_begun_and_waits_for_what_is() -> None:
    done: list[str] = []

    async def act(name: str) -> str | None:
        await asyncio.sleep(0)
        done.append(name)
        return "no" if name == "a" else None

    needs = {"a": frozenset[str](), "b": frozenset[str](), "c": frozenset("b")}

    assert await in_order(needs, act) == {"a": "no"}
    assert sorted(done) == ["a", "b"]


async def test_going_on_leaves_out_only_what_needs_the_failure() -> None:
    done: list[str] = []

    async def act(name: str) -> str | None:
        done.append(name)
        return "no" if name == "a" else None

    needs = {
        "a": frozenset[str](),
        "b": frozenset("a"),
        "c": frozenset[str](),
        "d": frozenset("c"),
    }

    assert await in_order(needs, act, go_on=True) == {"a": "no"}
    assert sorted(done) == ["a", "c", "d"]


async def test_nothing_is_begun_once_it_is_stopped() -> None:
    done: list[str] = []

    async def act(name: str) -> None:
        done.append(name)

    needs = {"a": frozenset[str](), "b": frozenset("a")}

    assert await in_order(needs, act, stopped=lambda: bool(done)) == {}
    assert done == ["a"]


async def test_as_many_as_may_run_side_by_side_do_and_no_more() -> None:
    running, most = 0, 0

    async def act(_: str) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    await in_order({str(number): frozenset() for number in range(100)}, act)

    assert most == SIDE_BY_SIDE


async def test_what_runs_is_given_up_with_whoever_waits_for_it() -> None:
    ended: list[str] = []

    async def act(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    task = asyncio.create_task(in_order({"a": frozenset(), "b": frozenset()}, act))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.sleep(0)

    assert sorted(ended) == ["a", "b"]


@given(GRAPHS)
def test_without_circles_everything_has_its_turn_and_what_had_one_keeps_its_needs(
    graph: dict[str, frozenset[str]],
) -> None:
    straight = without_circles(graph)

    order = list(TopologicalSorter(straight).static_order())
    assert sorted(order) == sorted(NAMES)
    assert all(straight[name] <= graph[name] for name in NAMES)
    assert without_circles(straight) == straight


@given(GRAPHS, st.sets(st.sampled_from(NAMES)))
def test_turned_round_twice_is_the_same_of_what_is_there(
    graph: dict[str, frozenset[str]], some: set[str]
) -> None:
    inside = within({name: graph[name] for name in some})

    assert turned_round(turned_round(inside)) == inside
