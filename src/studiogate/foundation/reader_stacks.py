"""What a reader of a warehouse has beside the hub: a way there, and the warehouse a way back.

A transit gateway links the two already, so each VPC only has further routes.  Peered VPCs are
peered with each other as well.  Nobody else's stack knows of it.
"""

from collections.abc import Iterator

from studiogate.foundation.network_plan import NetworkPlan, numbered
from studiogate.foundation.stacks import Output, Stack, StackKey, Value
from studiogate.foundation.templates.joined import answered, peered, reached
from studiogate.topology.links import Pair

_REACHED = 60
"""Ways in one stack of a VPC: with six zones, 360 of the 500 resources it may have."""


def reader_stacks(plan: NetworkPlan) -> Iterator[Stack]:
    """The stacks of every two VPCs that meet beside the hub."""
    if plan.network.manner == "transit-gateway":
        for place in plan.others:
            yield from _reached(plan, place.name)
    else:
        for pair in plan.reads:
            yield from _peered(plan, pair)


def _reached(plan: NetworkPlan, name: str) -> Iterator[Stack]:
    place, beside = plan.vpc(name), plan.beside(name)
    for n in range(0, len(beside), _REACHED):
        part = beside[n : n + _REACHED]
        suffix = f"-{n // _REACHED + 1}" if n else ""
        told: dict[str, Value] = {
            "RouteTableIds": plan.output(name, "RouteTableIds"),
            "TransitGatewayId": plan.of_hub("TransitGatewayId"),
            **numbered("Cidr", part),
        }
        key = StackKey(place.account, f"studiogate-reached-{name}{suffix}")
        yield Stack(key, reached(len(place.subnets), len(part)), told)


def _peered(plan: NetworkPlan, pair: Pair) -> Iterator[Stack]:
    one, other = pair
    here, there = plan.vpc(one), plan.vpc(other)
    # Names have single hyphens only, so that no other pair has this name.
    words = f"{one}--{other}"
    key = StackKey(here.account, f"studiogate-peering-{words}")
    abroad = here.account != there.account
    told: dict[str, Value] = {
        "NetworkName": one,
        "VpcId": plan.output(one, "VpcId"),
        "RouteTableIds": plan.output(one, "RouteTableIds"),
        "PeerVpcId": plan.output(other, "VpcId"),
        "PeerCidr": str(there.cidr),
    }
    if abroad:
        told["PeerAccount"] = there.account
        told["PeerRoleArn"] = plan.output(other, "PeerRoleArn")
    yield Stack(key, peered(len(here.subnets), abroad=abroad), told)
    yield Stack(
        StackKey(there.account, f"studiogate-answered-{words}"),
        answered(len(there.subnets)),
        {
            "RouteTableIds": plan.output(other, "RouteTableIds"),
            "PeerCidr": str(here.cidr),
            "PeeringId": Output(key, "PeeringId"),
        },
    )
