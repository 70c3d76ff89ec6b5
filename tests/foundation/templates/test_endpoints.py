"""The hub's endpoints: who comes to which, by which name."""

from collections.abc import Mapping
from ipaddress import IPv4Network, collapse_addresses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.foundation.templates.prefix_lists import ENTRIES, blocks, parts, room
from studiogate.topology.endpoint_services import (
    EXECUTE_API,
    GATEWAY_TYPE,
    HOST,
    shared_services,
)
from tests.kit.lob_stacks import TEXTS, Stood, stood
from tests.kit.templates import made_up, of_type, outputs

everywhere = pytest.mark.parametrize("name", TEXTS)


def template_of(known: Stood) -> Mapping[str, Any]:
    return known.templates[known.plan.endpoints_key]


def admitted(known: Stood) -> dict[str, set[IPv4Network]]:
    """The addresses that each service's group lets in, by service."""
    template = template_of(known)
    lists = {
        made: {IPv4Network(entry["Cidr"]) for entry in one["Entries"]}
        for name, one in of_type(template, "AWS::EC2::PrefixList").items()
        for made in [_ref(known, name)]
    }
    groups = of_type(template, "AWS::EC2::SecurityGroup")
    found = {}
    for one in of_type(template, "AWS::EC2::VPCEndpoint").values():
        if one["VpcEndpointType"] == "Interface":
            (door,) = one["SecurityGroupIds"]
            group = next(body for name, body in groups.items() if _ref(known, name) == door)
            assert {(r["IpProtocol"], r["FromPort"], r["ToPort"]) for r in _in(group)} <= {
                ("tcp", 443, 443)
            }
            assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["127.0.0.1/32"]
            sources = [lists[rule["SourcePrefixListId"]] for rule in _in(group)]
            found[one["ServiceName"]] = set().union(*sources)
    return found


def _in(group: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(group["SecurityGroupIngress"])


def _ref(known: Stood, name: str) -> str:
    kind = template_of(known)["Resources"][name]["Type"]
    return made_up(kind, name, str(known.plan.endpoints_key))


@everywhere
def test_f_26_f_45_each_service_is_open_to_the_networks_that_topology_says(name: str) -> None:
    known = stood(name)
    network = known.plan.network.network

    wanted: dict[str, list[IPv4Network]] = {}
    for one in network.admissions:
        wanted.setdefault(one.group, []).append(one.source)
    assert admitted(known) == {
        endpoint.service.format(region=network.region): {
            *collapse_addresses(wanted.get(endpoint.group, ()))
        }
        for endpoint in network.endpoints.values()
        if endpoint.group is not None
    }


@everywhere
def test_s3_14_names_are_private_but_for_api_gateway_s(name: str) -> None:
    known = stood(name)
    region = known.landscape.region

    found = {
        one["ServiceName"]: one.get("PrivateDnsEnabled")
        for one in of_type(template_of(known), "AWS::EC2::VPCEndpoint").values()
    }
    for service in known.plan.network.network.endpoints:
        private = None if service in GATEWAY_TYPE else service != EXECUTE_API
        assert found.pop(service.format(region=region)) is private
    assert found == {}


def test_f_29_the_name_of_the_api_is_the_regional_one() -> None:
    found = outputs(template_of(stood("two-lobs")))

    assert found["ExecuteApiZoneId"] == "Z1REGIONAL"
    assert found["ExecuteApiDnsName"] == "vpce-0a1b.execute-api.eu-west-1.vpce.amazonaws.com"


def test_s2_21_what_only_notebooks_use_is_for_their_vpcs_alone() -> None:
    known = stood("with a warehouse")

    found = admitted(known)
    region = known.landscape.region
    notebooks = {IPv4Network("10.100.0.0/16"), IPv4Network("10.120.0.0/16")}
    shared = {one.format(region=region) for one in HOST} & found.keys()
    assert len(shared) == len(shared_services(known.landscape)) == 7
    assert {frozenset(found[one]) for one in shared} == {frozenset(notebooks)}


def test_a_landscape_that_shares_nothing_more_has_the_endpoints_of_an_opening() -> None:
    known = stood("nothing shared")

    found = of_type(template_of(known), "AWS::EC2::VPCEndpoint")
    assert {one["ServiceName"].rpartition(".")[2] for one in found.values()} == {
        "sts", "api", "studio", "execute-api", "dynamodb",
        "redshift", "redshift-data",  # by themselves: lob-a reads a cluster (F-63)
    }  # fmt: skip


CIDRS = st.integers(0, 255).flatmap(
    lambda second: st.integers(8, 28).map(
        lambda prefix: IPv4Network(f"10.{second}.0.0/{prefix}", strict=False)
    )
)


@given(st.lists(CIDRS))
def test_blocks_are_the_same_addresses_and_no_more(cidrs: list[IPv4Network]) -> None:
    found = blocks(cidrs)

    assert sum(one.num_addresses for one in found) == sum(
        one.num_addresses for one in collapse_addresses(cidrs)
    )
    assert all(any(one.subnet_of(block) for block in found) for one in cidrs)


@given(st.integers(1, 1_000))
def test_a_list_has_room_and_no_list_has_too_many(count: int) -> None:
    found = [IPv4Network(f"10.{n // 128}.{n % 128 * 2}.0/24") for n in range(count)]

    pieces = parts(found)
    assert [one for piece in pieces for one in piece] == found
    assert all(len(piece) <= room(len(piece)) <= ENTRIES for piece in pieces)
