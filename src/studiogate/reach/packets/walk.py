"""One packet on its way by the routes that stand: from a subnet to a subnet, by which link.

The longest prefix wins in every table.  A VPC passes on nothing that is not its own: peering is
not transitive (VPC Peering Guide, "VPC peering limitations").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from studiogate.reach.packets import stops
from studiogate.reach.packets.facts import (
    Attachment,
    Facts,
    Peering,
    Route,
    Subnet,
    Table,
    TransitTable,
    inside,
)
from studiogate.reach.packets.stops import Stop

_CARRIES = frozenset({"available", "modifying"})


@dataclass(frozen=True, slots=True)
class Leg:
    """The way that packets take, once they get there."""

    peering: Peering | None = None
    leaves: Attachment | None = None
    arrives: Attachment | None = None
    """The two attachments of a way by transit gateway; without any of these: within a VPC."""


def leg(facts: Facts, source: Subnet, target: Subnet) -> Leg | Stop:
    """The way from every address of `source` to every address of `target`, or its end."""
    if source.vpc == target.vpc:
        return Leg()
    here = facts.vpcs.get(source.vpc)
    if here and any(cidr.overlaps(target.cidr) for cidr in here.cidrs):
        return stops.overlap(facts, source.vpc, target.cidr)
    return _Walking(facts, source, target).leg()


class _Walking:
    """One packet that has to leave its VPC."""

    def __init__(self, facts: Facts, source: Subnet, target: Subnet) -> None:
        self._facts = facts
        self._source = source
        self._target = target
        there = facts.vpcs.get(target.vpc)
        blocks = there.cidrs if there else ()
        self._block = next((one for one in blocks if target.cidr.subnet_of(one)), target.cidr)
        """The block a route would be for."""

    def leg(self) -> Leg | Stop:
        """The whole way."""
        table = self._facts.table_of(self._source)
        if table is None:
            what = f"the route table of {self._source.id} is not known"
            return stops.unknown(what, self._source.id)
        routes = _taken(table.routes, self._target.cidr)
        if not routes:
            return self._no_way(table, None)
        return _all([self._by(table, route) for route in routes])

    def _by(self, table: Table, route: Route) -> Leg | Stop:
        match route.kind:
            case "peering":
                return self._by_peering(table, route)
            case "transit-gateway":
                return self._by_gateway(table, route)
            case "something else":
                return self._elsewhere(table.vpc, table.id, route)
            case _:
                return self._no_way(table, route)

    def _no_way(self, table: Table, beside: Route | None) -> Stop:
        """What is missing: the link, or else the route by it."""
        facts, here, there = self._facts, self._source.vpc, self._target.vpc
        for peering in facts.peerings_of(here, there):
            if peering.state != "active":
                return stops.peering_waits(facts, peering)
            return self._no_route(table, peering.id, beside)
        there_too = {one.gateway for one in facts.attachments_of(there)}
        for one in facts.attachments_of(here):
            if one.gateway in there_too:
                return self._no_route(table, one.gateway, beside)
        return stops.no_link(facts, here, there)

    def _no_route(self, table: Table, via: str, beside: Route | None) -> Stop:
        return stops.no_route(
            self._facts, table, subnet=self._source, to=self._block, via=via, beside=beside
        )

    def _by_peering(self, table: Table, route: Route) -> Leg | Stop:
        peering = self._facts.peerings.get(route.via)
        if peering is None:
            if route.blackhole:
                return self._blackhole(table, route)
            return stops.unknown(f"nobody told what {route.via} is", route.via)
        if peering.other(self._source.vpc) != self._target.vpc:
            return self._elsewhere(table.vpc, table.id, route)
        if peering.state != "active":
            return stops.peering_waits(self._facts, peering)
        return self._blackhole(table, route) if route.blackhole else Leg(peering=peering)

    def _by_gateway(self, table: Table, route: Route) -> Leg | Stop:
        facts, source = self._facts, self._source
        leaves = next(iter(facts.attachments_of(source.vpc, route.via)), None)
        if leaves is None:
            return stops.not_attached(facts, source.vpc, route.via)
        if leaves.state not in _CARRIES:
            return stops.attachment_waits(facts, leaves)
        if route.blackhole:
            return self._blackhole(table, route)
        zones = {facts.subnets[one].zone for one in leaves.subnets if one in facts.subnets}
        if source.zone not in zones:
            return stops.no_zone(facts, source, leaves)
        if leaves.table is None:
            return self._not_associated(leaves)
        serving = facts.transit_tables.get(leaves.table)
        if serving is None or not serving.whole:
            return stops.unknown(
                f"the routes of {leaves.table} are not all known", leaves.table
            )
        return self._through(serving, leaves)

    def _not_associated(self, leaves: Attachment) -> Stop:
        """Only the gateway's owner is told with what an attachment is associated."""
        owner = self._facts.gateways.get(leaves.gateway)
        if owner in self._facts.accounts:
            return stops.no_association(self._facts, leaves)
        what = f"the tables of {leaves.gateway} are known to account {owner} alone"
        return stops.unknown(what, leaves.gateway)

    def _through(self, table: TransitTable, leaves: Attachment) -> Leg | Stop:
        facts, there = self._facts, self._target.vpc
        routes = _taken(table.routes, self._target.cidr)
        if not routes:
            wanted = next(iter(facts.attachments_of(there, table.gateway)), None)
            if wanted and wanted.state not in _CARRIES:
                return stops.attachment_waits(facts, wanted)
            return stops.no_transit_route(facts, table, self._block, wanted)
        return _all([self._arrive(table, route, leaves) for route in routes])

    def _arrive(self, table: TransitTable, route: Route, leaves: Attachment) -> Leg | Stop:
        facts = self._facts
        owner = facts.gateways.get(table.gateway, "of the transit gateway")
        if route.blackhole:
            return stops.blackhole(owner, table.id, route)
        arrives = facts.attachments.get(route.via)
        if arrives is None or arrives.resource != self._target.vpc:
            return stops.elsewhere(owner, table.id, route, self._target.cidr)
        if arrives.state not in _CARRIES:
            return stops.attachment_waits(facts, arrives)
        return Leg(leaves=leaves, arrives=arrives)

    def _blackhole(self, table: Table, route: Route) -> Stop:
        return stops.blackhole(self._facts.account_of(table.vpc), table.id, route)

    def _elsewhere(self, vpc: str, table: str, route: Route) -> Stop:
        account = self._facts.account_of(vpc)
        return stops.elsewhere(account, table, route, self._target.cidr)


def _all(found: Sequence[Leg | Stop]) -> Leg | Stop:
    """The first end of several ways, or one of them where none ends."""
    return next((one for one in found if isinstance(one, Stop)), found[0])


def _taken(routes: Sequence[Route], block: IPv4Network) -> list[Route]:
    """The routes that packets to `block` take, each of which has to lead there.

    That is the longest prefix that holds it, and narrower ones where some of its addresses go
    another way; or several that hold it together.
    """
    around = [one for one in routes if block.subnet_of(one.to)]
    best = max(around, key=lambda one: one.to.prefixlen, default=None)
    within = [one for one in routes if one.to != block and one.to.subnet_of(block)]
    if best is None:
        return within if inside(block, (one.to for one in within)) else []
    return [best, *(one for one in within if _where(one) != _where(best))]


def _where(route: Route) -> tuple[str, str, bool]:
    return route.kind, route.via, route.blackhole
