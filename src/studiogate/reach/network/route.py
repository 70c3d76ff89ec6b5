"""Whether a network reaches an endpoint, or another network, and what carries it or stops it.

A yes is a way there, a security group that lets in, and a way back, for every address of the
network and every address of the endpoint: nobody chooses which of them they get.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from studiogate.landscape.model import INTERNET
from studiogate.reach.network.mend import remedy
from studiogate.reach.network.walk import Hop, Walk, once, walk
from studiogate.topology.network import Topology
from studiogate.topology.parts import HTTPS, Admission, Endpoint, GatewayRoute, Part

Walks = Sequence[Walk]


@dataclass(frozen=True, slots=True)
class Path:
    """The way from one place to another, or how far it goes."""

    network: str
    to: str
    """The endpoint's id, or the other network."""

    reaches: bool
    said: str
    """One sentence; where it does not reach, with the remedy."""

    by: str
    """What decided: the security group's rule, the route, or the part that is not there."""

    hops: tuple[Hop, ...] = ()
    back: tuple[Hop, ...] = ()
    used: tuple[Part, ...] = ()
    """Everything the answer rests on; without any one of these it would be another."""

    missing: Part | None = None
    """The part to add, where one is missing that the landscape means to be there."""


def path(topology: Topology, network: str, service: str) -> Path:
    """The way from `network` to the hub's endpoint for `service`, and back.

    Raises:
        KeyError: no such network or service.
    """
    endpoint = topology.endpoints[service]
    if network == INTERNET:
        return _from_internet(endpoint.id)
    if endpoint.group is None:
        return _by_gateway_endpoint(topology, network, endpoint)
    return _Round(topology, network, endpoint, endpoint.group).path()


def between(topology: Topology, network: str, other: str) -> Path:
    """The way from every address of `network` to every address of `other`, and back.

    What a security group of `other` lets in is not asked: it depends on what is there.

    Raises:
        KeyError: no such network.
    """
    if INTERNET in {network, other}:
        return _from_internet(other if network == INTERNET else network, network)
    there = [walk(topology, network, other, cidr) for cidr in topology.places[other].cidrs]
    back = [walk(topology, other, network, cidr) for cidr in topology.places[network].cidrs]
    if lost := _lost(there) or _lost(back):
        return _stopped(topology, network, other, lost, (there, back))
    return Path(
        network=network,
        to=other,
        reaches=True,
        said=f"{network} reaches {other}, and is answered.",
        by=str(there[0].hops[0]),
        hops=there[0].hops,
        back=back[0].hops,
        used=_used(there, back),
    )


class _Round:
    """There, in and back: one network, one interface endpoint."""

    def __init__(
        self, topology: Topology, network: str, endpoint: Endpoint, group: str
    ) -> None:
        self._topology = topology
        self._network = network
        self._endpoint = endpoint
        self._group = group
        self._cidrs = topology.places[network].cidrs

    def path(self) -> Path:
        """The whole round, or the first thing that stops it."""
        topology, hub = self._topology, self._endpoint.network
        there = [walk(topology, self._network, hub, to) for to in self._endpoint.addresses]
        if lost := _lost(there):
            return self._stopped(lost, there, [])
        let_in = self._let_in()
        if isinstance(let_in, Walk):
            return self._stopped(let_in, there, [])
        back = [walk(topology, hub, self._network, cidr) for cidr in self._cidrs]
        if lost := _lost(back):
            return self._stopped(lost, there, back)
        return self._reaches(there, let_in, back)

    def _let_in(self) -> list[Admission] | Walk:
        """The rule for each of the network's blocks, or a walk that ends at the group."""
        found: list[Admission] = []
        for cidr in self._cidrs:
            rule = self._topology.admission(self._group, cidr, HTTPS)
            if rule is None:
                wanted = Admission(self._group, cidr, HTTPS)
                return Walk((), (), wanted, f"there is no {wanted}")
            found.append(rule)
        return found

    def _reaches(self, there: list[Walk], rules: list[Admission], back: list[Walk]) -> Path:
        return Path(
            network=self._network,
            to=self._endpoint.id,
            reaches=True,
            said=f"{self._network} reaches endpoint {self._endpoint.id}, is let in by "
            f"{rules[0]}, and is answered.",
            by=str(rules[0]),
            hops=there[0].hops,
            back=back[0].hops,
            used=(*_used(there, back), *rules),
        )

    def _stopped(self, lost: Walk, there: list[Walk], back: list[Walk]) -> Path:
        to = self._endpoint.id
        return _stopped(self._topology, self._network, to, lost, (there, back))


def _by_gateway_endpoint(topology: Topology, network: str, endpoint: Endpoint) -> Path:
    """The way to a service whose endpoint is a route, which only its own VPC has (S2-18)."""
    topology.places[network]  # so that a network nobody declared is an error here too
    if network != endpoint.network:
        why = f"endpoint {endpoint.id} is a route of {endpoint.network}'s own, for nobody else"
        return _stopped(topology, network, endpoint.id, Walk((), (), None, why), ([], []))
    route = topology.gateway_route(network, endpoint.service)
    if route is None:
        wanted = GatewayRoute(network, endpoint.service, endpoint.id)
        lost = Walk((), (), wanted, f"there is no {wanted}")
        return _stopped(topology, network, endpoint.id, lost, ([], []))
    return Path(
        network=network,
        to=endpoint.id,
        reaches=True,
        said=f"{network} reaches endpoint {endpoint.id} by {route}.",
        by=str(route),
        used=(route,),
    )


def _from_internet(to: str, network: str = INTERNET) -> Path:
    why = "no private address can be reached from the internet, nor answers to it"
    return Path(
        network=network,
        to=to,
        reaches=False,
        said=f"{network} does not reach {to}: {why}. Connect to a network of the landscape.",
        by="no route from the internet",
    )


def _stopped(
    topology: Topology, network: str, to: str, lost: Walk, walks: tuple[Walks, Walks]
) -> Path:
    """The path that ends where `lost` says, after the `walks` there and back so far."""
    there, back = walks
    advice = f" {remedy(topology, lost.missing)}" if lost.missing else ""
    on_the_way = "on the way back " if lost in back else ""
    return Path(
        network=network,
        to=to,
        reaches=False,
        said=f"{network} does not reach {to}: {on_the_way}{lost.lost}.{advice}",
        by=f"no {lost.missing}" if lost.missing else str(lost.lost),
        hops=_shown(there),
        back=_shown(back),
        used=_used(there, back),
        missing=lost.missing,
    )


def _lost(walks: Walks) -> Walk | None:
    return next((one for one in walks if one.lost), None)


def _shown(walks: Walks) -> tuple[Hop, ...]:
    """The hops of the walk that says most: one that is lost, else the first."""
    one = _lost(walks) or next(iter(walks), None)
    return one.hops if one else ()


def _used(*rounds: Walks) -> tuple[Part, ...]:
    return once(part for walks in rounds for one in walks for part in one.used)
