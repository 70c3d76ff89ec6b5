"""Many stacks: each after those it needs, many at once, and a failure that begins nothing more."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.deploy.order import going
from studiogate.deploy.running import run
from studiogate.deploy.stack.standing import Standing
from studiogate.errors import DeployError
from studiogate.foundation.stacks import StackKey
from tests.kit.deploy import NOW, Town, composed, world_of
from tests.kit.deploy import acme as landscape


def key(number: int) -> StackKey:
    return StackKey(f"{number:012}", "studiogate-s")


graphs = st.integers(1, 9).flatmap(
    lambda size: st.fixed_dictionaries(
        {
            n: st.frozensets(st.integers(0, n - 1)) if n else st.just(frozenset[int]())
            for n in range(size)
        }
    )
)


def needs_of(graph: dict[int, frozenset[int]]) -> dict[StackKey, list[StackKey]]:
    return {key(n): [key(m) for m in some] for n, some in graph.items()}


@given(graphs)
@settings(deadline=None, max_examples=50)
def test_nothing_begins_before_what_it_needs_has_ended(
    graph: dict[int, frozenset[int]],
) -> None:
    ended: list[StackKey] = []
    early: list[StackKey] = []
    needs = needs_of(graph)

    def work(one: StackKey) -> None:
        early.extend(other for other in needs[one] if other not in ended)
        ended.append(one)

    outcome = run(world_of(Town()), needs, work)

    assert early == []
    assert set(outcome.done) == set(needs)


@given(graphs, st.data())
@settings(deadline=None, max_examples=50)
def test_after_a_failure_nothing_that_needs_it_is_begun(
    graph: dict[int, frozenset[int]], data: st.DataObject
) -> None:
    broken = key(data.draw(st.sampled_from(sorted(graph))))
    begun: list[StackKey] = []
    needs = needs_of(graph)

    def work(one: StackKey) -> None:
        begun.append(one)
        if one == broken:
            raise DeployError("no", remedy="r")

    outcome = run(world_of(Town()), needs, work)

    assert list(outcome.failed) == [broken]
    assert not [one for one in begun if broken in needs[one]]
    with pytest.raises(DeployError, match="no"):
        outcome.raise_first()


def test_what_does_not_need_each_other_is_done_at_once() -> None:
    all_of_them = threading.Barrier(8, timeout=20)

    def work(_one: StackKey) -> None:
        all_of_them.wait()

    outcome = run(world_of(Town(), at_once=8), {key(n): [] for n in range(8)}, work)

    assert len(outcome.done) == 8


def test_those_that_run_beside_a_failure_are_waited_for_and_named() -> None:
    both = threading.Barrier(2, timeout=20)
    finished = []

    def work(one: StackKey) -> None:
        both.wait()
        if one == key(0):
            raise DeployError("no", remedy="r")
        finished.append(one)

    outcome = run(world_of(Town()), {key(0): [], key(1): []}, work)

    assert finished == [key(1)]
    assert set(outcome.done) == {key(1)}


def test_several_failures_are_told_together() -> None:
    both = threading.Barrier(2, timeout=20)

    def work(one: StackKey) -> None:
        both.wait()
        raise DeployError(f"{one} broke", remedy="r")

    outcome = run(world_of(Town()), {key(0): [], key(1): []}, work)

    with pytest.raises(DeployError, match="failed as well"):
        outcome.raise_first()


def test_an_interruption_lets_those_who_wait_go() -> None:
    world = world_of(Town())

    def work(_one: StackKey) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(world, {key(0): []}, work)
    assert world.halt.is_set()


def test_stacks_go_in_reverse_and_strangers_before_all_the_newest_first() -> None:
    known = composed(landscape())
    there = [Standing(one.key, "id", "CREATE_COMPLETE", made=NOW) for one in known]
    strange = [
        Standing(key(n), "id", "CREATE_COMPLETE", made=NOW.replace(day=n)) for n in (1, 2)
    ]

    waves = going([*there, *strange], known)

    assert [[one.key for one in wave] for wave in waves[:2]] == [[key(2)], [key(1)]]
    place = {one.key: n for n, wave in enumerate(waves) for one in wave}
    assert len(place) == len(there) + 2
    assert all(place[one.key] < place[other] for one in known for other in one.needs)
