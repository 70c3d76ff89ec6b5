"""One packet on its way through a topology: which table, which route, by which link, where to.

Longest prefix wins in every table.  What a VPC is handed and is not for it goes no further:
peering is not transitive, and nothing here forwards for others but the transit gateway (VPC
Peering Guide, "VPC peering limitations"; Transit Gateways, "Route tables").
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import assert_never

from studiogate.topology.network import Topology
from studiogate.topology.parts import (
    Association,
    Attachment,
    Link,
    Part,
    Peering,
    Route,
    Vpn,
    table_words,
    transit_table,
)

Place = IPv4Address | IPv4Network
"""Where a packet goes: one address, or anywhere in a block."""

TRANSIT_GATEWAY = "transit gateway"


@dataclass(frozen=True, slots=True)
class Hop:
    """One table a packet was looked up in."""

    where: str
    """A network's name, or `transit gateway`."""

    table: str
    """As a sentence names it."""

    route: Route | None
    """The route that matched; `None` where none did, or none was needed."""

    local: bool = False
    """Whether the packet is where it is for."""

    def __str__(self) -> str:
        """As `lob-a: 10.0.0.0/16 by the attachment of lob-a to the transit gateway`."""
        if self.local:
            return f"{self.where}: here"
        if self.route is None:
            return f"{self.where}: no route in {self.table}"
        return f"{self.where}: {self.route.to} by the {self.route.via}"


@dataclass(frozen=True, slots=True)
class Walk:
    """A packet's whole way, as far as it came."""

    hops: tuple[Hop, ...]
    used: tuple[Part, ...]
    """Every part that carried it."""

    missing: Part | None = None
    """The one part that would have carried it on, where the landscape means it to be there."""

    lost: str | None = None
    """Why it came no further; `None` where it arrived."""


def walk(topology: Topology, source: str, target: str, to: Place) -> Walk:
    """The way of a packet from network `source` to `to`, which is in network `target`."""
    return _Walking(topology, target, to).start(source)


def once(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Each of `parts` once, in order.

    By identity: they come from one topology, which has each only once, and to compare them
    costs as much as everything else together.
    """
    return tuple({id(part): part for part in parts}.values())


class _Walking:
    """One packet: where it has been, and what carried it."""

    def __init__(self, topology: Topology, target: str, to: Place) -> None:
        self._topology = topology
        self._target = target
        self._to = to
        self._hops: list[Hop] = []
        self._used: list[Part] = []

    def start(self, source: str) -> Walk:
        """Take the packet from `source` as far as it goes."""
        if self._is_in(source):
            return self._arrived(source)
        route = self._topology.route(source, self._to)
        self._hops.append(Hop(source, table_words(source), route))
        if route is None:
            return self._no_route(source, self._topology.meant_link(source, self._target))
        self._used.append(route)
        return self._follow(route.via, source)

    def _follow(self, link: Link, here: str) -> Walk:
        if not self._topology.linked(link):
            return self._lost(link, f"there is no {link}, so the route leads nowhere")
        if here not in _ends(link):
            return self._lost(None, f"the {link} does not begin at {here}")
        self._used.append(link)
        match link:
            case Attachment(network):
                return self._through_transit_gateway(network)
            case Peering(one, other) | Vpn(one, other):
                return self._arrive(other if here == one else one)
            case _:
                assert_never(link)

    def _through_transit_gateway(self, network: str) -> Walk:
        topology = self._topology
        association = topology.table_of(network)
        if association is None:
            wanted = Association(network, transit_table(topology.places[network].role))
            return self._lost(wanted, f"there is no {wanted}")
        route = topology.route(association.table, self._to)
        self._used.append(association)
        self._hops.append(Hop(TRANSIT_GATEWAY, table_words(association.table), route))
        if route is None:
            meant = topology.meant_link(network, self._target)
            return self._no_route(association.table, meant and Attachment(self._target))
        self._used.append(route)
        if not topology.linked(route.via):
            return self._lost(route.via, f"there is no {route.via}, so the route leads nowhere")
        if not isinstance(route.via, Attachment):
            return self._lost(None, f"the {route.via} does not begin at the transit gateway")
        self._used.append(route.via)
        return self._arrive(route.via.network)

    def _arrive(self, network: str) -> Walk:
        if self._is_in(network):
            return self._arrived(network)
        return self._lost(
            None, f"{network} passes nothing on to {self._to}: only its own comes through it"
        )

    def _arrived(self, network: str) -> Walk:
        self._hops.append(Hop(network, table_words(network), None, local=True))
        return Walk(tuple(self._hops), tuple(self._used))

    def _no_route(self, table: str, via: Link | None) -> Walk:
        if via is None:
            return self._lost(
                None,
                f"there is no route to {self._to} in {table_words(table)}, nor is one meant: "
                "beside the hub, only a lob that reads a warehouse is joined to its network",
            )
        wanted = Route(table, self._block(), via)
        return self._lost(wanted, f"there is no {wanted}")

    def _block(self) -> IPv4Network:
        """The block of the target network that the packet is for."""
        blocks = self._topology.places[self._target].blocks
        return next((block for block in blocks if _holds(block, self._to)), blocks[0])

    def _is_in(self, network: str) -> bool:
        blocks = self._topology.places[network].blocks
        return any(_holds(block, self._to) for block in blocks)

    def _lost(self, missing: Part | None, why: str) -> Walk:
        return Walk(tuple(self._hops), tuple(self._used), missing, why)


def _ends(link: Link) -> tuple[str, ...]:
    match link:
        case Attachment(network):
            return (network,)
        case Peering(one, other) | Vpn(one, other):
            return (one, other)
        case _:
            assert_never(link)


def _holds(block: IPv4Network, to: Place) -> bool:
    if isinstance(to, IPv4Network):
        return to.prefixlen >= block.prefixlen and to.network_address in block
    return to in block
