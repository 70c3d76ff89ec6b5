"""What could be written down and never be built: zones of another Region, links that are none.

Whether a VPC is large enough for what stands in it is known where that is laid out, in
`topology`.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from studiogate.landscape.collisions import VPC_PREFIXES
from studiogate.landscape.complaints import Finding
from studiogate.landscape.document import Path, dotted
from studiogate.landscape.model import CorporateNetwork, Landscape
from studiogate.landscape.zones import ZONES, first_zones, zone_prefix

_TRANSIT = "transit-gateway"


def building(landscape: Landscape) -> Iterator[Finding]:
    """Everything in `landscape` that AWS would not build as it is written."""
    yield from _zones(landscape)
    yield from _attachments(landscape)
    for name, network in landscape.networks.items():
        if isinstance(network, CorporateNetwork) and network.simulated_in is not None:
            yield from _simulated(landscape, ("networks", name), network)


def _zones(landscape: Landscape) -> Iterator[Finding]:
    zones, region = landscape.availability_zones, landscape.region
    path: Path = ("availability_zones",)
    known = first_zones(region)
    if not zones and not known:
        yield Finding(
            path,
            f"the zones of {region!r} are not known here",
            "Name two or more, by id; `aws ec2 describe-availability-zones` lists them.",
        )
    if len(zones) == 1:
        yield Finding(
            path,
            "one zone may fail, and everything with it",
            f"Name {ZONES} or more, or leave the key out. "
            "Resolvers need two addresses apart as well.",
        )
    prefix = zone_prefix(region)
    for n, zone in enumerate(zones):
        if zone in zones[:n]:
            yield Finding((*path, n), f"{zone!r} is there twice", "Name each zone once.")
        elif prefix is not None and not zone.startswith(prefix):
            yield Finding(
                (*path, n),
                f"{zone!r} is no zone of {region}",
                f"Zone ids of this Region begin with {prefix!r}. "
                f"For example: `availability_zones: [{', '.join(known)}]`.",
            )


def _attachments(landscape: Landscape) -> Iterator[Finding]:
    seen: dict[str, Path] = {}
    for name, network in landscape.networks.items():
        if not isinstance(network, CorporateNetwork) or network.attachment is None:
            continue
        path: Path = ("networks", name, "attachment")
        if landscape.connect != _TRANSIT:
            yield _no_transit_gateway(path)
        first = seen.setdefault(network.attachment, path)
        if first != path:
            yield Finding(
                path,
                f"is the attachment of {dotted(first[:2])} already",
                "Give each network its own, or write both networks' `cidrs` in one.",
            )


def _simulated(
    landscape: Landscape, path: Path, network: CorporateNetwork
) -> Iterator[Finding]:
    here: Path = (*path, "simulated_in")
    if landscape.connect != _TRANSIT:
        yield _no_transit_gateway(here)
    if network.attachment is not None:
        yield Finding(
            here,
            "the network has an `attachment`, so it is real",
            "Leave one of the two out: hosts that stand in for a place need its addresses.",
        )
    if len(network.cidrs) > 1 or network.cidrs[0].prefixlen not in VPC_PREFIXES:
        yield Finding(
            here,
            "test hosts stand in a VPC, and these `cidrs` are not one",
            "Give the network one block of /16 to /28, or have it simulated nowhere.",
        )
    elif not network.dns_servers or not _usable(network.dns_servers[0], network.cidrs[0]):
        yield Finding(
            here,
            "the first of its `dns_servers` has no address a test host can have",
            "Name one inside `cidrs`, but not among the first four addresses, nor the last: "
            "those are AWS's. A host stands there and forwards as yours would.",
        )


def _usable(address: IPv4Address, cidr: IPv4Network) -> bool:
    """Whether something in a subnet of `cidr` can have `address` (VPC, "Subnet sizing")."""
    return cidr[4] <= address < cidr.broadcast_address


def _no_transit_gateway(path: Path) -> Finding:
    return Finding(
        path,
        "there is no transit gateway to attach it to",
        "Write `connect: transit-gateway`, or leave this key out.",
    )
