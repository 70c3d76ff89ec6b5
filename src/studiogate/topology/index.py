"""The parts of a network by what they are asked for: tables, groups, zones, rules.

Made once for each topology, so that a question costs a few dictionary look-ups, however many
networks there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from studiogate.topology.parts import (
    Admission,
    Association,
    Attachment,
    CorporateForward,
    Forwarding,
    GatewayRoute,
    Link,
    Part,
    Peering,
    Place,
    Route,
    RuleAssociation,
    Vpn,
    Zone,
    ZoneAssociation,
)
from studiogate.topology.prefixes import Prefixes

T = TypeVar("T")

Named = Mapping[tuple[str, str], T]
"""Something by network and name."""


@dataclass(frozen=True, slots=True)
class Index:
    """Everything `Topology` looks up."""

    kinds: Mapping[type[Any], tuple[Any, ...]]
    """The parts by what they are, in order."""

    place_at: Prefixes[str]
    pairs: frozenset[tuple[str, str]]
    links: frozenset[Link]
    tables: Mapping[str, Prefixes[Route]]
    table_of: Mapping[str, Association]
    gateway_routes: Mapping[tuple[str, str], GatewayRoute]
    """By network and service."""

    groups: Mapping[tuple[str, int], Prefixes[Admission]]
    """By group and port."""

    zones: Named[tuple[Zone, ZoneAssociation]]
    forwardings: Mapping[str, Forwarding]
    rules: Named[RuleAssociation]
    """Associations of rules that are there."""

    forwards: Named[CorporateForward]

    def only(self, kind: type[T]) -> tuple[T, ...]:
        """The parts of one kind, in order."""
        found: tuple[T, ...] = self.kinds[kind]
        return found


def indexed(
    parts: Iterable[Part],
    *,
    places: Mapping[str, Place],
    pairs: Iterable[tuple[str, str]],
    zones: Iterable[Zone],
) -> Index:
    """The index of `parts`; of two of the same key the first counts."""
    kept = tuple(parts)
    kinds = _kinds(kept)
    zone_of = {zone.name: zone for zone in zones}
    forwardings = {rule.name: rule for rule in kinds[Forwarding]}
    return Index(
        kinds=kinds,
        place_at=Prefixes((cidr, name) for name, one in places.items() for cidr in one.blocks),
        pairs=frozenset(pairs),
        links=frozenset(links(kept)),
        tables=_tables(kinds[Route]),
        table_of={one.network: one for one in reversed(kinds[Association])},
        gateway_routes={(one.network, one.service): one for one in kinds[GatewayRoute]},
        groups=_groups(kinds[Admission]),
        zones={
            (one.network, one.zone): (zone_of[one.zone], one) for one in kinds[ZoneAssociation]
        },
        forwardings=forwardings,
        rules={
            (one.network, one.name): one
            for one in kinds[RuleAssociation]
            if one.name in forwardings
        },
        forwards={(one.network, one.name): one for one in kinds[CorporateForward]},
    )


def links(parts: Iterable[Part]) -> tuple[Link, ...]:
    """The links among `parts`, in order."""
    return tuple(part for part in parts if isinstance(part, Attachment | Peering | Vpn))


def most_specific(known: Named[T], network: str, name: str) -> T | None:
    """What `known` has for `name`, or else for the closest of the domains around it."""
    while name:
        if (found := known.get((network, name))) is not None:
            return found
        name = name.partition(".")[2]
    return None


def _kinds(parts: Iterable[Part]) -> dict[type[Any], tuple[Any, ...]]:
    """Every kind of `Part` is there, whether or not a part of it is."""
    found: dict[type[Any], list[Part]] = {kind: [] for kind in get_args(Part)}
    for part in parts:
        found[type(part)].append(part)
    return {kind: tuple(some) for kind, some in found.items()}


def _tables(routes: Iterable[Route]) -> dict[str, Prefixes[Route]]:
    found: defaultdict[str, list[Route]] = defaultdict(list)
    for route in routes:
        found[route.table].append(route)
    return {table: Prefixes((one.to, one) for one in some) for table, some in found.items()}


def _groups(admissions: Iterable[Admission]) -> dict[tuple[str, int], Prefixes[Admission]]:
    found: defaultdict[tuple[str, int], list[Admission]] = defaultdict(list)
    for one in admissions:
        found[one.group, one.port].append(one)
    return {key: Prefixes((one.source, one) for one in some) for key, some in found.items()}
