"""One line of the gateway's record: who asked for what, from where, and how it ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from studiogate.audit.lines import line_of


class Outcome(StrEnum):
    """How a request to open ended."""

    OPENED = "opened"
    REFUSED = "refused"
    """We decided no."""

    FAILED = "failed"
    """AWS, or we, could not."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What was decided about one request to open a domain.  Holds no URL, token or cookie."""

    at: datetime
    """Aware UTC, when the request arrived."""

    outcome: Outcome
    reason: str
    """`ok`, or the code of the refusal or failure, exact even where the person is told less."""

    request_id: str
    source_ip: str
    network: str | None = None
    person: str | None = None
    idp: str | None = None
    lob: str | None = None
    account: str | None = None
    domain: str | None = None
    """The domain's name, as it was asked for (at most 128 characters, printable ASCII)."""

    domain_id: str | None = None
    profile: str | None = None
    way: str | None = None
    """`session` or `bearer`: how the person was known; `canary`: they did not ask."""

    asked_by: str | None = None
    """Who had a canary of the person's made: an administrator, to prove a revocation."""

    incident: str | None = None
    """Number shown to the person for failures that are ours."""

    took_ms: int = 0

    def line(self) -> dict[str, Any]:
        """The record as JSON keeps it; times in ISO 8601, absent facts left out."""
        return line_of(self)
