from dataclasses import replace
from ipaddress import IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.landscape.model import INTERNET
from studiogate.reach.network.route import between, path
from studiogate.topology.endpoint_services import DYNAMODB, STS, STUDIO
from studiogate.topology.network import Topology
from studiogate.topology.parts import (
    Admission,
    Association,
    Attachment,
    Part,
    Peering,
    Role,
    Route,
    Vpn,
    transit_table,
)
from tests.kit.thorough import examples
from tests.kit.topology import INTERFACES, MANNERS, Laid, laid, landscapes

TRANSIT = laid().topology
PEERED = laid(connect="vpc-peering").topology

either = pytest.mark.parametrize("topology", [TRANSIT, PEERED], ids=MANNERS)


@given(landscapes())
@settings(max_examples=examples(60), deadline=None)
def test_every_network_reaches_every_endpoint_and_is_answered(found: Laid) -> None:
    for network in found.landscape.networks:
        for service in INTERFACES:
            way = path(found.topology, network, service)
            assert way.reaches, way.said
            assert way.hops[-1].where == "hub"
            assert way.back[-1].where == network


@given(landscapes())
@settings(max_examples=examples(60), deadline=None)
def test_s2_43_no_lob_reaches_another_lob(found: Laid) -> None:
    lobs = [n for n, one in found.topology.places.items() if one.role is Role.LOBS]

    for here in lobs:
        for there in lobs:
            assert between(found.topology, here, there).reaches == (here == there)


@given(landscapes())
@settings(max_examples=examples(60), deadline=None)
def test_two_networks_reach_each_other_where_the_landscape_says_so_and_nowhere_else(
    found: Laid,
) -> None:
    meant = {frozenset(pair) for pair in found.topology.pairs}
    networks = list(found.topology.places)

    for here in networks:
        for there in networks:
            way = between(found.topology, here, there)
            assert way.reaches == (here == there or frozenset((here, there)) in meant), way.said


@given(landscapes(), st.data())
@settings(max_examples=examples(60), deadline=None)
def test_taking_one_part_away_stops_exactly_the_ways_that_used_it_and_is_named(
    found: Laid, data: st.DataObject
) -> None:
    _stops_what_used_it(found.topology, data.draw(st.sampled_from(found.topology.parts)))


@either
def test_no_part_is_there_for_nothing(topology: Topology) -> None:
    for part in topology.parts:
        _stops_what_used_it(topology, part)


def _stops_what_used_it(whole: Topology, part: Part) -> None:
    fewer = whole.without(part)

    for network in whole.places:
        for service in (*INTERFACES, DYNAMODB):
            before, after = path(whole, network, service), path(fewer, network, service)
            assert after.reaches == (before.reaches and part not in before.used)
            if before.reaches and not after.reaches:
                assert after.missing == part
                assert after.by == f"no {part}"
                assert str(part) in after.said


@either
def test_the_part_that_is_missing_mends_the_way(topology: Topology) -> None:
    used = path(topology, "office", STUDIO).used

    for part in used:
        broken = topology.without(part)
        missing = path(broken, "office", STUDIO).missing
        assert missing is not None
        assert path(broken.having(missing), "office", STUDIO).reaches
    assert len(used) >= 4


def test_s2_43_the_hops_of_a_lob_are_its_routes_the_table_for_lobs_and_the_hub() -> None:
    way = path(TRANSIT, "lob-b", STUDIO)

    assert [hop.where for hop in way.hops] == ["lob-b", "transit gateway", "hub"]
    assert [hop.where for hop in way.back] == ["hub", "transit gateway", "lob-b"]
    assert way.hops[1].table == "the transit gateway's route table for lobs"
    assert str(way.hops[0]) == (
        "lob-b: 10.0.0.0/16 by the attachment of lob-b to the transit gateway"
    )
    assert str(way.hops[2]) == "hub: here"
    assert way.by == "rule 443 from 10.120.0.0/16 of security group studio"


def test_s1_24_by_peering_the_hops_are_the_two_ends() -> None:
    way = path(PEERED, "lob-b", STUDIO)

    assert [str(hop) for hop in way.hops] == [
        "lob-b: 10.0.0.0/16 by the peering of hub and lob-b",
        "hub: here",
    ]
    assert str(way.back[0]) == ("hub: 10.120.0.0/16 by the peering of hub and lob-b")


