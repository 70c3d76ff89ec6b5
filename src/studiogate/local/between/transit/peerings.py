"""VPC peerings: asked for by the owner of one VPC, accepted by the owner of the other.

A request that cannot come to anything (no such VPC, CIDRs that overlap) is not refused: the
peering is made and fails at once (VPC Peering guide, "VPC peering connection lifecycle";
requirements S1-22, S1-23).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from studiogate.local.between import grounds
from studiogate.local.between.asking import Asked, Doing, Result, Target, without
from studiogate.local.between.grounds import Vpc
from studiogate.local.between.pace import Course, Pace, new_id
from studiogate.local.between.transit.rows import tag_rows
from studiogate.local.call import ApiError, Place
from studiogate.local.front.listing import filtered, page

LIVE = frozenset({"initiating-request", "pending-acceptance", "provisioning", "active"})
_ANSWERED_WITHIN = timedelta(days=7)
_FAILED = "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range"
_MESSAGES = {
    "active": "Active",
    "failed": _FAILED,
    "provisioning": "Provisioning",
    "rejected": "Inactive",
    "expired": "Expired",
}
_FILTERS = (
    "accepter-vpc-info.cidr-block",
    "accepter-vpc-info.owner-id",
    "accepter-vpc-info.vpc-id",
    "requester-vpc-info.cidr-block",
    "requester-vpc-info.owner-id",
    "requester-vpc-info.vpc-id",
    "status-code",
    "status-message",
    "vpc-peering-connection-id",
)


@dataclass(slots=True)
class Side:
    """One end of a peering; its CIDRs are known once there is such a VPC."""

    place: Place
    vpc: str
    cidrs: tuple[str, ...] = ()


@dataclass(slots=True)
class Peering:
    """One peering, or the request for one."""

    id: str
    requester: Side
    accepter: Side
    course: Course
    expires: datetime
    deleted_by: str = ""


class Peerings:
    """Every peering of the organisation; one event loop uses it."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.peerings: dict[str, Peering] = {}

    def state(self, one: Peering) -> str:
        """The status code of a peering now."""
        word = self.pace.state(one.course)
        late = word == "pending-acceptance" and self.pace.now() >= one.expires
        return "expired" if late else word

    def seen(self, place: Place) -> Iterator[Peering]:
        """The peerings one of whose ends is here."""
        for one in self.peerings.values():
            if place in {one.requester.place, one.accepter.place}:
                yield one

    def find(self, place: Place, peering_id: str) -> Peering:
        """A peering one of whose ends is here.

        Raises:
            ApiError: `InvalidVpcPeeringConnectionID.NotFound`.
        """
        for one in self.seen(place):
            if one.id == peering_id:
                return one
        raise ApiError(
            "InvalidVpcPeeringConnectionID.NotFound",
            f"The vpcPeeringConnection ID '{peering_id}' does not exist",
        )

    def occupy(self, region: str, vpc_id: str, subnet_id: str | None = None) -> bool:
        """Whether an active peering keeps a VPC from being deleted; it never keeps a subnet."""
        return subnet_id is None and any(
            self.state(one) in {"provisioning", "active"}
            for one in self.peerings.values()
            for side in (one.requester, one.accepter)
            if side.vpc == vpc_id and side.place.region == region
        )


def create(peerings: Peerings, asked: Asked) -> Result:
    """Ask for a peering; of what it needs, only the caller's own VPC has to be there."""
    params, place, pace = asked.params, asked.place, peerings.pace
    own = grounds.vpc(place, params["VpcId"])
    there = Place(
        str(params.get("PeerOwnerId", place.account)),
        str(params.get("PeerRegion", place.region)),
    )
    if "PeerVpcId" not in params:
        raise ApiError("MissingParameter", "The request must contain the parameter peerVpcId")
    other = grounds.vpc_or_none(there, params["PeerVpcId"])
    _require_new(peerings, place, {own.id, str(params["PeerVpcId"])})
    fine = other is not None and not _overlap(own, other)
    one = Peering(
        id=new_id("pcx"),
        requester=Side(place, own.id, _texts(own)),
        accepter=Side(there, str(params["PeerVpcId"]), _texts(other) if other else ()),
        course=pace.course("initiating-request", "pending-acceptance" if fine else "failed"),
        expires=pace.now() + _ANSWERED_WITHIN,
    )
    peerings.peerings[one.id] = one
    for side in (one.requester, one.accepter):
        grounds.lend(side.place, "vpc_pcxs", SimpleNamespace(id=one.id))
    return {"VpcPeeringConnection": row(peerings, one, place)}


def accept(peerings: Peerings, asked: Asked) -> Result:
    """Accept a peering: the owner of the other VPC may."""
    one = _awaited(peerings, asked, "accept", "active")
    one.course = peerings.pace.course("provisioning", "active")
    return {"VpcPeeringConnection": row(peerings, one, asked.place)}


def reject(peerings: Peerings, asked: Asked) -> Result:
    """Turn a peering down."""
    one = _awaited(peerings, asked, "reject", "rejected")
    one.course = peerings.pace.course("rejected", "rejected")
    return {"Return": True}


