"""Routes of a transit gateway's table: learnt from VPCs, or written by hand."""

from collections.abc import Callable, Iterable, Mapping
from ipaddress import IPv4Network
from typing import Any

from studiogate.local.between.asking import Asked, Doing, Result
from studiogate.local.between.transit.network import Attachment, Table, Transit
from studiogate.local.between.transit.rows import Row
from studiogate.local.between.transit.tables import on_table
from studiogate.local.call import ApiError
from studiogate.local.front.listing import filtered

_MOST = 1000


def create(transit: Transit, asked: Asked) -> Result:
    """Write a route, to an attachment or to nowhere."""
    params = asked.params
    table = transit.table(asked.place, params["TransitGatewayRouteTableId"])
    block = _block(params["DestinationCidrBlock"])
    transit.require_available(table.course, table.id)
    if block in table.static:
        raise ApiError(
            "RouteAlreadyExists",
            f"Route {block} already exists in Transit Gateway Route Table {table.id}",
        )
    table.static[block] = _towards(transit, asked, table)
    return {"Route": static_row(transit, block, table.static[block])}


def delete(transit: Transit, asked: Asked) -> Result:
    """Take a written route away; what is learnt stays."""
    table = transit.table(asked.place, asked.params["TransitGatewayRouteTableId"])
    block = _block(asked.params["DestinationCidrBlock"])
    if block not in table.static:
        raise ApiError(
            "InvalidRoute.NotFound",
            f"Route {block} does not exist in Transit Gateway Route Table {table.id}",
        )
    row = static_row(transit, block, table.static.pop(block))
    return {"Route": {**row, "State": "deleted"}}


def search(transit: Transit, asked: Asked) -> Result:
    """The routes of a table that filters let through; at least one filter is wanted."""
    table = transit.table(asked.place, asked.params["TransitGatewayRouteTableId"])
    filters = asked.params["Filters"]
    rows = [row for row in routes_of(transit, table) if _searched(row, filters)]
    plain = [one for one in filters if one["Name"] not in _SEARCHES]
    flat = [{**_flat(row), "row": row} for row in rows]
    kept = [one["row"] for one in filtered(flat, plain, ("type", "state", *_ATTACHMENTS))]
    if any(one["Name"] == "route-search.longest-prefix-match" for one in filters):
        kept = sorted(kept, key=_length)[-1:]
    most = int(asked.params.get("MaxResults", _MOST))
    return {"Routes": kept[:most], "AdditionalRoutesAvailable": len(kept) > most}


def routes_of(transit: Transit, table: Table) -> list[Row]:
    """Every route of a table; a written one hides a learnt one to the same block."""
    found: dict[IPv4Network, Row] = {}
    for name, course in table.propagations.items():
        one = transit.attachments[name]
        ready = transit.pace.state(one.course) in {"available", "modifying"}
        if ready and transit.pace.state(course) == "enabled":
            for block in transit.cidrs(one):
                found.setdefault(block, _row(block, one, "propagated", "active"))
    for block, towards in table.static.items():
        found[block] = static_row(transit, block, towards)
    return [found[block] for block in sorted(found)]


def static_row(transit: Transit, block: IPv4Network, towards: Attachment | None) -> Row:
    """A written route: a black hole where it was meant so, or its attachment is gone."""
    if towards is None:
        return _row(block, None, "static", "blackhole")
    state = "active" if transit.live(towards.course) else "blackhole"
    return _row(block, towards, "static", state)


def _row(block: IPv4Network, towards: Attachment | None, kind: str, state: str) -> Row:
    row: Row = {"DestinationCidrBlock": str(block), "Type": kind, "State": state}
    if towards is not None:
        row["TransitGatewayAttachments"] = [
            {
                "ResourceId": towards.vpc,
                "TransitGatewayAttachmentId": towards.id,
                "ResourceType": "vpc",
            }
        ]
    return row


def _towards(transit: Transit, asked: Asked, table: Table) -> Attachment | None:
    name = asked.params.get("TransitGatewayAttachmentId")
    if bool(asked.params.get("Blackhole")) == bool(name):
        raise ApiError(
            "InvalidParameterCombination",
            "A route has either a TransitGatewayAttachmentId or Blackhole.",
        )
    if not name:
        return None
    one = transit.attachment(asked.place, name)
    if one.gateway is not table.gateway:
        raise ApiError(
            "InvalidParameterValue",
            f"{name} and {table.id} belong to different transit gateways.",
        )
    return one


def _block(text: str) -> IPv4Network:
    try:
        return IPv4Network(text)
    except ValueError as exc:
        raise ApiError(
            "InvalidParameterValue",
            f"Value ({text}) for parameter destinationCidrBlock is "
            "invalid. This is not a valid CIDR block.",
        ) from exc


_SEARCHES: Mapping[str, Callable[[IPv4Network, IPv4Network], bool]] = {
    "route-search.exact-match": lambda route, asked: route == asked,
    "route-search.longest-prefix-match": lambda route, asked: asked.subnet_of(route),
    "route-search.subnet-of-match": lambda route, asked: route.subnet_of(asked),
    "route-search.supernet-of-match": lambda route, asked: asked.subnet_of(route),
}
_ATTACHMENTS = (
    "attachment.transit-gateway-attachment-id",
    "attachment.resource-id",
    "attachment.resource-type",
)


def _searched(row: Row, filters: Iterable[Mapping[str, Any]]) -> bool:
    route = IPv4Network(row["DestinationCidrBlock"])
    return all(
        any(_SEARCHES[one["Name"]](route, _block(value)) for value in one["Values"])
        for one in filters
        if one["Name"] in _SEARCHES
    )


def _flat(row: Row) -> Row:
    towards = row.get("TransitGatewayAttachments") or [{}]
    return {"Type": row["Type"], "State": row["State"], "Attachment": towards[0]}


def _length(row: Row) -> int:
    return IPv4Network(row["DestinationCidrBlock"]).prefixlen


OPERATIONS: Mapping[str, Doing[Transit]] = {
    "CreateTransitGatewayRoute": Doing(create, on_table),
    "DeleteTransitGatewayRoute": Doing(delete, on_table),
    "SearchTransitGatewayRoutes": Doing(search, on_table),
}
