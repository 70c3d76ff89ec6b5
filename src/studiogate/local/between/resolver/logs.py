"""The operations on query logs, and on their associations with VPCs."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from studiogate.local.between import grounds
from studiogate.local.between.asking import Asked, Doing, Result, Target, tags_asked, without
from studiogate.local.between.pace import new_id
from studiogate.local.between.resolver.endpoints import narrowed
from studiogate.local.between.resolver.resolving import (
    Log,
    Resolving,
    Tie,
    absent,
    invalid,
    stamp,
)
from studiogate.local.call import ApiError, Place
from studiogate.local.front.listing import page

_DESTINATION = re.compile(
    r"arn:[a-z-]+:(?:logs:[^:]+:\d{12}:log-group:.+|s3:::.+|firehose:.+)\Z"
)
_LOG_FILTERS = {
    name: name
    for name in ("CreatorRequestId", "Name", "OwnerId", "ShareStatus", "Status", "Id", "Arn")
} | {"DestinationArn": "DestinationArn"}
_TIE_FILTERS = {
    name: name for name in ("Id", "ResolverQueryLogConfigId", "ResourceId", "Status", "Error")
}


def create(resolving: Resolving, asked: Asked) -> Result:
    """Say where queries are written to."""
    params, place, pace = asked.params, asked.place, resolving.pace
    if not _DESTINATION.match(params["DestinationArn"]):
        raise ApiError(
            "InvalidParameterException",
            "[RSLVR-01014] The destination is not a log group, a bucket or a delivery stream.",
        )
    one = Log(
        id=new_id("rqlc"),
        place=place,
        token=str(params["CreatorRequestId"]),
        name=str(params["Name"]),
        destination=str(params["DestinationArn"]),
        created=pace.now(),
        course=pace.course("CREATING", "CREATED"),
        tags=tags_asked(params),
    )
    resolving.logs[one.id] = one
    return {"ResolverQueryLogConfig": row(resolving, one, place)}


def get(resolving: Resolving, asked: Asked) -> Result:
    """One query log, one's own or shared."""
    one = resolving.log(asked.place, asked.params["ResolverQueryLogConfigId"])
    return {"ResolverQueryLogConfig": row(resolving, one, asked.place)}


def list_all(resolving: Resolving, asked: Asked) -> Result:
    """The caller's query logs, and those shared with it."""
    place = asked.place
    rows = [
        row(resolving, one, place)
        for one in resolving.logs.values()
        if resolving.usable(place, one) and resolving.pace.state(one.course) != "DELETED"
    ]
    kept = narrowed(rows, asked.params.get("Filters"), _LOG_FILTERS)
    shown, more = page(kept, asked.params, lambda one: str(one["Id"]))
    counts = {"TotalCount": len(rows), "TotalFilteredCount": len(kept)}
    return {"ResolverQueryLogConfigs": shown, **counts, **more}


def delete(resolving: Resolving, asked: Asked) -> Result:
    """End a query log that no VPC is associated with."""
    one = resolving.log(asked.place, asked.params["ResolverQueryLogConfigId"])
    if one.place != asked.place:
        raise absent("RSLVR-01601", "Resolver query logging configuration", one.id)
    if resolving.ties_of(one):
        raise invalid(
            f'[RSLVR-01604] Cannot delete query logging configuration "{one.id}" while VPCs '
            "are associated with it."
        )
    one.course = resolving.pace.course("DELETING", "DELETED")
    return {"ResolverQueryLogConfig": row(resolving, one, asked.place)}


def associate(resolving: Resolving, asked: Asked) -> Result:
    """Write the queries of a VPC of the caller's."""
    place, vpc = asked.place, str(asked.params["ResourceId"])
    one = resolving.log(place, asked.params["ResolverQueryLogConfigId"])
    if grounds.vpc_or_none(place, vpc) is None:
        raise invalid(f'[RSLVR-01605] Vpc with ID "{vpc}" does not exist.')
    if any(tie.vpc == vpc and tie.place == place for tie in resolving.ties_of(one)):
        raise ApiError(
            "ResourceExistsException",
            f'[RSLVR-01606] "{one.id}" is already associated with "{vpc}".',
        )
    now, course = resolving.pace.now(), resolving.pace.course("CREATING", "ACTIVE")
    tie = Tie(new_id("rqlca"), one, vpc, place, name="", created=now, course=course)
    resolving.tie(tie)
    return {"ResolverQueryLogConfigAssociation": tie_row(resolving, tie)}


