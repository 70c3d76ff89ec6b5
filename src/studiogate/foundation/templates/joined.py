"""The hub's side of a link: the way back to one network, and its place on the transit gateway.

A stack for each network, so that a new lob changes nothing of the others.
"""

from functools import cache
from typing import Any, assert_never

from troposphere import Template as Troposphere
from troposphere import ec2

from studiogate.foundation.stacks import Template
from studiogate.foundation.templates.links import (
    VIA_PEERING,
    VIA_TRANSIT,
    associated,
    peering,
    routes,
    spread,
    tables_told,
)
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.network_parameters import told
from studiogate.foundation.templates.subnets import described, gives
from studiogate.topology.links import Manner


@cache
def joined(
    zones: int, manner: Manner, *, cidrs: int, spreads_to: int = 0, corporate: bool = False
) -> Template:
    """The template that joins a network of `cidrs` blocks to a hub over `zones` zones.

    With a transit gateway, `spreads_to` tables lead to it.  A VPC's addresses are propagated;
    those of a corporate network are written down, because a router that announces more than
    the landscape says must not be believed.
    """
    template = described("the hub's side of the link to one network")
    blocks = [told(template, "Cidr", n) for n in range(1, cidrs + 1)]
    match manner:
        case "transit-gateway":
            via = {VIA_TRANSIT: told(template, "TransitGatewayId")}
            _on_transit(template, blocks, spreads_to, corporate=corporate)
        case "vpc-peering":
            via = {VIA_PEERING: told(template, "PeeringId")}
        case _:
            assert_never(manner)
    routes(template, tables_told(template, "HubRouteTableIds", zones), blocks, via)
    gives(template, "Joined", "yes")
    kind = "corporate" if corporate else "vpc"
    return made(
        f"joined-{kind}-{zones}-zones-{manner}-{cidrs}-cidrs-{spreads_to}-tables", template
    )


def _on_transit(
    template: Troposphere, blocks: list[Any], spreads_to: int, *, corporate: bool
) -> None:
    attached = told(template, "AttachmentId")
    associated(template, attached, told(template, "AssociateWith"))
    for number in range(1, spreads_to + 1):
        table = told(template, "SpreadTo", number)
        if corporate:
            _written_down(template, attached, (table, number), blocks)
        else:
            spread(template, attached, table, number)


def _written_down(
    template: Troposphere, attached: Any, table: tuple[Any, int], blocks: list[Any]
) -> None:
    for number, block in enumerate(blocks, 1):
        template.add_resource(
            ec2.TransitGatewayRoute(
                f"Known{number}Table{table[1]}",
                TransitGatewayRouteTableId=table[0],
                TransitGatewayAttachmentId=attached,
                DestinationCidrBlock=block,
            )
        )


@cache
def reached(zones: int, cidrs: int) -> Template:
    """The template of a VPC's ways to `cidrs` others by the transit gateway, beside the hub.

    For a reader to its warehouse, and for the warehouse back to its readers.
    """
    template = described("ways of a VPC to warehouses, or back to their readers")
    blocks = [told(template, "Cidr", n) for n in range(1, cidrs + 1)]
    via = {VIA_TRANSIT: told(template, "TransitGatewayId")}
    routes(template, tables_told(template, "RouteTableIds", zones), blocks, via)
    return made(f"reached-{zones}-zones-{cidrs}-cidrs", template)


@cache
def peered(zones: int, *, abroad: bool = True) -> Template:
    """The template of a reader's peering with the VPC of its warehouse, and the way there.

    `abroad` says that the warehouse is in another account.
    """
    template = described("a reader's peering with the network of a warehouse")
    owner = (told(template, "PeerAccount"), told(template, "PeerRoleArn")) if abroad else None
    link = peering(template, told(template, "VpcId"), told(template, "PeerVpcId"), owner)
    tables = tables_told(template, "RouteTableIds", zones)
    routes(template, tables, [told(template, "PeerCidr")], {VIA_PEERING: link})
    return made(f"peered-{zones}-zones{'-abroad' if abroad else ''}", template)


@cache
def answered(zones: int) -> Template:
    """The template of the other side of `peered`: the warehouse's way back to the reader."""
    template = described("the way of a warehouse's network back to a reader")
    tables = tables_told(template, "RouteTableIds", zones)
    via = {VIA_PEERING: told(template, "PeeringId")}
    routes(template, tables, [told(template, "PeerCidr")], via)
    return made(f"answered-{zones}-zones", template)
