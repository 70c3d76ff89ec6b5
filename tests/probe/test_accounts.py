"""The estate as it is: what counts as ours, and what is not there keeps its symbolic name.

That everything is read, by AWS's own calls, is shown by the journey on a running organisation.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Self

import pytest

from studiogate.aws.session import Accounts
from studiogate.errors import Denied
from studiogate.probe.accounts import estate, home, ids
from studiogate.reach.estate import Door
from studiogate.topology.endpoint_services import STUDIO, hub_services
from studiogate.topology.ids import symbolic
from tests.kit.front import LANDSCAPE as SMALL
from tests.kit.front import World
from tests.kit.verify import HUB, LANDSCAPE, LOB_A
from tests.kit.verify import estate as declared

REGION = LANDSCAPE.region


def door(id_: str, service: str, account: str = HUB, vpc: str = "vpc-1") -> Door:
    return Door(id_, vpc, service.format(region=REGION), account, None)


def test_ids_are_those_that_aws_gave() -> None:
    found = replace(
        declared(),
        doors=tuple(door(f"vpce-{n}", one) for n, one in enumerate(hub_services(LANDSCAPE))),
        vpc="vpc-1",
    )

    known = ids(LANDSCAPE, found)

    assert known.endpoints == {
        one: f"vpce-{n}" for n, one in enumerate(hub_services(LANDSCAPE))
    }
    assert known.vpcs[LANDSCAPE.gateway.network] == "vpc-1"
    assert known.domains == {"forecasting": "d-forecasting", "fraud": "d-fraud"}


def test_an_endpoint_in_another_account_is_not_the_shared_one() -> None:
    found = replace(declared(), doors=(door("vpce-theirs", STUDIO, account=LOB_A),))

    assert ids(LANDSCAPE, found).endpoints == symbolic(LANDSCAPE).endpoints


def test_an_endpoint_in_another_vpc_of_the_shared_services_account_is_not_ours() -> None:
    doors = (door("vpce-sandbox", STUDIO, vpc="vpc-2"), door("vpce-ours", STUDIO))
    found = replace(declared(), doors=doors, vpc="vpc-1")

    assert ids(LANDSCAPE, found).endpoints[STUDIO] == "vpce-ours"


def test_a_domain_of_the_same_name_in_another_account_is_another_domain() -> None:
    first, second = declared().studios
    found = replace(declared(), studios=(replace(first, account=second.account), second))

    assert ids(LANDSCAPE, found).domains == {"fraud": "d-fraud"}


def accounts(org: World, keys: Any, role: str) -> Accounts:
    return Accounts(
        SMALL.region,
        endpoint=org.doors["internet"],
        access_key=keys.access_key,
        secret_key=keys.secret_key,
        role=role,
    )


@pytest.mark.parametrize("who", ["a member", "the management account, by a role nobody made"])
def test_what_cannot_be_read_ends_the_reading(org: World, who: str) -> None:
    member = org.founded.explorers[LOB_A]
    keys = member if who == "a member" else org.founded.management
    role = "OrganizationAccountAccessRole" if who == "a member" else "NoSuchRole"

    with pytest.raises(Denied):
        estate(SMALL, accounts(org, keys, role))


class Ec2:
    """VPCs, and nothing else."""

    def __init__(self, **cidrs: list[str]) -> None:
        self._cidrs = cidrs

    def can_paginate(self, operation: str) -> bool:
        return operation == "describe_vpcs"

    def get_paginator(self, operation: str) -> Self:
        assert self.can_paginate(operation)
        return self

    def paginate(self) -> Iterator[dict[str, Any]]:
        for id_, (first, *more) in self._cidrs.items():
            associated = [{"CidrBlock": one} for one in (first, *more)]
            vpc = {"VpcId": id_, "CidrBlock": first, "CidrBlockAssociationSet": associated}
            yield {"Vpcs": [vpc]}


HUB_CIDR = str(LANDSCAPE.networks[LANDSCAPE.gateway.network].cidrs[0])


@pytest.mark.parametrize(
    "cidrs", [[HUB_CIDR], ["192.168.0.0/16", HUB_CIDR]], ids=["first", "added"]
)
def test_the_gateways_vpc_is_told_by_its_addresses(cidrs: list[str]) -> None:
    found = home(LANDSCAPE, Ec2(sandbox=["172.31.0.0/16"], ours=cidrs))

    assert found == ("ours", ())


@pytest.mark.parametrize("others", [{}, {"one": [HUB_CIDR], "other": [HUB_CIDR]}])
def test_none_or_two_vpcs_with_its_addresses_are_not_guessed_about(
    others: dict[str, list[str]],
) -> None:
    vpc, (unread,) = home(LANDSCAPE, Ec2(sandbox=["172.31.0.0/16"], **others))

    assert not vpc
    assert unread.what.startswith(f"{len(others)} VPCs")
