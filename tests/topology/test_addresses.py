from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import LandscapeError
from studiogate.landscape.collisions import VPC_PREFIXES
from studiogate.topology.addresses import RESERVED, public_subnets, seats, subnets, zone_ids
from studiogate.topology.network import Topology
from studiogate.topology.parts import Vpc
from tests.kit.topology import INTERFACES, document, laid


@given(st.sampled_from(VPC_PREFIXES))
def test_subnets_lie_in_their_vpc_from_its_beginning_and_beside_one_another(
    prefix: int,
) -> None:
    cidr = IPv4Network(f"10.0.0.0/{prefix}")

    found = subnets(cidr)

    assert found[0].network_address == cidr.network_address
    assert all(block.subnet_of(cidr) and 16 <= block.prefixlen <= 28 for block in found)
    assert not any(a.overlaps(b) for a in found for b in found if a is not b)
    assert len(found) == (1 if prefix == 28 else 2)


@pytest.mark.parametrize(
    ("cidr", "expected"),
    [
        ("10.0.0.0/16", ["10.0.0.0/24", "10.0.1.0/24"]),
        ("10.0.0.0/24", ["10.0.0.0/25", "10.0.0.128/25"]),
        ("10.0.0.0/27", ["10.0.0.0/28", "10.0.0.16/28"]),
        ("10.0.0.0/28", ["10.0.0.0/28"]),  # AWS makes no smaller one
    ],
)
def test_a_vpc_has_a_subnet_in_each_of_two_zones(cidr: str, expected: list[str]) -> None:
    assert [str(block) for block in subnets(IPv4Network(cidr))] == expected


@given(st.integers(16, 27))
def test_f_56_every_endpoint_has_an_address_in_each_zone_and_none_that_aws_keeps(
    prefix: int,
) -> None:
    cidr = IPv4Network(f"10.0.0.0/{prefix}")
    blocks = subnets(cidr)

    found = seats("hub", cidr, INTERFACES)

    rows = [found.inbound, found.outbound, *found.endpoints.values()]
    assert set(found.endpoints) == set(INTERFACES)
    assert len({address for row in rows for address in row}) == 2 * len(rows)
    for row in rows:
        for address, block in zip(row, blocks, strict=True):
            assert int(address) - int(block.network_address) >= RESERVED - 1
            assert address in block
            assert address != block.broadcast_address


def test_the_addresses_of_a_hub_are_the_same_every_time() -> None:
    found = seats("hub", IPv4Network("10.0.0.0/16"), INTERFACES)

    assert [str(address) for address in found.inbound] == ["10.0.0.254", "10.0.1.254"]
    assert found == seats("hub", IPv4Network("10.0.0.0/16"), INTERFACES)


@pytest.mark.parametrize(
    ("prefix", "services", "least"), [(28, 4, 27), (27, 13, 26), (26, 30, 25)]
)
def test_a_hub_that_is_too_small_is_named_with_the_size_it_needs(
    prefix: int, services: int, least: int
) -> None:
    wanted = [f"service-{n}" for n in range(services)]

    with pytest.raises(LandscapeError) as refused:
        seats("hub", IPv4Network(f"10.0.0.0/{prefix}"), wanted)

    (problem,) = refused.value.problems
    assert problem.where == "networks.hub.cidr"
    assert problem.what == f"a /{prefix} is too small for the shared endpoints"
    assert problem.remedy.startswith(f"Give the hub a /{least} at least")
    enough = seats("hub", IPv4Network(f"10.0.0.0/{least}"), wanted)
    assert set(enough.endpoints) == set(wanted)


ZONES = st.integers(1, 6)


@given(st.sampled_from(VPC_PREFIXES), ZONES)
def test_f_56_a_vpc_has_a_subnet_in_as_many_zones_as_it_has_room_for(
    prefix: int, zones: int
) -> None:
    cidr = IPv4Network(f"10.0.0.0/{prefix}")

    found = subnets(cidr, zones)

    assert len(found) == min(zones, 2 ** (28 - prefix))
    assert found[0].network_address == cidr.network_address
    assert all(block.subnet_of(cidr) and 24 <= block.prefixlen <= 28 for block in found)
    assert not any(a.overlaps(b) for a in found for b in found if a is not b)


@given(st.sampled_from(VPC_PREFIXES), ZONES)
def test_s1_04_public_subnets_are_the_last_of_a_vpc_and_beside_the_private_ones(
    prefix: int, zones: int
) -> None:
    cidr = IPv4Network(f"10.0.0.0/{prefix}")
    private = subnets(cidr, zones)

    try:
        public = public_subnets("lab", cidr, zones)
    except LandscapeError as refused:
        (problem,) = refused.problems
        assert problem.where == "networks.lab.egress"
        enough = int(problem.remedy.partition("/")[2].partition(",")[0])
        assert enough < prefix
        assert public_subnets("lab", IPv4Network(f"10.0.0.0/{enough}"), zones)
        if enough < prefix - 1:
            with pytest.raises(LandscapeError):
                public_subnets("lab", IPv4Network(f"10.0.0.0/{enough + 1}"), zones)
        return
    assert len(public) == len(private)
    assert public[-1].broadcast_address == cidr.broadcast_address
    blocks = (*private, *public)
    assert not any(a.overlaps(b) for a in blocks for b in blocks if a is not b)
    assert all(block.prefixlen == 28 and block.subnet_of(cidr) for block in public)


@given(st.integers(16, 27), st.integers(2, 6))
def test_a_hub_has_its_seats_in_every_zone_or_is_refused_with_a_size_that_does(
    prefix: int, zones: int
) -> None:
    cidr = IPv4Network(f"10.0.0.0/{prefix}")

    try:
        found = seats("hub", cidr, INTERFACES, zones)
    except LandscapeError as refused:
        remedy = refused.problems[0].remedy
        enough = int(remedy.partition("/")[2].partition(" ")[0])
        assert enough < prefix
        assert f"in {zones} zones" in remedy
        cidr = IPv4Network(f"10.0.0.0/{enough}")
        found = seats("hub", cidr, INTERFACES, zones)
    rows = [found.inbound, found.outbound, *found.endpoints.values()]
    assert {len(row) for row in rows} == {zones}
    assert len({address for row in rows for address in row}) == zones * len(rows)
    for row in rows:
        for address, block in zip(row, subnets(cidr, zones), strict=True):
            assert block[4] <= address < block.broadcast_address


def test_f_32_zones_are_the_landscape_s_or_the_region_s_first() -> None:
    named = laid(availability_zones=["euw1-az3", "euw1-az1", "euw1-az2"])

    assert zone_ids(laid().landscape) == ("euw1-az1", "euw1-az2")
    assert zone_ids(named.landscape) == ("euw1-az3", "euw1-az1", "euw1-az2")
    assert {len(one.subnets) for one in _vpcs(named.topology)} == {3}
    assert {len(one.addresses) for one in named.topology.endpoints.values()} == {0, 3}
    assert len(named.topology.resolver.inbound) == 3


def test_a_vpc_has_public_subnets_where_it_lets_its_subnets_out_and_nowhere_else() -> None:
    networks = document()["networks"]
    networks["lob-a"] |= {"egress": True}

    found = {one.name: one.public for one in _vpcs(laid(networks=networks).topology)}

    assert [str(block) for block in found.pop("lob-a")] == [
        "10.100.255.224/28",
        "10.100.255.240/28",
    ]
    assert set(found.values()) == {()}


def _vpcs(network: Topology) -> list[Vpc]:
    return [one for one in network.places.values() if isinstance(one, Vpc)]
