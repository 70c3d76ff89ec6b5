"""EC2 in two halves: gateways and peerings from here, everything else from moto.

Where the halves touch, the request is looked at before moto has it: routes to gateways and
peerings, and VPCs and subnets that something of this room is in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from studiogate.local.between import grounds
from studiogate.local.between.asking import Asked, Desk, Result, tags_asked
from studiogate.local.between.transit import attachments, gateways, peerings, routes, tables
from studiogate.local.between.transit.endpoint_names import give_names
from studiogate.local.between.transit.network import Transit
from studiogate.local.between.transit.peerings import LIVE, Peerings
from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Needed, Place, Service
from studiogate.local.front.models import answered, params_of, rendered, written
from studiogate.local.front.protocols import sent_as
from studiogate.local.front.refusals import not_offered

_FAILED = 300
_OURS = ("TransitGateway", "VpcPeeringConnection")
"""An operation that names one of these is ours, whether or not we offer it."""

# Operation -> the member of its answer that has what was made, and its id; and the word that
# tags of it are given under.
_MAKING: Mapping[str, tuple[str, str, str]] = {
    "CreateTransitGateway": ("TransitGateway", "TransitGatewayId", "transit-gateway"),
    "CreateTransitGatewayRouteTable": (
        "TransitGatewayRouteTable",
        "TransitGatewayRouteTableId",
        "transit-gateway-route-table",
    ),
    "CreateTransitGatewayVpcAttachment": (
        "TransitGatewayVpcAttachment",
        "TransitGatewayAttachmentId",
        "transit-gateway-attachment",
    ),
    "CreateVpcPeeringConnection": (
        "VpcPeeringConnection",
        "VpcPeeringConnectionId",
        "vpc-peering-connection",
    ),
}

Occupied = Callable[[str, str, str | None], bool]
"""Region, VPC and subnet (`None`: the whole VPC) to whether something holds it."""


class Ec2:
    """Implements `local.call.Service` in front of another that does the rest of EC2."""

    def __init__(
        self,
        rest: Service,
        transit: Transit,
        peers: Peerings,
        occupied: Sequence[Occupied] = (),
    ) -> None:
        """Answer for `transit` and `peers`, and let `rest` answer everything else."""
        self._rest = rest
        self._transit = transit
        self._peers = peers
        self._occupied: tuple[Occupied, ...] = (transit.holds, peers.occupy, *occupied)
        self._desks: dict[str, Desk[Any]] = {}
        doings = (gateways, attachments, tables, routes)
        for desk in (
            *(Desk("ec2", transit, one.OPERATIONS) for one in doings),
            Desk("ec2", peers, peerings.OPERATIONS),
        ):
            self._desks |= dict.fromkeys(desk.operations, desk)

    def needed(self, call: ApiCall) -> Sequence[Needed]:
        """The permissions of `call`.

        Raises:
            ApiError: the operation is not offered.
        """
        desk = self._desk(call)
        if desk is None:
            return self._rest.needed(call)
        return [*desk.needed(call), *_tagging(call, desk.asked(call))]

    async def answer(self, call: ApiCall) -> ApiAnswer:
        """The answer to a call that is allowed.

        Raises:
            ApiError: as AWS would.
        """
        desk = self._desk(call)
        if desk is not None:
            return desk.told(call, await self._done(desk, call))
        if check := _CHECKS.get(call.operation):
            check(self, _rest_asked(call))
        answer = await self._rest.answer(call)
        if call.operation == "CreateVpcEndpoint":
            return _with_names(call, answer)
        return self._with_states(call, answer)

    def _desk(self, call: ApiCall) -> Desk[Any] | None:
        desk = self._desks.get(call.operation)
        if desk is None and any(word in call.operation for word in _OURS):
            raise not_offered(call)
        return desk

    async def _done(self, desk: Desk[Any], call: ApiCall) -> Result:
        asked = desk.asked(call)
        if asked.params.get("DryRun"):
            raise ApiError(
                "DryRunOperation",
                "Request would have succeeded, but DryRun flag is set.",
                status=412,
            )
        _require_taggable(call, asked)
        result = desk.done(call)
        tags = tags_asked(asked.params)
        if not tags or call.operation not in _MAKING:
            return result
        member, key, _ = _MAKING[call.operation]
        rows = [{"Key": name, "Value": value} for name, value in sorted(tags.items())]
        await self._tag(call, str(result[member][key]), rows)
        return {**result, member: {**result[member], "Tags": rows}}

    async def _tag(self, call: ApiCall, name: str, rows: list[dict[str, str]]) -> None:
        """Keep tags where EC2 keeps those of everything else, so that DescribeTags has them."""
        request = written("ec2", "CreateTags", {"Resources": [name], "Tags": rows})
        params = {"ResourceId": [name], "Tag": rows}
        tagging = replace(call, operation="CreateTags", params=params)
        answer = await self._rest.answer(sent_as(request, tagging))
        answered("ec2", "CreateTags", answer)

    def require_route(self, asked: Asked) -> None:
        """Return when a route may point where it wants to.

        Raises:
            ApiError: the gateway or peering is not there, or not at this VPC.
        """
        place, params = asked.place, asked.params
        vpc = grounds.table_vpc(place, str(params.get("RouteTableId")))
        if vpc is None:
            return
        if name := params.get("TransitGatewayId"):
            self._require_attached(place, vpc, str(name))
        if name := params.get("VpcPeeringConnectionId"):
            self._require_peered(place, vpc, asked)

    def require_free(self, asked: Asked) -> None:
        """Return when nothing of this room is in the VPC or subnet that is to go.

        Raises:
            ApiError: `DependencyViolation`.
        """
        place, subnet = asked.place, asked.params.get("SubnetId")
        vpc = asked.params.get("VpcId")
        if subnet is not None:
            vpc = grounds.subnet(place, subnet).vpc
        if any(one(place.region, str(vpc), subnet) for one in self._occupied):
            what = f"subnet '{subnet}'" if subnet else f"vpc '{vpc}'"
            raise ApiError(
                "DependencyViolation", f"The {what} has dependencies and cannot be deleted."
            )

    def _require_attached(self, place: Place, vpc: str, name: str) -> None:
        attached = self._transit.attached_vpc(place.region, vpc)
        if not any(
            one.gateway.id == name
            and self._transit.pace.state(one.course) in {"available", "modifying"}
            for one in attached
        ):
            raise ApiError(
                "InvalidTransitGatewayID.NotFound",
                f"The transitGateway ID '{name}' does not exist.",
            )

    def _require_peered(self, place: Place, vpc: str, asked: Asked) -> None:
        name = str(asked.params["VpcPeeringConnectionId"])
        one = self._peers.find(place, name)
        if self._peers.state(one) not in LIVE:
            raise ApiError(
                "InvalidVpcPeeringConnectionID.NotFound",
                f"The vpcPeeringConnection ID '{name}' does not exist",
            )
        if (place, vpc) not in {(s.place, s.vpc) for s in (one.requester, one.accepter)}:
            table = asked.params["RouteTableId"]
            raise ApiError(
                "InvalidParameterValue",
                f"route table {table} and network gateway {name} belong to different networks",
            )

    def _with_states(self, call: ApiCall, answer: ApiAnswer) -> ApiAnswer:
        """`answer` with routes marked that lead nowhere; moto calls every route active."""
        if call.operation != "DescribeRouteTables" or answer.status >= _FAILED:
            return answer
        result = answered("ec2", call.operation, answer)
        place = call.place
        for table in result.get("RouteTables") or ():
            for route in table.get("Routes") or ():
                if self._lost(place, str(table.get("VpcId")), route):
                    route["State"] = "blackhole"
        return rendered("ec2", call.operation, result, call.request_id)

    def _lost(self, place: Place, vpc: str, route: Mapping[str, Any]) -> bool:
        if name := route.get("VpcPeeringConnectionId"):
            one = self._peers.peerings.get(name)
            return one is None or self._peers.state(one) != "active"
        if name := route.get("TransitGatewayId"):
            attached = self._transit.attached_vpc(place.region, vpc)
            return not any(one.gateway.id == name for one in attached)
        return False


_CHECKS: Mapping[str, Callable[[Ec2, Asked], None]] = {
    "CreateRoute": Ec2.require_route,
    "ReplaceRoute": Ec2.require_route,
    "DeleteSubnet": Ec2.require_free,
    "DeleteVpc": Ec2.require_free,
}


def _with_names(call: ApiCall, answer: ApiAnswer) -> ApiAnswer:
    """`answer` about a new endpoint, with names that AWS would give it."""
    if answer.status >= _FAILED:
        return answer
    result = answered("ec2", call.operation, answer)
    place = call.place
    if entries := give_names(place, str(result["VpcEndpoint"]["VpcEndpointId"])):
        result["VpcEndpoint"]["DnsEntries"] = entries
    return rendered("ec2", call.operation, result, call.request_id)


def _rest_asked(call: ApiCall) -> Asked:
    return Asked(call, params_of(call))


def _tagging(call: ApiCall, asked: Asked) -> list[Needed]:
    """What tags given at creation need besides.

    EC2 User Guide, "Grant permission to tag Amazon EC2 resources during creation".
    """
    tags = tags_asked(asked.params)
    if not tags or call.operation not in _MAKING:
        return []
    arn = asked.place.arn("ec2", f"{_MAKING[call.operation][2]}/*")
    context: dict[str, str | tuple[str, ...]] = {
        "ec2:CreateAction": call.operation,
        "aws:TagKeys": tuple(tags),
        **{f"aws:RequestTag/{key}": value for key, value in tags.items()},
    }
    return [Needed("ec2:CreateTags", arn, context)]


def _require_taggable(call: ApiCall, asked: Asked) -> None:
    word = _MAKING.get(call.operation, ("", "", ""))[2]
    for one in asked.params.get("TagSpecifications") or ():
        if one.get("ResourceType") != word:
            raise ApiError(
                "InvalidParameterValue",
                f"'{one.get('ResourceType')}' is not a valid taggable resource type for this "
                "operation.",
            )
