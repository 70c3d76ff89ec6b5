"""The private network of a landscape, as data: all that is built, and nothing that is not.

Immutable.  `without` and `having` give the same network with one part fewer or more, which is
how `why` finds the smallest change, and how the tests show that every part is needed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network

from studiogate.landscape.model import Landscape
from studiogate.topology.addresses import Seats, seats, zone_ids
from studiogate.topology.endpoint_services import (
    DYNAMODB,
    EXECUTE_API,
    GATEWAY_TYPE,
    HOST,
    STUDIO,
    hub_services,
)
from studiogate.topology.ids import Ids
from studiogate.topology.index import Index, indexed, links, most_specific
from studiogate.topology.links import Manner, Pair, connected, link_from, pairs, places
from studiogate.topology.parts import (
    HTTPS,
    Admission,
    Association,
    CorporateForward,
    Endpoint,
    Forwarding,
    GatewayRoute,
    Link,
    Part,
    Place,
    Resolver,
    Route,
    RuleAssociation,
    Zone,
    ZoneAssociation,
)
from studiogate.topology.served import served, service_name, zones_of


@dataclass(frozen=True, slots=True)
class Topology:
    """The whole network; everything is in the order of the landscape."""

    region: str
    hub: str
    """The network of the shared endpoints."""

    api: str
    """The id of the private API."""

    manner: Manner
    """How networks reach the hub."""

    places: Mapping[str, Place]
    """Every network by name."""

    pairs: tuple[Pair, ...]
    """Which networks are meant to reach which; every other two are meant to be apart."""

    endpoints: Mapping[str, Endpoint]
    """By service."""

    zones: tuple[Zone, ...]
    resolver: Resolver
    parts: tuple[Part, ...]
    """Everything that can be taken away on its own."""

    _index: Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the parts; `replace` comes by here too."""
        found = indexed(self.parts, places=self.places, pairs=self.pairs, zones=self.zones)
        object.__setattr__(self, "_index", found)

    # The parts by kind

    @property
    def links(self) -> tuple[Link, ...]:
        """Attachments, or peerings and corporate connections."""
        return links(self.parts)

    @property
    def associations(self) -> tuple[Association, ...]:
        """Attachments with the transit gateway's route tables."""
        return self._index.only(Association)

    @property
    def routes(self) -> tuple[Route, ...]:
        """Lines of every route table."""
        return self._index.only(Route)

    @property
    def gateway_routes(self) -> tuple[GatewayRoute, ...]:
        """Routes to prefix lists."""
        return self._index.only(GatewayRoute)

    @property
    def admissions(self) -> tuple[Admission, ...]:
        """Rules of every security group."""
        return self._index.only(Admission)

    @property
    def zone_associations(self) -> tuple[ZoneAssociation, ...]:
        """Who sees which private zone."""
        return self._index.only(ZoneAssociation)

    @property
    def forwardings(self) -> tuple[Forwarding, ...]:
        """Resolver rules, each to the inbound resolver."""
        return self._index.only(Forwarding)

    @property
    def rule_associations(self) -> tuple[RuleAssociation, ...]:
        """Whom each Resolver rule is shared and associated with."""
        return self._index.only(RuleAssociation)

    @property
    def corporate_forwards(self) -> tuple[CorporateForward, ...]:
        """What corporate DNS servers forward."""
        return self._index.only(CorporateForward)

    # Names

    @property
    def api_name(self) -> str:
        """The host of the private API."""
        return self.service_name(EXECUTE_API)

    @property
    def endpoint_api_name(self) -> str:
        """The host that names API and endpoint, and needs no private DNS (S4-18)."""
        label, _, rest = self.api_name.partition(".")
        return f"{label}-{self.endpoints[EXECUTE_API].id}.{rest}"

    def studio_name(self, domain_id: str) -> str:
        """The host that Studio domain `domain_id` is opened at."""
        return f"{domain_id}.{self.service_name(STUDIO)}"

    def service_name(self, service: str) -> str:
        """The host of `service`; for Studio, what the hosts of all domains end in."""
        return service_name(self.region, self.api, service)

    # One part more or fewer

    def without(self, *fewer: Part) -> "Topology":
        """The same network, but for some parts.

        Raises:
            KeyError: one of them is not here.
        """
        here, gone = frozenset(self.parts), frozenset(fewer)
        if absent := [part for part in fewer if part not in here]:
            raise KeyError(str(absent[0]))
        return replace(self, parts=tuple(part for part in self.parts if part not in gone))

    def having(self, *more: Part) -> "Topology":
        """The same network, and some parts where they are not there already."""
        return replace(self, parts=tuple(dict.fromkeys((*self.parts, *more))))

    # What routers, security groups and resolvers look up

    def place_of(self, address: IPv4Address) -> str | None:
        """The network `address` is in."""
        return self._index.place_at.at(address)

    def linked(self, link: Link) -> bool:
        """Whether `link` is there."""
        return link in self._index.links

    def meant_link(self, here: str, there: str) -> Link | None:
        """The link by which `here` is to reach `there`; `None` where the two are apart."""
        for pair in ((here, there), (there, here)):
            if pair in self._index.pairs:
                return link_from(here, pair, self.manner, self.places)
        return None

    def route(self, table: str, to: IPv4Address | IPv4Network) -> Route | None:
        """The route of `table` that all of `to` goes by: the longest prefix that holds it."""
        found = self._index.tables.get(table)
        return found.at(to) if found else None

    def table_of(self, network: str) -> Association | None:
        """Which transit gateway table what comes by the attachment of `network` goes by."""
        return self._index.table_of.get(network)

    def gateway_route(self, network: str, service: str) -> GatewayRoute | None:
        """The route of `network` to the prefix list of `service`."""
        return self._index.gateway_routes.get((network, service))

    def admission(
        self, group: str, source: IPv4Address | IPv4Network, port: int
    ) -> Admission | None:
        """The rule of `group` that lets all of `source` in on `port`."""
        found = self._index.groups.get((group, port))
        return found.at(source) if found else None

    def zone_for(self, network: str, name: str) -> tuple[Zone, ZoneAssociation] | None:
        """The most specific private zone that `network` sees and `name` is in."""
        return most_specific(self._index.zones, network, name)

    def rule_for(self, network: str, name: str) -> RuleAssociation | None:
        """The most specific forwarding rule for `name` that `network` is associated with."""
        return most_specific(self._index.rules, network, name)

    def forwarding(self, name: str) -> Forwarding | None:
        """The forwarding rule of exactly this name, whoever is associated with it."""
        return self._index.forwardings.get(name)

    def forward_for(self, network: str, name: str) -> CorporateForward | None:
        """The most specific zone around `name` that corporate `network` forwards."""
        return most_specific(self._index.forwards, network, name)

    def meant_zone(self, name: str) -> Zone | None:
        """The zone `name` is in, whoever sees it."""
        around = [z for z in self.zones if name == z.name or name.endswith(f".{z.name}")]
        return max(around, key=lambda zone: len(zone.name), default=None)


