"""How networks are connected, and every route that follows: by transit gateway or by peering.

Everybody reaches the hub and nobody reaches anybody else, but for the lobs that read a
warehouse.  A transit gateway keeps that with one route table for each role (S2-43, F-25); a
peering keeps it by itself, because it carries nothing further than its two ends.

A lob that is no reader shares its role's table with readers.  What keeps it from a warehouse
are the tables of the two VPCs: its own has no way there, the producer's no way back.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Literal, assert_never

from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.model import CorporateNetwork, Landscape, VpcNetwork
from studiogate.topology.addresses import public_subnets, subnets, zone_ids
from studiogate.topology.parts import (
    Association,
    Attachment,
    Corporate,
    Link,
    Peering,
    Place,
    Role,
    Route,
    Vpc,
    Vpn,
    transit_table,
)

MOST_PEERINGS = 125
"""Of one VPC, after raising the quota of 50 (AWS General Reference, "Amazon VPC quotas")."""

Manner = Literal["transit-gateway", "vpc-peering"]

Pair = tuple[str, str]
"""Two networks that the landscape connects; the first reaches the second, and is answered."""


def places(landscape: Landscape) -> dict[str, Place]:
    """Every network, with its role and its subnets.

    Raises:
        LandscapeError: a VPC that is to let its subnets out has no room for it.
    """
    alone = _alone(landscape)
    lobs = frozenset(lob.account for lob in landscape.lobs.values())
    return {
        name: _corporate(name, one, alone)
        if isinstance(one, CorporateNetwork)
        else _vpc(landscape, name, one, _role(landscape, name, lob=one.account in lobs))
        for name, one in landscape.networks.items()
    }


def pairs(landscape: Landscape) -> tuple[Pair, ...]:
    """Who reaches whom: everybody the hub, and readers the network of their warehouse.

    Not where they have an endpoint to it in their own network: then no packet of theirs goes
    to the other.
    """
    hub = landscape.gateway.network
    found = {(name, hub): None for name in landscape.networks if name != hub}
    by_network = (one for one in landscape.warehouses.values() if one.reached_by == "network")
    for warehouse in by_network:
        for domain in landscape.domains.values():
            there = warehouse.network
            pair = (domain.network, there)
            joined = hub in pair or pair[::-1] in found
            if domain.lob in warehouse.readers and domain.network != there and not joined:
                found[pair] = None
    return tuple(found)


def connected(
    manner: Manner, known: Mapping[str, Place], wanted: Iterable[Pair]
) -> tuple[Link | Association | Route, ...]:
    """The links between `wanted` pairs, and every route by them.

    Raises:
        LandscapeError: more peerings than a VPC can have.
    """
    match manner:
        case "transit-gateway":
            return _by_transit_gateway(known, wanted)
        case "vpc-peering":
            return _by_peering(known, wanted)
        case _:
            assert_never(manner)


def _vpc(landscape: Landscape, name: str, network: VpcNetwork, role: Role) -> Vpc:
    zones = len(zone_ids(landscape))
    return Vpc(
        name=name,
        account=landscape.accounts[network.account],
        cidr=network.cidr,
        role=role,
        subnets=subnets(network.cidr, zones),
        public=public_subnets(name, network.cidr, zones) if network.egress else (),
    )


def _corporate(
    name: str, network: CorporateNetwork, alone: Mapping[IPv4Address, str]
) -> Corporate:
    return Corporate(
        name=name,
        cidrs=network.cidrs,
        dns_servers=network.dns_servers,
        blocks=(
            *network.cidrs,
            *(IPv4Network(server) for server, owner in alone.items() if owner == name),
        ),
    )


def _alone(landscape: Landscape) -> dict[IPv4Address, str]:
    """DNS servers that are in no network, by the first corporate network that names them.

    People and servers need not share addresses; without a route of its own such a server
    could ask the inbound resolver and never hear the answer (F-28).
    """
    cidrs = [cidr for network in landscape.networks.values() for cidr in network.cidrs]
    found: dict[IPv4Address, str] = {}
    for name, network in landscape.networks.items():
        if isinstance(network, CorporateNetwork):
            for server in network.dns_servers:
                if not any(server in cidr for cidr in cidrs):
                    found.setdefault(server, name)
    return found


def _role(landscape: Landscape, name: str, *, lob: bool) -> Role:
    """What the VPC called `name`, in the account of a lob or not, is to the others."""
    if name == landscape.gateway.network:
        return Role.HUB
    return Role.LOBS if lob else Role.PRODUCERS


def _by_transit_gateway(
    known: Mapping[str, Place], wanted: Iterable[Pair]
) -> tuple[Link | Association | Route, ...]:
    attached = {name: Attachment(name) for name in known}
    routes: dict[Route, None] = {}
    for pair in wanted:
        for here, there in (pair, pair[::-1]):
            table = transit_table(known[here].role)
            for block in known[there].blocks:
                routes[Route(here, block, attached[here])] = None
                routes[Route(table, block, attached[there])] = None
    return (
        *attached.values(),
        *(Association(name, transit_table(place.role)) for name, place in known.items()),
        *routes,
    )


def _by_peering(known: Mapping[str, Place], wanted: Iterable[Pair]) -> tuple[Link | Route, ...]:
    links = {pair: link_from(pair[0], pair, "vpc-peering", known) for pair in wanted}
    _require_few(links.values())
    routes = (
        Route(here, block, link)
        for pair, link in links.items()
        for here, there in (pair, pair[::-1])
        for block in known[there].blocks
    )
    return (*links.values(), *routes)


def link_from(here: str, pair: Pair, manner: Manner, known: Mapping[str, Place]) -> Link:
    """The link by which what is sent from `here`, one of `pair`, goes to the other."""
    if manner == "transit-gateway":
        return Attachment(here)
    one, other = pair
    return Vpn(one, other) if isinstance(known[one], Corporate) else Peering(other, one)


def _require_few(links: Iterable[Link]) -> None:
    for name, count in Counter(end for link in links for end in _ends(link)).items():
        if count > MOST_PEERINGS:
            raise LandscapeError(
                [
                    Problem(
                        where="connect",
                        what=f"{name} would have {count} peerings",
                        remedy=f"A VPC has {MOST_PEERINGS} at most: write "
                        "`connect: transit-gateway`.",
                    )
                ]
            )


def _ends(link: Link) -> Iterator[str]:
    if isinstance(link, Peering):
        yield link.one
        yield link.other
