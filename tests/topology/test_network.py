from dataclasses import replace
from ipaddress import IPv4Network

import pytest
from hypothesis import given, settings

from studiogate.errors import LandscapeError
from studiogate.reach.arrival import client_ip
from studiogate.reach.network.route import between
from studiogate.topology.endpoint_services import (
    DYNAMODB,
    EXECUTE_API,
    HOST,
    SAGEMAKER_API,
    STS,
    STUDIO,
    hub_services,
)
from studiogate.topology.ids import symbolic
from studiogate.topology.network import topology as topology_of
from studiogate.topology.parts import (
    RESOLVER,
    Admission,
    Attachment,
    Peering,
    Role,
    Route,
    Vpn,
    transit_table,
)
from tests.kit.thorough import examples
from tests.kit.topology import INTERFACES, MANNERS, Laid, document, laid, landscapes

TRANSIT = laid().topology
PEERED = laid(connect="vpc-peering").topology


def lines(table: str) -> set[tuple[str, str]]:
    return {(str(r.to), str(r.via)) for r in TRANSIT.routes if r.table == table}


def test_every_network_has_a_role() -> None:
    assert {name: place.role for name, place in TRANSIT.places.items()} == {
        "office": Role.CORPORATE,
        "branch": Role.CORPORATE,
        "hub": Role.HUB,
        "lob-a": Role.LOBS,
        "lob-b": Role.LOBS,
        "data": Role.PRODUCERS,
    }


def test_s2_43_the_transit_gateway_has_one_table_for_each_role() -> None:
    assert {(one.network, one.table) for one in TRANSIT.associations} == {
        (name, transit_table(place.role)) for name, place in TRANSIT.places.items()
    }
    assert len({one.table for one in TRANSIT.associations}) == 4


def test_f_25_the_table_for_lobs_leads_to_the_hub_and_to_a_warehouse_somebody_reads() -> None:
    assert lines(transit_table(Role.LOBS)) == {
        ("10.0.0.0/16", str(Attachment("hub"))),
        ("10.200.0.0/16", str(Attachment("data"))),
    }
    assert lines(transit_table(Role.PRODUCERS)) == {
        ("10.0.0.0/16", str(Attachment("hub"))),
        ("10.100.0.0/16", str(Attachment("lob-a"))),
    }
    assert lines(transit_table(Role.CORPORATE)) == {("10.0.0.0/16", str(Attachment("hub")))}


def test_a_vpc_has_a_route_to_the_hub_and_a_reader_one_to_its_warehouse() -> None:
    assert [to for to, _ in lines("lob-b")] == ["10.0.0.0/16"]
    assert {to for to, _ in lines("lob-a")} == {"10.0.0.0/16", "10.200.0.0/16"}
    assert {to for to, _ in lines("data")} == {"10.0.0.0/16", "10.100.0.0/16"}


def test_f_28_the_hub_has_a_way_back_to_a_dns_server_that_stands_apart_from_people() -> None:
    assert ("192.168.99.53/32", str(Attachment("hub"))) in lines("hub")
    assert Admission(RESOLVER, IPv4Network("192.168.99.53/32"), 53) in TRANSIT.parts


def test_s2_03_by_peering_every_vpc_is_joined_to_the_hub_and_corporate_networks_by_vpn() -> (
    None
):
    assert set(PEERED.links) == {
        Vpn("office", "hub"),
        Vpn("branch", "hub"),
        Peering("hub", "lob-a"),
        Peering("hub", "lob-b"),
        Peering("hub", "data"),
        Peering("data", "lob-a"),
    }
    assert PEERED.associations == ()


@pytest.mark.parametrize("manner", MANNERS)
def test_lobs_that_read_each_other_s_warehouses_are_joined_once(manner: str) -> None:
    warehouse = document()["warehouses"]["sales"]
    found = laid(
        connect=manner,
        warehouses={
            f"of-{mine}": {
                **warehouse,
                "account": mine,
                "network": mine,
                "readers": {other: ["analysts"], mine: ["owners"]},
            }
            for mine, other in (("lob-a", "lob-b"), ("lob-b", "lob-a"))
        },
    ).topology

    assert [pair for pair in found.pairs if "hub" not in pair] == [("lob-b", "lob-a")]
    assert len(found.links) == 6
    assert between(found, "lob-a", "lob-b").reaches


def test_a_warehouse_in_the_hub_needs_no_route_of_its_own() -> None:
    warehouse = document()["warehouses"]["sales"]
    in_hub = {**warehouse, "account": "shared-services", "network": "hub"}

    found = laid(warehouses={"sales": in_hub}).topology

    assert found.pairs == laid(warehouses={}).topology.pairs


