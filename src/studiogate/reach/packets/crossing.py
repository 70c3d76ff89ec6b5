"""Whether packets get from one place to another and back, and the first thing that stops them.

A yes holds for every subnet of the one and every subnet of the other, there and back: nobody
chooses where an app or a node of a cluster stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from studiogate.reach.packets import stops
from studiogate.reach.packets.doors import EPHEMERAL, acls, lets_in, lets_out
from studiogate.reach.packets.facts import ANY, Facts, Route, Subnet, inside
from studiogate.reach.packets.stops import Stop
from studiogate.reach.packets.walk import leg

REDSHIFT, NFS = 5439, 2049


@dataclass(frozen=True, slots=True)
class Side:
    """One end: where something is, and the security groups it has."""

    vpc: str
    subnets: tuple[str, ...] = ()
    """Ids; every subnet of the VPC where none is named."""

    groups: tuple[str, ...] | None = None
    """Ids, all of which it has; `None`: nobody asks what they let through."""

    def among(self, facts: Facts) -> tuple[Subnet, ...]:
        """Its subnets that are there."""
        if not self.subnets:
            return facts.subnets_of(self.vpc)
        return tuple(facts.subnets[one] for one in self.subnets if one in facts.subnets)


@dataclass(frozen=True, slots=True)
class Crossing:
    """The answer for two ends and a port."""

    said: str
    """One sentence; where packets do not arrive, with the first stop and its remedy."""

    stop: Stop | None = None
    """Where they end; `None`: they arrive, and answers come back."""

    back: bool = False
    """Whether it is the answer that ends there."""

    @property
    def arrives(self) -> bool:
        """Whether packets get there, and answers back."""
        return self.stop is None


def crossing(facts: Facts, source: Side, target: Side, *, port: int) -> Crossing:
    """Whether TCP from `source` gets to `port` of `target`, and back."""
    stop, back = _first(facts, source, target, port)
    if stop is None:
        return Crossing(f"{source.vpc} reaches TCP {port} in {target.vpc}, and is answered.")
    on_the_way = "on the way back " if back else ""
    says = f"{source.vpc} does not reach TCP {port} in {target.vpc}: {on_the_way}{stop.what}."
    return Crossing(f"{says} {stop.remedy}", stop, back)


def _first(facts: Facts, source: Side, target: Side, port: int) -> tuple[Stop | None, bool]:
    """The first stop, and whether it is on the way back."""
    ours, theirs = source.among(facts), target.among(facts)
    for side, subnets in ((source, ours), (target, theirs)):
        if not subnets or len(subnets) < len(side.subnets):
            return stops.unknown(
                f"the subnets of {side.vpc} are not all known", side.vpc
            ), False
    pairs = [(one, other) for one in ours for other in theirs]
    for one, other in pairs:
        if stop := _there(facts, (one, source), (other, target), port):
            return stop, False
    for one, other in pairs:
        if stop := _back(facts, other, one):
            return stop, True
    return None, False


_End = tuple[Subnet, Side]


def _there(facts: Facts, ours: _End, theirs: _End, port: int) -> Stop | None:
    """The way there: routes, the doors out, what lies between, the doors in."""
    (source, from_), (target, to) = ours, theirs
    way = leg(facts, source, target)
    if isinstance(way, Stop):
        return way
    if from_.groups is not None:
        others = to.groups or ()
        if stop := lets_out(facts, from_.groups, target, others=others, port=port, way=way):
            return stop
    if stop := acls(facts, source, target, way, (port, port)):
        return stop
    if to.groups is None:
        return None
    others = from_.groups or ()
    return lets_in(facts, to.groups, source, others=others, port=port, way=way)


def _back(facts: Facts, source: Subnet, target: Subnet) -> Stop | None:
    """The way back of an answer, which security groups let pass by themselves."""
    way = leg(facts, source, target)
    return way if isinstance(way, Stop) else acls(facts, source, target, way, EPHEMERAL)


def to_internet(facts: Facts, side: Side) -> Iterator[tuple[Subnet, Route]]:
    """Subnets that an internet gateway's route makes public (S1-26, F-63), each with it."""
    for subnet in side.among(facts):
        table = facts.table_of(subnet)
        for route in table.routes if table else ():
            if route.kind == "internet-gateway":
                yield subnet, route
                break


def from_internet(facts: Facts, address: IPv4Address, target: Side, *, port: int) -> bool:
    """Whether something with a public address is reached from `address`, and answers.

    It takes an internet gateway's route on every one of its subnets, and a security group.
    """
    subnets, block = target.among(facts), IPv4Network(address)
    out = {subnet.id for subnet, route in to_internet(facts, target) if route.to == ANY}
    groups = [facts.groups[one] for one in target.groups or () if one in facts.groups]
    rules = [rule for group in groups for rule in group.come if rule.carries(port)]
    let_in = inside(block, (one for rule in rules for one in rule.blocks))
    return bool(subnets) and let_in and all(one.id in out for one in subnets)
