"""What stops a packet is named: the thing that is missing, where, and what exactly to add."""

from functools import cache
from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.reach.packets.crossing import (
    REDSHIFT,
    Crossing,
    Side,
    crossing,
    from_internet,
    to_internet,
)
from studiogate.reach.packets.facts import Facts
from studiogate.reach.packets.stops import Stop
from tests.kit.described import APPS, NODES, Described, described, tcp
from tests.kit.network_stacks import built
from tests.kit.thorough import examples
from tests.kit.topology import MANNERS, laid

PEERED = "vpc-peering"
TRANSIT = "transit-gateway"
HUB, LOB_A, DATA = "111111111111", "222222222222", "444444444444"
APPS_CIDR, NODES_CIDR = "10.100.0.0/16", "10.200.0.0/16"
each_manner = pytest.mark.parametrize("manner", MANNERS)


@cache
def _built(manner: str) -> Any:
    return built(laid(connect=manner).landscape)


def told(manner: str) -> Described:
    """The network of two lobs and a producer, whose warehouse lob-a reads; to be broken."""
    return described(_built(manner))


def asked(there: Described, **more: Any) -> Crossing:
    """From the apps of lob-a to the nodes in data."""
    facts = there.facts("lob-a", "data", **more)
    return across(there, facts)


def across(there: Described, facts: Facts) -> Crossing:
    ours, theirs = there.side("lob-a", APPS), there.side("data", NODES)
    return crossing(facts, ours, theirs, port=REDSHIFT)


def stopped(there: Described, **more: Any) -> Stop:
    found = asked(there, **more)
    assert found.stop is not None
    assert found.stop.what in found.said
    assert found.stop.remedy in found.said
    return found.stop


@each_manner
def test_what_stands_whole_lets_packets_through_and_says_so(manner: str) -> None:
    there = told(manner)

    found = asked(there)

    vpcs = (there.vpcs["lob-a"], there.vpcs["data"])
    assert found.arrives
    assert found.said == f"{vpcs[0]} reaches TCP 5439 in {vpcs[1]}, and is answered."


@each_manner
def test_s1_24_a_missing_route_there_is_named_with_table_and_target(manner: str) -> None:
    there = told(manner)
    tables = there.drop_routes("lob-a", NODES_CIDR)

    stop = stopped(there)

    via = "pcx-" if manner == PEERED else "tgw-"
    assert (stop.kind, stop.where) == ("missing-route", f"account {LOB_A}, {tables[0]}")
    assert f"has no route to {NODES_CIDR}" in stop.what
    assert f"Add the route {NODES_CIDR} by {via}" in stop.remedy
    assert f"to {tables[0]}, in account {LOB_A}" in stop.remedy


@each_manner
def test_s1_25_a_missing_route_back_is_named_and_said_to_be_on_the_way_back(
    manner: str,
) -> None:
    there = told(manner)
    tables = there.drop_routes("data", APPS_CIDR)

    stop = stopped(there)

    assert (stop.kind, stop.where) == ("missing-route", f"account {DATA}, {tables[0]}")
    assert "on the way back the route table" in asked(there).said


def test_s1_24_a_route_in_one_zone_of_two_is_not_enough() -> None:
    there = told(PEERED)
    second = there.of("lob-a", "DescribeRouteTables")[1]
    second["Routes"] = second["Routes"][:1]

    assert stopped(there).where == f"account {LOB_A}, {second['RouteTableId']}"


def test_s1_26_a_way_to_the_internet_is_no_way_to_a_private_address() -> None:
    there = told(TRANSIT)
    there.drop_routes("lob-a", NODES_CIDR)
    for table in there.of("lob-a", "DescribeRouteTables"):
        nat = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}
        table["Routes"].append(nat | {"State": "active"})

    stop = stopped(there)

    assert stop.kind == "missing-route"
    assert "0.0.0.0/0 by nat-1 is all that matches" in stop.what


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("pending-acceptance", "pending-acceptance"),
        ("provisioning", "not-ready"),
        ("deleted", "not-ready"),
    ],
)
def test_s1_23_a_peering_that_is_not_active_carries_nothing(state: str, kind: str) -> None:
    there = told(PEERED)
    (peering,) = [
        one
        for one in there.rows[LOB_A, "DescribeVpcPeeringConnections"]
        if one["AccepterVpcInfo"]["OwnerId"] == DATA
    ]
    peering["Status"]["Code"] = state
    name = peering["VpcPeeringConnectionId"]

    stop = stopped(there)

    assert stop.kind == kind
    assert name in stop.what
    assert state in stop.what
    if kind == "pending-acceptance":
        assert stop.remedy == f"Accept {name} in account {DATA}."


def test_s1_22_without_any_link_there_is_nothing_a_route_could_go_by() -> None:
    there = told(PEERED)
    for account in (LOB_A, DATA):
        there.rows[account, "DescribeVpcPeeringConnections"].clear()
    there.drop_routes("lob-a", NODES_CIDR)

    stop = stopped(there)

    assert stop.kind == "no-link"
    assert "neither peered nor attached" in stop.what


