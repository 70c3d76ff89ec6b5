"""The subnets and security groups that clusters and workgroups are put in.

Looked up in the emulated EC2 as it is now (`between.grounds`), never changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from moto.ec2.models import ec2_backends

from studiogate.local.between import grounds
from studiogate.local.call import ApiError, Place


@dataclass(frozen=True, slots=True)
class Ground:
    """Subnets of one VPC."""

    vpc: str
    subnets: tuple[str, ...]
    zones: frozenset[str]
    """Ids of their availability zones."""


def ground(place: Place, subnets: Iterable[str], *, code: str) -> Ground:
    """The VPC and the zones of `subnets`.

    Raises:
        ApiError: `code`: one of them is not there, or they are of two VPCs.
    """
    found = []
    for name in dict.fromkeys(subnets):
        try:
            found.append(grounds.subnet(place, name))
        except ApiError as exc:
            raise ApiError(
                code, f"Subnet {name} does not exist in the current region."
            ) from exc
    vpcs = {one.vpc for one in found}
    if len(vpcs) != 1:
        raise ApiError(code, "All subnets must be of one VPC, and there must be at least one.")
    return Ground(
        vpcs.pop(), tuple(one.id for one in found), frozenset(one.zone for one in found)
    )


def security_groups(
    place: Place, vpc: str, asked: Sequence[str], *, code: str
) -> tuple[str, ...]:
    """The security groups `asked` for; the VPC's own where none are.

    Raises:
        ApiError: `code`: one of them is not there, or is another VPC's.
    """
    for name in asked:
        if grounds.group_vpc(place, name) != vpc:
            raise ApiError(code, f"The security group '{name}' does not exist in {vpc}.")
    return tuple(dict.fromkeys(asked)) or (_own(place, vpc),)


def _own(place: Place, vpc: str) -> str:
    members = ec2_backends[place.account][place.region].groups.get(vpc, {})
    return next(str(one.id) for one in list(members.values()) if one.name == "default")