@either
@pytest.mark.parametrize("service", [*INTERFACES, DYNAMODB])
def test_from_the_internet_no_endpoint_can_be_reached(topology: Topology, service: str) -> None:
    way = path(topology, INTERNET, service)

    assert not way.reaches
    assert way.missing is None
    assert way.by == "no route from the internet"
    assert "Connect to a network of the landscape." in way.said
    assert not between(topology, INTERNET, "hub").reaches
    assert not between(topology, "hub", INTERNET).reaches


@either
def test_s2_18_dynamodb_is_reached_from_the_hub_alone(topology: Topology) -> None:
    assert path(topology, "hub", DYNAMODB).by == (
        "route to the prefix list of dynamodb by vpce-dynamodb in hub's routes"
    )
    for network in topology.places.keys() - {"hub"}:
        way = path(topology, network, DYNAMODB)
        assert not way.reaches
        assert "a route of hub's own" in way.said


@either
def test_a_lob_reaches_the_producer_of_a_warehouse_it_reads_and_no_other_does(
    topology: Topology,
) -> None:
    assert between(topology, "lob-a", "data").reaches
    assert between(topology, "data", "lob-a").reaches
    for stranger in ("lob-b", "office", "branch"):
        way = between(topology, stranger, "data")
        assert not way.reaches
        assert way.missing is None, "it is meant to be so: there is nothing to mend"
        assert "nor is one meant: beside the hub, only a lob that reads" in way.said


def test_a_lob_that_writes_itself_a_route_to_a_warehouse_is_not_answered() -> None:
    more = TRANSIT.having(Route("lob-b", IPv4Network("10.200.0.0/16"), Attachment("lob-b")))

    way = between(more, "lob-b", "data")

    assert not way.reaches
    assert "on the way back" in way.said


def test_a_lob_that_writes_itself_a_route_to_another_lob_gets_no_further_than_the_gateway() -> (
    None
):
    more = TRANSIT.having(Route("lob-b", IPv4Network("10.100.0.0/16"), Attachment("lob-b")))

    way = between(more, "lob-b", "lob-a")

    assert [hop.where for hop in way.hops] == ["lob-b", "transit gateway"]
    assert way.hops[-1].route is None


def test_peering_is_not_transitive() -> None:
    to_b, to_hub = IPv4Network("10.120.0.0/16"), IPv4Network("10.100.0.0/16")
    more = PEERED.having(
        Route("lob-a", to_b, Peering("hub", "lob-a")),
        Route("lob-b", to_hub, Peering("hub", "lob-b")),
    )

    way = between(more, "lob-a", "lob-b")

    assert not way.reaches
    assert "hub passes nothing on to 10.120.0.0/16" in way.said
    office = PEERED.having(Route("office", to_b, Vpn("office", "hub")))
    assert not between(office, "office", "lob-b").reaches


def test_the_longest_prefix_wins_even_where_it_leads_astray() -> None:
    endpoint = TRANSIT.endpoints[STUDIO].addresses[0]
    astray = TRANSIT.having(
        Route(transit_table(Role.LOBS), IPv4Network(endpoint), Attachment("data"))
    )

    way = path(astray, "lob-a", STUDIO)

    assert not way.reaches
    assert way.hops[1].route is not None
    assert way.hops[1].route.to == IPv4Network(endpoint)
    assert f"data passes nothing on to {endpoint}" in way.said
    assert path(astray, "lob-a", STS).reaches
    assert path(astray, "office", STUDIO).reaches


@pytest.mark.parametrize("cidr", ["192.168.10.0/24", "192.168.20.0/24"])
def test_a_network_reaches_an_endpoint_only_if_all_its_addresses_are_answered(
    cidr: str,
) -> None:
    route = Route("hub", IPv4Network(cidr), Attachment("hub"))

    way = path(TRANSIT.without(route), "office", STUDIO)

    assert way.missing == route
    assert "on the way back" in way.said


def test_an_attachment_missing_at_the_far_end_is_found_on_the_way_there() -> None:
    way = path(TRANSIT.without(Attachment("hub")), "office", STUDIO)

    assert way.missing == Attachment("hub")
    assert "on the way back" not in way.said


@pytest.mark.parametrize("zone", [0, 1])
def test_a_network_reaches_an_endpoint_only_if_it_reaches_it_in_every_zone(zone: int) -> None:
    address = IPv4Network(TRANSIT.endpoints[STUDIO].addresses[zone])
    astray = TRANSIT.having(Route(transit_table(Role.LOBS), address, Attachment("data")))

    assert not path(astray, "lob-a", STUDIO).reaches


