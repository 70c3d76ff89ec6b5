"""Route tables of transit gateways: who is served by which, and who is known in it.

Only the gateway's owner touches them (VPC Transit Gateways guide, "Transit gateway sharing
considerations"): to anybody else they do not exist.
"""

from collections.abc import Iterable, Mapping

from studiogate.local.between import grounds
from studiogate.local.between.asking import Asked, Doing, Result, Target, without
from studiogate.local.between.pace import new_id
from studiogate.local.between.transit.network import (
    Attachment,
    Gateway,
    Table,
    Transit,
    not_found,
)
from studiogate.local.between.transit.rows import Row, table_row, tie_row
from studiogate.local.call import ApiError
from studiogate.local.front.listing import filtered, page

_TABLE_FILTERS = (
    "transit-gateway-route-table-id",
    "transit-gateway-id",
    "state",
    "default-association-route-table",
    "default-propagation-route-table",
)
_TIE_FILTERS = ("transit-gateway-attachment-id", "resource-id", "resource-type")


def create(transit: Transit, asked: Asked) -> Result:
    """Make an empty table."""
    gateway = transit.own_gateway(asked.place, asked.params["TransitGatewayId"])
    transit.require_available(gateway.course, gateway.id)
    return {"TransitGatewayRouteTable": table_row(transit, _made(transit, gateway))}


def describe(transit: Transit, asked: Asked) -> Result:
    """The tables of the caller's gateways."""
    wanted = asked.params.get("TransitGatewayRouteTableIds")
    found = [
        one
        for one in transit.tables.values()
        if one.gateway.place == asked.place and one.id in (wanted or [one.id])
    ]
    for name in wanted or ():
        if name not in {one.id for one in found}:
            raise not_found("InvalidRouteTableID", "Transit Gateway Route Table", name)
    rows = [table_row(transit, one) for one in found]
    kept = filtered(rows, asked.params.get("Filters"), _TABLE_FILTERS)
    shown, more = page(kept, asked.params, lambda row: str(row["TransitGatewayRouteTableId"]))
    return {"TransitGatewayRouteTables": shown, **more}


def delete(transit: Transit, asked: Asked) -> Result:
    """End a table that serves nobody and is nobody's default."""
    table = transit.table(asked.place, asked.params["TransitGatewayRouteTableId"])
    row = table_row(transit, table)
    if row["DefaultAssociationRouteTable"] or row["DefaultPropagationRouteTable"]:
        raise ApiError("IncorrectState", f"{table.id} is a default route table.")
    if any(transit.pace.state(one) != "disassociated" for one in table.associations.values()):
        raise ApiError("IncorrectState", f"{table.id} has non-deleted associations.")
    table.course = transit.pace.course("deleting", "deleted")
    return {"TransitGatewayRouteTable": table_row(transit, table)}


def associate(transit: Transit, asked: Asked) -> Result:
    """Let a table serve an attachment; each is served by one."""
    table, one = _both(transit, asked)
    if transit.table_serving(one.id) is not None:
        raise ApiError(
            "Resource.AlreadyAssociated",
            f"Transit Gateway Attachment {one.id} is already associated to a route table.",
        )
    table.associations[one.id] = transit.pace.course("associating", "associated")
    return {"Association": tie_row(transit, table, one.id, member="associations")}


def disassociate(transit: Transit, asked: Asked) -> Result:
    """Let a table serve an attachment no longer."""
    table = transit.table(asked.place, asked.params["TransitGatewayRouteTableId"])
    name = asked.params["TransitGatewayAttachmentId"]
    if transit.table_serving(name) is not table:
        raise ApiError(
            "InvalidAssociation.NotFound",
            f"Association of {name} with {table.id} does not exist.",
        )
    table.associations[name] = transit.pace.course("disassociating", "disassociated")
    return {"Association": tie_row(transit, table, name, member="associations")}


def propagate(transit: Transit, asked: Asked) -> Result:
    """Let a table learn the CIDRs of an attachment."""
    table, one = _both(transit, asked)
    known = table.propagations.get(one.id)
    if known is not None and transit.pace.state(known) != "disabled":
        raise ApiError(
            "TransitGatewayRouteTablePropagation.Duplicate",
            f"Propagation {one.id} already exists in Transit Gateway Route Table {table.id}.",
        )
    table.propagations[one.id] = transit.pace.course("enabling", "enabled")
    return {"Propagation": tie_row(transit, table, one.id, member="propagations")}


def withhold(transit: Transit, asked: Asked) -> Result:
    """Let a table forget the CIDRs of an attachment."""
    table = transit.table(asked.place, asked.params["TransitGatewayRouteTableId"])
    name = asked.params["TransitGatewayAttachmentId"]
    known = table.propagations.get(name)
    if known is None or transit.pace.state(known) == "disabled":
        raise ApiError(
            "TransitGatewayRouteTablePropagation.NotFound",
            f"Propagation {name} does not exist in Transit Gateway Route Table {table.id}.",
        )
    table.propagations[name] = transit.pace.course("disabling", "disabled")
    return {"Propagation": tie_row(transit, table, name, member="propagations")}


def associations(transit: Transit, asked: Asked) -> Result:
    """Whom a table serves."""
    shown, more = _ties(transit, asked, "associations", over="disassociated")
    return {"Associations": shown, **more}


