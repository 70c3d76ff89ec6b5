"""Taking down: everything in order, what is chosen is kept, and what is left is told."""

from typing import Any

import pytest

from studiogate.deploy.applying import apply
from studiogate.deploy.destroying import Destroyed, End, destroy, expected
from studiogate.deploy.ending.residue import Left
from studiogate.deploy.judging import Judge
from studiogate.errors import Locked, StackFailed
from tests.kit.deploy import (
    BUCKET,
    HUB,
    LOB_A,
    LOB_B,
    Killed,
    Told,
    Town,
    acme,
    changed,
    composed,
    wish_of,
    world_of,
)
from tests.kit.deploy_engine import error

ACME, JUDGE = acme(), Judge()


@pytest.fixture
def town() -> Town:
    town = Town()
    built(town)
    return town


def built(town: Town) -> None:
    apply(world_of(town), wish_of(ACME, judge=JUDGE), show=lambda _plan: None)
    town.domain("forecasting").app_of("ada")
    town.domain("forecasting").space_of("ada", "hers")
    town.domain("fraud").profiles.append("made-in-the-console")


def ended(town: Town, *, told: Told | None = None, **more: Any) -> Destroyed:
    wish = wish_of(ACME)
    told_end: dict[str, Any] = {
        "efs": "keep",
        "landscape": ACME,
        "compose": composed,
        "holder": wish.holder,
    }
    return destroy(world_of(town, told), End(**(told_end | more)))


def test_s2_47_file_systems_and_all_else_that_goes_are_listed_before(town: Town) -> None:
    toll = expected(world_of(town), ACME)

    assert {str(one) for one in toll.homes} == {
        f"{LOB_A}/{town.domain('forecasting').efs}",
        f"{LOB_B}/{town.domain('fraud').efs}",
    }
    assert {(one.kind, one.id) for one in toll.held} >= {
        ("table", "studiogate-people"),
        ("bucket", BUCKET),
        ("Studio domain", town.domain("fraud").id),
    }
    assert len(toll.stacks) == len(town.stacks())
    assert town.stacks(), "nothing was touched"


def test_s1_35_apps_spaces_profiles_and_domains_go_before_their_stacks(town: Town) -> None:
    done = ended(town)

    assert not town.stacks()
    assert not any(one.domains for one in town.sagemaker.values())
    order = [name for _, service, name in town.calls if service == "sagemaker"]
    assert (
        order.index("delete_app") < order.index("delete_space") < order.index("delete_domain")
    )
    assert len(done.stacks) == len(composed(ACME))
    assert done.residue.clean


def test_s2_46_stacks_go_in_the_reverse_of_the_order_they_were_made_in(town: Town) -> None:
    order: list[tuple[str, str]] = []

    def deleted(account: str, kind: str, _physical: str) -> str:
        order.append((account, kind))
        return ""

    town.hooks.delete = deleted

    ended(town)

    kinds = [kind for _, kind in order]
    assert kinds.index("AWS::IAM::Role") < kinds.index("AWS::EC2::VPCEndpoint")
    assert order.index((LOB_A, "AWS::EC2::VPC")) < order.index((HUB, "AWS::EC2::VPC"))
    assert kinds[-1] == "AWS::S3::Bucket"


def test_home_directories_that_are_kept_can_be_found_and_read(town: Town) -> None:
    efs = town.domain("forecasting").efs

    done = ended(town, efs="keep")

    home = town.efs[LOB_A].there[efs]
    assert {"Key": "studiogate:landscape", "Value": "acme"} in home["tags"]
    assert home["mounts"] == []
    assert town.kms[LOB_A].keys[home["key"]]["state"] == "Enabled"
    assert Left(LOB_A, "file system", efs, "kept") in done.residue.things
    assert done.residue.clean


def test_home_directories_that_are_not_are_gone_with_their_key(town: Town) -> None:
    done = ended(town, efs="delete")

    assert not any(one.there for one in town.efs.values())
    keys = [one for some in town.kms.values() for one in some.keys.values()]
    assert {one["state"] for one in keys} == {"PendingDeletion"}
    assert {one.state for one in done.residue.things} == {"going"}
    assert done.residue.clean


