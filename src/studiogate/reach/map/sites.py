"""What a map shows, before anybody draws it: sites, and what ties each to the hub.

Nothing is assumed: a tie is there because `reach.network` walked it, and two networks are apart
because it could not.  Networks that are alike are folded when there are many of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

from studiogate.landscape.model import INTERNET
from studiogate.reach.network.dns import lookup
from studiogate.reach.network.route import between, path
from studiogate.reach.table import Table
from studiogate.reach.world import World
from studiogate.topology.endpoint_services import STUDIO, hub_services
from studiogate.topology.parts import TRANSIT, Corporate, Role, Vpc

MOST = 10
"""Sites on one side of the map; the others are counted."""

_BESIDE = 2
"""Producers that are drawn however many lobs there are."""

_PAIRS = 12
"""Networks whose way to each other is walked; with more, those of one role stand for all."""


class Kind(StrEnum):
    """What a site is."""

    CORPORATE = auto()
    INTERNET = auto()
    LOB = auto()
    PRODUCER = auto()


@dataclass(frozen=True, slots=True)
class Tie:
    """Whether a site reaches the hub's endpoints, and why."""

    there: bool
    said: str
    """One sentence."""


@dataclass(frozen=True, slots=True)
class Opens:
    """A domain, and who opens it from where."""

    domain: str
    networks: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class Site:
    """One network, in its account or outside AWS."""

    name: str
    kind: Kind
    account: str
    """Name and id; empty outside AWS."""

    addresses: tuple[str, ...]
    route: Tie
    names: Tie
    opens: tuple[Opens, ...] = ()
    """Of a line of business, its domains here; of a place outside, what opens from it."""

    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hub:
    """The shared-services account."""

    name: str
    account: str
    addresses: tuple[str, ...]
    endpoints: tuple[str, ...]
    """Services, as `SageMaker API`."""

    inbound: tuple[str, ...]
    forwards: int
    """Names that everybody's questions are forwarded for."""

    tables: tuple[str, ...]
    """What each route table of the transit gateway leads to; empty for peering."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two networks in AWS that reach each other past the hub's endpoints."""

    here: str
    there: str
    why: str = ""
    """As `lob-a reads warehouse sales`; empty where the landscape has no reason for it."""

    @property
    def said(self) -> str:
        """It, as a sentence without its end."""
        return f"{self.here} and {self.there} reach each other" + (self.why and f": {self.why}")


@dataclass(frozen=True, slots=True)
class Map:
    """Everything on the map."""

    title: str
    outside: tuple[Site, ...]
    hub: Hub
    inside: tuple[Site, ...]
    more_inside: int
    """Networks in AWS that are not drawn."""

    more_outside: int
    crossing: tuple[Crossing, ...]

    apart: bool
    """Whether no line of business reaches another."""


def mapped(world: World, table: Table, *, lob: str | None = None) -> Map:
    """The map of `world`, or of what concerns `lob` in it.

    Raises:
        KeyError: there is no such line of business.
    """
    return _Mapping(world, table, lob).whole()


