"""The operations on VPC attachments, from either side.

A VPC of another account is attached by that account, while the gateway is shared with it.  When
the share goes, the attachment stays and goes on working (VPC Transit Gateways guide, "Unshare a
transit gateway").
"""

from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace

from studiogate.local.between import grounds
from studiogate.local.between.asking import Asked, Doing, Result, Target
from studiogate.local.between.pace import new_id
from studiogate.local.between.transit import tables
from studiogate.local.between.transit.gateways import targets
from studiogate.local.between.transit.network import Attachment, Transit, not_found
from studiogate.local.between.transit.rows import attachment_row, vpc_attachment_row
from studiogate.local.call import ApiError, Place
from studiogate.local.front.listing import filtered, page

_DEFAULTS: Mapping[str, str] = {
    "DnsSupport": "enable",
    "SecurityGroupReferencingSupport": "enable",
    "Ipv6Support": "disable",
    "ApplianceModeSupport": "disable",
}
_VPC_FILTERS = ("transit-gateway-attachment-id", "transit-gateway-id", "vpc-id", "state")
_FILTERS = (
    "transit-gateway-attachment-id",
    "transit-gateway-id",
    "transit-gateway-owner-id",
    "resource-id",
    "resource-owner-id",
    "resource-type",
    "state",
    "association.state",
    "association.transit-gateway-route-table-id",
)


def create(transit: Transit, asked: Asked) -> Result:
    """Attach a VPC of the caller's to a gateway that is the caller's or shared with it."""
    params, place, pace = asked.params, asked.place, transit.pace
    gateway = transit.gateway(place, params["TransitGatewayId"])
    transit.require_available(gateway.course, gateway.id)
    grounds.vpc(place, params["VpcId"])
    _require_zones(place, params["VpcId"], params["SubnetIds"])
    if any(
        one.gateway is gateway for one in transit.attached_vpc(place.region, params["VpcId"])
    ):
        raise ApiError(
            "DuplicateTransitGatewayAttachment",
            f"{gateway.id} has non-deleted Transit Gateway Attachments with same VPC ID.",
        )
    accepted = (
        gateway.place == place or gateway.options["AutoAcceptSharedAttachments"] == "enable"
    )
    word = "pending" if accepted else "initiatingRequest"
    one = Attachment(
        id=new_id("tgw-attach"),
        gateway=gateway,
        vpc=str(params["VpcId"]),
        place=place,
        subnets=list(params["SubnetIds"]),
        options={**_DEFAULTS, **params.get("Options", {})},
        created=pace.now(),
        course=pace.course(word, "available" if accepted else "pendingAcceptance"),
    )
    transit.attachments[one.id] = one
    grounds.lend(place, "transit_gateways", SimpleNamespace(id=gateway.id))
    if accepted:
        tables.by_default(transit, one)
    return _shown(transit, one, asked)


def accept(transit: Transit, asked: Asked) -> Result:
    """Let an attachment of another account in: the gateway's owner may."""
    one = _awaited(transit, asked)
    one.course = transit.pace.course("pending", "available")
    tables.by_default(transit, one)
    return _shown(transit, one, asked)


def reject(transit: Transit, asked: Asked) -> Result:
    """Turn an attachment of another account away."""
    one = _awaited(transit, asked)
    one.course = transit.pace.course("rejecting", "rejected")
    return _shown(transit, one, asked)


def modify(transit: Transit, asked: Asked) -> Result:
    """Change the subnets or options of an attachment: the VPC's owner may."""
    params = asked.params
    one = transit.attachment(asked.place, params["TransitGatewayAttachmentId"])
    if one.place != asked.place:
        raise _not_here(one.id)
    transit.require_available(one.course, one.id)
    gone = set(params.get("RemoveSubnetIds") or ())
    kept = [name for name in one.subnets if name not in gone]
    subnets = list(dict.fromkeys((*kept, *(params.get("AddSubnetIds") or ()))))
    if not subnets:
        raise ApiError("InsufficientSubnetsException", "At least one subnet has to be left.")
    _require_zones(asked.place, one.vpc, subnets)
    one.subnets = subnets
    one.options |= params.get("Options", {})
    one.course = transit.pace.course("modifying", "available")
    return _shown(transit, one, asked)


