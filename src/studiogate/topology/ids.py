"""What AWS calls the things of a landscape: real ids once they stand, symbolic ones before.

Policies name ids, so that nothing can be proved without them; a proof about symbolic ids holds
for real ones, because ids are compared and never computed with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

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

    workgroups: Mapping[str, str] = field(default_factory=dict)
    """Warehouse name to what the ARN of its workgroup ends in, for those that are built."""


def symbolic(landscape: Landscape) -> Ids:
    """Ids that say what they stand for, in the alphabets AWS uses."""
    networks = landscape.networks.items()
    return Ids(
        domains={name: f"d-{name}" for name in landscape.domains},
        endpoints={service: f"vpce-{_word(service)}" for service in hub_services(landscape)},
        vpcs={name: f"vpc-{name}" for name, one in networks if isinstance(one, VpcNetwork)},
        api="studiogate",
        workgroups={name: f"wg-{name}" for name in built_workgroups(landscape)},
    )


def built_workgroups(landscape: Landscape) -> tuple[str, ...]:
    """The warehouses that are workgroups of our making, whose ids AWS makes up."""
    return tuple(
        name
        for name, one in landscape.warehouses.items()
        if one.workgroup is not None and one.build is not None
    )


def _word(service: str) -> str:
    return service.partition("{region}.")[2].replace(".", "-")
