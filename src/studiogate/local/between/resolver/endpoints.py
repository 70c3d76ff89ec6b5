"""The operations on resolver endpoints: addresses in subnets, in two zones at least."""

from collections.abc import Iterable, Mapping
from typing import Any

from studiogate.local.between.asking import Asked, Doing, Result, Target, tags_asked, without
from studiogate.local.between.pace import new_id
from studiogate.local.between.resolver import seats
from studiogate.local.between.resolver.resolving import (
    Endpoint,
    Resolving,
    invalid,
    stamp,
)
from studiogate.local.call import ApiError
from studiogate.local.front.listing import page

_WORDS = {"INBOUND": "in", "OUTBOUND": "out"}
_FILTERS = {
    "CreatorRequestId": "CreatorRequestId",
    "Direction": "Direction",
    "HostVPCId": "HostVPCId",
    "IpAddressCount": "IpAddressCount",
    "Name": "Name",
    "SecurityGroupIds": "SecurityGroupIds",
    "Status": "Status",
}


def create(resolving: Resolving, asked: Asked) -> Result:
    """Make an endpoint; its addresses are given, or taken from their subnets."""
    params, place = asked.params, asked.place
    token = str(params["CreatorRequestId"])
    for known in resolving.endpoints.values():
        if known.place == place and known.token == token:
            raise ApiError(
                "ResourceExistsException",
                f'[RSLVR-00501] Resolver endpoint with creator request ID "{token}" already '
                "exists.",
            )
    if (
        params["Direction"] not in _WORDS
        or params.get("ResolverEndpointType", "IPV4") != "IPV4"
    ):
        raise _unoffered("Delegation and IPv6")
    subnets = [seats.subnet_of(place, str(one["SubnetId"])) for one in params["IpAddresses"]]
    seats.require_one_vpc(place, subnets, params["SecurityGroupIds"])
    one = Endpoint(
        id=new_id(f"rslvr-{_WORDS[params['Direction']]}"),
        place=place,
        token=token,
        name=str(params.get("Name", "")),
        direction=params["Direction"],
        vpc=subnets[0].vpc,
        groups=tuple(params["SecurityGroupIds"]),
        protocols=tuple(params.get("Protocols") or ("Do53",)),
        seats=seats.taken_from(resolving, place, subnets, params["IpAddresses"]),
        created=resolving.pace.now(),
        course=resolving.pace.course("CREATING", "OPERATIONAL"),
        tags=tags_asked(params),
    )
    resolving.endpoints[one.id] = one
    return {"ResolverEndpoint": row(resolving, one)}


def get(resolving: Resolving, asked: Asked) -> Result:
    """One endpoint."""
    one = resolving.endpoint(asked.place, asked.params["ResolverEndpointId"])
    return {"ResolverEndpoint": row(resolving, one)}


def list_all(resolving: Resolving, asked: Asked) -> Result:
    """The caller's endpoints."""
    rows = [
        row(resolving, one)
        for one in resolving.endpoints.values()
        if one.place == asked.place and resolving.pace.state(one.course) != "DELETED"
    ]
    kept = narrowed(rows, asked.params.get("Filters"), _FILTERS)
    shown, more = page(kept, asked.params, lambda one: str(one["Id"]))
    return {"ResolverEndpoints": shown, **more}


def update(resolving: Resolving, asked: Asked) -> Result:
    """Rename an endpoint."""
    one = resolving.endpoint(asked.place, asked.params["ResolverEndpointId"])
    if more := {*asked.params} - {"ResolverEndpointId", "Name", "Protocols"}:
        raise _unoffered(", ".join(sorted(more)))
    one.name = str(asked.params.get("Name", one.name))
    one.protocols = tuple(asked.params.get("Protocols") or one.protocols)
    return {"ResolverEndpoint": row(resolving, one)}


def delete(resolving: Resolving, asked: Asked) -> Result:
    """End an endpoint that no rule uses."""
    one = resolving.endpoint(asked.place, asked.params["ResolverEndpointId"])
    using = [rule.id for rule in resolving.rules.values() if rule.endpoint == one.id]
    if using:
        names = ", ".join(f'"{name}"' for name in using)
        raise invalid(
            "[RSLVR-00600] Cannot delete resolver endpoint unless its related resolver rules "
            f"are deleted. The following rules still exist for this resolver endpoint: {names}"
        )
    one.course = resolving.pace.course("DELETING", "DELETED")
    return {"ResolverEndpoint": row(resolving, one)}


def seat(resolving: Resolving, asked: Asked) -> Result:
    """Give an endpoint one more address."""
    one = resolving.endpoint(asked.place, asked.params["ResolverEndpointId"])
    wanted = asked.params["IpAddress"]
    subnet = seats.subnet_of(asked.place, str(wanted.get("SubnetId", "")))
    if subnet.vpc != one.vpc:
        raise invalid("[RSLVR-00406] All subnets of a resolver endpoint must be in one VPC.")
    if len(one.seats) == seats.MOST:
        raise seats.too_few_or_many()
    one.seats += seats.taken_from(resolving, asked.place, [subnet], [wanted])
    one.course = resolving.pace.course("UPDATING", "OPERATIONAL")
    return {"ResolverEndpoint": row(resolving, one)}