def test_s1_22_addresses_that_are_at_both_ends_are_refused_before_any_route() -> None:
    there = told(PEERED)
    for operation in ("DescribeVpcs", "DescribeSubnets"):
        for row, theirs in zip(
            there.of("data", operation), there.of("lob-a", operation), strict=True
        ):
            row["CidrBlock"] = theirs["CidrBlock"]

    assert stopped(there).kind == "overlap"


@each_manner
def test_a_blackhole_is_told_from_a_missing_route(manner: str) -> None:
    there = told(manner)
    for table in there.of("lob-a", "DescribeRouteTables"):
        for route in table["Routes"]:
            if route["DestinationCidrBlock"] == NODES_CIDR:
                route["State"] = "blackhole"

    assert stopped(there).kind == "blackhole"


def test_a_narrower_route_that_leads_elsewhere_takes_its_addresses_away() -> None:
    there = told(TRANSIT)
    for table in there.of("lob-a", "DescribeRouteTables"):
        narrow = {"DestinationCidrBlock": "10.200.0.0/30", "NetworkInterfaceId": "eni-1"}
        table["Routes"].append({**narrow, "State": "active"})

    stop = stopped(there)

    assert stop.kind == "elsewhere"
    assert "10.200.0.0/30 by eni-1" in stop.what


def test_f_25_an_attachment_without_an_association_leads_nowhere() -> None:
    there = told(TRANSIT)
    (attached,) = there.rows[LOB_A, "DescribeTransitGatewayAttachments"]
    name = attached["TransitGatewayAttachmentId"]
    for row in there.rows[HUB, "DescribeTransitGatewayAttachments"]:
        if row["TransitGatewayAttachmentId"] == name:
            del row["Association"]

    stop = stopped(there)

    assert stop.kind == "no-association"
    assert stop.where == f"account {HUB}, {name}"


def test_a_propagation_that_is_missing_is_named_with_the_table_of_the_gateway() -> None:
    there = told(TRANSIT)
    routes = there.rows[HUB, "SearchTransitGatewayRoutes"]
    routes[:] = [one for one in routes if one["DestinationCidrBlock"] != NODES_CIDR]

    stop = stopped(there)

    assert stop.kind == "missing-route"
    assert stop.where.startswith(f"account {HUB}, tgw-rtb-")
    assert stop.remedy.startswith("Propagate the attachment tgw-attach-")


def test_an_attachment_that_nobody_accepted_carries_nothing() -> None:
    there = told(TRANSIT)
    for account in (HUB, LOB_A):
        for row in there.rows[account, "DescribeTransitGatewayAttachments"]:
            if row["ResourceId"] == there.vpcs["lob-a"]:
                row["State"] = "pendingAcceptance"

    stop = stopped(there)

    assert (stop.kind, stop.remedy) == ("pending-acceptance", f"Accept it in account {HUB}.")


def test_an_attachment_that_is_not_in_the_zone_of_a_subnet_does_not_serve_it() -> None:
    there = told(TRANSIT)
    (attached,) = there.rows[LOB_A, "DescribeTransitGatewayVpcAttachments"]
    attached["SubnetIds"] = attached["SubnetIds"][:1]

    stop = stopped(there)

    assert stop.kind == "no-zone"
    assert "euw1-az2" in stop.remedy


def test_what_another_account_alone_is_told_is_unknown_and_not_taken_for_there() -> None:
    there = told(TRANSIT)

    stop = stopped(there, blind=[HUB])

    assert stop.kind == "unknown"
    assert f"known to account {HUB} alone" in stop.what


@each_manner
@pytest.mark.parametrize(
    ("group", "rules", "kind", "asks"),
    [
        (APPS.format("lob-a"), "IpPermissionsEgress", "egress", f"to {NODES_CIDR}"),
        (NODES.format("data"), "IpPermissions", "ingress", f"from {APPS_CIDR}"),
    ],
)
def test_f_63_a_group_without_the_rule_is_named_with_the_rule_to_add(
    manner: str, group: str, rules: str, kind: str, asks: str
) -> None:
    there = told(manner)
    there.group(group)[rules] = [tcp(443, "0.0.0.0/0"), tcp(5439, "10.1.0.0/16")]

    stop = stopped(there)

    assert stop.kind == kind
    assert f"Add the {kind} rule TCP 5439 {asks} to {group}" in stop.remedy


@pytest.mark.parametrize(("manner", "counts"), [(PEERED, True), (TRANSIT, False)])
def test_a_rule_that_names_the_apps_group_counts_over_a_peering_alone(
    manner: str, *, counts: bool
) -> None:
    there = told(manner)
    by_group = tcp(5439, UserIdGroupPairs=[{"GroupId": APPS.format("lob-a")}])
    there.group(NODES.format("data"))["IpPermissions"] = [by_group]

    assert asked(there).arrives is counts


def test_rules_that_cover_a_network_together_let_it_in_and_one_half_does_not() -> None:
    there = told(PEERED)
    group = there.group(NODES.format("data"))
    halves = ("10.100.0.0/17", "10.100.128.0/17")
    group["IpPermissions"] = [tcp(5439, one) for one in halves]
    assert asked(there).arrives

    for subnet in there.of("lob-a", "DescribeSubnets"):
        subnet["CidrBlock"] = APPS_CIDR
    group["IpPermissions"].pop()
    assert stopped(there).kind == "ingress"


