"""A plan says what apply then does, and asks without touching anything."""

from typing import Any

import pytest

from studiogate.deploy.applying import apply, plan
from studiogate.deploy.judging import Judge
from studiogate.deploy.plan import Act, Plan, Verb, objections
from studiogate.landscape.model import Landscape
from tests.kit.deploy import (
    HUB,
    LOB_A,
    LOB_B,
    WITHOUT_LOB_B,
    Town,
    acme,
    changed,
    composed,
    wish_of,
    world_of,
)

ACME, JUDGE = acme(), Judge()
WRITES = {"create_stack", "execute_change_set", "delete_stack", "put_object", "update_item",
          "batch_write_item", "update_termination_protection", "continue_update_rollback"}  # fmt: skip


@pytest.fixture
def town() -> Town:
    return Town()


def applied(town: Town, landscape: Landscape = ACME, **more: Any) -> None:
    apply(world_of(town), wish_of(landscape, **more), show=lambda _plan: None)


def planned(town: Town, landscape: Landscape = ACME, **more: Any) -> Plan:
    town.calls.clear()
    found = plan(world_of(town), wish_of(landscape, **more))
    assert not WRITES & {one[2] for one in town.calls}
    assert not [one for one in town.stacks().values() if one.sets], "change sets are taken away"
    return found


def verbs(found: Plan) -> dict[str, Verb]:
    return {str(one.key): one.verb for one in found.stacks if one.verb is not Verb.NOTHING}


def test_where_nothing_stands_everything_is_created_in_the_order_of_needs(town: Town) -> None:
    found = planned(town)

    assert set(verbs(found).values()) == {Verb.CREATE}
    assert len(verbs(found)) == len(composed(ACME))
    place = {str(one.key): n for n, wave in enumerate(found.waves) for one in wave}
    assert place[f"{LOB_A}/studiogate-studio"] < place[f"{HUB}/studiogate-endpoints"]
    assert found.new
    assert {one.lob for one in found.access} == {"lob-a", "lob-b"}


def test_after_an_apply_there_is_nothing_to_do(town: Town) -> None:
    applied(town, judge=JUDGE)

    found = planned(town, judge=JUDGE)

    assert found.nothing
    assert found.access == ()
    assert not found.new
    assert [(one.put, one.removed) for one in found.rows] == [(0, 0)] * 3
    assert town.asked("create_change_set") == 0


def test_a_lob_that_is_added_is_shown_with_who_gains(town: Town) -> None:
    applied(town, changed(*WITHOUT_LOB_B))

    found = planned(town)

    assert verbs(found) == {
        f"{LOB_B}/studiogate-network-lob-b": Verb.CREATE,
        f"{LOB_B}/studiogate-studio": Verb.CREATE,
        f"{HUB}/studiogate-endpoints": Verb.CHANGE,
        f"{LOB_B}/studiogate-access": Verb.CREATE,
        f"{LOB_B}/studiogate-people-fraud": Verb.CREATE,
    }
    endpoints = next(one for one in found.stacks if one.key.name == "studiogate-endpoints")
    assert endpoints.waits_for == ("Domains",)
    assert [(one.resource, one.what) for one in endpoints.resources] == [
        ("Studio", ("Policy",))
    ]
    (gains,) = found.access
    assert (gains.people, gains.gains) == (("user-lob-b",), (("fraud", "office"),))
    assert {one.table: one.put for one in found.rows} == {
        "studiogate-people": 1,
        "studiogate-lobs": 1,
        "studiogate-idps": 0,
    }


def test_a_lob_that_is_removed_is_shown_with_who_loses_and_what_is_lost(town: Town) -> None:
    applied(town)

    found = planned(town, changed(*WITHOUT_LOB_B))

    gone = [one.key.name for one in found.gone]
    assert set(gone[:2]) == {"studiogate-people-fraud", "studiogate-access"}
    assert gone[2:] == ["studiogate-studio", "studiogate-network-lob-b"]
    assert {one.key.account for one in found.gone} == {LOB_B}
    (loses,) = found.access
    assert (loses.people, loses.loses) == (("user-lob-b",), (("fraud", "office"),))
    (objection,) = objections(found)
    assert (objection.reason, f"{LOB_B}/studiogate-studio" in objection.says) == (
        "loses-data",
        True,
    )


