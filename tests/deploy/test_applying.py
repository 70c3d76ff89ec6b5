"""Applying: everything stands, a second time nothing is done, and a death in between is no end."""

from dataclasses import replace
from typing import Any

import pytest

from studiogate.deploy.applying import Applied, apply
from studiogate.deploy.judging import Judge
from studiogate.deploy.plan import Plan
from studiogate.errors import Denied, Locked, PlanRefused, StackFailed
from studiogate.foundation.stacks import Stack
from studiogate.landscape.model import Landscape
from tests.kit.deploy import (
    HUB,
    LOB_A,
    LOB_B,
    VPC,
    WITHOUT_LOB_B,
    Killed,
    Told,
    Town,
    acme,
    changed,
    composed,
    template,
    throttled,
    wish_of,
    world_of,
)
from tests.kit.deploy_engine import error


def applied(town: Town, *, told: Told | None = None, **more: Any) -> Applied:
    return apply(world_of(town, told), wish_of(**more), show=lambda _plan: None)


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture(scope="module")
def stands() -> dict[str, Any]:
    """What stands after one run that nothing went wrong in."""
    town = Town()
    applied(town)
    return town.state()


def test_the_first_apply_builds_everything_in_every_account(town: Town) -> None:
    done = applied(town)

    assert {str(key) for key, one in done.stacks.items() if one != "created"} == {
        f"{HUB}/studiogate-artifacts"  # it was made before all else, for the lock
    }
    assert {stack.status for stack in town.stacks().values()} == {"CREATE_COMPLETE"}
    assert town.domain("forecasting").profiles == ["user-lob-a", "ada"]
    assert set(town.rows("studiogate-people")) == set(acme().people)
    assert "function/abc.zip" in town.objects()
    assert b"LobA1" not in town.objects()["landscape.yaml"][0]


def test_s2_22_each_stack_is_made_after_those_it_takes_values_of(town: Town) -> None:
    applied(town)

    made = [a for a in town.calls if a[2] == "execute_change_set"]
    first = {account: made.index((account, "cloudformation", "execute_change_set")) for account in (HUB, LOB_A)}  # fmt: skip
    assert first[HUB] < first[LOB_A]
    access = town.cloudformation[LOB_A].stacks["studiogate-access"]
    assert access.parameters["DomainId1"] == town.domain("forecasting").id
    assert access.parameters["VpceStudio"].startswith("studio-")


def test_the_second_apply_does_nothing_and_asks_for_no_change_set(
    town: Town, stands: dict[str, Any]
) -> None:
    applied(town)
    town.calls.clear()

    done = applied(town)

    assert done.nothing
    assert town.asked("create_change_set") == town.asked("execute_change_set") == 0
    assert town.dynamodb[HUB].writes == len(acme().people) + len(acme().lobs)
    assert town.state() == stands


def test_stacks_carry_whose_they_are_and_those_that_hold_data_refuse_to_be_deleted(
    town: Town,
) -> None:
    applied(town)

    tags = {tuple(sorted(one.tags.items())) for one in town.stacks().values()}
    assert tags == {(("studiogate:environment", "demo"), ("studiogate:landscape", "acme"))}
    protected = {name for name, one in town.stacks().items() if one.protected}
    assert protected == {
        f"{HUB}/studiogate-artifacts",
        f"{HUB}/studiogate-gateway",
        f"{LOB_A}/studiogate-studio",
        f"{LOB_B}/studiogate-studio",
    }


def test_s2_45_a_lob_that_is_added_leaves_the_gateway_alone(town: Town) -> None:
    applied(town, landscape=changed(*WITHOUT_LOB_B))

    done = applied(town)

    became = {str(key): one for key, one in done.stacks.items() if one != "nothing"}
    assert became == {
        f"{LOB_B}/studiogate-network-lob-b": "created",
        f"{LOB_B}/studiogate-studio": "created",
        f"{HUB}/studiogate-endpoints": "changed",
        f"{LOB_B}/studiogate-access": "created",
        f"{LOB_B}/studiogate-people-fraud": "created",
    }
    assert "fraud" in town.rows("studiogate-lobs")["lob-b"]["DOMAINS"]["S"]


def test_a_lob_that_is_removed_goes_whole_when_that_is_allowed(town: Town) -> None:
    applied(town)
    town.domain("fraud").app_of("user-lob-b")
    town.domain("fraud").space_of("user-lob-b", "mine")
    less = changed(*WITHOUT_LOB_B)

    with pytest.raises(PlanRefused, match=f"{LOB_B}/studiogate-studio") as refused:
        applied(town, landscape=less)
    assert refused.value.reason == "loses-data"
    assert "user-lob-b" in town.rows("studiogate-people")

    done = applied(town, landscape=less, allowed=frozenset({f"{LOB_B}/studiogate-studio"}))

    assert {str(key) for key in done.deleted} == {
        f"{LOB_B}/studiogate-{name}"
        for name in ("network-lob-b", "studio", "access", "people-fraud")
    }
    assert not town.cloudformation[LOB_B].stacks
    assert "user-lob-b" not in town.rows("studiogate-people")
    (home,) = town.efs[LOB_B].there.values()
    assert {"Key": "studiogate:landscape", "Value": "acme"} in home["tags"]
    assert town.kms[LOB_B].keys[home["key"]]["state"] == "Enabled"


