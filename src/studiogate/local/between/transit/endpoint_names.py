"""The names of interface endpoints, in AWS's form: moto's are no names of anything.

One for the Region and one for each zone, all in the zone that AWS keeps such names in; what an
alias record leads to (PrivateLink guide, "Access an AWS service using an interface VPC
endpoint", DNS hostnames).
"""

import hashlib
import secrets
from collections.abc import Iterator
from typing import Any

from moto.ec2.models import ec2_backends

from studiogate import names
from studiogate.local.call import Place

_LETTERS = 13


def give_names(place: Place, endpoint_id: str) -> list[dict[str, str]]:
    """Name the endpoint; every entry, as the API shows them.  None for a gateway's."""
    backend = ec2_backends[place.account][place.region]
    endpoint = backend.vpc_end_points[endpoint_id]
    if endpoint.vpc_endpoint_type != "Interface":
        return []
    zone = zone_id(place.region)
    stem = f"{endpoint_id}-{secrets.token_hex(4)}"
    rest = (
        f"{_labels(endpoint.service_name, place.region)}.vpce.{names.dns_suffix(place.region)}"
    )
    found = [f"{stem}.{rest}", *(f"{stem}-{one}.{rest}" for one in _zones(backend, endpoint))]
    endpoint.dns_entries = [{"dns_name": one, "hosted_zone_id": zone} for one in found]
    return [{"DnsName": one, "HostedZoneId": zone} for one in found]


def zone_id(region: str) -> str:
    """The zone of a Region's endpoint names: always the same, and nobody's."""
    digest = hashlib.sha256(f"vpce.{region}".encode()).hexdigest()
    return f"Z{digest[:_LETTERS].upper()}"


def _labels(service: str, region: str) -> str:
    """`com.amazonaws.eu-west-1.sagemaker.api` as `api.sagemaker.eu-west-1`."""
    own = service.partition(f"{region}.")[2]
    return ".".join((*reversed(own.split(".")), region))


def _zones(backend: Any, endpoint: Any) -> Iterator[str]:
    for subnet_id in endpoint.subnet_ids or ():
        yield str(backend.get_subnet(subnet_id).availability_zone)