def delete(peerings: Peerings, asked: Asked) -> Result:
    """End a peering: either owner may."""
    one = peerings.find(asked.place, asked.params["VpcPeeringConnectionId"])
    state = peerings.state(one)
    if state not in LIVE:
        raise _transition(one.id, state, "deleted")
    one.deleted_by = asked.place.account
    one.course = peerings.pace.course("deleting", "deleted")
    return {"Return": True}


def describe(peerings: Peerings, asked: Asked) -> Result:
    """The peerings of the caller's VPCs; those that ended are shown for a while, as on AWS."""
    wanted = asked.params.get("VpcPeeringConnectionIds")
    found = [peerings.find(asked.place, name) for name in wanted or ()]
    rows = [row(peerings, one, asked.place) for one in found or peerings.seen(asked.place)]
    flat = [{**one, "StatusCode": one["Status"]["Code"], "row": one} for one in rows]
    flat = [{**one, "StatusMessage": one["Status"]["Message"]} for one in flat]
    kept = [one["row"] for one in filtered(flat, asked.params.get("Filters"), _FILTERS)]
    shown, more = page(kept, asked.params, lambda one: str(one["VpcPeeringConnectionId"]))
    return {"VpcPeeringConnections": shown, **more}


def row(peerings: Peerings, one: Peering, place: Place) -> dict[str, Any]:
    """One peering, to the eyes of `place`."""
    state = peerings.state(one)
    whom = one.accepter.place.account
    messages = {
        **_MESSAGES,
        "initiating-request": f"Initiating Request to {whom}",
        "pending-acceptance": f"Pending Acceptance by {whom}",
        "deleting": f"Deleted by {one.deleted_by}",
        "deleted": f"Deleted by {one.deleted_by}",
    }
    found: dict[str, Any] = {
        "VpcPeeringConnectionId": one.id,
        "RequesterVpcInfo": _side(one.requester),
        "AccepterVpcInfo": _side(one.accepter),
        "Status": {"Code": state, "Message": messages[state]},
        "Tags": tag_rows(place, one.id),
    }
    if state in {"initiating-request", "pending-acceptance"}:
        found["ExpirationTime"] = one.expires
    return found


def _side(side: Side) -> dict[str, Any]:
    found: dict[str, Any] = {
        "OwnerId": side.place.account,
        "VpcId": side.vpc,
        "Region": side.place.region,
    }
    if side.cidrs:
        found["CidrBlock"] = side.cidrs[0]
        found["CidrBlockSet"] = [{"CidrBlock": block} for block in side.cidrs]
    return found


def _awaited(peerings: Peerings, asked: Asked, verb: str, becomes: str) -> Peering:
    name = str(asked.params.get("VpcPeeringConnectionId", ""))
    one = peerings.find(asked.place, name)
    if one.accepter.place != asked.place:
        raise ApiError(
            "OperationNotPermitted", f"User {asked.place.account} cannot {verb} peering {name}"
        )
    if (state := peerings.state(one)) != "pending-acceptance":
        raise _transition(name, state, becomes)
    return one


def _transition(name: str, state: str, becomes: str) -> ApiError:
    return ApiError(
        "InvalidStateTransition",
        f"Invalid state transition for {name}, attempted to transition from {state} to "
        f"{becomes}",
    )


def _require_new(peerings: Peerings, place: Place, vpcs: set[str]) -> None:
    for one in peerings.seen(place):
        same = {one.requester.vpc, one.accepter.vpc} == vpcs
        if same and peerings.state(one) in LIVE:
            raise ApiError(
                "VpcPeeringConnectionAlreadyExists",
                f"A VPC peering connection between the VPCs already exists: {one.id}",
            )


def _overlap(one: Vpc, other: Vpc) -> bool:
    same = one.place == other.place and one.id == other.id
    return same or any(a.overlaps(b) for a in one.cidrs for b in other.cidrs)


def _texts(vpc: Vpc) -> tuple[str, ...]:
    return tuple(str(block) for block in vpc.cidrs)


def _on_new(_: Peerings, asked: Asked) -> Iterable[Target]:
    place = asked.place
    own = Target(place.arn("ec2", f"vpc/{asked.params['VpcId']}"))
    return (own, Target(place.arn("ec2", "vpc-peering-connection/*")))


def _on_named(_: Peerings, asked: Asked) -> Iterable[Target]:
    name = str(asked.params.get("VpcPeeringConnectionId", ""))
    arn = asked.place.arn("ec2", f"vpc-peering-connection/{name}")
    return (Target(arn, tags=grounds.tags(asked.place, name)),)


def _on_accepting(peerings: Peerings, asked: Asked) -> Iterable[Target]:
    """The peering, and the VPC that is the accepter's own."""
    one = peerings.peerings.get(str(asked.params.get("VpcPeeringConnectionId", "")))
    vpc = f"vpc/{one.accepter.vpc}" if one else "vpc/*"
    return (*_on_named(peerings, asked), Target(asked.place.arn("ec2", vpc)))


OPERATIONS: Mapping[str, Doing[Peerings]] = {
    "AcceptVpcPeeringConnection": Doing(accept, _on_accepting),
    "CreateVpcPeeringConnection": Doing(
        create, _on_new, without("RequesterPeeringConnectionOptions")
    ),
    "DeleteVpcPeeringConnection": Doing(delete, _on_named),
    "DescribeVpcPeeringConnections": Doing(describe),
    "RejectVpcPeeringConnection": Doing(reject, _on_named),
}
