"""What there is in VPCs, as moto's EC2 keeps it: looked up, never changed.

Lists are copied before they are walked, because moto works in a thread of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from moto.ec2.models import ec2_backends

from studiogate.local.call import ApiError, Place
from studiogate.reach.packets.facts import Subnet


@dataclass(frozen=True, slots=True)
class Vpc:
    """A VPC that is there."""

    id: str
    place: Place
    cidrs: tuple[IPv4Network, ...]


def vpc(place: Place, vpc_id: str) -> Vpc:
    """The VPC of this place.

    Raises:
        ApiError: `InvalidVpcID.NotFound`, also for a VPC of somebody else.
    """
    found = vpc_or_none(place, vpc_id)
    if found is None:
        raise ApiError("InvalidVpcID.NotFound", f"The vpc ID '{vpc_id}' does not exist")
    return found


def vpc_or_none(place: Place, vpc_id: str) -> Vpc | None:
    """The VPC of this place; `None` where it has none of that id."""
    backend = _backend(place)
    found = None if backend is None else backend.vpcs.get(vpc_id)
    if found is None:
        return None
    blocks = [str(one["cidr_block"]) for one in found.get_cidr_block_association_set()]
    return Vpc(vpc_id, place, tuple(IPv4Network(block) for block in blocks))


def vpc_owner(region: str, vpc_id: str) -> str | None:
    """The account that has this VPC."""
    for account in list(ec2_backends):
        if vpc_or_none(Place(account, region), vpc_id) is not None:
            return str(account)
    return None


def subnet(place: Place, subnet_id: str) -> Subnet:
    """The subnet of this place.

    Raises:
        ApiError: `InvalidSubnetID.NotFound`.
    """
    backend = _backend(place)
    zones = [] if backend is None else list(backend.subnets.values())
    for zone in zones:
        if found := zone.get(subnet_id):
            cidr = IPv4Network(found.cidr_block)
            return Subnet(subnet_id, found.vpc_id, cidr, str(found.availability_zone_id))
    raise ApiError("InvalidSubnetID.NotFound", f"The subnet ID '{subnet_id}' does not exist")


def group_vpc(place: Place, group_id: str) -> str | None:
    """The VPC of a security group."""
    backend = _backend(place)
    groups = {} if backend is None else backend.groups
    for vpc_id, members in list(groups.items()):
        if group_id in members:
            return str(vpc_id)
    return None


def table_vpc(place: Place, table_id: str) -> str | None:
    """The VPC of a route table."""
    backend = _backend(place)
    found = None if backend is None else backend.route_tables.get(table_id)
    return None if found is None else str(found.vpc_id)


def tags(place: Place, resource_id: str) -> Mapping[str, str]:
    """The tags of anything EC2 has, ours included."""
    backend = _backend(place)
    return {} if backend is None else dict(backend.tags.get(resource_id) or {})


def endpoint_names(account: str) -> frozenset[tuple[str, str]]:
    """Zone id and name of every DNS entry of the account's VPC endpoints."""
    backends = list((ec2_backends.get(account) or {}).values())
    return frozenset(
        (str(entry["hosted_zone_id"]), str(entry["dns_name"]))
        for backend in backends
        for one in list(backend.vpc_end_points.values())
        if one.state != "deleted"
        for entry in one.dns_entries or ()
    )


def lend(place: Place, shelf: str, thing: Any) -> None:
    """Put `thing`, which has an `id`, where moto's route tables look for one to point at.

    `shelf` is `transit_gateways` or `vpc_pcxs`.  moto shows nothing of it but the id: whoever
    asks about gateways and peerings themselves is answered in this room.
    """
    backend = _backend(place)
    if backend is not None:
        vars(backend)[shelf][thing.id] = thing


def _backend(place: Place) -> Any | None:
    backends = ec2_backends.get(place.account)
    if backends is None or place.region not in backends.regions:
        return None
    return backends[place.region]
