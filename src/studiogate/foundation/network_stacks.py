"""The stacks of a landscape's network: the hub, a VPC for each, and how they are linked.

What is joined to what is `topology`'s to say; here it is cut into stacks.  Nothing of one lob
is in the stack of another: a new one changes nothing but the hub's list of accounts.
"""

from collections.abc import Iterator

from studiogate.foundation.network_plan import NetworkPlan, numbered, texts
from studiogate.foundation.reader_stacks import reader_stacks
from studiogate.foundation.stacks import Stack, StackKey, Value
from studiogate.foundation.templates.hub_network import hub_network
from studiogate.foundation.templates.joined import joined
from studiogate.foundation.templates.links import table_name
from studiogate.foundation.templates.vpc import vpc
from studiogate.topology.parts import Role, Vpc


def network_stacks(plan: NetworkPlan) -> Iterator[Stack]:
    """Every stack of the network, but for names and test hosts (`name_stacks`)."""
    yield _hub(plan)
    for place in plan.others:
        yield _by_transit(plan, place) if _transit(plan) else _by_peering(plan, place)
        yield _joined(plan, place)
    for name, attached in plan.attachments.items():
        yield joined_corporate(plan, name, attached)
    yield from reader_stacks(plan)


def joined_corporate(plan: NetworkPlan, name: str, attached: Value) -> Stack:
    """The hub's side of the link to the corporate network `name`, attached as `attached`."""
    place, tables = plan.corporate(name), plan.tables(name)
    template = joined(
        len(plan.hub.subnets),
        "transit-gateway",
        cidrs=len(place.blocks),
        spreads_to=len(tables),
        corporate=True,
    )
    told: dict[str, Value] = {
        "HubRouteTableIds": plan.of_hub("RouteTableIds"),
        **numbered("Cidr", place.blocks),
        **_attached(plan, Role.CORPORATE, attached),
        **tables,
    }
    return Stack(_joined_key(plan, name), template, told)


def _transit(plan: NetworkPlan) -> bool:
    return plan.network.manner == "transit-gateway"


def _ground(plan: NetworkPlan, place: Vpc) -> dict[str, Value]:
    told: dict[str, Value] = {
        "NetworkName": place.name,
        "Cidr": str(place.cidr),
        "SubnetCidrs": texts(place.subnets),
        "ZoneIds": plan.zones[: len(place.subnets)],
    }
    return told | ({"PublicSubnetCidrs": texts(place.public)} if place.public else {})


def _hub(plan: NetworkPlan) -> Stack:
    members = plan.members
    if not _transit(plan) and not any(members.values()):
        members = {}  # nobody elsewhere asks to peer, so there is no role for it
    template = hub_network(
        len(plan.hub.subnets),
        plan.network.manner,
        egress=bool(plan.hub.public),
        members=len(members),
    )
    return Stack(plan.key(plan.hub.name), template, {**_ground(plan, plan.hub), **members})


def _by_transit(plan: NetworkPlan, place: Vpc) -> Stack:
    template = vpc(len(place.subnets), "transit-gateway", egress=bool(place.public))
    told: dict[str, Value] = {
        **_ground(plan, place),
        "HubAccount": plan.hub.account,
        "HubCidr": str(plan.hub.cidr),
        "TransitGatewayId": plan.of_hub("TransitGatewayId"),
    }
    return Stack(plan.key(place.name), template, told)


def _by_peering(plan: NetworkPlan, place: Vpc) -> Stack:
    told: dict[str, Value] = {
        **_ground(plan, place),
        "HubAccount": plan.hub.account,
        "HubCidr": str(plan.hub.cidr),
        "HubVpcId": plan.of_hub("VpcId"),
    }
    abroad = place.account != plan.hub.account
    if abroad:
        told["PeerRoleArn"] = plan.of_hub("PeerRoleArn")
    if requesters := _requesters(plan, place):
        told["Requesters"] = requesters
    template = vpc(
        len(place.subnets),
        "vpc-peering",
        egress=bool(place.public),
        abroad=abroad,
        accepts=bool(requesters),
    )
    return Stack(plan.key(place.name), template, told)


def _requesters(plan: NetworkPlan, place: Vpc) -> tuple[str, ...]:
    """Other accounts that ask to peer with `place`, to read a warehouse there."""
    asking = (plan.vpc(one).account for one, there in plan.reads if there == place.name)
    return tuple(dict.fromkeys(one for one in asking if one != place.account))


def _joined(plan: NetworkPlan, place: Vpc) -> Stack:
    told: dict[str, Value] = {
        "HubRouteTableIds": plan.of_hub("RouteTableIds"),
        "Cidr1": str(place.cidr),
    }
    tables: dict[str, Value] = {}
    if _transit(plan):
        tables = plan.tables(place.name)
        attached = plan.output(place.name, "AttachmentId")
        told |= {**_attached(plan, place.role, attached), **tables}
    else:
        told["PeeringId"] = plan.output(place.name, "PeeringId")
    template = joined(
        len(plan.hub.subnets), plan.network.manner, cidrs=1, spreads_to=len(tables)
    )
    return Stack(_joined_key(plan, place.name), template, told)


def _joined_key(plan: NetworkPlan, name: str) -> StackKey:
    return StackKey(plan.hub.account, f"studiogate-joined-{name}")


def _attached(plan: NetworkPlan, role: Role, attached: Value) -> dict[str, Value]:
    return {
        "TransitGatewayId": plan.of_hub("TransitGatewayId"),
        "AttachmentId": attached,
        "AssociateWith": plan.of_hub(table_name(role)),
    }