def disassociate(resolving: Resolving, asked: Asked) -> Result:
    """Write the queries of a VPC no longer."""
    name = str(asked.params["ResolverQueryLogConfigId"])
    vpc = str(asked.params["ResourceId"])
    for tie in resolving.ties_at(asked.place, Log):
        if tie.of.id == name and tie.vpc == vpc and resolving.live(tie.course):
            tie.course = resolving.pace.course("DELETING", "DELETED")
            return {"ResolverQueryLogConfigAssociation": tie_row(resolving, tie)}
    raise absent("RSLVR-01603", "Query logging configuration association", f"{name} {vpc}")


def get_association(resolving: Resolving, asked: Asked) -> Result:
    """One association."""
    name = str(asked.params["ResolverQueryLogConfigAssociationId"])
    for tie in resolving.ties_at(asked.place, Log):
        if tie.id == name:
            return {"ResolverQueryLogConfigAssociation": tie_row(resolving, tie)}
    raise absent("RSLVR-01603", "Query logging configuration association", name)


def list_associations(resolving: Resolving, asked: Asked) -> Result:
    """The associations of the caller's VPCs."""
    rows = [tie_row(resolving, tie) for tie in resolving.ties_at(asked.place, Log)]
    kept = narrowed(rows, asked.params.get("Filters"), _TIE_FILTERS)
    shown, more = page(kept, asked.params, lambda one: str(one["Id"]))
    counts = {"TotalCount": len(rows), "TotalFilteredCount": len(kept)}
    return {"ResolverQueryLogConfigAssociations": shown, **counts, **more}


def row(resolving: Resolving, one: Log, place: Place) -> dict[str, Any]:
    """One query log, to the eyes of `place`."""
    return {
        "Id": one.id,
        "OwnerId": one.place.account,
        "Status": resolving.pace.state(one.course),
        "ShareStatus": resolving.share_status(place, one),
        "AssociationCount": len(resolving.ties_of(one)),
        "Arn": one.arn,
        "Name": one.name,
        "DestinationArn": one.destination,
        "CreatorRequestId": one.token,
        "CreationTime": stamp(one.created),
    }


def tie_row(resolving: Resolving, tie: Tie) -> dict[str, Any]:
    """One association as Resolver shows it."""
    return {
        "Id": tie.id,
        "ResolverQueryLogConfigId": tie.of.id,
        "ResourceId": tie.vpc,
        "Status": resolving.pace.state(tie.course),
        "Error": "NONE",
        "CreationTime": stamp(tie.created),
    }


def _on_new(_: Resolving, asked: Asked) -> Iterable[Target]:
    return (Target(asked.place.arn("route53resolver", "resolver-query-log-config/*")),)


def _on_log(*more: str) -> Callable[[Resolving, Asked], Iterable[Target]]:
    """The query log, in the account that has it; and what else it takes."""

    def on(resolving: Resolving, asked: Asked) -> Iterable[Target]:
        name = str(asked.params["ResolverQueryLogConfigId"])
        known = resolving.logs.get(name)
        if known is None or not resolving.usable(asked.place, known):
            arn = asked.place.arn("route53resolver", f"resolver-query-log-config/{name}")
            yield Target(arn)
        else:
            yield Target(known.arn, tags=known.tags)
        for action in more:
            yield Target("*", action)

    return on


_IN_VPC = _on_log("ec2:DescribeVpcs")

OPERATIONS: Mapping[str, Doing[Resolving]] = {
    "AssociateResolverQueryLogConfig": Doing(associate, _IN_VPC),
    "CreateResolverQueryLogConfig": Doing(create, _on_new),
    "DeleteResolverQueryLogConfig": Doing(delete, _on_log()),
    "DisassociateResolverQueryLogConfig": Doing(disassociate, _IN_VPC),
    "GetResolverQueryLogConfig": Doing(get, _on_log()),
    "GetResolverQueryLogConfigAssociation": Doing(get_association),
    "ListResolverQueryLogConfigAssociations": Doing(
        list_associations, never=without("SortBy", "SortOrder")
    ),
    "ListResolverQueryLogConfigs": Doing(list_all, never=without("SortBy", "SortOrder")),
}