def test_a_prefix_list_counts_for_the_entries_it_has() -> None:
    there = told(PEERED)
    by_list = tcp(5439, PrefixListIds=[{"PrefixListId": "pl-1"}])
    there.group(NODES.format("data"))["IpPermissions"] = [by_list]
    assert stopped(there).kind == "ingress"

    entry = {"_PrefixListId": "pl-1", "Cidr": APPS_CIDR}
    there.rows[DATA, "GetManagedPrefixListEntries"].append(entry)
    assert asked(there).arrives


@pytest.mark.parametrize("group", [APPS.format("lob-a"), NODES.format("data")])
def test_a_group_that_is_gone_lets_nothing_through(group: str) -> None:
    there = told(PEERED)
    there.group(group)["VpcId"] = "vpc-elsewhere"

    stop = stopped(there)

    assert (stop.kind, stop.what) == ("unknown", f"there is no security group {group}")


@pytest.mark.parametrize(
    ("network", "egress", "ports", "says"),
    [
        ("lob-a", True, {"From": 5439, "To": 5439}, "TCP 5439 to 10.200."),
        ("data", False, {"From": 5439, "To": 5439}, "TCP 5439 from 10.100."),
        ("data", True, {"From": 40000, "To": 40000}, "TCP 32768 to 60999 to 10.100."),
        ("lob-a", False, {"From": 40000, "To": 40000}, "TCP 32768 to 60999 from 10.200."),
    ],
)
def test_a_network_acl_has_to_allow_both_directions(
    network: str, ports: dict[str, int], says: str, *, egress: bool
) -> None:
    there = told(PEERED)
    (acl,) = there.of(network, "DescribeNetworkAcls")
    entry = {"Egress": egress, "RuleAction": "deny", "Protocol": "6", "PortRange": ports}
    acl["Entries"].insert(0, {**entry, "RuleNumber": 50, "CidrBlock": "10.0.0.0/8"})

    stop = stopped(there)

    assert stop.kind == "acl"
    assert f"the network ACL {acl['NetworkAclId']} denies {says}" in stop.what


def test_s1_26_a_route_to_an_internet_gateway_makes_a_subnet_public() -> None:
    there = told(PEERED)
    nodes = there.side("data", NODES)
    assert list(to_internet(there.facts("data"), nodes)) == []

    table = there.of("data", "DescribeRouteTables")[0]
    table["Routes"].append(
        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}
    )
    ((subnet, route),) = to_internet(there.facts("data"), nodes)
    assert (subnet.id, route.via) == (table["Associations"][0]["SubnetId"], "igw-1")


def test_from_the_internet_it_takes_a_gateway_for_every_subnet_and_a_rule() -> None:
    there = told(PEERED)
    client = IPv4Address("198.51.100.7")

    def reached() -> bool:
        nodes = there.side("data", NODES)
        return from_internet(there.facts("data"), client, nodes, port=REDSHIFT)

    assert not reached()
    own, main = there.of("data", "DescribeRouteTables")[:2], "of the subnets, not the main one"
    for table in own:
        assert not reached(), main
        table["Routes"].append({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"})
    assert reached()
    there.group(NODES.format("data"))["IpPermissions"] = [tcp(5439, "10.0.0.0/8")]
    assert not reached()


def test_subnets_that_nobody_told_of_are_unknown() -> None:
    there = told(PEERED)
    facts = there.facts("lob-a", "data")
    nodes = Side(there.vpcs["data"], ("subnet-gone",), (NODES.format("data"),))

    found = crossing(facts, there.side("lob-a", APPS), nodes, port=REDSHIFT)

    assert found.stop is not None
    assert found.stop.kind == "unknown"


@given(manner=st.sampled_from(MANNERS), data=st.data())
@settings(max_examples=examples(40), deadline=None)
def test_no_route_or_rule_less_ever_opens_a_way_and_the_stop_is_always_told(
    manner: str, data: st.DataObject
) -> None:
    there = told(manner)
    lists = [
        row[key]
        for rows in there.rows.values()
        for row in rows
        for key in ("Routes", "IpPermissions", "IpPermissionsEgress", "SubnetIds")
        if row.get(key)
    ]
    before = {
        pair: crossing(
            there.facts(*there.vpcs),
            there.side(pair[0], APPS),
            there.side(pair[1], NODES),
            port=REDSHIFT,
        ).arrives
        for pair in (("lob-a", "data"), ("lob-b", "data"), ("lob-b", "lob-a"))
    }
    for _ in range(data.draw(st.integers(1, 3))):
        some = data.draw(st.sampled_from(lists))
        if some:
            some.pop(data.draw(st.integers(0, len(some) - 1)))
    facts = there.facts(*there.vpcs)
    for (one, other), arrived in before.items():
        found = crossing(facts, there.side(one, APPS), there.side(other, NODES), port=REDSHIFT)
        assert arrived or not found.arrives
        assert found.stop is None or found.stop.remedy in found.said
