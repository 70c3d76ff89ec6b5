"""Doors on the way: security groups, which remember, and network ACLs, which do not.

A security group lets answers through by itself; a network ACL has to allow them as well.
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from typing import Literal

from studiogate.reach.packets import stops
from studiogate.reach.packets.facts import (
    Acl,
    AclEntry,
    Facts,
    Group,
    Rule,
    Subnet,
    inside,
    without,
)
from studiogate.reach.packets.stops import Stop
from studiogate.reach.packets.walk import Leg

EPHEMERAL = (32768, 60999)
"""Ports that answers go back to: what Linux takes by itself (`ip_local_port_range`)."""

Ports = tuple[int, int]


def lets_out(
    facts: Facts,
    groups: Sequence[str],
    target: Subnet,
    *,
    others: Sequence[str],
    port: int,
    way: Leg,
) -> Stop | None:
    """Why none of `groups` lets go to `target`, whose groups are `others`; `None`: one does."""
    return _refusal(facts, groups, target, others, port=port, way=way, side="egress")


def lets_in(
    facts: Facts,
    groups: Sequence[str],
    source: Subnet,
    *,
    others: Sequence[str],
    port: int,
    way: Leg,
) -> Stop | None:
    """Why none of `groups` lets come from `source`, whose groups are `others`."""
    return _refusal(facts, groups, source, others, port=port, way=way, side="ingress")


def _refusal(
    facts: Facts,
    groups: Sequence[str],
    other: Subnet,
    others: Sequence[str],
    *,
    port: int,
    way: Leg,
    side: Literal["egress", "ingress"],
) -> Stop | None:
    found = _known(facts, groups)
    if isinstance(found, Stop):
        return found
    every = (rule for one in found for rule in (one.go if side == "egress" else one.come))
    rules = [rule for rule in every if rule.carries(port)]
    if _lets(facts, rules, other.cidr, others, way):
        return None
    return stops.not_let(facts, found[0], _whole(facts, other), port, side)


def _known(facts: Facts, groups: Sequence[str]) -> list[Group] | Stop:
    """The groups; without any, or with one that nobody told of, nothing is let through."""
    for name in groups:
        if name not in facts.groups:
            return stops.unknown(f"there is no security group {name}", name)
    if not groups:
        return stops.unknown("it has no security group", "its security groups")
    return [facts.groups[name] for name in groups]


def _lets(
    facts: Facts, rules: Sequence[Rule], block: IPv4Network, others: Sequence[str], way: Leg
) -> bool:
    if inside(block, (one for rule in rules for one in rule.blocks)):
        return True
    # A rule that names a group of another VPC counts over a peering (VPC Peering Guide, "Update
    # your security groups to reference peer security groups").  Over a transit gateway it does
    # so only where that was switched on at every step, which is not relied upon.
    near = way.leaves is None
    named = {name for rule in rules for name in rule.groups}
    return near and any(name in named and name in facts.groups for name in others)


def _whole(facts: Facts, subnet: Subnet) -> IPv4Network:
    """The block of its VPC that a subnet is in: rules are written for that."""
    vpc = facts.vpcs.get(subnet.vpc)
    blocks = vpc.cidrs if vpc else ()
    return next((one for one in blocks if subnet.cidr.subnet_of(one)), subnet.cidr)


def acls(facts: Facts, source: Subnet, target: Subnet, way: Leg, ports: Ports) -> Stop | None:
    """The first network ACL between the two subnets that does not allow it.

    Source: Amazon VPC Transit Gateways, "Network ACLs for transit gateways": on the way out an
    attachment's own subnet is entered, on the way in it is left, and not at all where it is the
    subnet that the packet is for.
    """
    for subnet, egress in _passed(facts, source, target, way):
        acl, block = facts.acl_of(subnet), target.cidr if egress else source.cidr
        if acl is None:
            return stops.unknown(f"the network ACL of {subnet.id} is not known", subnet.id)
        if not _allows(acl, block, ports, egress=egress):
            return stops.acl_denies(facts, acl, block, ports, egress=egress)
    return None


def _passed(
    facts: Facts, source: Subnet, target: Subnet, way: Leg
) -> Iterator[tuple[Subnet, bool]]:
    """Each subnet's ACL that is asked, and whether for what goes out of the subnet."""
    if source.id == target.id:
        return
    yield source, True
    if way.leaves is not None:
        yield from ((one, False) for one in _seats(facts, way.leaves.subnets, source.zone))
    if way.arrives is not None:
        seats = _seats(facts, way.arrives.subnets, target.zone)
        if target in seats:
            return
        yield from ((one, True) for one in seats)
    yield target, False


def _seats(facts: Facts, names: Sequence[str], zone: str) -> list[Subnet]:
    """The subnets of an attachment that packets of `zone` go by: its own, or any."""
    known = [facts.subnets[name] for name in names if name in facts.subnets]
    return [one for one in known if one.zone == zone] or known


def _allows(acl: Acl, block: IPv4Network, ports: Ports, *, egress: bool) -> bool:
    """Whether every address of `block` is let through on every one of `ports`."""
    left = [block]
    for entry in sorted(acl.entries, key=lambda one: one.number):
        if entry.egress is not egress or not _touches(entry, left, ports):
            continue
        if not entry.allow:
            return False
        if entry.protocol == "-1" or (entry.first <= ports[0] and ports[1] <= entry.last):
            left = [rest for one in left for rest in without(one, entry.block)]
        if not left:
            return True
    return False


def _touches(entry: AclEntry, left: Sequence[IPv4Network], ports: Ports) -> bool:
    if entry.protocol != "-1":
        apart = entry.first > ports[1] or entry.last < ports[0]
        if entry.protocol not in {"6", "tcp"} or apart:
            return False
    return any(entry.block.overlaps(one) for one in left)
