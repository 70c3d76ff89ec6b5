"""What to do about a missing part of the network: one sentence for whoever has to do it."""

from typing import assert_never

from studiogate.topology.network import Topology
from studiogate.topology.parts import (
    RESOLVER,
    Admission,
    Association,
    Attachment,
    Corporate,
    CorporateForward,
    Forwarding,
    GatewayRoute,
    Link,
    Part,
    Peering,
    Route,
    RuleAssociation,
    Vpn,
    ZoneAssociation,
)


def remedy(topology: Topology, part: Part) -> str:
    """How `part` is put where it belongs.

    States that carry nothing although something is there are named: a share, an attachment or
    a peering that is still pending (S1-23, S2-24, S2-25).
    """
    match part:
        case Attachment() | Peering() | Vpn():
            return _link(part)
        case ZoneAssociation() | Forwarding() | RuleAssociation() | CorporateForward():
            return _names(topology, part)
        case Route(table=table):
            return _route(topology, table)
        case GatewayRoute(network=network):
            return f"Name the route table of {network} in the gateway endpoint."
        case Association(network=network):
            return f"Associate the attachment of {network} with that table, and no other."
        case Admission(group=group):
            what = "the inbound resolver" if group == RESOLVER else f"the {group} endpoint"
            return f"Add the rule to the security group of {what}."
        case _:
            assert_never(part)


def _link(link: Link) -> str:
    match link:
        case Attachment(network):
            return (
                f"Attach {network} to the transit gateway; one still pending carries nothing."
            )
        case Peering():
            return "Create it, and have the other side accept: until then it carries nothing."
        case Vpn(network=network):
            return f"Bring the connection of {network} up."
        case _:
            assert_never(link)


def _names(
    topology: Topology, part: ZoneAssociation | Forwarding | RuleAssociation | CorporateForward
) -> str:
    match part:
        case ZoneAssociation():
            return _zone(topology, part)
        case Forwarding():
            return "Create the rule, with the inbound resolver's addresses as its targets."
        case RuleAssociation(network=network):
            return f"Share the rule with the account of {network}, and associate it there."
        case CorporateForward(network=network):
            addresses = " and ".join(map(str, topology.resolver.inbound))
            return f"Have the DNS servers of {network} forward the zone to {addresses}."
        case _:
            assert_never(part)


def _route(topology: Topology, table: str) -> str:
    place = topology.places.get(table)
    if place is None:
        return "Propagate that attachment to the table."
    if isinstance(place, Corporate):
        return f"Add it on the routers of {table}."
    return f"Add it to the route table of {table}, in account {place.account}."


def _zone(topology: Topology, part: ZoneAssociation) -> str:
    zone = next(zone for zone in topology.zones if zone.name == part.zone)
    endpoint = topology.endpoints[zone.service]
    if endpoint.private_dns and part.network == endpoint.network:
        return f"Switch on the private DNS of endpoint {endpoint.id}."
    return f"Associate the zone with {part.network}."
