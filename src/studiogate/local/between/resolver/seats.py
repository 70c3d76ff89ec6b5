"""The addresses of resolver endpoints: in subnets of one VPC, free, and not kept by AWS."""

from collections.abc import Iterable, Mapping
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Any

from studiogate.local.between import grounds
from studiogate.local.between.pace import new_id
from studiogate.local.between.resolver.resolving import Resolving, Seat, invalid
from studiogate.local.call import ApiError, Place
from studiogate.reach.packets.facts import Subnet

FEWEST, MOST = 2, 6
"""Addresses of one endpoint."""

_RESERVED_LOW = 4
"""AWS keeps the first four addresses of a subnet, and the last."""


def too_few_or_many() -> ApiError:
    """Resolver's refusal of an endpoint with another number of addresses."""
    return invalid(f"[RSLVR-00405] Resolver endpoint needs {FEWEST} to {MOST} IP addresses.")


def subnet_of(place: Place, name: str) -> Subnet:
    """The subnet of this place.

    Raises:
        ApiError: `InvalidParameterException`.
    """
    try:
        return grounds.subnet(place, name)
    except ApiError as exc:
        raise ApiError(
            "InvalidParameterException", f"[RSLVR-00402] The subnet ID '{name}' does not exist"
        ) from exc


def require_one_vpc(place: Place, subnets: list[Subnet], groups: Iterable[str]) -> None:
    """Return when subnets and security groups can be those of one endpoint.

    Raises:
        ApiError: too few or too many, or not of one VPC.
    """
    if not FEWEST <= len(subnets) <= MOST:
        raise too_few_or_many()
    vpcs = {one.vpc for one in subnets}
    if len(vpcs) > 1:
        raise invalid("[RSLVR-00406] All subnets of a resolver endpoint must be in one VPC.")
    for name in groups:
        if grounds.group_vpc(place, name) not in vpcs:
            raise ApiError(
                "InvalidParameterException",
                f"[RSLVR-00408] The security group '{name}' does not exist",
            )


def taken_from(
    resolving: Resolving,
    place: Place,
    subnets: list[Subnet],
    wanted: Iterable[Mapping[str, Any]],
) -> list[Seat]:
    """An address in each subnet: the one that is wanted, or one that is free.

    Raises:
        ApiError: it is outside the subnet, reserved by AWS, or somebody has it.
    """
    taken = {
        (seat.subnet, seat.address)
        for one in resolving.endpoints.values()
        if one.place == place and resolving.live(one.course)
        for seat in one.seats
    }
    found: list[Seat] = []
    for subnet, one in zip(subnets, wanted, strict=True):
        address = _address(subnet, one.get("Ip"), {a for s, a in taken if s == subnet.id})
        taken.add((subnet.id, address))
        found.append(Seat(new_id("rni"), subnet.id, address))
    return found


def _address(subnet: Subnet, asked: str | None, taken: set[IPv4Address]) -> IPv4Address:
    """The address asked for, or the first that is free.

    Raises:
        ApiError: it is outside the subnet, reserved by AWS, or somebody has it.
    """
    free = _usable(subnet.cidr)
    if asked is None:
        return next(one for one in free if one not in taken)
    try:
        address = IPv4Address(asked)
    except AddressValueError as exc:
        raise ApiError(
            "InvalidParameterException", f"[RSLVR-00409] {asked} is not an IPv4 address."
        ) from exc
    if address not in free:
        raise invalid(
            f'[RSLVR-00407] IP address "{asked}" is either not in subnet "{subnet.id}" CIDR '
            "range or is reserved."
        )
    if address in taken:
        raise ApiError(
            "ResourceExistsException", f'[RSLVR-00504] IP address "{asked}" is already in use.'
        )
    return address


def _usable(cidr: IPv4Network) -> list[IPv4Address]:
    return [cidr[index] for index in range(_RESERVED_LOW, cidr.num_addresses - 1)]