@given(landscapes())
@settings(max_examples=examples(60), deadline=None)
def test_there_is_no_route_that_nobody_is_meant_to_take(found: Laid) -> None:
    topology = found.topology
    meant = {*topology.pairs, *(pair[::-1] for pair in topology.pairs)}
    blocks = {block: name for name, one in topology.places.items() for block in one.blocks}

    for route in topology.routes:
        there = blocks[route.to]
        members = {
            n for n, p in topology.places.items() if transit_table(p.role) == route.table
        }
        near = members or {route.table}
        assert any((here, there) in meant for here in near), route
    assert len(set(topology.parts)) == len(topology.parts)


@given(landscapes())
@settings(max_examples=examples(60), deadline=None)
def test_f_26_groups_admit_networks_of_the_landscape_on_443_and_resolvers_on_53(
    found: Laid,
) -> None:
    topology, networks = found.topology, found.landscape.networks.values()
    cidrs = {cidr for network in networks for cidr in network.cidrs}
    apps = {domain.network for domain in found.landscape.domains.values()}
    notebooks = {cidr for name in apps for cidr in found.landscape.networks[name].cidrs}
    asking = {*topology.resolver.outbound}
    asking |= {s for n in networks if n.kind == "corporate" for s in n.dns_servers}

    rules = {(one.group, one.port, one.source) for one in topology.admissions}

    groups = {topology.endpoints[service].group for service in INTERFACES}
    shared = {one.group for one in topology.endpoints.values() if one.service in HOST}
    assert rules == {
        *((group, 443, cidr) for group in groups for cidr in cidrs),
        *((group, 443, cidr) for group in shared for cidr in notebooks),
        *((RESOLVER, 53, IPv4Network(address)) for address in asking),
    }


@given(landscapes())
@settings(max_examples=examples(60), deadline=None)
def test_addresses_of_the_hub_are_nobody_else_s(found: Laid) -> None:
    topology = found.topology
    resolver = topology.resolver
    taken = [*resolver.inbound, *resolver.outbound]
    taken += [a for one in topology.endpoints.values() for a in one.addresses]

    assert len(set(taken)) == len(taken)
    assert {topology.place_of(address) for address in taken} == {"hub"}
    # A hub that is nearly all endpoints has no client of that number.
    if topology.places["hub"].cidrs[0].prefixlen <= 25:
        assert client_ip(found.landscape, "hub") not in map(str, taken)


def test_endpoints_are_named_by_their_ids_and_dynamodb_s_is_a_route_of_the_hub_alone() -> None:
    bare = laid(shared_endpoints=[], warehouses={}).topology.endpoints
    assert {service: one.id for service, one in bare.items()} == {
        STS: "vpce-sts",
        SAGEMAKER_API: "vpce-sagemaker-api",
        STUDIO: "vpce-studio",
        EXECUTE_API: "vpce-execute-api",
        DYNAMODB: "vpce-dynamodb",
    }
    assert TRANSIT.endpoints[DYNAMODB].addresses == ()
    assert [one.network for one in TRANSIT.gateway_routes] == ["hub"]
    assert {s: one.group for s, one in bare.items()} == {
        STS: "sts",
        SAGEMAKER_API: "sagemaker-api",
        STUDIO: "studio",
        EXECUTE_API: "execute-api",
        DYNAMODB: None,
    }


def test_zones_have_the_right_names_and_f_30_the_api_s_is_no_wider_than_the_api() -> None:
    assert {(zone.name, zone.wildcard) for zone in TRANSIT.zones} == {
        ("sts.eu-west-1.amazonaws.com", False),
        ("api.sagemaker.eu-west-1.amazonaws.com", False),
        ("studio.eu-west-1.sagemaker.aws", True),
        ("studiogate.execute-api.eu-west-1.amazonaws.com", False),
        ("runtime.sagemaker.eu-west-1.amazonaws.com", False),
        ("api.ecr.eu-west-1.amazonaws.com", False),
        (
            "dkr.ecr.eu-west-1.amazonaws.com",
            True,
        ),  # a registry has its account's name before it
        ("logs.eu-west-1.amazonaws.com", False),
        ("kms.eu-west-1.amazonaws.com", False),
        ("redshift.eu-west-1.amazonaws.com", False),  # for who reads `sales` (F-63)
        ("redshift-data.eu-west-1.amazonaws.com", False),
    }
    assert not TRANSIT.endpoints[EXECUTE_API].private_dns
    assert TRANSIT.endpoints[STUDIO].private_dns


def test_names_follow_the_region_and_its_partition() -> None:
    china = laid(region="cn-north-1").topology

    assert TRANSIT.studio_name("d-1") == "d-1.studio.eu-west-1.sagemaker.aws"
    assert TRANSIT.service_name(DYNAMODB) == "dynamodb.eu-west-1.amazonaws.com"
    assert china.studio_name("d-1") == "d-1.studio.cn-north-1.sagemaker.com.cn"
    assert china.api_name == "studiogate.execute-api.cn-north-1.amazonaws.com.cn"
    assert TRANSIT.endpoint_api_name == (
        "studiogate-vpce-execute-api.execute-api.eu-west-1.amazonaws.com"
    )