def delete(transit: Transit, asked: Asked) -> Result:
    """End an attachment: the owner of its VPC may, and the owner of the gateway."""
    one = transit.attachment(asked.place, asked.params["TransitGatewayAttachmentId"])
    one.course = transit.pace.course("deleting", "deleted")
    transit.forget(one)
    return _shown(transit, one, asked)


def describe_vpc(transit: Transit, asked: Asked) -> Result:
    """Attachments, with their subnets and options."""
    rows = [vpc_attachment_row(transit, one, asked.place) for one in _seen(transit, asked)]
    kept = filtered(rows, asked.params.get("Filters"), _VPC_FILTERS)
    shown, more = page(kept, asked.params, lambda row: str(row["TransitGatewayAttachmentId"]))
    return {"TransitGatewayVpcAttachments": shown, **more}


def describe(transit: Transit, asked: Asked) -> Result:
    """Attachments, with the table that serves each."""
    rows = [attachment_row(transit, one, asked.place) for one in _seen(transit, asked)]
    kept = filtered(rows, asked.params.get("Filters"), _FILTERS)
    shown, more = page(kept, asked.params, lambda row: str(row["TransitGatewayAttachmentId"]))
    return {"TransitGatewayAttachments": shown, **more}


def _seen(transit: Transit, asked: Asked) -> list[Attachment]:
    """What the caller sees of what it asks for; what is deleted is still shown, as on AWS."""
    wanted = asked.params.get("TransitGatewayAttachmentIds")
    found = [
        one
        for one in transit.attachments.values()
        if asked.place in {one.place, one.gateway.place} and one.id in (wanted or [one.id])
    ]
    for name in wanted or ():
        if name not in {one.id for one in found}:
            raise _not_here(name)
    return found


def _awaited(transit: Transit, asked: Asked) -> Attachment:
    name = asked.params["TransitGatewayAttachmentId"]
    one = transit.attachment(asked.place, name)
    if one.gateway.place != asked.place:
        raise _not_here(name)
    if transit.pace.state(one.course) != "pendingAcceptance":
        raise ApiError("IncorrectState", f"{name} is in invalid state")
    return one


def _require_zones(place: Place, vpc_id: str, subnet_ids: Sequence[str]) -> None:
    """One subnet of the VPC per availability zone, as AWS wants them."""
    found = [grounds.subnet(place, name) for name in subnet_ids]
    for one in found:
        if one.vpc != vpc_id:
            raise ApiError(
                "InvalidSubnetID.NotFound", f"The subnet ID '{one.id}' does not exist"
            )
    if len({one.zone for one in found}) < len(found):
        raise ApiError("DuplicateSubnetsInSameZone", "Duplicate Subnets for same AZ")


def _not_here(name: str) -> ApiError:
    return not_found(
        "InvalidTransitGatewayAttachmentID", "Transit Gateway VPC Attachment", name
    )


def _shown(transit: Transit, one: Attachment, asked: Asked) -> Result:
    return {"TransitGatewayVpcAttachment": vpc_attachment_row(transit, one, asked.place)}


def _on_new(transit: Transit, asked: Asked) -> Iterable[Target]:
    place, params = asked.place, asked.params
    named = [f"vpc/{params['VpcId']}", *(f"subnet/{name}" for name in params["SubnetIds"])]
    return (
        *targets(transit, asked, str(params["TransitGatewayId"])),
        Target(place.arn("ec2", "transit-gateway-attachment/*")),
        *(Target(place.arn("ec2", name)) for name in named),
    )


def _on_named(_: Transit, asked: Asked) -> Iterable[Target]:
    """The attachment, as one of the caller's own account, whichever side that is."""
    name = str(asked.params["TransitGatewayAttachmentId"])
    tags = grounds.tags(asked.place, name)
    return (Target(asked.place.arn("ec2", f"transit-gateway-attachment/{name}"), tags=tags),)


OPERATIONS: Mapping[str, Doing[Transit]] = {
    "AcceptTransitGatewayVpcAttachment": Doing(accept, _on_named),
    "CreateTransitGatewayVpcAttachment": Doing(create, _on_new),
    "DeleteTransitGatewayVpcAttachment": Doing(delete, _on_named),
    "DescribeTransitGatewayAttachments": Doing(describe),
    "DescribeTransitGatewayVpcAttachments": Doing(describe_vpc),
    "ModifyTransitGatewayVpcAttachment": Doing(modify, _on_named),
    "RejectTransitGatewayVpcAttachment": Doing(reject, _on_named),
}
