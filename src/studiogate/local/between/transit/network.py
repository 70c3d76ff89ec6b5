"""Transit gateways, what is attached to them, and their route tables.

A table says which attachments it serves (associations), whose CIDRs it learns (propagations),
and what was written into it by hand (static routes).  Two attachments reach each other only
where the table of each has a route to the other (S2-43).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Network

from studiogate.local.between import grounds
from studiogate.local.between.pace import Course, Pace
from studiogate.local.between.ram.shares import Shares
from studiogate.local.call import ApiError, Place

GONE = frozenset({"deleting", "deleted", "rejecting", "rejected", "failed"})


@dataclass(slots=True)
class Gateway:
    """One transit gateway."""

    id: str
    place: Place
    description: str
    options: dict[str, str | int]
    created: datetime
    course: Course

    @property
    def arn(self) -> str:
        """As RAM shares it and policies name it."""
        return self.place.arn("ec2", f"transit-gateway/{self.id}")


@dataclass(slots=True)
class Attachment:
    """A VPC on a transit gateway."""

    id: str
    gateway: Gateway
    vpc: str
    place: Place
    """Of the VPC."""

    subnets: list[str]
    options: dict[str, str]
    created: datetime
    course: Course


@dataclass(slots=True)
class Table:
    """One route table of a transit gateway."""

    id: str
    gateway: Gateway
    created: datetime
    course: Course
    associations: dict[str, Course] = field(default_factory=dict)
    propagations: dict[str, Course] = field(default_factory=dict)
    static: dict[IPv4Network, Attachment | None] = field(default_factory=dict)
    """`None` is a route that drops."""


class Transit:
    """Every transit gateway of the organisation; one event loop uses it."""

    def __init__(self, pace: Pace, shares: Shares) -> None:
        self.pace = pace
        self.shares = shares
        self.gateways: dict[str, Gateway] = {}
        self.attachments: dict[str, Attachment] = {}
        self.tables: dict[str, Table] = {}
        shares.offer("ec2:TransitGateway", self._shareable)

    def live(self, course: Course) -> bool:
        """Whether what is on this course still counts as there."""
        return self.pace.state(course) not in GONE

    def visible(self, place: Place, gateway: Gateway) -> bool:
        """Whether the account sees the gateway: its own, or one shared with it, here."""
        return gateway.place == place or (
            gateway.place.region == place.region
            and self.shares.reaches(gateway.arn, place.account)
        )

    def gateway(self, place: Place, gateway_id: str) -> Gateway:
        """A gateway the account may use.

        Raises:
            ApiError: `InvalidTransitGatewayID.NotFound`, also for one not shared with it.
        """
        found = self.gateways.get(gateway_id)
        if found is None or not self.live(found.course) or not self.visible(place, found):
            raise not_found("InvalidTransitGatewayID", "Transit Gateway", gateway_id)
        return found

    def own_gateway(self, place: Place, gateway_id: str) -> Gateway:
        """A gateway of the account's own.

        Raises:
            ApiError: `InvalidTransitGatewayID.NotFound`; `UnauthorizedOperation` for one that
                is only shared with it.
        """
        found = self.gateway(place, gateway_id)
        if found.place != place:
            raise ApiError(
                "UnauthorizedOperation",
                "You are not authorized to perform this operation.",
                status=403,
            )
        return found

    def attachment(self, place: Place, attachment_id: str) -> Attachment:
        """An attachment of the account's VPC, or to its gateway.

        Raises:
            ApiError: `InvalidTransitGatewayAttachmentID.NotFound`.
        """
        found = self.attachments.get(attachment_id)
        if (
            found is None
            or not self.live(found.course)
            or place not in {found.place, found.gateway.place}
        ):
            raise not_found(
                "InvalidTransitGatewayAttachmentID", "Transit Gateway Attachment", attachment_id
            )
        return found

    def table(self, place: Place, table_id: str) -> Table:
        """A route table; only the gateway's owner has any.

        Raises:
            ApiError: `InvalidRouteTableID.NotFound`.
        """
        found = self.tables.get(table_id)
        if found is None or not self.live(found.course) or found.gateway.place != place:
            raise not_found("InvalidRouteTableID", "Transit Gateway Route Table", table_id)
        return found

    def attached_to(self, gateway: Gateway) -> list[Attachment]:
        """What is attached to a gateway, or waits to be."""
        every = self.attachments.values()
        return [one for one in every if one.gateway is gateway and self.live(one.course)]

    def attached_vpc(self, region: str, vpc_id: str) -> Iterator[Attachment]:
        """The attachments of a VPC."""
        for one in self.attachments.values():
            if one.vpc == vpc_id and one.place.region == region and self.live(one.course):
                yield one

    def tables_of(self, gateway: Gateway) -> list[Table]:
        """The route tables of a gateway."""
        every = self.tables.values()
        return [one for one in every if one.gateway is gateway and self.live(one.course)]

    def table_serving(self, attachment_id: str) -> Table | None:
        """The table an attachment is associated with."""
        for table in self.tables.values():
            course = table.associations.get(attachment_id)
            if course is not None and self.pace.state(course) != "disassociated":
                return table
        return None

    def forget(self, attachment: Attachment) -> None:
        """Take an attachment out of every table; static routes to it drop from now on."""
        for table in self.tables.values():
            table.associations.pop(attachment.id, None)
            table.propagations.pop(attachment.id, None)

    def cidrs(self, attachment: Attachment) -> tuple[IPv4Network, ...]:
        """What an attachment propagates: the CIDRs of its VPC."""
        found = grounds.vpc_or_none(attachment.place, attachment.vpc)
        return found.cidrs if found else ()

    def holds(self, region: str, vpc_id: str, subnet_id: str | None = None) -> bool:
        """Whether an attachment keeps the VPC, or one subnet of it, from being deleted."""
        return any(
            subnet_id is None or subnet_id in one.subnets
            for one in self.attached_vpc(region, vpc_id)
        )

    def require_available(self, course: Course, name: str) -> None:
        """Return when what is on this course is `available`.

        Raises:
            ApiError: `IncorrectState`.
        """
        if self.pace.state(course) != "available":
            raise ApiError("IncorrectState", f"{name} is in invalid state")

    def _shareable(self, place: Place, arn: str) -> bool:
        found = self.gateways.get(arn.rpartition("/")[2])
        return (
            found is not None
            and found.arn == arn
            and found.place == place
            and self.live(found.course)
        )


def not_found(code: str, what: str, name: str) -> ApiError:
    """EC2's refusal for something that is not there, or not for the caller to see."""
    return ApiError(f"{code}.NotFound", f"{what} {name} was deleted or does not exist.")
