"""One line of the administrators' record: who was cut off or let in again, and what was seen.

A revocation is believed by what was seen afterwards, not by what was done, so the line keeps
both: the steps with what AWS said to each, and for every domain what became of a live session.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from studiogate.audit.lines import line_of


class Vital(StrEnum):
    """What can be seen of a person's session in one domain."""

    ALIVE = "alive"
    REFUSED = "refused"
    """AWS's own policies say no to this very person."""

    ABSENT = "absent"
    """There is no profile, or no domain, so there can be no session."""

    UNREACHABLE = "unreachable"
    """Nobody answered, or not now."""

    UNCLEAR = "unclear"
    """There was an answer, and it does not say whether a session of theirs would live."""


class Verdict(StrEnum):
    """What may be said of a person once a run has ended; only one of them is good news."""

    DEAD = "dead"
    """Every step was done, and nothing of theirs answers."""

    ANSWERS = "answers"
    """Something of theirs still answers."""

    INCOMPLETE = "incomplete"
    """A step was not done."""

    UNPROVED = "not proved"
    """Every step was done, and nobody has seen what came of it."""

    RESTORED = "restored"
    """They may come in again."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """What one run of `revoke` or `restore` did and saw.  Holds no URL, token or cookie."""

    at: datetime
    """Aware UTC: the moment the policies carry."""

    action: Literal["revoke", "restore"]
    person: str
    by: str
    """The administrator, as the gateway or AWS knows them."""

    verdict: Verdict
    dead_after_s: float | None = None
    """Seconds from the first write until nothing answered; `None`: nothing ever did."""

    steps: tuple[Mapping[str, Any], ...] = ()
    domains: tuple[Mapping[str, Any], ...] = ()

    def line(self) -> dict[str, Any]:
        """The record as JSON keeps it; times in ISO 8601, absent facts left out."""
        return line_of(self)