def topology(landscape: Landscape, ids: Ids) -> Topology:
    """The private network of `landscape`, for the things that `ids` names.

    The addresses of endpoints are symbolic, but for their subnets: AWS gives them, and
    `AWS::EC2::VPCEndpoint` has no property to ask for one.

    The same arguments always give the same network.

    Raises:
        LandscapeError: the hub is too small for what it holds, or has too many peerings.
    """
    hub = landscape.gateway.network
    known = places(landscape)
    wanted = pairs(landscape)
    apps = frozenset(domain.network for domain in landscape.domains.values())
    services = [one for one in hub_services(landscape) if one in ids.endpoints]
    interfaces = [one for one in services if one not in GATEWAY_TYPE]
    seated = seats(hub, known[hub].cidrs[0], interfaces, len(zone_ids(landscape)))
    resolver = Resolver(seated.inbound, seated.outbound)
    zones = zones_of(landscape.region, ids.api, interfaces)
    endpoints = {service: _endpoint(service, hub, ids, seated) for service in services}
    return Topology(
        region=landscape.region,
        hub=hub,
        api=ids.api,
        manner=landscape.connect,
        places=known,
        pairs=wanted,
        endpoints=endpoints,
        zones=zones,
        resolver=resolver,
        parts=(
            *connected(landscape.connect, known, wanted),
            GatewayRoute(hub, DYNAMODB, ids.endpoints[DYNAMODB]),
            *_https(known.values(), endpoints.values(), apps),
            *served(zones, known, hub=hub, resolver=resolver, apps=apps),
        ),
    )


def _endpoint(service: str, hub: str, ids: Ids, seated: Seats) -> Endpoint:
    addresses = seated.endpoints.get(service, ())
    return Endpoint(
        id=ids.endpoints[service],
        service=service,
        network=hub,
        addresses=addresses,
        group=_group(service) if addresses else None,
        private_dns=bool(addresses) and service != EXECUTE_API,
    )


def _group(service: str) -> str:
    """What AWS calls the service after the Region, as `sagemaker-api`."""
    return service.partition("{region}.")[2].replace(".", "-")


def _https(
    known: Iterable[Place], endpoints: Iterable[Endpoint], apps: Collection[str]
) -> tuple[Admission, ...]:
    """443 from the networks of the landscape, one by one, and from nowhere else (F-26).

    Where only notebooks have something to do, from the VPCs they are in.
    """
    everybody = [(place.name, cidr) for place in known for cidr in place.cidrs]
    notebooks = [one for one in everybody if one[0] in apps]
    return tuple(
        Admission(endpoint.group, cidr, HTTPS)
        for endpoint in endpoints
        if endpoint.group is not None
        for _, cidr in (notebooks if endpoint.service in HOST else everybody)
    )