def test_the_home_of_a_domain_that_went_before_is_kept_and_holds_nothing_back() -> None:
    """One that left others in its account: the VPC does not go before its mounts do."""
    town = Town()
    two = changed(
        (
            "people:\n",
            "  pricing: {lob: lob-a, network: lob-a, opens_from: [office]}\npeople:\n",
        )
    )
    apply(world_of(town), wish_of(two, judge=JUDGE), show=lambda _plan: None)
    efs = town.domain("pricing").efs
    allowed = frozenset({f"{LOB_A}/studiogate-studio/Domain2"})
    apply(world_of(town), wish_of(ACME, judge=JUDGE, allowed=allowed), show=lambda _plan: None)
    home = town.efs[LOB_A].there[efs]
    assert home["mounts"] == []
    assert {"Key": "studiogate:landscape", "Value": "acme"} in home["tags"]

    done = ended(town, efs="delete")

    assert not any(one.there for one in town.efs.values())
    assert done.residue.clean


def test_homes_kept_by_a_run_that_failed_can_still_be_deleted_by_the_next(town: Town) -> None:
    town.hooks.fails["studiogate-studio", "Role"] = ["no", "no"]
    with pytest.raises(StackFailed):
        ended(town, efs="keep")

    done = ended(town, efs="delete")

    assert not any(one.there for one in town.efs.values())
    assert done.residue.clean


def test_homes_that_an_earlier_destroy_kept_are_listed_and_can_go_later(town: Town) -> None:
    ended(town, efs="keep")

    toll = expected(world_of(town), ACME)
    done = ended(town, efs="delete")

    assert {(one.account, one.domain_id) for one in toll.homes} == {(LOB_A, ""), (LOB_B, "")}
    assert not any(one.there for one in town.efs.values())
    assert {one.state for one in done.residue.things} == {"going"}


def test_a_key_that_no_kept_home_is_under_is_not_taken_for_kept(town: Town) -> None:
    tags = {"studiogate:landscape": "acme", "studiogate:environment": "demo"}
    town.client(LOB_A, "kms").real.keys["k-forgotten"] = {"state": "Enabled", "tags": tags}

    done = ended(town, efs="keep")

    assert [(one.kind, one.id) for one in done.residue.things if one.state == "left"] == [
        ("key", "k-forgotten")
    ]


def test_what_is_left_is_told_with_its_account(town: Town) -> None:
    town.dynamodb[HUB].tables["studiogate-forgotten"] = {}

    done = ended(town)

    assert [one for one in done.residue.things if one.state == "left"] == [
        Left(HUB, "table", "studiogate-forgotten", "left")
    ]
    assert not done.residue.clean


def test_what_could_not_be_looked_at_is_not_taken_for_nothing(town: Town) -> None:
    town.refuses[LOB_A, "list_roles"] = [error("ListRoles", "AccessDenied", "no", 403)]

    done = ended(town)

    (unseen,) = done.residue.unseen
    assert (unseen.account, unseen.kind) == (LOB_A, "role")
    assert "iam:ListRoles" in unseen.why
    assert not done.residue.clean


def test_a_second_destroy_finds_nothing_to_do(town: Town) -> None:
    ended(town, efs="delete")
    town.calls.clear()

    done = ended(town, efs="delete")

    assert done.stacks == ()
    assert done.residue.clean
    assert town.asked("delete_stack") == 0


def test_it_can_be_built_again_afterwards(town: Town) -> None:
    ended(town, efs="delete")

    built(town)

    assert {one.status for one in town.stacks().values()} == {"CREATE_COMPLETE"}


def test_an_apply_at_the_same_time_keeps_it_out(town: Town) -> None:
    def second(_plan: Any) -> None:
        with pytest.raises(Locked):
            ended(town)

    apply(world_of(town), wish_of(ACME, judge=JUDGE), show=second)
    assert town.stacks()


def test_progress_is_told(town: Town) -> None:
    told = Told()

    ended(town, told=told)

    assert f"{LOB_A}/studiogate-studio: deleting" in told
    assert "AWS: looking for what is left" in told


@pytest.mark.parametrize("efs", ["keep", "delete"])
@pytest.mark.parametrize("after_it", [False, True], ids=["before the call", "after the call"])
def test_killed_at_any_call_the_next_run_takes_the_rest_down(
    efs: str, *, after_it: bool
) -> None:
    for dies_at in range(1 + 11 * after_it, 2000, 23):
        town = Town()
        built(town)
        town.calls.clear()
        town.dies_at, town.dies_after_it = dies_at, after_it
        try:
            ended(town, efs=efs)
        except Killed:
            town.anew()
            assert ended(town, efs=efs, left=frozenset({"w1"})).residue.clean, dies_at
        else:
            return
        assert not town.stacks(), dies_at
        assert any(one.there for one in town.efs.values()) == (efs == "keep")
    raise AssertionError("a destroy takes fewer calls than that")