def test_a_change_in_place_is_told_by_cloudformation_itself(town: Town) -> None:
    applied(town)
    wider = changed(("cidr: 10.200.0.0/16", "cidr: 10.201.0.0/16"))

    found = planned(town, wider)

    (change,) = (one for one in found.stacks if one.verb is Verb.CHANGE)
    assert change.key.name == "studiogate-network-data"
    (vpc,) = (one for one in change.resources if one.resource == "Vpc")
    assert (vpc.act, vpc.replaced.value, vpc.what) == (Act.MODIFY, "yes", ("CidrBlock",))
    assert town.asked("create_change_set") == town.asked("delete_change_set") == 1


def test_what_hangs_on_something_made_anew_is_known_only_after_apply(town: Town) -> None:
    applied(town)
    moved = changed(("cidr: 10.100.0.0/16", "cidr: 10.101.0.0/16"))

    found = planned(town, moved)

    studio = next(one for one in found.stacks if str(one.key) == f"{LOB_A}/studiogate-studio")
    assert studio.verb is Verb.CHANGE
    assert studio.waits_for == ("VpcId1",)
    assert {one.resource for one in studio.resources} == {"Domain1"}


def test_a_domain_that_is_renamed_would_lose_its_homes_and_the_plan_says_so(town: Town) -> None:
    applied(town)
    renamed = changed(
        ("forecasting:", "predicting:"), ("open: forecasting", "open: predicting")
    )

    found = planned(town, renamed)

    lost = {name for one in found.stacks for name in one.loses}
    assert lost == {f"{LOB_A}/studiogate-studio/Domain1"}
    assert {one.reason for one in objections(found)} == {"loses-data"}
    assert objections(found, lost) == ()


def test_what_an_earlier_failure_left_is_told(town: Town) -> None:
    applied(town)
    town.cloudformation[HUB].stacks["studiogate-endpoints"].status = "ROLLBACK_COMPLETE"
    town.cloudformation[LOB_A].stacks["studiogate-access"].status = "UPDATE_IN_PROGRESS"

    found = planned(town)

    first = {one.key.name: one.first for one in found.stacks if one.first}
    assert first == {
        "studiogate-endpoints": "delete what is left of it (ROLLBACK_COMPLETE)",
        "studiogate-access": "come out of UPDATE_IN_PROGRESS",
    }


def test_a_broken_promise_is_in_the_plan_with_its_witness(town: Town) -> None:
    broken = changed(
        ("- {never: {lob: lob-a, open: fraud}}", "- {never: {lob: lob-a, open: forecasting}}")
    )

    found = planned(town, broken)

    (finding,) = found.broken
    assert finding.witnesses
    assert [one.reason for one in objections(found)] == ["breaks-invariant"]


def test_a_stray_of_ours_that_nobody_knows_is_deleted_too(town: Town) -> None:
    applied(town, judge=JUDGE)
    stray = town.cloudformation[HUB].stacks["studiogate-endpoints"]
    engine = town.cloudformation[HUB]
    engine.stacks["studiogate-old"] = engine._new("studiogate-old")
    engine.stacks["studiogate-old"].status = "CREATE_COMPLETE"
    engine.stacks["studiogate-old"].tags = dict(stray.tags)

    found = planned(town, judge=JUDGE)

    assert [str(one.key) for one in found.gone] == [f"{HUB}/studiogate-old"]


def test_clients_are_let_go_of_where_there_are_very_many_accounts(town: Town) -> None:
    world = world_of(town)

    for number in range(200):
        with world.visit(f"{number:012}"):
            assert len(town.forgotten) <= number

    assert 100 < len(town.forgotten) < 200
