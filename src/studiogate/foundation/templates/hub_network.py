"""The hub: its VPC, and what every other network is linked to it by (S2-03)."""

from functools import cache
from typing import assert_never

from studiogate.foundation.stacks import Template
from studiogate.foundation.templates.links import accepting_role, transit_gateway
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.network_parameters import told
from studiogate.foundation.templates.subnets import described, ground
from studiogate.topology.links import Manner


@cache
def hub_network(zones: int, manner: Manner, *, egress: bool, members: int = 1) -> Template:
    """The template of the hub's network over `zones` zones.

    `members` is the number of list parameters (`Members`, `Members2`, …) that name accounts;
    with peering there is one, of accounts that may ask to peer, or none.
    """
    template = described("the network of the shared endpoints")
    stands = ground(template, zones, egress=egress)
    match manner:
        case "transit-gateway":
            transit_gateway(template, stands, members)
        case "vpc-peering":
            if members:
                accepting_role(template, stands, told(template, "Members"))
        case _:
            assert_never(manner)
    out = "-egress" if egress else ""
    return made(f"hub-network-{zones}-zones-{manner}-{members}{out}", template)