@pytest.mark.parametrize(
    ("topology", "table", "via"),
    [
        (TRANSIT, "lob-a", Attachment("lob-b")),
        (PEERED, "lob-a", Peering("hub", "lob-b")),
        (
            TRANSIT.having(Peering("hub", "data")),
            transit_table(Role.LOBS),
            Peering("hub", "data"),
        ),
    ],
)
def test_a_route_leads_nowhere_by_a_link_that_does_not_begin_where_it_stands(
    topology: Topology, table: str, via: Attachment | Peering
) -> None:
    endpoint = IPv4Network(topology.endpoints[STUDIO].addresses[0])

    way = path(topology.having(Route(table, endpoint, via)), "lob-a", STUDIO)

    assert not way.reaches
    assert f"the {via} does not begin at" in way.said


def test_an_attachment_has_one_table_and_a_second_changes_nothing() -> None:
    second = TRANSIT.having(Association("lob-a", transit_table(Role.CORPORATE)))

    assert between(second, "lob-a", "data").reaches


def test_a_network_reaches_an_endpoint_only_if_all_its_addresses_do() -> None:
    one_of_two = Admission("studio", IPv4Network("192.168.20.0/24"), 443)

    way = path(TRANSIT.without(one_of_two), "office", STUDIO)

    assert not way.reaches
    assert way.missing == one_of_two


def test_an_attachment_in_the_table_of_another_role_goes_by_that_table() -> None:
    moved = TRANSIT.without(Association("lob-a", transit_table(Role.LOBS))).having(
        Association("lob-a", transit_table(Role.CORPORATE))
    )

    assert path(moved, "lob-a", STUDIO).reaches
    way = between(moved, "lob-a", "data")
    assert not way.reaches
    assert way.missing == Route(
        transit_table(Role.CORPORATE), IPv4Network("10.200.0.0/16"), Attachment("data")
    )


@pytest.mark.parametrize(
    ("topology", "part", "remedy"),
    [
        (
            TRANSIT,
            Attachment("lob-a"),
            "Attach lob-a to the transit gateway; one still pending",
        ),
        (
            TRANSIT,
            Association("lob-a", transit_table(Role.LOBS)),
            "Associate the attachment of",
        ),
        (
            TRANSIT,
            Route("lob-a", IPv4Network("10.0.0.0/16"), Attachment("lob-a")),
            "Add it to the route table of lob-a, in account 222222222222.",
        ),
        (
            TRANSIT,
            Route(transit_table(Role.LOBS), IPv4Network("10.0.0.0/16"), Attachment("hub")),
            "Propagate that attachment to the table.",
        ),
        (
            TRANSIT,
            Admission("studio", IPv4Network("10.100.0.0/16"), 443),
            "Add the rule to the security group of the studio endpoint.",
        ),
        (PEERED, Peering("hub", "lob-a"), "have the other side accept"),  # S1-23
        (
            PEERED,
            Route("hub", IPv4Network("10.100.0.0/16"), Peering("hub", "lob-a")),  # S1-25
            "Add it to the route table of hub, in account 111111111111.",
        ),
    ],
)
def test_s2_24_what_is_missing_is_said_with_what_to_do(
    topology: Topology, part: Route, remedy: str
) -> None:
    way = path(topology.without(part), "lob-a", STUDIO)

    assert not way.reaches
    assert remedy in way.said


def test_s5_17_a_route_missing_on_the_corporate_side_is_for_its_own_routers() -> None:
    route = Route("office", IPv4Network("10.0.0.0/16"), Vpn("office", "hub"))

    assert "on the routers of office" in path(PEERED.without(route), "office", STUDIO).said
    assert "Bring the connection of office up." in (
        path(PEERED.without(Vpn("office", "hub")), "office", STUDIO).said
    )


def test_a_dynamodb_route_that_is_missing_is_said_with_what_to_do() -> None:
    way = path(replace(TRANSIT, parts=()), "hub", DYNAMODB)

    assert "Name the route table of hub in the gateway endpoint." in way.said


@pytest.mark.parametrize(("network", "service"), [("offce", STUDIO), ("office", "s3")])
def test_what_nobody_declared_is_an_error_and_not_unreachable(
    network: str, service: str
) -> None:
    with pytest.raises(KeyError):
        path(TRANSIT, network, service)


def test_a_network_nobody_declared_reaches_nothing_and_is_an_error() -> None:
    with pytest.raises(KeyError):
        path(TRANSIT, "offce", DYNAMODB)
    with pytest.raises(KeyError):
        between(TRANSIT, "offce", "hub")
    with pytest.raises(KeyError):
        between(TRANSIT, "hub", "offce")