def test_f_31_zones_are_the_hub_s_and_no_rule_is_associated_with_it() -> None:
    assert {one.network for one in TRANSIT.zone_associations} == {"hub"}
    assert {one.network for one in TRANSIT.rule_associations} == {"lob-a", "lob-b", "data"}
    assert {one.name for one in TRANSIT.rule_associations} == {z.name for z in TRANSIT.zones}


def test_s4_15_only_corporate_networks_with_dns_servers_forward() -> None:
    assert {one.network for one in TRANSIT.corporate_forwards} == {"office"}


def test_s2_21_s3_15_what_notebooks_use_is_asked_for_by_their_vpcs_and_nobody_else() -> None:
    shared = {zone.name for zone in TRANSIT.zones if zone.service in HOST}

    asking = {one.network for one in TRANSIT.rule_associations if one.name in shared}
    assert asking == {"lob-a", "lob-b"}
    assert not [one for one in TRANSIT.corporate_forwards if one.name in shared]
    assert {one.zone for one in TRANSIT.zone_associations} >= shared


def test_an_endpoint_without_an_id_is_not_there() -> None:
    landscape = laid().landscape
    ids = symbolic(landscape)
    opening = {one: id_ for one, id_ in ids.endpoints.items() if one not in HOST}

    found = topology_of(landscape, replace(ids, endpoints=opening))

    assert set(found.endpoints) == set(opening)
    assert not [zone for zone in found.zones if zone.service in HOST]


@given(landscapes())
@settings(max_examples=examples(30), deadline=None)
def test_a_network_without_a_part_has_all_the_others_and_having_it_again_is_whole(
    found: Laid,
) -> None:
    whole = found.topology

    for part in whole.parts[:: max(1, len(whole.parts) // 10)]:
        fewer = whole.without(part)
        assert set(whole.parts) - set(fewer.parts) == {part}
        assert set(fewer.having(part).parts) == set(whole.parts)
        assert whole.having(part) == whole


def test_what_is_not_there_cannot_be_taken_away() -> None:
    with pytest.raises(KeyError, match=r"attachment of nowhere"):
        TRANSIT.without(Attachment("nowhere"))


def test_a_network_does_not_change() -> None:
    fewer = TRANSIT.without(*TRANSIT.links)

    assert fewer.links == ()
    assert TRANSIT.links == laid().topology.links
    assert laid().topology == TRANSIT


def test_a_hub_too_small_for_the_endpoints_is_an_error_of_the_landscape() -> None:
    networks = document()["networks"] | {
        "hub": {"kind": "vpc", "account": "shared-services", "cidr": "10.0.0.0/28"}
    }

    with pytest.raises(LandscapeError, match=r"networks\.hub\.cidr: a /28 is too small"):
        laid(networks=networks)


def test_a_vpc_has_at_most_125_peerings() -> None:
    accounts = document()["accounts"]
    hub = document()["networks"]["hub"]

    def networks(count: int) -> dict[str, object]:
        return {"hub": hub} | {
            f"n-{n}": {"kind": "vpc", "account": "data", "cidr": f"10.{1 + n}.0.0/16"}
            for n in range(count)
        }

    few = {"lobs": {}, "domains": {}, "warehouses": {}, "accounts": accounts}
    assert len(laid(connect="vpc-peering", networks=networks(125), **few).topology.links) == 125
    assert len(laid(networks=networks(126), **few).topology.links) == 127
    with pytest.raises(LandscapeError, match="hub would have 126 peerings") as refused:
        laid(connect="vpc-peering", networks=networks(126), **few)
    assert "transit-gateway" in refused.value.problems[0].remedy


@pytest.mark.parametrize("manner", MANNERS)
def test_networks_that_overlap_never_come_this_far(manner: str) -> None:
    networks = document()["networks"] | {
        "twin": {"kind": "vpc", "account": "data", "cidr": "10.100.128.0/20"}
    }

    with pytest.raises(LandscapeError, match="overlaps"):
        laid(connect=manner, networks=networks)


def test_services_without_an_endpoint_have_no_name_and_no_place() -> None:
    with pytest.raises(KeyError):
        TRANSIT.service_name("com.amazonaws.{region}.s3")
    assert set(TRANSIT.endpoints) == set(hub_services(laid().landscape))


def test_a_part_is_named_as_a_person_would() -> None:
    table = transit_table(Role.LOBS)
    route = Route(table, IPv4Network("10.0.0.0/16"), Attachment("hub"))

    assert str(route) == (
        "route 10.0.0.0/16 by the attachment of hub to the transit gateway "
        "in the transit gateway's route table for lobs"
    )
    assert len({str(part) for part in TRANSIT.parts}) == len(TRANSIT.parts)
