"""What AWS calls the things of a landscape: real ids once they stand, symbolic ones before.

Policies name ids, so that nothing can be proved without them; a proof about symbolic ids holds
for real ones, because ids are compared and never computed with.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from studiogate.landscape.model import Landscape, VpcNetwork
from studiogate.topology.endpoint_services import hub_services


@dataclass(frozen=True, slots=True)
class Ids:
    """Ids by the landscape's own names."""

    domains: Mapping[str, str]
    """Domain name to `d-…`."""

    endpoints: Mapping[str, str]
    """Service, as in `endpoint_services`, to `vpce-…`."""

    vpcs: Mapping[str, str]
    """Network name to `vpc-…`."""

    api: str
    """The private REST API."""


def symbolic(landscape: Landscape) -> Ids:
    """Ids that say what they stand for, in the alphabets AWS uses."""
    networks = landscape.networks.items()
    return Ids(
        domains={name: f"d-{name}" for name in landscape.domains},
        endpoints={service: f"vpce-{_word(service)}" for service in hub_services(landscape)},
        vpcs={name: f"vpc-{name}" for name, one in networks if isinstance(one, VpcNetwork)},
        api="studiogate",
    )


def _word(service: str) -> str:
    return service.partition("{region}.")[2].replace(".", "-")
