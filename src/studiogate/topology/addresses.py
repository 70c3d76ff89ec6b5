"""Where things stand inside a VPC: subnets, and the fixed addresses of the hub's endpoints.

The first subnet begins where the VPC begins.  Endpoints and resolvers have the last addresses
of their subnets, so that what comes and goes, which AWS numbers from below, does not meet them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from studiogate.errors import LandscapeError, Problem

ZONES = 2
"""Availability zones a VPC spans, where it is large enough: one may fail (F-56)."""

SUBNET, SMALLEST = 24, 28
"""Prefixes of a subnet in a large VPC, and of the smallest AWS makes ("Subnet sizing")."""

RESERVED = 5
"""Addresses AWS keeps in each subnet: the first four, and the last ("Subnet sizing")."""


@dataclass(frozen=True, slots=True)
class Seats:
    """The fixed addresses in the hub, one of each kind in every zone."""

    endpoints: dict[str, tuple[IPv4Address, ...]]
    """By service."""

    inbound: tuple[IPv4Address, ...]
    outbound: tuple[IPv4Address, ...]


def subnets(cidr: IPv4Network) -> tuple[IPv4Network, ...]:
    """The subnets of a VPC: /24s, or halves where it is smaller, or the VPC itself."""
    if cidr.prefixlen >= SMALLEST:
        return (cidr,)
    parts = cidr.subnets(new_prefix=max(SUBNET, cidr.prefixlen + 1))
    return tuple(next(parts) for _ in range(ZONES))


def seats(hub: str, cidr: IPv4Network, services: Sequence[str]) -> Seats:
    """The addresses of an endpoint for each of `services`, and of the resolvers, in `hub`.

    Raises:
        LandscapeError: the hub is too small for a subnet in each zone that holds them.
    """
    seated = len(services) + 2
    largest_prefix = _prefix_that_holds(seated)
    if cidr.prefixlen > largest_prefix:
        raise LandscapeError(
            [
                Problem(
                    where=f"networks.{hub}.cidr",
                    what=f"a /{cidr.prefixlen} is too small for the shared endpoints",
                    remedy=f"Give the hub a /{largest_prefix} at least, better a /{SUBNET}: it "
                    f"has {len(services)} endpoints and two resolvers in {ZONES} zones.",
                )
            ]
        )
    # The very last address of a subnet is AWS's.
    rows = [tuple(block[-2 - row] for block in subnets(cidr)) for row in range(seated)]
    inbound, outbound, *rest = rows
    return Seats(dict(zip(services, rest, strict=True)), inbound, outbound)


def _prefix_that_holds(seated: int) -> int:
    """The prefix of the smallest VPC with `seated` addresses to give in each of two subnets."""
    return min(SMALLEST - 1, 31 - (seated + RESERVED - 1).bit_length())
