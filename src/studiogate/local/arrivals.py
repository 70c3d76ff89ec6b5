"""From a listening address to how AWS would see whoever comes in by it.

Policies and ids of the endpoints are looked up in the emulated EC2 at every request, so that an
endpoint that is changed or deleted through the API is changed or gone at once (S2-17).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from studiogate.landscape.model import INTERNET, Landscape
from studiogate.local.call import Arrival
from studiogate.local.iam.endpoints import Endpoint
from studiogate.local.listeners import DYNAMODB, PORTAL, SAGEMAKER, STS, STUDIO, Listener
from studiogate.reach.arrival import arrival_keys, client_ip
from studiogate.topology import endpoint_services

SERVICE: Mapping[str, str] = MappingProxyType(
    {
        PORTAL: endpoint_services.EXECUTE_API,
        STUDIO: endpoint_services.STUDIO,
        STS: endpoint_services.STS,
        SAGEMAKER: endpoint_services.SAGEMAKER_API,
        DYNAMODB: endpoint_services.DYNAMODB,
    }
)
"""Which VPC endpoint stands behind each door."""

FindEndpoint = Callable[[str], Endpoint | None]
"""The hub's endpoint for a service; `None` where there is none."""


class Arrivals:
    """How requests that come in by each listener have come."""

    def __init__(self, landscape: Landscape, find: FindEndpoint) -> None:
        self._landscape = landscape
        self._find = find

    def of(self, listener: Listener) -> Arrival | None:
        """How a request at `listener` came; `None` when its name leads nowhere from there."""
        ip = client_ip(self._landscape, listener.network)
        if listener.network == INTERNET:
            keys = arrival_keys(self._landscape, INTERNET, vpce="", vpc="")
            return Arrival(INTERNET, ip, keys)
        endpoint = self._find(SERVICE[listener.door].format(region=self._landscape.region))
        if endpoint is None:
            return None
        keys = arrival_keys(
            self._landscape, listener.network, vpce=endpoint.id, vpc=endpoint.vpc_id
        )
        return Arrival(listener.network, ip, keys, endpoint.policy)