class _Mapping:
    """One world: what its sites share."""

    def __init__(self, world: World, table: Table, lob: str | None) -> None:
        self._world = world
        self._table = table
        self._topology = world.topology
        self._lob = lob
        self._accounts = {id_: name for name, id_ in world.landscape.accounts.items()}
        if lob is not None:
            world.landscape.lobs[lob]  # a lob nobody declared is an error here
        self._opens = tuple(self._openings())

    def whole(self) -> Map:
        """The map."""
        places = self._topology.places
        outside = [name for name, one in places.items() if isinstance(one, Corporate)]
        inside = [name for name in places if self._concerns(name)]
        names = (self._world.landscape.name, self._lob)
        return Map(
            title=" · ".join(part for part in names if part),
            outside=(*(self._site(name) for name in outside[:MOST]), self._internet()),
            hub=self._hub(),
            inside=tuple(self._site(name) for name in self._some(inside)),
            more_inside=max(0, len(inside) - MOST),
            more_outside=max(0, len(outside) - MOST),
            crossing=tuple(self._crossing(inside)),
            apart=not any(self._lobs_meet(inside)),
        )

    def _some(self, inside: Sequence[str]) -> Sequence[str]:
        """As many as are drawn: of the lobs the first, and a producer or two beside them."""
        lobs = [name for name in inside if self._topology.places[name].role is Role.LOBS]
        others = [name for name in inside if name not in lobs]
        beside = others[: max(_BESIDE, MOST - len(lobs))]
        return [*lobs[: MOST - len(beside)], *beside]

    def _concerns(self, name: str) -> bool:
        place = self._topology.places[name]
        if not isinstance(place, Vpc) or name == self._topology.hub:
            return False
        return self._lob is None or self._is_theirs(name) or self._is_read(name)

    def _is_theirs(self, name: str) -> bool:
        landscape = self._world.landscape
        network = landscape.networks[name]
        return (
            network.kind == "vpc" and network.account == landscape.lobs[self._lob or ""].account
        )

    def _is_read(self, name: str) -> bool:
        warehouses = self._world.landscape.warehouses.values()
        return any(one.network == name and self._lob in one.readers for one in warehouses)

    def _site(self, name: str) -> Site:
        place = self._topology.places[name]
        corporate = isinstance(place, Corporate)
        return Site(
            name=name,
            kind=_kind(place),
            account="" if isinstance(place, Corporate) else self._account(place.account),
            addresses=tuple(str(cidr) for cidr in place.cidrs),
            route=self._route(name),
            names=self._names(name),
            opens=self._opens_from(name) if corporate else self._opens_in(name),
            notes=tuple(self._notes(name)),
        )

    def _internet(self) -> Site:
        nothing = Tie(there=False, said="nothing private is reached from the internet")
        return Site(
            name=INTERNET,
            kind=Kind.INTERNET,
            account="",
            addresses=(),
            route=nothing,
            names=nothing,
            opens=self._opens_from(INTERNET),
        )

    def _route(self, name: str) -> Tie:
        found = path(self._topology, name, STUDIO)
        return Tie(found.reaches, found.said)

    def _names(self, name: str) -> Tie:
        found = lookup(self._topology, name, self._topology.studio_name("d-any"))
        return Tie(found.private, found.said)

    def _notes(self, name: str) -> Iterator[str]:
        for warehouse, one in self._world.landscape.warehouses.items():
            if one.network == name:
                readers = ", ".join(one.readers) or "nobody"
                yield f"warehouse {warehouse}, read by {readers}"
        place = self._topology.places[name]
        if isinstance(place, Corporate) and place.dns_servers:
            yield f"DNS {', '.join(map(str, place.dns_servers))}"

    def _hub(self) -> Hub:
        topology, landscape = self._topology, self._world.landscape
        place = topology.places[topology.hub]
        return Hub(
            name=topology.hub,
            account=self._account(landscape.hub_account),
            addresses=tuple(str(cidr) for cidr in place.cidrs),
            endpoints=tuple(_service(one) for one in hub_services(landscape)),
            inbound=tuple(str(one) for one in topology.resolver.inbound),
            forwards=len(topology.forwardings),
            tables=tuple(self._tables()),
        )

    def _tables(self) -> Iterator[str]:
        """What each table of the transit gateway leads to, by the roles of the places."""
        roles = {name: str(place.role) for name, place in self._topology.places.items()}
        leads: dict[str, dict[str, None]] = {}
        for route in self._topology.routes:
            transit, _, role = route.table.partition("/")
            if transit == TRANSIT and role:
                leads.setdefault(role, {})[roles[route.via.network]] = None  # type: ignore[union-attr]  # of a transit table
        return (f"{role} → {', '.join(found)}" for role, found in leads.items())

    def _crossing(self, inside: Sequence[str]) -> Iterator[Crossing]:
        for here, there in self._meeting(inside):
            why = self._readers(here, there) or self._readers(there, here)
            yield Crossing(here, there, why)

    def _readers(self, here: str, there: str) -> str:
        """Which warehouse in `there` is read from `here`: why the landscape joins the two."""
        landscape = self._world.landscape
        lobs = {one.lob for one in landscape.domains.values() if one.network == here}
        for name, warehouse in landscape.warehouses.items():
            readers = [lob for lob in warehouse.readers if lob in lobs]
            if warehouse.network == there and readers:
                return f"{', '.join(readers)} reads warehouse {name}"
        return ""

    def _lobs_meet(self, inside: Sequence[str]) -> Iterator[bool]:
        places = self._topology.places
        for pair in self._meeting(inside):
            yield all(places[name].role is Role.LOBS for name in pair)

    def _meeting(self, inside: Sequence[str]) -> Iterator[tuple[str, str]]:
        some = inside[:_PAIRS]
        for number, here in enumerate(some):
            for there in some[number + 1 :]:
                if between(self._topology, here, there).reaches:
                    yield here, there

    def _openings(self) -> Iterator[tuple[str, str, int]]:
        """Domain, network, and how many people open the one from the other."""
        counted: dict[tuple[str, str], int] = {}
        for row in self._table.rows:
            if self._lob in {None, row.lob}:
                for way in row.opens:
                    counted[way] = counted.get(way, 0) + len(row.people)
        return ((domain, network, people) for (domain, network), people in counted.items())

    def _opens_in(self, name: str) -> tuple[Opens, ...]:
        domains = self._world.landscape.domains
        here = [domain for domain, one in domains.items() if one.network == name]
        return tuple(
            _one(domain, {n: p for d, n, p in self._opens if d == domain}) for domain in here
        )

    def _opens_from(self, name: str) -> tuple[Opens, ...]:
        return tuple(Opens(d, (name,), p) for d, network, p in self._opens if network == name)

    def _account(self, account: str) -> str:
        return f"{self._accounts[account]} {account}"


def _one(domain: str, networks: Mapping[str, int]) -> Opens:
    return Opens(domain, tuple(networks), max(networks.values(), default=0))


def _kind(place: Corporate | Vpc) -> Kind:
    if isinstance(place, Corporate):
        return Kind.CORPORATE
    return Kind.LOB if place.role is Role.LOBS else Kind.PRODUCER


_SPOKEN = {
    "sagemaker.api": "SageMaker API",
    "studio": "Studio",
    "sts": "STS",
    "execute-api": "private API",
    "dynamodb": "DynamoDB",
    "redshift": "Redshift API",
    "redshift-data": "Redshift Data API",
    "redshift-serverless": "Redshift Serverless API",
    "license-manager": "License Manager",
}


def _service(service: str) -> str:
    word = service.partition("{region}.")[2]
    return _SPOKEN.get(word, word)