def test_a_person_who_leaves_loses_the_profile_although_an_app_runs(town: Town) -> None:
    applied(town)
    town.domain("forecasting").app_of("ada")
    town.domain("forecasting").space_of("ada", "hers")
    ada = (
        "  ada.lovelace@acme.example: {lob: lob-a, profile: ada, "
        "idp: [corporate, workforce], demo_password: AdaLovelace1!}\n"
    )

    applied(town, landscape=changed((ada, "")))

    assert town.domain("forecasting").profiles == ["user-lob-a"]
    assert "ada.lovelace@acme.example" not in town.rows("studiogate-people")


def test_a_failure_names_the_first_resource_and_awss_reason_and_begins_nothing_after(
    town: Town,
) -> None:
    town.hooks.fails["studiogate-endpoints", "Studio"] = [
        "Policy has no statement (Service: Ec2)"
    ]

    with pytest.raises(StackFailed) as failed:
        applied(town)

    assert failed.value.resource == "Studio"
    assert "Policy has no statement" in str(failed.value)
    assert "describe-stack-events" in failed.value.remedy
    assert "studiogate-access" not in {name.split("/")[1] for name in town.stacks()}
    assert "landscape.yaml" not in town.objects()


def test_after_a_failure_the_same_command_finishes(town: Town, stands: dict[str, Any]) -> None:
    town.hooks.fails["studiogate-endpoints", "Studio"] = ["no"]
    town.hooks.fails["studiogate-network-lob-a", "Route"] = ["no"]
    with pytest.raises(StackFailed):
        applied(town)

    for _ in range(2):
        try:
            applied(town)
        except StackFailed:
            continue

    assert town.state() == stands


def test_calls_that_are_throttled_are_made_again(town: Town, stands: dict[str, Any]) -> None:
    for name in ("describe_stacks", "create_change_set", "execute_change_set", "get_template"):
        for account in (HUB, LOB_A, "management"):
            town.refuses[account, name] = [throttled(name) for _ in range(5)]

    applied(town)

    assert town.state() == stands


def test_what_may_not_be_done_is_denied_and_not_taken_for_absent(town: Town) -> None:
    town.refuses[LOB_B, "describe_stacks"] = [
        error("DescribeStacks", "AccessDenied", "not authorized", 403)
    ]

    with pytest.raises(Denied):
        applied(town)
    assert not town.stacks() or set(town.stacks()) == {f"{HUB}/studiogate-artifacts"}


def test_a_stack_of_somebody_elses_landscape_is_not_touched(town: Town) -> None:
    applied(town)
    other = changed(("name: acme\n", "name: other\n"))

    with pytest.raises(PlanRefused) as refused:
        applied(town, landscape=other)

    assert refused.value.reason == "not-ours"


def test_a_plan_that_breaks_a_promise_is_refused_with_the_witness_and_nothing_is_made(
    town: Town,
) -> None:
    broken = changed(
        ("- {never: {lob: lob-a, open: fraud}}", "- {never: {lob: lob-a, open: forecasting}}")
    )

    with pytest.raises(PlanRefused, match="forecasting") as refused:
        applied(town, landscape=broken)

    assert refused.value.reason == "breaks-invariant"
    assert not town.stacks()


def test_a_replacement_that_loses_data_is_refused_by_the_change_set(town: Town) -> None:
    applied(town)
    renamed = changed(
        ("forecasting:", "predicting:"),
        ("open: forecasting", "open: predicting"),
    )
    lost = f"{LOB_A}/studiogate-studio/Domain1"

    with pytest.raises(PlanRefused, match=lost):
        applied(town, landscape=renamed)
    assert town.domain("forecasting").profiles
    assert not [one for one in town.stacks().values() if one.sets]


def test_progress_names_stacks(town: Town) -> None:
    told = Told()

    applied(town, told=told)

    assert f"{LOB_A}/studiogate-studio: creating" in told


def test_the_plan_is_shown_before_anything_but_the_bucket_is_made(town: Town) -> None:
    there: list[set[str]] = []

    def show(_plan: Plan) -> None:
        there.append(set(town.stacks()))

    apply(world_of(town), wish_of(), show=show)

    assert there == [{f"{HUB}/studiogate-artifacts"}]


def test_two_at_once_are_kept_apart(town: Town) -> None:
    def second(_plan: Plan) -> None:
        with pytest.raises(Locked, match="ada"):
            applied(town)

    apply(world_of(town), wish_of(), show=second)


ACME, JUDGE = acme(), Judge()
"""Judged once for all deaths."""


@pytest.mark.parametrize("after_it", [False, True], ids=["before the call", "after the call"])
@pytest.mark.parametrize("part", range(4))
def test_killed_at_any_call_the_next_run_ends_the_same(
    part: int, *, after_it: bool, stands: dict[str, Any]
) -> None:
    for dies_at in range(1 + 3 * part, 1000, 12):
        town = Town()
        town.dies_at, town.dies_after_it = dies_at, after_it
        try:
            applied(town, landscape=ACME, judge=JUDGE)
        except Killed:
            town.anew()
            applied(town, landscape=ACME, judge=JUDGE, left=frozenset({"w1"}))
        else:
            return
        assert town.state() == stands, dies_at
    raise AssertionError("an apply takes fewer calls than that")


def test_a_template_that_is_too_large_to_be_sent_goes_by_the_bucket(town: Town) -> None:
    def large(landscape: Landscape) -> tuple[Stack, ...]:
        return tuple(
            replace(one, template=LARGE) if one.key.name == "studiogate-network-hub" else one
            for one in composed(landscape)
        )

    applied(town, compose=large)
    town.calls.clear()

    assert applied(town, compose=large).nothing
    (key,) = (name for name in town.objects() if name.startswith("templates/"))
    assert town.objects()[key][0].decode() == LARGE.text


LARGE = template("large", VPC.text + "# " + "x" * 52_000 + "\n")
