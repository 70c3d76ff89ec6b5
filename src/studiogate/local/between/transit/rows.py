"""Gateways, attachments and tables as EC2's API shows them."""

from typing import Any

from studiogate.local.between import grounds
from studiogate.local.between.transit.network import Attachment, Gateway, Table, Transit
from studiogate.local.call import Place

Row = dict[str, Any]


def tag_rows(place: Place, resource_id: str) -> list[dict[str, str]]:
    """The tags `place` has given a resource."""
    tags = grounds.tags(place, resource_id)
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def gateway_row(transit: Transit, gateway: Gateway, place: Place) -> Row:
    """One gateway, to the eyes of `place`."""
    return {
        "TransitGatewayId": gateway.id,
        "TransitGatewayArn": gateway.arn,
        "State": transit.pace.state(gateway.course),
        "OwnerId": gateway.place.account,
        "Description": gateway.description,
        "CreationTime": gateway.created,
        "Options": dict(gateway.options),
        "Tags": tag_rows(place, gateway.id),
    }


def vpc_attachment_row(transit: Transit, one: Attachment, place: Place) -> Row:
    """One attachment, as `DescribeTransitGatewayVpcAttachments` has it."""
    return {
        "TransitGatewayAttachmentId": one.id,
        "TransitGatewayId": one.gateway.id,
        "VpcId": one.vpc,
        "VpcOwnerId": one.place.account,
        "State": transit.pace.state(one.course),
        "SubnetIds": list(one.subnets),
        "CreationTime": one.created,
        "Options": dict(one.options),
        "Tags": tag_rows(place, one.id),
    }


def attachment_row(transit: Transit, one: Attachment, place: Place) -> Row:
    """One attachment, as `DescribeTransitGatewayAttachments` has it.

    Which table serves it is shown to the gateway's owner.
    """
    row: Row = {
        "TransitGatewayAttachmentId": one.id,
        "TransitGatewayId": one.gateway.id,
        "TransitGatewayOwnerId": one.gateway.place.account,
        "ResourceOwnerId": one.place.account,
        "ResourceType": "vpc",
        "ResourceId": one.vpc,
        "State": transit.pace.state(one.course),
        "CreationTime": one.created,
        "Tags": tag_rows(place, one.id),
    }
    table = transit.table_serving(one.id)
    if table is not None and place == one.gateway.place:
        row["Association"] = {
            "TransitGatewayRouteTableId": table.id,
            "State": transit.pace.state(table.associations[one.id]),
        }
    return row


def table_row(transit: Transit, table: Table) -> Row:
    """One route table."""
    options = table.gateway.options
    serving = options.get("AssociationDefaultRouteTableId")
    learning = options.get("PropagationDefaultRouteTableId")
    return {
        "TransitGatewayRouteTableId": table.id,
        "TransitGatewayId": table.gateway.id,
        "State": transit.pace.state(table.course),
        "DefaultAssociationRouteTable": table.id == serving,
        "DefaultPropagationRouteTable": table.id == learning,
        "CreationTime": table.created,
        "Tags": tag_rows(table.gateway.place, table.id),
    }


def tie_row(transit: Transit, table: Table, attachment_id: str, *, member: str) -> Row:
    """One association or propagation of a table; `member` names which dictionary has it."""
    courses = table.associations if member == "associations" else table.propagations
    attachment = transit.attachments[attachment_id]
    return {
        "TransitGatewayRouteTableId": table.id,
        "TransitGatewayAttachmentId": attachment_id,
        "ResourceId": attachment.vpc,
        "ResourceType": "vpc",
        "State": transit.pace.state(courses[attachment_id]),
    }