def unseat(resolving: Resolving, asked: Asked) -> Result:
    """Take an address from an endpoint that has more than it needs."""
    one = resolving.endpoint(asked.place, asked.params["ResolverEndpointId"])
    wanted = asked.params["IpAddress"]
    left = [
        taken
        for taken in one.seats
        if wanted.get("IpId") != taken.id
        and (wanted.get("SubnetId"), wanted.get("Ip")) != (taken.subnet, str(taken.address))
    ]
    if len(left) == len(one.seats):
        raise ApiError(
            "ResourceNotFoundException", "[RSLVR-00704] The IP address does not exist."
        )
    if len(left) < seats.FEWEST:
        raise seats.too_few_or_many()
    one.seats = left
    one.course = resolving.pace.course("UPDATING", "OPERATIONAL")
    return {"ResolverEndpoint": row(resolving, one)}


def addresses(resolving: Resolving, asked: Asked) -> Result:
    """The addresses of an endpoint."""
    one = resolving.endpoint(asked.place, asked.params["ResolverEndpointId"])
    ready = resolving.pace.state(one.course) == "OPERATIONAL"
    rows = [
        {
            "IpId": seat.id,
            "SubnetId": seat.subnet,
            "Ip": str(seat.address),
            "Status": "ATTACHED" if ready else "CREATING",
            "CreationTime": stamp(one.created),
            "ModificationTime": stamp(one.created),
        }
        for seat in one.seats
    ]
    shown, more = page(rows, asked.params, lambda seat: str(seat["IpId"]))
    return {"IpAddresses": shown, **more}


def row(resolving: Resolving, one: Endpoint) -> dict[str, Any]:
    """One endpoint as Resolver shows it."""
    return {
        "Id": one.id,
        "CreatorRequestId": one.token,
        "Arn": one.arn,
        "Name": one.name,
        "SecurityGroupIds": list(one.groups),
        "Direction": one.direction,
        "IpAddressCount": len(one.seats),
        "HostVPCId": one.vpc,
        "Status": resolving.pace.state(one.course),
        "CreationTime": stamp(one.created),
        "ModificationTime": stamp(one.created),
        "ResolverEndpointType": "IPV4",
        "Protocols": list(one.protocols),
    }


def narrowed(
    rows: Iterable[dict[str, Any]], filters: Any, known: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The rows that all `filters` of Resolver's kind let through.

    `known` has the member of a row for each name; names may be written with underscores too.

    Raises:
        ApiError: `InvalidParameterException`, for another name.
    """
    members = {name.replace("_", "").lower(): member for name, member in known.items()}
    left = list(rows)
    for one in filters or ():
        member = members.get(str(one.get("Name", "")).replace("_", "").lower())
        if member is None:
            raise ApiError(
                "InvalidParameterException", f"The filter '{one.get('Name')}' is invalid"
            )
        wanted = {str(value) for value in one.get("Values") or ()}
        left = [row for row in left if wanted & _texts(row.get(member))]
    return left


def _texts(value: Any) -> set[str]:
    return {str(one) for one in value} if isinstance(value, list) else {str(value)}


def _unoffered(what: str) -> ApiError:
    return ApiError(
        "InvalidParameterException",
        f"{what} of resolver endpoints are not offered by this emulation.",
        status=501,
    )


def _on_new(_: Resolving, asked: Asked) -> Iterable[Target]:
    """The endpoint, and the network interfaces it is made of."""
    yield Target(asked.place.arn("route53resolver", "resolver-endpoint/*"))
    yield Target(asked.place.arn("ec2", "network-interface/*"), "ec2:CreateNetworkInterface")
    for action in ("DescribeNetworkInterfaces", "DescribeSecurityGroups", "DescribeSubnets"):
        yield Target("*", f"ec2:{action}")


def _on_named(resolving: Resolving, asked: Asked) -> Iterable[Target]:
    name = str(asked.params["ResolverEndpointId"])
    known = resolving.endpoints.get(name)
    arn = asked.place.arn("route53resolver", f"resolver-endpoint/{name}")
    return (Target(arn, tags=known.tags if known and known.arn == arn else {}),)


def _on_deleting(resolving: Resolving, asked: Asked) -> Iterable[Target]:
    yield from _on_named(resolving, asked)
    yield Target(asked.place.arn("ec2", "network-interface/*"), "ec2:DeleteNetworkInterface")


_UNOFFERED = without(
    "Dns64Enabled",
    "Ipv6InternetAccessEnabled",
    "OutpostArn",
    "PreferredInstanceType",
    "RniEnhancedMetricsEnabled",
    "TargetNameServerMetricsEnabled",
)

OPERATIONS: Mapping[str, Doing[Resolving]] = {
    "AssociateResolverEndpointIpAddress": Doing(seat, _on_named),
    "DisassociateResolverEndpointIpAddress": Doing(unseat, _on_named),
    "CreateResolverEndpoint": Doing(create, _on_new, _UNOFFERED),
    "DeleteResolverEndpoint": Doing(delete, _on_deleting),
    "GetResolverEndpoint": Doing(get, _on_named),
    "ListResolverEndpointIpAddresses": Doing(addresses, _on_named),
    "ListResolverEndpoints": Doing(list_all),
    "UpdateResolverEndpoint": Doing(update, _on_named),
}
