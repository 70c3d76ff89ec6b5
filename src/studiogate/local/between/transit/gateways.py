"""The operations on transit gateways themselves."""

from collections.abc import Iterable, Mapping
from types import SimpleNamespace

from studiogate.local.between import grounds
from studiogate.local.between.asking import Asked, Doing, Result, Target
from studiogate.local.between.pace import new_id
from studiogate.local.between.transit import tables
from studiogate.local.between.transit.network import Gateway, Transit, not_found
from studiogate.local.between.transit.rows import gateway_row
from studiogate.local.call import ApiError
from studiogate.local.front.listing import filtered, page

# What AWS takes where nothing is said (EC2 API reference, "TransitGatewayRequestOptions").
_DEFAULTS: Mapping[str, str | int] = {
    "AmazonSideAsn": 64512,
    "AutoAcceptSharedAttachments": "disable",
    "DefaultRouteTableAssociation": "enable",
    "DefaultRouteTablePropagation": "enable",
    "VpnEcmpSupport": "enable",
    "DnsSupport": "enable",
    "SecurityGroupReferencingSupport": "disable",
    "MulticastSupport": "disable",
}
_FILTERS = (
    "transit-gateway-id",
    "state",
    "owner-id",
    *(
        f"options.{name}"
        for name in (
            "amazon-side-asn",
            "auto-accept-shared-attachments",
            "association-default-route-table-id",
            "default-route-table-association",
            "default-route-table-propagation",
            "dns-support",
            "propagation-default-route-table-id",
            "vpn-ecmp-support",
        )
    ),
)


def create(transit: Transit, asked: Asked) -> Result:
    """Make a gateway, with a default route table where one is wanted."""
    options = {**_DEFAULTS, **asked.params.get("Options", {})}
    if options.pop("TransitGatewayCidrBlocks", None) or options["MulticastSupport"] == "enable":
        raise ApiError(
            "UnsupportedOperation",
            "CIDR blocks and multicast of transit gateways are not offered by this emulation.",
            status=501,
        )
    gateway = Gateway(
        id=new_id("tgw"),
        place=asked.place,
        description=str(asked.params.get("Description", "")),
        options=options,
        created=transit.pace.now(),
        course=transit.pace.course("pending", "available"),
    )
    transit.gateways[gateway.id] = gateway
    if "enable" in _defaults_of(gateway):
        tables.default(transit, gateway)
    grounds.lend(asked.place, "transit_gateways", SimpleNamespace(id=gateway.id))
    return _shown(transit, gateway, asked)


def describe(transit: Transit, asked: Asked) -> Result:
    """The gateways of the account, and those shared with it."""
    wanted = asked.params.get("TransitGatewayIds")
    found = [
        one
        for one in transit.gateways.values()
        if transit.visible(asked.place, one) and one.id in (wanted or [one.id])
    ]
    for name in wanted or ():
        if name not in {one.id for one in found}:
            raise not_found("InvalidTransitGatewayID", "Transit Gateway", name)
    rows = [gateway_row(transit, one, asked.place) for one in found]
    kept = filtered(rows, asked.params.get("Filters"), _FILTERS)
    shown, more = page(kept, asked.params, lambda row: str(row["TransitGatewayId"]))
    return {"TransitGateways": shown, **more}


def modify(transit: Transit, asked: Asked) -> Result:
    """Change a gateway in place."""
    gateway = transit.own_gateway(asked.place, asked.params["TransitGatewayId"])
    wanted = dict(asked.params.get("Options", {}))
    if offending := {*wanted} - {*_CHANGEABLE}:
        raise ApiError(
            "UnsupportedOperation",
            f"{', '.join(sorted(offending))} is not offered by this emulation.",
            status=501,
        )
    for member in ("AssociationDefaultRouteTableId", "PropagationDefaultRouteTableId"):
        if member in wanted:
            transit.table(asked.place, wanted[member])
    gateway.description = str(asked.params.get("Description", gateway.description))
    gateway.options |= wanted
    gateway.course = transit.pace.course("modifying", "available")
    return _shown(transit, gateway, asked)


_CHANGEABLE = (
    "AssociationDefaultRouteTableId",
    "AutoAcceptSharedAttachments",
    "DefaultRouteTableAssociation",
    "DefaultRouteTablePropagation",
    "DnsSupport",
    "PropagationDefaultRouteTableId",
    "SecurityGroupReferencingSupport",
    "VpnEcmpSupport",
)


def delete(transit: Transit, asked: Asked) -> Result:
    """End a gateway that nothing is attached to; its route tables go with it."""
    gateway = transit.own_gateway(asked.place, asked.params["TransitGatewayId"])
    if attached := transit.attached_to(gateway):
        names = ", ".join(one.id for one in attached)
        raise ApiError(
            "IncorrectState",
            f"{gateway.id} has non-deleted Transit Gateway Attachments: {names}.",
        )
    for table in transit.tables_of(gateway):
        table.course = transit.pace.course("deleting", "deleted")
    gateway.course = transit.pace.course("deleting", "deleted")
    return _shown(transit, gateway, asked)


def targets(transit: Transit, asked: Asked, gateway_id: str) -> Iterable[Target]:
    """The gateway itself, in the account that has it, where the caller may see it."""
    found = transit.gateways.get(gateway_id)
    if found is None or not transit.visible(asked.place, found):
        return (Target(asked.place.arn("ec2", f"transit-gateway/{gateway_id}")),)
    return (Target(found.arn, tags=grounds.tags(found.place, gateway_id)),)


def _defaults_of(gateway: Gateway) -> set[str | int]:
    return {
        gateway.options[f"DefaultRouteTable{one}"] for one in ("Association", "Propagation")
    }


def _shown(transit: Transit, gateway: Gateway, asked: Asked) -> Result:
    return {"TransitGateway": gateway_row(transit, gateway, asked.place)}


def _on_new(_: Transit, asked: Asked) -> Iterable[Target]:
    return (Target(asked.place.arn("ec2", "transit-gateway/*")),)


def _on_named(transit: Transit, asked: Asked) -> Iterable[Target]:
    return targets(transit, asked, str(asked.params["TransitGatewayId"]))


OPERATIONS: Mapping[str, Doing[Transit]] = {
    "CreateTransitGateway": Doing(create, _on_new),
    "DeleteTransitGateway": Doing(delete, _on_named),
    "DescribeTransitGateways": Doing(describe),
    "ModifyTransitGateway": Doing(modify, _on_named),
}
