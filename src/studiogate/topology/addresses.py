"""Where things stand in a VPC: zones, subnets, and the fixed addresses of the hub's endpoints.

The first subnet begins where the VPC begins; public ones, for those who go out, are the last of
it.  Endpoints and resolvers have the last addresses of their subnets, so that what comes and
goes, which AWS numbers from below, does not meet them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.model import Landscape
from studiogate.landscape.zones import ZONES, first_zones

SUBNET, SMALLEST = 24, 28
"""Prefixes of a subnet in a large VPC, and of the smallest AWS makes ("Subnet sizing")."""

RESERVED = 5
"""Addresses AWS keeps in each subnet: the first four, and the last ("Subnet sizing")."""


FREE = 3
"""Addresses of each of the hub's subnets for what comes and goes: the transit gateway's
attachment, and the function that the gateway is."""

_PUBLIC = 1 << (32 - SMALLEST)
"""Addresses of a public subnet."""


@dataclass(frozen=True, slots=True)
class Seats:
    """The fixed addresses in the hub, one of each kind in every zone."""

    endpoints: dict[str, tuple[IPv4Address, ...]]
    """By service."""

    inbound: tuple[IPv4Address, ...]
    outbound: tuple[IPv4Address, ...]


def zone_ids(landscape: Landscape) -> tuple[str, ...]:
    """The availability zones that VPCs span, by id: the landscape's, or the Region's first two.

    Empty for a Region whose zones we do not know, which `read` refuses.
    """
    return landscape.availability_zones or first_zones(landscape.region)


def subnets(cidr: IPv4Network, zones: int = ZONES) -> tuple[IPv4Network, ...]:
    """The private subnets of a VPC, one for each of `zones` as far as it is large enough.

    They are /24s, or equal parts where it is smaller, or the VPC itself.
    """
    count = min(zones, 2 ** max(0, SMALLEST - cidr.prefixlen))
    parts = cidr.subnets(new_prefix=max(SUBNET, cidr.prefixlen + _bits(count)))
    return tuple(next(parts) for _ in range(count))


def public_subnets(
    network: str, cidr: IPv4Network, zones: int = ZONES
) -> tuple[IPv4Network, ...]:
    """The subnets in which NAT gateways stand, as many as private ones: the VPC's last /28s.

    Raises:
        LandscapeError: the private subnets leave no room for them.
    """
    count = len(subnets(cidr, zones))
    if not _has_room(cidr, zones):
        raise LandscapeError([_crowded(network, cidr, zones)])
    end = int(cidr.broadcast_address) + 1
    starts = (end - _PUBLIC * n for n in range(count, 0, -1))
    return tuple(IPv4Network((start, SMALLEST)) for start in starts)


def seats(hub: str, cidr: IPv4Network, services: Sequence[str], zones: int = ZONES) -> Seats:
    """The addresses of an endpoint for each of `services`, and of the resolvers, in `hub`.

    Raises:
        LandscapeError: the hub is too small for a subnet in each zone that holds them.
    """
    seated = len(services) + 2
    largest_prefix = _prefix_that_holds(seated, zones)
    if cidr.prefixlen > largest_prefix:
        raise LandscapeError(
            [
                Problem(
                    where=f"networks.{hub}.cidr",
                    what=f"a /{cidr.prefixlen} is too small for the shared endpoints",
                    remedy=f"Give the hub a /{largest_prefix} at least, better a /{SUBNET}: it "
                    f"has {len(services)} endpoints and two resolvers in {zones} zones.",
                )
            ]
        )
    # The very last address of a subnet is AWS's.
    blocks = subnets(cidr, zones)
    rows = [tuple(block[-2 - row] for block in blocks) for row in range(seated)]
    inbound, outbound, *rest = rows
    return Seats(dict(zip(services, rest, strict=True)), inbound, outbound)


def _prefix_that_holds(seated: int, zones: int) -> int:
    """The prefix of the smallest VPC with `seated` addresses to give in every zone's subnet."""
    return min(SMALLEST, 32 - _bits(seated + RESERVED + FREE)) - _bits(zones)


def _bits(count: int) -> int:
    """How much longer the prefix of each of `count` equal parts is."""
    return (count - 1).bit_length()


def _has_room(cidr: IPv4Network, zones: int) -> bool:
    """Whether the private subnets leave as many public ones free at the end."""
    private = subnets(cidr, zones)
    free = int(cidr.broadcast_address) - int(private[-1].broadcast_address)
    return free >= _PUBLIC * len(private)


def _crowded(network: str, cidr: IPv4Network, zones: int) -> Problem:
    larger = (cidr.supernet(new_prefix=n) for n in range(cidr.prefixlen - 1, 0, -1))
    enough = next(block.prefixlen for block in larger if _has_room(block, zones))
    return Problem(
        where=f"networks.{network}.egress",
        what=f"a /{cidr.prefixlen} has no room for NAT gateways beside its subnets",
        remedy=f"Give the VPC a /{enough}, or leave `egress` out.",
    )
