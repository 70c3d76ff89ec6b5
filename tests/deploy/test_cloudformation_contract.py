"""One contract for CloudFormation: the fake that deploying is tested with, and the emulated one."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from studiogate.deploy.plan import Act, Replaced
from studiogate.deploy.stack.changesets import PLANS, Wanted, discard, proposed
from studiogate.deploy.stack.making import made
from studiogate.deploy.stack.settling import deleted, protect
from studiogate.deploy.stack.standing import (
    all_standing,
    resources,
    standing,
    tags_of,
    template_text,
)
from studiogate.deploy.world import World
from studiogate.errors import AwsError, Invalid, StackFailed
from studiogate.foundation.stacks import MANAGEMENT, Stack, StackKey
from tests.kit.deploy import Town, acme, template, world_of
from tests.kit.formation_wire import Wired, wired

LOB_A = "222222222222"
KEY = StackKey(LOB_A, "studiogate-contract")
TAGS = tags_of(acme())
NETWORK = template(
    "contract",
    """\
    Parameters:
      Cidr: {Type: String}
      Note: {Type: String}
    Resources:
      Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: {Ref: Cidr}}}
      Table: {Type: "AWS::EC2::RouteTable", Properties: {VpcId: {Ref: Vpc}, Tags: [{Key: Note, Value: {Ref: Note}}]}}
    Outputs:
      VpcId: {Value: {Ref: Vpc}}
    """,
)


@dataclass
class Only:
    """The accounts of a world in which there is one."""

    org: Wired
    made: dict[str, Any] = field(default_factory=dict)

    def client(self, _account: str | None, service: Any) -> Any:
        if service not in self.made:
            self.made[service] = self.org.client(service)
        return self.made[service]

    def forget(self, account: str) -> None:
        """There is one account, and somebody is always in it."""


@pytest.fixture(scope="module")
def org() -> Iterator[Only]:
    with wired() as found:
        yield Only(found)


@pytest.fixture(params=["memory", "emulated"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "memory":
        yield world_of(Town())
        return
    found = world_of(request.getfixturevalue("org"))
    numbers = iter(range(time.monotonic_ns(), 10**30))
    found = replace(
        found, ticks=time.monotonic, pause=time.sleep, token=lambda: f"t{next(numbers)}"
    )
    yield found
    for there in all_standing(found, [LOB_A]).values():
        if there.key.account == LOB_A:
            protect(found, there, protected=False)
            deleted(found, there)


def wanted(cidr: str = "10.9.0.0/16", note: str = "a", **more: Any) -> Wanted:
    told = {"Cidr": cidr, "Note": note}
    return Wanted(Stack(KEY, NETWORK, told, **more), told, TAGS)


def test_a_stack_that_is_not_there_is_none(world: World) -> None:
    assert standing(world, KEY) is None


def test_what_was_made_is_told_as_it_was_asked_for(world: World) -> None:
    made(world, wanted())

    there = standing(world, KEY)
    assert there is not None
    assert there.status == "CREATE_COMPLETE"
    assert there.parameters == {"Cidr": "10.9.0.0/16", "Note": "a"}
    assert there.tags == TAGS
    assert there.outputs.keys() == {"VpcId"}
    assert template_text(world, there) == NETWORK.text
    found = {one["LogicalResourceId"]: one for one in resources(world, there)}
    assert found["Vpc"]["PhysicalResourceId"] == there.outputs["VpcId"]
    assert found["Table"]["ResourceStatus"] == "CREATE_COMPLETE"


def test_all_stacks_of_an_account_are_told(world: World) -> None:
    made(world, wanted())

    keys = all_standing(world, [LOB_A]).keys()

    assert KEY in keys
    assert {one.account for one in keys} <= {LOB_A, MANAGEMENT}


def test_again_there_is_nothing_to_do_and_a_change_set_says_so_too(world: World) -> None:
    made(world, wanted())

    assert made(world, wanted()).became == "nothing"
    assert proposed(world, wanted(), kind="UPDATE", prefix=PLANS) is None


def test_a_change_set_says_what_is_changed_and_what_is_made_anew(world: World) -> None:
    made(world, wanted())

    in_place = proposed(world, wanted(note="b"), kind="UPDATE", prefix=PLANS)
    anew = proposed(world, wanted("10.10.0.0/16"), kind="UPDATE", prefix=PLANS)

    assert in_place is not None
    assert anew is not None
    (change,) = in_place.changes
    assert (change.resource, change.act, change.replaced) == ("Table", Act.MODIFY, Replaced.NO)
    vpc = next(one for one in anew.changes if one.resource == "Vpc")
    assert (vpc.act, vpc.replaced) == (Act.MODIFY, Replaced.YES)
    assert "CidrBlock" in vpc.what
    for one in (in_place, anew):
        discard(world, KEY, one.id)
        discard(world, KEY, one.id)


def test_a_change_is_done_and_its_outputs_are_told(world: World) -> None:
    before = made(world, wanted()).outputs

    done = made(world, wanted("10.10.0.0/16"))

    assert done.became == "changed"
    assert done.outputs != before


def test_parameters_that_are_missing_or_unknown_are_refused_by_name(world: World) -> None:
    with pytest.raises(AwsError, match=r"\[Note\]"):
        made(world, Wanted(Stack(KEY, NETWORK, {}), {"Cidr": "10.9.0.0/16"}, TAGS))
    more = {"Cidr": "10.9.0.0/16", "Note": "a", "Unknown": "x"}
    with pytest.raises(AwsError, match="Unknown"):
        made(world, Wanted(Stack(KEY, NETWORK, {}), more, TAGS))


def test_a_stack_that_is_protected_is_not_deleted(world: World) -> None:
    made(world, wanted(keeps=("Vpc",)))
    there = standing(world, KEY)
    assert there is not None
    assert there.protected

    with pytest.raises(Invalid, match="TerminationProtection"):
        deleted(world, there)

    protect(world, there, protected=False)
    deleted(world, there)
    assert standing(world, KEY) is None


def test_a_failure_is_rolled_back_told_in_awss_words_and_the_next_run_makes_it(
    world: World,
) -> None:
    reason = "The CIDR '1.0.0.0/4' is invalid."
    if isinstance(world.accounts, Town):
        world.accounts.hooks.fails[KEY.name, "Vpc"] = [reason]

    with pytest.raises(StackFailed, match=r"Vpc \(AWS::EC2::VPC\): .*1\.0\.0\.0/4") as failed:
        made(world, wanted("1.0.0.0/4"))
    assert failed.value.resource == "Vpc"
    there = standing(world, KEY)
    assert there is not None
    assert there.status == "ROLLBACK_COMPLETE"
    assert there.of(TAGS)

    assert made(world, wanted()).became == "created"
