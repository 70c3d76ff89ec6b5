"""The VPC of a lob or a producer, linked to the hub and to nothing else (S2-42).

What a reader of a warehouse needs beside it comes in stacks of its own, `reached` and
`peering`, so that a VPC is the same whoever reads whose warehouse.
"""

from functools import cache
from typing import assert_never

from troposphere import Template as Troposphere

from studiogate.foundation.stacks import Template
from studiogate.foundation.templates.links import (
    VIA_PEERING,
    VIA_TRANSIT,
    accepting_role,
    attachment,
    peering,
    routes,
)
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.network_parameters import told
from studiogate.foundation.templates.s3_gateway import s3_gateway
from studiogate.foundation.templates.subnets import Ground, described, ground
from studiogate.topology.links import Manner


@cache
def vpc(
    zones: int, manner: Manner, *, egress: bool, abroad: bool = False, accepts: bool = False
) -> Template:
    """The template of a VPC over `zones` zones.

    With peering, `abroad` says that the hub is in another account, and `accepts` that readers
    in the accounts `Requesters` peer with this VPC.
    """
    template = described("the network of one account")
    stands = ground(template, zones, egress=egress)
    s3_gateway(template, stands.vpc, stands.tables)
    match manner:
        case "transit-gateway":
            _by_transit(template, stands)
        case "vpc-peering":
            _by_peering(template, stands, abroad=abroad)
            if accepts:
                accepting_role(template, stands, told(template, "Requesters"))
        case _:
            assert_never(manner)
    return made(_shape(zones, manner, egress=egress, abroad=abroad, accepts=accepts), template)


def _by_transit(template: Troposphere, stands: Ground) -> None:
    transit = told(template, "TransitGatewayId")
    attachment(template, stands, transit)
    hub = [told(template, "HubCidr")]
    routes(template, stands.tables, hub, {VIA_TRANSIT: transit}, after="Attachment")


def _by_peering(template: Troposphere, stands: Ground, *, abroad: bool) -> None:
    owner = (told(template, "HubAccount"), told(template, "PeerRoleArn")) if abroad else None
    link = peering(template, stands.vpc, told(template, "HubVpcId"), owner)
    routes(template, stands.tables, [told(template, "HubCidr")], {VIA_PEERING: link})


def _shape(zones: int, manner: Manner, **said: bool) -> str:
    words = [word for word, true in said.items() if true]
    return "-".join([f"vpc-{zones}-zones-{manner}", *words])
