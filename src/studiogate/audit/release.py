"""One line of the administrators' record: a name that was taken from whoever had it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Release:
    """A sign-in name, or a Studio profile, that the next who comes may have.

    Written before it is done: a name nobody can say who released is not released.
    """

    at: datetime
    """Aware UTC."""

    by: str
    """The administrator, as AWS knows them."""

    person: str | None = None
    """The sign-in name that was released."""

    profile: str | None = None
    """The profile that was released, as `lob-a/ada`."""

    held: Sequence[str] = ()
    """What held it: each provider with when its word first counted, or the sign-in name."""

    def line(self) -> dict[str, Any]:
        """The record as JSON keeps it; times in ISO 8601, absent facts left out."""
        facts = {
            "at": self.at.isoformat(timespec="milliseconds"),
            "action": "release",
            "by": self.by,
            "person": self.person,
            "profile": self.profile,
            "held": list(self.held),
        }
        return {name: value for name, value in facts.items() if value is not None}
