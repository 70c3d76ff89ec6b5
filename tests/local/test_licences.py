"""RStudio's licence is where AWS has it: among those that the account has received (S6-03)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from studiogate.local.licences import Licences, licence_service
from tests.kit.front import (
    LOB_A,
    LOB_B,
    World,
    allow,
    api_front,
    policy,
    root_of,
    served,
    trusting,
    world,
)


@pytest.fixture(scope="module")
def org() -> Iterator[World]:
    with world() as made:
        licences = Licences(lambda account: account == LOB_A, datetime(2030, 1, 1, tzinfo=UTC))
        services = {"license-manager": licence_service(licences)}
        front = api_front(services, made.guard, made.sessions, made.clock, made.events)
        with served(front) as made.doors["licences"]:
            yield made


def received(org: World, account: str, **asked: Any) -> list[dict[str, Any]]:
    client = org.admin(account, "license-manager", door="licences")
    found: list[dict[str, Any]] = client.list_received_licenses(**asked)["Licenses"]
    return found


def test_s6_03_an_account_with_a_licence_has_received_it(org: World) -> None:
    [licence] = received(org, LOB_A)

    assert "Posit Workbench" in licence["ProductName"]
    assert (licence["Status"], licence["Beneficiary"]) == ("AVAILABLE", LOB_A)
    assert licence["ReceivedMetadata"]["ReceivedStatus"] == "ACTIVE"
    client = org.admin(LOB_A, "license-manager", door="licences")
    one = client.get_license(LicenseArn=licence["LicenseArn"])["License"]
    assert one["ProductSKU"] == licence["ProductSKU"]


def test_s6_03_an_account_without_one_has_none(org: World) -> None:
    assert received(org, LOB_B) == []


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [("Status", "AVAILABLE", 1), ("Status", "EXPIRED", 0), ("IssuerName", "Nobody", 0)],
)
def test_filters_are_obeyed(org: World, name: str, value: str, found: int) -> None:
    assert len(received(org, LOB_A, Filters=[{"Name": name, "Values": [value]}])) == found


def test_a_filter_that_aws_does_not_have_is_refused(org: World) -> None:
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        received(org, LOB_A, Filters=[{"Name": "ProductName", "Values": ["x"]}])


def test_who_may_not_list_licences_is_told_so_and_not_that_there_is_none(org: World) -> None:
    trust = policy(trusting(root_of(LOB_A)))
    keys = org.assume(
        org.role(LOB_A, trust=trust, can=policy(allow("s3:*"))), org.founded.explorers[LOB_A]
    )

    with pytest.raises(ClientError, match="AccessDenied"):
        org.client("license-manager", keys, door="licences").list_received_licenses()
