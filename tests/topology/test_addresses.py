from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import LandscapeError
from studiogate.landscape.collisions import VPC_PREFIXES
from studiogate.topology.addresses import RESERVED, seats, subnets
from tests.kit.topology import INTERFACES


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
