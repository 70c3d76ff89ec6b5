"""What holds for every graph of resources, whatever fails."""

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.cloudformation import Formation, denied, thing, things

NAMES = [f"R{number}" for number in range(8)]


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Resources and whom each needs: no circle, in any order of writing."""
    count = draw(st.integers(1, len(NAMES)))
    needs = {
        name: tuple(draw(st.sets(st.sampled_from(NAMES[:number]), max_size=3)))
        if number
        else ()
        for number, name in enumerate(NAMES[:count])
    }
    return {name: needs[name] for name in draw(st.permutations(list(needs)))}


def template(graph: dict[str, tuple[str, ...]], **sizes: int) -> dict[str, Any]:
    return things(
        **{
            name: thing(name, *needs, Size=sizes[name]) if sizes else thing(name, *needs)
            for name, needs in graph.items()
        }
    )


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_everything_is_made_after_what_it_needs_and_ended_before_it(
    graph: dict[str, tuple[str, ...]],
) -> None:
    async def run() -> None:
        formation = Formation()
        stack = await formation.create(template(graph))
        gone = await formation.delete()

        # The world itself refuses a thing without what it needs, and the end of one in use.
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        assert gone["StackStatus"] == "DELETE_COMPLETE"
        made, ended = formation.world.did("create"), formation.world.did("delete")
        for name, needs in graph.items():
            for one in needs:
                assert made.index(one) < made.index(name)
                assert ended.index(name) < ended.index(one)
        assert formation.world.things == {}

    asyncio.run(run())


@settings(max_examples=60, deadline=None)
@given(graphs(), st.data())
def test_a_failure_anywhere_leaves_nothing(
    graph: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    failing = data.draw(st.sets(st.sampled_from(sorted(graph)), min_size=1))

    async def run() -> None:
        formation = Formation()
        formation.world.refuse = {("create", name): denied() for name in failing}

        stack = await formation.create(template(graph))

        assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
        assert formation.world.things == {}

    asyncio.run(run())


@settings(max_examples=60, deadline=None)
@given(graphs(), graphs(), st.data())
def test_an_update_arrives_whole_or_not_at_all(
    before: dict[str, tuple[str, ...]],
    after: dict[str, tuple[str, ...]],
    data: st.DataObject,
) -> None:
    sizes = {name: data.draw(st.integers(1, 2), label=name) for name in NAMES}
    failing = data.draw(st.none() | st.sampled_from(NAMES), label="failing")

    async def run() -> None:
        formation = Formation()
        await formation.create(template(before, **dict.fromkeys(NAMES, 1)))
        was = dict(formation.world.things)
        if failing:
            formation.world.refuse["create", failing] = denied()
        wanted = template(after, **sizes)
        change_set = await formation.change_set(wanted)
        if change_set["Status"] == "FAILED":
            return

        await formation.ask("ExecuteChangeSet", ChangeSetName=change_set["ChangeSetId"])
        stack = await formation.settled("net")

        if stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE":
            assert formation.world.things == was
        else:
            assert stack["StackStatus"] == "UPDATE_COMPLETE"
            there = {one["Name"]: one for one in formation.world.things.values()}
            assert set(there) == set(after)
            ids = {one["Name"]: key for key, one in formation.world.things.items()}
            for name, needs in after.items():
                assert sorted(there[name].get("Needs", [])) == sorted(ids[n] for n in needs)
                assert there[name]["Size"] == sizes[name]

    asyncio.run(run())


@settings(max_examples=60, deadline=None)
@given(graphs(), graphs(), st.data())
def test_a_change_set_foretells_every_making_changing_and_ending(
    before: dict[str, tuple[str, ...]],
    after: dict[str, tuple[str, ...]],
    data: st.DataObject,
) -> None:
    sizes = {name: data.draw(st.integers(1, 2), label=name) for name in NAMES}

    async def run() -> None:
        formation = Formation()
        await formation.create(template(before, **dict.fromkeys(NAMES, 1)))
        formation.world.log.clear()
        found = await formation.change_set(template(after, **sizes))
        told = {
            one["ResourceChange"]["LogicalResourceId"]: one["ResourceChange"]
            for one in found.get("Changes", [])
        }
        if found["Status"] != "FAILED":
            await formation.ask("ExecuteChangeSet", ChangeSetName=found["ChangeSetId"])
            await formation.service.idle()

        did = formation.world.did
        added = {n for n, one in told.items() if one["Action"] == "Add"}
        removed = {n for n, one in told.items() if one["Action"] == "Remove"}
        replaced = {n for n, one in told.items() if one.get("Replacement") == "True"}
        assert set(did("create")) == added | replaced
        assert set(did("delete")) == removed | replaced
        altered = {n for n, one in told.items() if one.get("Replacement") == "False"}
        assert set(did("update")) == altered

    asyncio.run(run())
