import json
from typing import Any

import pytest

from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.read import read
from studiogate.landscape.zones import first_zones, zone_prefix
from tests.kit.topology import document

ATTACHED = "tgw-attach-0a1b2c3d4e5f60718"


def problems(**changes: Any) -> tuple[Problem, ...]:
    with pytest.raises(LandscapeError) as refused:
        read(json.dumps(document(**changes)))
    return refused.value.problems


def corporate(**office: Any) -> dict[str, Any]:
    """The networks, with an office of one block and these keys."""
    networks = document()["networks"]
    networks["office"] = {
        "kind": "corporate",
        "cidrs": ["192.168.10.0/24"],
        "dns_servers": ["192.168.10.53"],
        **office,
    }
    return dict(networks)


@pytest.mark.parametrize(
    ("region", "zones"),
    [
        ("eu-west-1", ("euw1-az1", "euw1-az2")),
        ("us-east-1", ("use1-az1", "use1-az2")),
        ("us-west-1", ("usw1-az1", "usw1-az3")),  # there is no second
        ("ap-southeast-2", ("apse2-az1", "apse2-az2")),
        ("ap-northeast-1", ("apne1-az1", "apne1-az2")),
        ("ca-central-1", ("cac1-az1", "cac1-az2")),
        ("me-central-1", ("mec1-az1", "mec1-az2")),
        ("us-gov-west-1", ("usgw1-az1", "usgw1-az2")),
        ("cn-north-1", ("cnn1-az1", "cnn1-az2")),
        ("cn-northwest-1", ("cnnw1-az1", "cnnw1-az2")),
        ("eu-somewhere-1", ()),
    ],
)
def test_f_32_a_region_has_zones_by_id(region: str, zones: tuple[str, ...]) -> None:
    assert first_zones(region) == zones
    prefix = zone_prefix(region)
    assert all(prefix is not None and zone.startswith(prefix) for zone in zones)


def test_zones_of_the_region_may_be_named() -> None:
    zones = ["euw1-az1", "euw1-az3", "euw1-az2"]

    landscape = read(json.dumps(document(availability_zones=zones)))

    assert landscape.availability_zones == tuple(zones)


def test_a_region_we_cannot_shorten_needs_its_zones_named() -> None:
    (problem,) = problems(region="eu-somewhere-1")

    assert problem.where == "availability_zones"
    assert "describe-availability-zones" in problem.remedy
    zones = ["euso1-az1", "euso1-az2"]
    assert (
        read(json.dumps(document(region="eu-somewhere-1", availability_zones=zones))).name
        == "acme"
    )


@pytest.mark.parametrize(
    ("zones", "where", "fix"),
    [
        (["euw1-az1"], "availability_zones", "two or more"),
        (["euw1-az1", "euw1-az1"], "availability_zones[1]", "once"),
        (["euw1-az1", "euw2-az1"], "availability_zones[1]", "'euw1-az'"),
        (["euw1-az1", "eu-west-1a"], "availability_zones[1]", "euw1-az1"),
    ],
)
def test_f_56_zones_that_are_none_are_named_with_what_to_write(
    zones: list[str], where: str, fix: str
) -> None:
    (problem,) = problems(availability_zones=zones)

    assert problem.where == where
    assert fix.replace("two", "2") in problem.remedy or fix in problem.remedy


def test_an_attachment_is_for_a_transit_gateway_and_for_one_network() -> None:
    networks = corporate(attachment=ATTACHED)
    assert read(json.dumps(document(networks=networks))).name == "acme"

    (problem,) = problems(networks=networks, connect="vpc-peering")
    assert problem.where == "networks.office.attachment"
    assert "transit-gateway" in problem.remedy

    networks["branch"] |= {"attachment": ATTACHED}
    (problem,) = problems(networks=networks)
    assert problem.where == "networks.branch.attachment"
    assert "networks.office" in problem.what


@pytest.mark.parametrize(
    ("office", "changes", "what"),
    [
        ({"simulated_in": "nowhere"}, {}, "no account called"),
        ({"simulated_in": "data"}, {"connect": "vpc-peering"}, "no transit gateway"),
        ({"simulated_in": "data", "attachment": ATTACHED}, {}, "it is real"),
        ({"simulated_in": "data", "cidrs": ["192.168.10.0/24", "192.168.12.0/24"]}, {}, "not one"),
        ({"simulated_in": "data", "cidrs": ["172.16.0.0/12"]}, {}, "not one"),
        ({"simulated_in": "data", "dns_servers": []}, {}, "no address"),
        ({"simulated_in": "data", "dns_servers": ["192.168.99.53"]}, {}, "no address"),
        ({"simulated_in": "data", "dns_servers": ["192.168.10.3"]}, {}, "no address"),
        ({"simulated_in": "data", "dns_servers": ["192.168.10.255"]}, {}, "no address"),
    ],
)  # fmt: skip
def test_s2_31_a_stand_in_needs_an_account_a_block_and_a_place_for_its_dns_server(
    office: dict[str, Any], changes: dict[str, Any], what: str
) -> None:
    (problem,) = problems(networks=corporate(**office), **changes)

    assert problem.where == "networks.office.simulated_in"
    assert what in problem.what
    assert problem.remedy


def test_a_stand_in_may_have_its_dns_server_on_any_address_that_is_free() -> None:
    for server in ("192.168.10.4", "192.168.10.254"):
        networks = corporate(simulated_in="data", dns_servers=[server])
        assert read(json.dumps(document(networks=networks))).name == "acme"
