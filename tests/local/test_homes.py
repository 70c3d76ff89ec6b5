"""File systems of Studio domains: one contract for the fake and for the emulated EFS."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from moto.ec2.models import ec2_backends
from moto.efs.models import efs_backends

from studiogate.local.call import ApiError, Place
from studiogate.local.front.event import ApiEvent
from studiogate.local.homes import TAG, EfsHomes
from studiogate.local.kept.moto_app import MotoApp
from studiogate.local.sagemaker.backend import Homes
from studiogate.local.sagemaker.model import Domain
from tests.kit.front import LOB_A, REGION, empty_moto
from tests.kit.studio import FakeHomes

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def domain(name: str = "d-abcdefghijkl", *subnets: str) -> Domain:
    return Domain(
        Place(LOB_A, REGION),
        NOW,
        NOW,
        NOW,
        id=name,
        name=name,
        auth_mode="IAM",
        network_access="VpcOnly",
        user_settings={},
        settings={},
        rest={"SubnetIds": list(subnets)},
    )


@pytest.fixture
def events() -> list[ApiEvent]:
    return []


@pytest.fixture
def efs(events: list[ApiEvent]) -> Iterator[EfsHomes]:
    empty_moto()
    moto = MotoApp({})
    yield EfsHomes(moto, trail=events.append, clock=lambda: NOW)
    moto.close()
    empty_moto()


@pytest.fixture(params=["fake", "efs"])
def homes(request: pytest.FixtureRequest) -> Homes:
    return FakeHomes() if request.param == "fake" else request.getfixturevalue("efs")


class TestContract:
    async def test_each_domain_has_its_own(self, homes: Homes) -> None:
        one, other = (
            await homes.make(domain("d-aaaaaaaaaaaa")),
            await homes.make(domain("d-bbbbbbbbbbbb")),
        )

        assert one != other
        assert one.startswith("fs-")

    async def test_what_is_gone_may_be_ended_again(self, homes: Homes) -> None:
        whose = domain()
        name = await homes.make(whose)

        await homes.end(whose, name)
        await homes.end(whose, name)

    async def test_an_absent_subnet_is_refused_and_leaves_nothing(self, homes: Homes) -> None:
        with pytest.raises(ApiError) as caught:
            await homes.make(domain("d-abcdefghijkl", "subnet-absent"))

        assert caught.value.code == "ValidationException"
        assert await homes.make(domain())  # the name is free again


def file_systems() -> Any:
    return efs_backends[LOB_A][REGION].file_systems_by_id


async def test_the_file_system_is_the_accounts_and_says_whose_it_is(
    efs: EfsHomes, events: list[ApiEvent]
) -> None:
    ec2 = ec2_backends[LOB_A][REGION]
    vpc = ec2.create_vpc("10.5.0.0/16")
    subnets = [
        ec2.create_subnet(vpc.id, f"10.5.{n}.0/24", availability_zone=f"{REGION}{zone}").id
        for n, zone in enumerate("aab")
    ]
    whose = domain("d-abcdefghijkl", *subnets)

    name = await efs.make(whose)

    found = file_systems()[name]
    assert found.encrypted is True
    assert {"Key": TAG, "Value": whose.arn} in found.info_json()["Tags"]
    assert found.number_of_mount_targets == 2  # two of the subnets share a zone
    assert {event.caller_arn.split("/")[1] for event in events} == {
        "AWSServiceRoleForAmazonSageMakerNotebooks"
    }
    await efs.end(whose, name)
    assert name not in file_systems()
    ec2.delete_subnet(subnets[0])