def propagations(transit: Transit, asked: Asked) -> Result:
    """Whose CIDRs a table learns."""
    shown, more = _ties(transit, asked, "propagations", over="disabled")
    return {"TransitGatewayRouteTablePropagations": shown, **more}


def propagations_of(transit: Transit, asked: Asked) -> Result:
    """Which tables learn the CIDRs of an attachment."""
    one = transit.attachment(asked.place, asked.params["TransitGatewayAttachmentId"])
    rows = [
        {
            "TransitGatewayRouteTableId": table.id,
            "State": transit.pace.state(table.propagations[one.id]),
        }
        for table in transit.tables_of(one.gateway)
        if one.id in table.propagations and table.gateway.place == asked.place
    ]
    kept = filtered(rows, asked.params.get("Filters"), ("transit-gateway-route-table-id",))
    shown, more = page(kept, asked.params, lambda row: str(row["TransitGatewayRouteTableId"]))
    return {"TransitGatewayAttachmentPropagations": shown, **more}


def default(transit: Transit, gateway: Gateway) -> None:
    """Make the table that new attachments are tied to by default, as the options want."""
    table = _made(transit, gateway)
    for verb in ("Association", "Propagation"):
        if gateway.options[f"DefaultRouteTable{verb}"] == "enable":
            gateway.options[f"{verb}DefaultRouteTableId"] = table.id


def by_default(transit: Transit, one: Attachment) -> None:
    """Tie a new attachment as its gateway does by default (S2-43)."""
    options, pace = one.gateway.options, transit.pace
    if options["DefaultRouteTableAssociation"] == "enable":
        serving = transit.tables.get(str(options.get("AssociationDefaultRouteTableId")))
        if serving is not None:
            serving.associations[one.id] = pace.course("associating", "associated")
    if options["DefaultRouteTablePropagation"] == "enable":
        learning = transit.tables.get(str(options.get("PropagationDefaultRouteTableId")))
        if learning is not None:
            learning.propagations[one.id] = pace.course("enabling", "enabled")


def _made(transit: Transit, gateway: Gateway) -> Table:
    pace = transit.pace
    table = Table(
        new_id("tgw-rtb"), gateway, pace.now(), course=pace.course("pending", "available")
    )
    transit.tables[table.id] = table
    return table


def _both(transit: Transit, asked: Asked) -> tuple[Table, Attachment]:
    """The table and the attachment of one gateway, both ready."""
    params = asked.params
    table = transit.table(asked.place, params["TransitGatewayRouteTableId"])
    one = transit.attachment(asked.place, params.get("TransitGatewayAttachmentId", ""))
    if one.gateway is not table.gateway:
        raise ApiError(
            "InvalidParameterValue",
            f"{one.id} and {table.id} belong to different transit gateways.",
        )
    transit.require_available(table.course, table.id)
    transit.require_available(one.course, one.id)
    return table, one


def _ties(
    transit: Transit, asked: Asked, member: str, *, over: str
) -> tuple[list[Row], dict[str, str]]:
    table = transit.table(asked.place, asked.params["TransitGatewayRouteTableId"])
    ties = table.associations if member == "associations" else table.propagations
    rows = [tie_row(transit, table, name, member=member) for name in ties]
    left = [row for row in rows if row["State"] != over]
    kept = filtered(left, asked.params.get("Filters"), _TIE_FILTERS)
    return page(kept, asked.params, lambda row: str(row["TransitGatewayAttachmentId"]))


def on_table(_: Transit, asked: Asked) -> Iterable[Target]:
    """The table, and the attachment where a call names one; both of the owner's account."""
    table = str(asked.params["TransitGatewayRouteTableId"])
    named = [f"transit-gateway-route-table/{table}"]
    if attachment := asked.params.get("TransitGatewayAttachmentId"):
        named.append(f"transit-gateway-attachment/{attachment}")
    return [
        Target(
            asked.place.arn("ec2", name),
            tags=grounds.tags(asked.place, name.partition("/")[2]),
        )
        for name in named
    ]


def _on_new(_: Transit, asked: Asked) -> Iterable[Target]:
    gateway = asked.params["TransitGatewayId"]
    named = (f"transit-gateway/{gateway}", "transit-gateway-route-table/*")
    return [Target(asked.place.arn("ec2", name)) for name in named]


_ANNOUNCED = without("TransitGatewayRouteTableAnnouncementId")

OPERATIONS: Mapping[str, Doing[Transit]] = {
    "AssociateTransitGatewayRouteTable": Doing(associate, on_table),
    "CreateTransitGatewayRouteTable": Doing(create, _on_new),
    "DeleteTransitGatewayRouteTable": Doing(delete, on_table),
    "DescribeTransitGatewayRouteTables": Doing(describe),
    "DisableTransitGatewayRouteTablePropagation": Doing(withhold, on_table, _ANNOUNCED),
    "DisassociateTransitGatewayRouteTable": Doing(disassociate, on_table),
    "EnableTransitGatewayRouteTablePropagation": Doing(propagate, on_table, _ANNOUNCED),
    "GetTransitGatewayAttachmentPropagations": Doing(propagations_of),
    "GetTransitGatewayRouteTableAssociations": Doing(associations, on_table),
    "GetTransitGatewayRouteTablePropagations": Doing(propagations, on_table),
}
