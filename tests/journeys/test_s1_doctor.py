"""S1: the platform engineer asks whether notebooks get to the warehouse, and what is missing.

Everything that is taken away here comes back: the organisation is others', too.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urljoin

import pytest

from tests.kit.doctor import Doctor
from tests.kit.organisation import Organisation
from tests.kit.routes import without_routes
from tests.kit.starting import EXAMPLE
from tests.kit.waiting import awaited

LOB_A, LOB_B, DATA = "222222222222", "333333333333", "444444444444"
TO_DATA, TO_LOB_A, TO_LOB_B = "10.200.0.0/16", "10.100.0.0/16", "10.120.0.0/16"
NFS = 2049


@pytest.fixture
def doctor(acme: Organisation, clean_environment: dict[str, str]) -> Doctor:
    return Doctor(acme, clean_environment)


def wrong(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in answer["findings"] if not one["advice"]]


def reaches(answer: dict[str, Any]) -> dict[str, bool]:
    return {one["domain"]: one["reaches"] for one in answer["warehouses"]}


@contextmanager
def closed(acme: Organisation) -> Iterator[str]:
    """The warehouse's door, which lets nobody in."""
    ec2, group = acme.client("data", "ec2"), cluster(acme)["VpcSecurityGroups"][0]
    id_ = str(group["VpcSecurityGroupId"])
    (found,) = ec2.describe_security_groups(GroupIds=[id_])["SecurityGroups"]
    rules = {"GroupId": id_, "IpPermissions": found["IpPermissions"]}
    ec2.revoke_security_group_ingress(**rules)
    try:
        yield id_
    finally:
        ec2.authorize_security_group_ingress(**rules)


@contextmanager
def homeless(acme: Organisation) -> Iterator[str]:
    """A group of forecasting's apps, which lets no NFS out."""
    ec2, studio = acme.client("lob-a", "ec2"), acme.client("lob-a", "sagemaker")
    listed = studio.list_domains()["Domains"]
    (id_,) = [one["DomainId"] for one in listed if one["DomainName"] == "forecasting"]
    told = studio.describe_domain(DomainId=id_)["DefaultUserSettings"]["SecurityGroups"]
    found = ec2.describe_security_groups(GroupIds=told)["SecurityGroups"]
    (rules,) = [
        {"GroupId": group["GroupId"], "IpPermissions": [rule]}
        for group in found
        for rule in group["IpPermissionsEgress"]
        if rule.get("FromPort") == NFS
    ]
    ec2.revoke_security_group_egress(**rules)
    try:
        yield str(told[0])
    finally:
        ec2.authorize_security_group_egress(**rules)


@contextmanager
def exposed(acme: Organisation) -> Iterator[str]:
    """A table of the warehouse's subnets, with a route to an internet gateway."""
    ec2, vpc = acme.client("data", "ec2"), cluster(acme)["VpcId"]
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    table = next(
        one["RouteTableId"]
        for one in tables["RouteTables"]
        if any(route.get("DestinationCidrBlock") == TO_LOB_A for route in one["Routes"])
    )
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.create_route(**route, GatewayId=gateway)
    try:
        yield str(table)
    finally:
        ec2.delete_route(**route)
        ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        ec2.delete_internet_gateway(InternetGatewayId=gateway)


def cluster(acme: Organisation) -> dict[str, Any]:
    found: list[dict[str, Any]] = acme.client("data", "redshift").describe_clusters(
        ClusterIdentifier="sales"
    )["Clusters"]
    return found[0]


def test_s1_01_to_s1_05_s1_22_to_s1_27_notebooks_of_both_lobs_reach_the_warehouse(
    doctor: Doctor,
) -> None:
    answer = doctor.answer(EXAMPLE)

    assert wrong(answer) == []
    told = ("domain", "consumer", "producer", "region", "reaches")
    assert [tuple(one[key] for key in told) for one in answer["warehouses"]] == [
        ("forecasting", LOB_A, DATA, "eu-west-1", True),
        ("fraud", LOB_B, DATA, "eu-west-1", True),
    ]
    # S1-02: its nodes can share data, and that is not wrong.
    (advice,) = answer["findings"]
    assert (advice["warehouse"], advice["advice"]) == ("sales", True)
    assert "ra3.large can share its data" in advice["what"]


def test_s1_24_s1_25_a_route_that_is_missing_is_named_there_and_on_the_way_back(
    acme: Organisation, doctor: Doctor
) -> None:
    with (
        without_routes(acme.client("lob-b", "ec2"), TO_DATA, "TransitGatewayId") as there,
        without_routes(acme.client("data", "ec2"), TO_LOB_A, "TransitGatewayId") as back,
    ):
        broken = doctor.answer(EXAMPLE)

    assert reaches(broken) == {"forecasting": False, "fraud": False}
    returning, going = wrong(broken)
    for finding, account, tables, cidr in (
        (going, LOB_B, there, TO_DATA),
        (returning, DATA, back, TO_LOB_A),
    ):
        (table,) = [one for one in tables if one in finding["where"]]
        assert f"has no route to {cidr}" in finding["what"]
        assert finding["remedy"].startswith(f"Add the route {cidr} by tgw-")
        assert finding["remedy"].endswith(f" to {table}, in account {account}.")
    assert "on the way back" in returning["what"]
    assert "on the way back" not in going["what"]


def test_s1_03_s1_26_s1_27_f_63_doors_that_are_closed_or_open_are_named_with_what_to_do(
    acme: Organisation, doctor: Doctor
) -> None:
    with ExitStack() as broken:
        door = broken.enter_context(closed(acme))
        group = broken.enter_context(homeless(acme))
        table = broken.enter_context(exposed(acme))
        ran = doctor.ask(EXAMPLE, "--profile", "management")
    whole = doctor.answer(EXAMPLE)

    said = " ".join(ran.stdout.split())
    assert ran.returncode == 3
    for cidr in (TO_LOB_A, TO_LOB_B):
        assert f"→ Add the ingress rule TCP 5439 from {cidr} to {door}, in account" in said
    assert f"→ Add the egress rule TCP {NFS} to the VPC's CIDR to {group}." in said
    assert f"account {DATA}, {table} " in said
    assert "→ Delete that route: neither notebooks nor Redshift need it." in said
    assert "0 of 2 ways from notebooks are open." in said
    assert wrong(whole) == []
    assert reaches(whole) == {"forecasting": True, "fraud": True}


def test_s1_27_without_nfs_no_app_starts_and_its_page_says_why(acme: Organisation) -> None:
    with acme.colleague("nomad") as token, homeless(acme), acme.studio() as client:
        opened = client.get(acme.ask("/nomad", token).headers["location"])
        lab = urljoin(str(opened.url), opened.headers["location"])

        def said() -> str:
            text = client.get(lab).text
            return text if "cannot be mounted" in text else ""

        page = awaited(said, pause_s=0.1)
        studio = acme.client("lob-a", "sagemaker")
        (failed,) = studio.list_apps(UserProfileNameEquals="nomad")["Apps"]
        which = ("DomainId", "UserProfileName", "AppType", "AppName")
        studio.delete_app(**{name: failed[name] for name in which})

    assert failed["Status"] == "Failed"
    assert f"TCP {NFS}" in page
