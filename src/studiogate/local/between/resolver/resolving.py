"""Resolver endpoints, forwarding rules and query logs, and the VPCs they are for.

A rule is its owner's, and theirs that RAM shares it with; the account of a VPC associates it.
When a share ends, what was associated by it is disassociated.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address
from typing import Any, Literal

from studiogate.local.between.pace import Course, Pace
from studiogate.local.between.ram.shares import Shares
from studiogate.local.call import ApiError, Place

GONE = frozenset({"DELETING", "DELETED"})


@dataclass(frozen=True, slots=True)
class Seat:
    """One address of an endpoint."""

    id: str
    subnet: str
    address: IPv4Address


@dataclass(slots=True)
class Endpoint:
    """Where queries come in, or go out."""

    id: str
    place: Place
    token: str
    name: str
    direction: Literal["INBOUND", "OUTBOUND"]
    vpc: str
    groups: tuple[str, ...]
    protocols: tuple[str, ...]
    seats: list[Seat]
    created: datetime
    course: Course
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """As policies name it."""
        return self.place.arn("route53resolver", f"resolver-endpoint/{self.id}")


@dataclass(slots=True)
class Rule:
    """Which names are forwarded, and to which addresses; its domain name ends in a dot."""

    id: str
    place: Place
    token: str
    name: str
    kind: Literal["FORWARD", "SYSTEM"]
    domain: str
    targets: list[dict[str, Any]]
    endpoint: str | None
    created: datetime
    changed: datetime
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """As RAM shares it and policies name it."""
        return self.place.arn("route53resolver", f"resolver-rule/{self.id}")


@dataclass(slots=True)
class Log:
    """Where the queries of VPCs are written."""

    id: str
    place: Place
    token: str
    name: str
    destination: str
    created: datetime
    course: Course
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """As RAM shares it and policies name it."""
        return self.place.arn("route53resolver", f"resolver-query-log-config/{self.id}")


@dataclass(slots=True)
class Tie:
    """A rule or a log, and a VPC it is for."""

    id: str
    of: Rule | Log
    vpc: str
    place: Place
    """Of the VPC."""

    name: str
    created: datetime
    course: Course


class Resolving:
    """Everything of Resolver in the organisation; one event loop uses it."""

    def __init__(self, pace: Pace, shares: Shares) -> None:
        self.pace = pace
        self.shares = shares
        self.endpoints: dict[str, Endpoint] = {}
        self.rules: dict[str, Rule] = {}
        self.logs: dict[str, Log] = {}
        self._ties: dict[str, Tie] = {}
        shares.offer("route53resolver:ResolverRule", self._has_rule)
        shares.offer("route53resolver:ResolverQueryLogConfig", self._has_log)

    def endpoint(self, place: Place, name: str) -> Endpoint:
        """An endpoint of the account's own.

        Raises:
            ApiError: `ResourceNotFoundException`.
        """
        found = self.endpoints.get(name)
        if found is None or found.place != place or not self.live(found.course):
            raise absent("RSLVR-00703", "Resolver endpoint", name)
        return found

    def rule(self, place: Place, name: str) -> Rule:
        """A rule that is the account's, or is shared with it.

        Raises:
            ApiError: `ResourceNotFoundException`.
        """
        found = self.rules.get(name)
        if found is None or not self.usable(place, found):
            raise absent("RSLVR-00703", "Resolver rule", name)
        return found

    def log(self, place: Place, name: str) -> Log:
        """A query log that is the account's, or is shared with it.

        Raises:
            ApiError: `ResourceNotFoundException`.
        """
        found = self.logs.get(name)
        if found is None or not self.usable(place, found) or not self.live(found.course):
            raise absent("RSLVR-01601", "Resolver query logging configuration", name)
        return found

    def usable(self, place: Place, one: Rule | Log) -> bool:
        """Whether the account has a rule or a log, or it is shared with it."""
        return one.place == place or (
            one.place.region == place.region and self.shares.reaches(one.arn, place.account)
        )

    def share_status(self, place: Place, one: Rule | Log) -> str:
        """How a rule or a log is shared, to the eyes of `place`."""
        if one.place != place:
            return "SHARED_WITH_ME"
        return "SHARED_BY_ME" if self.shares.lent(one.arn) else "NOT_SHARED"

    def live(self, course: Course) -> bool:
        """Whether what is on this course still counts as there."""
        return self.pace.state(course) not in GONE

    def tie(self, tie: Tie) -> None:
        """Keep an association."""
        self._ties[tie.id] = tie

    def ties(self) -> Iterator[Tie]:
        """Associations that are there or on their way; gone are those whose share has ended."""
        for tie in list(self._ties.values()):
            if self.pace.state(tie.course) == "DELETED" or not self.usable(tie.place, tie.of):
                del self._ties[tie.id]
            else:
                yield tie

    def ties_of(self, one: Rule | Log) -> list[Tie]:
        """The associations of one rule or log."""
        return [tie for tie in self.ties() if tie.of is one and self.live(tie.course)]

    def ties_at(self, place: Place, kind: type[Rule] | type[Log]) -> list[Tie]:
        """The associations of VPCs of `place` with what is of that kind."""
        return [one for one in self.ties() if one.place == place and isinstance(one.of, kind)]

    def occupy(self, region: str, vpc: str, subnet: str | None = None) -> bool:
        """Whether an endpoint keeps the VPC, or one subnet of it, from being deleted."""
        return any(
            subnet is None or any(seat.subnet == subnet for seat in one.seats)
            for one in self.endpoints.values()
            if one.vpc == vpc and one.place.region == region and self.live(one.course)
        )

    def inbound_at(self, place: Place, vpc: str) -> set[str]:
        """The addresses of the inbound endpoints of a VPC."""
        return {
            str(seat.address)
            for one in self.endpoints.values()
            if one.vpc == vpc and one.place == place and self.live(one.course)
            if one.direction == "INBOUND"
            for seat in one.seats
        }

    def tagged(self, place: Place, arn: str) -> Endpoint | Rule | Log:
        """What an ARN of the account's own names.

        Raises:
            ApiError: `ResourceNotFoundException`.
        """
        name = arn.rpartition("/")[2]
        shelves: tuple[dict[str, Any], ...] = (self.endpoints, self.rules, self.logs)
        for shelf in shelves:
            found: Endpoint | Rule | Log | None = shelf.get(name)
            if found is not None and found.arn == arn and found.place == place:
                return found
        raise absent("RSLVR-00302", "Resource", arn)

    def _has_rule(self, place: Place, arn: str) -> bool:
        found = self.rules.get(arn.rpartition("/")[2])
        return found is not None and found.arn == arn and found.place == place

    def _has_log(self, place: Place, arn: str) -> bool:
        found = self.logs.get(arn.rpartition("/")[2])
        return found is not None and found.arn == arn and found.place == place


def absent(number: str, what: str, name: str) -> ApiError:
    """Resolver's refusal for something that is not there, or not for the caller."""
    return ApiError(
        "ResourceNotFoundException", f'[{number}] {what} with ID "{name}" does not exist.'
    )


def invalid(text: str) -> ApiError:
    """Resolver's refusal of a request that cannot be."""
    return ApiError("InvalidRequestException", text)


def stamp(moment: datetime) -> str:
    """A time as Resolver writes it: text."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
