"""Hosted zones, whoever has them, and the VPCs that see the private ones."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from studiogate.local.between import grounds
from studiogate.local.between.pace import Course, Pace
from studiogate.local.call import ApiError, Place

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_ID_LETTERS = 20

RecordKey = tuple[str, str, str]
"""Name, type and set identifier."""


@dataclass(frozen=True, slots=True)
class Seer:
    """A VPC that sees, or may be let see, a private zone."""

    region: str
    vpc: str

    @property
    def row(self) -> dict[str, str]:
        """As Route 53 shows it."""
        return {"VPCRegion": self.region, "VPCId": self.vpc}


@dataclass(slots=True)
class Zone:
    """One hosted zone; its name ends in a dot."""

    id: str
    name: str
    account: str
    reference: str
    comment: str
    private: bool
    servers: tuple[str, ...]
    records: dict[RecordKey, dict[str, Any]] = field(default_factory=dict)
    seers: list[Seer] = field(default_factory=list)
    invited: list[Seer] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def row(self) -> dict[str, Any]:
        """As Route 53 shows it."""
        config: dict[str, Any] = {"PrivateZone": self.private}
        return {
            "Id": f"/hostedzone/{self.id}",
            "Name": self.name,
            "CallerReference": self.reference,
            "Config": {"Comment": self.comment, **config} if self.comment else config,
            "ResourceRecordSetCount": len(self.records),
        }


@dataclass(frozen=True, slots=True)
class Change:
    """A change on its way to the name servers."""

    id: str
    account: str
    submitted: Any
    comment: str
    course: Course


class Zones:
    """Every hosted zone of the organisation; one event loop uses it."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.zones: dict[str, Zone] = {}
        self.changes: dict[str, Change] = {}

    def zone(self, account: str, zone_id: str) -> Zone:
        """A zone of the account's own.

        Raises:
            ApiError: `NoSuchHostedZone`; `AccessDenied` for one that somebody else has.
        """
        found = self.anyones(zone_id)
        if found.account != account:
            raise ApiError(
                "AccessDenied",
                f"User: {account} is not authorized to access this resource",
                status=403,
            )
        return found

    def anyones(self, zone_id: str) -> Zone:
        """A zone, whoever has it.

        Raises:
            ApiError: `NoSuchHostedZone`.
        """
        found = self.zones.get(bare(zone_id))
        if found is None:
            raise ApiError(
                "NoSuchHostedZone",
                f"No hosted zone found with ID: {bare(zone_id)}",
                status=404,
            )
        return found

    def of(self, account: str) -> list[Zone]:
        """The zones of an account."""
        return [one for one in self.zones.values() if one.account == account]

    def seen_by(self, seer: Seer) -> Iterator[Zone]:
        """The private zones a VPC sees."""
        return (one for one in self.zones.values() if seer in one.seers)

    def changed(self, account: str, comment: str = "") -> dict[str, Any]:
        """A change, as the answer that made it shows it."""
        course = self.pace.course("PENDING", "INSYNC")
        change = Change(f"C{_word()}", account, self.pace.now(), comment, course)
        self.changes[change.id] = change
        return self.change_row(change)

    def change_row(self, change: Change) -> dict[str, Any]:
        """How far a change has got."""
        row = {
            "Id": f"/change/{change.id}",
            "Status": self.pace.state(change.course),
            "SubmittedAt": change.submitted,
        }
        return row | ({"Comment": change.comment} if change.comment else {})


def new_zone_id() -> str:
    """An id nobody has, as Route 53 makes them."""
    return f"Z{_word()}"


def bare(name: str) -> str:
    """An id without the path that Route 53 puts before it in some places."""
    return name.rpartition("/")[2]


def seer_of(vpc: Mapping[str, Any]) -> Seer:
    """The VPC a call names.

    Raises:
        ApiError: `InvalidVPCId`, where it names none that there is.
    """
    found = Seer(str(vpc.get("VPCRegion", "")), str(vpc.get("VPCId", "")))
    if grounds.vpc_owner(found.region, found.vpc) is None:
        raise ApiError(
            "InvalidVPCId",
            f"The VPC: {found.vpc} that you specified in region {found.region} was not found.",
        )
    return found


def owner_of(seer: Seer) -> str | None:
    """The account of a VPC."""
    return grounds.vpc_owner(seer.region, seer.vpc)


def owns(account: str, seer: Seer) -> bool:
    """Whether the VPC is the account's."""
    return grounds.vpc_or_none(Place(account, seer.region), seer.vpc) is not None


def _word() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_ID_LETTERS))
