"""From a listening address to how AWS would see whoever comes in by it.

Which way a request takes is decided by names and routes, as `reach` walks them: through an
endpoint, past it by a public address, or nowhere.  Policies and ids of the endpoints are looked
up in the emulated EC2 at every request, so that an endpoint that is changed or deleted through
the API is changed or gone at once (S2-17).
"""

from collections.abc import Callable, Mapping
from enum import Enum, auto
from types import MappingProxyType

from studiogate.landscape.model import INTERNET, Landscape, VpcNetwork
from studiogate.local.call import Arrival
from studiogate.local.iam.endpoints import Endpoint
from studiogate.local.listeners import (
    DYNAMODB,
    PORTAL,
    REDSHIFT,
    REDSHIFT_DATA,
    REDSHIFT_SERVERLESS,
    S3,
    SAGEMAKER,
    STS,
    STUDIO,
    Listener,
)
from studiogate.reach.arrival import arrival_keys, client_ip
from studiogate.reach.network.dns import lookup
from studiogate.reach.network.route import path
from studiogate.topology import endpoint_services
from studiogate.topology.ids import symbolic
from studiogate.topology.network import Topology, topology
from studiogate.topology.parts import Corporate

SERVICE: Mapping[str, str] = MappingProxyType(
    {
        PORTAL: endpoint_services.EXECUTE_API,
        STUDIO: endpoint_services.STUDIO,
        STS: endpoint_services.STS,
        SAGEMAKER: endpoint_services.SAGEMAKER_API,
        DYNAMODB: endpoint_services.DYNAMODB,
        REDSHIFT: "com.amazonaws.{region}.redshift",
        REDSHIFT_DATA: "com.amazonaws.{region}.redshift-data",
        REDSHIFT_SERVERLESS: "com.amazonaws.{region}.redshift-serverless",
    }
)
"""Which VPC endpoint of the hub stands behind each door."""

_BUCKETS = "com.amazonaws.{region}.s3"
"""Not shared: a gateway endpoint is a route, and serves its own VPC."""

FindEndpoint = Callable[[str], Endpoint | None]
"""The hub's endpoint for a service; `None` where there is none."""

FindOwn = Callable[[str, str, str], Endpoint | None]
"""The endpoint in the VPC of an account that has a CIDR, for a service; `None` likewise."""


class _Way(Enum):
    """How a request leaves a network."""

    ENDPOINT = auto()
    INTERNET = auto()
    NOWHERE = auto()


class Arrivals:
    """How requests that come in by each listener have come."""

    def __init__(
        self, landscape: Landscape, find: FindEndpoint, find_own: FindOwn = lambda *_: None
    ) -> None:
        self._find = find
        self._find_own = find_own
        self.follow(landscape)

    def follow(self, landscape: Landscape) -> None:
        """Take the networks of `landscape` for those there are."""
        # Names and routes are the landscape's, whatever ids AWS gives.
        known = topology(landscape, symbolic(landscape))
        self._landscape = landscape
        self._ways = {
            (service, network): _way(known, network, service)
            for service in SERVICE.values()
            if service in known.endpoints
            for network in landscape.networks
        }

    def of(self, listener: Listener) -> Arrival | None:
        """How a request at `listener` came; `None` when its name leads nowhere from there."""
        if listener.network == INTERNET:
            return self._by_the_internet(listener)
        if listener.door == S3:
            return self._by_its_own(listener)
        match self._ways.get((SERVICE[listener.door], listener.network), _Way.NOWHERE):
            case _Way.ENDPOINT:
                return self._by_endpoint(listener)
            case _Way.INTERNET:
                return self._by_the_internet(listener)
            case _Way.NOWHERE:
                return None

    def _by_endpoint(self, listener: Listener) -> Arrival | None:
        service = SERVICE[listener.door].format(region=self._landscape.region)
        return self._through(self._find(service), listener.network)

    def _by_its_own(self, listener: Listener) -> Arrival | None:
        landscape = self._landscape
        network = landscape.networks[listener.network]
        if not isinstance(network, VpcNetwork):
            return None
        account = landscape.accounts[network.account]
        service = _BUCKETS.format(region=landscape.region)
        found = self._find_own(account, str(network.cidr), service)
        return self._through(found, listener.network)

    def _through(self, endpoint: Endpoint | None, network: str) -> Arrival | None:
        if endpoint is None:
            return None
        keys = arrival_keys(self._landscape, network, vpce=endpoint.id, vpc=endpoint.vpc_id)
        return Arrival(network, client_ip(self._landscape, network), keys, endpoint.policy)

    def _by_the_internet(self, listener: Listener) -> Arrival:
        keys = arrival_keys(self._landscape, INTERNET, vpce="", vpc="")
        return Arrival(listener.network, client_ip(self._landscape, INTERNET), keys)


def _way(known: Topology, network: str, service: str) -> _Way:
    if known.endpoints[service].group is None:  # a route, for which no name stands
        return _Way.ENDPOINT if path(known, network, service).reaches else _Way.NOWHERE
    found = lookup(known, network, _name(known, service))
    if found.private:
        return _Way.ENDPOINT if path(known, network, service).reaches else _Way.NOWHERE
    # People outside AWS have a way to a public address; the VPCs declared here have none.
    outside = found.public and isinstance(known.places[network], Corporate)
    return _Way.INTERNET if outside else _Way.NOWHERE


def _name(known: Topology, service: str) -> str:
    """A name people ask for to reach `service`; every domain of Studio has the same way."""
    if service == endpoint_services.STUDIO:
        return known.studio_name("d-any")
    return known.service_name(service)
