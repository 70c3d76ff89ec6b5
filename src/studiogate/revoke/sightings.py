"""When somebody was dead: the first refusal after which nothing answered again.  Pure.

IAM is consistent eventually: one place may refuse while another still lets in.  So one refusal
proves nothing; it takes several in a row, and an answer in between starts the count anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from studiogate.audit.revocation import Vital

IN_A_ROW = 3
"""Refusals in a row that are believed."""


@dataclass(slots=True)
class Canary:
    """A session of the person that the gateway holds, and all that was seen of it."""

    lob: str
    domain: str | None
    profile: str | None
    state: Vital
    """How it was when it was asked for, before or after the cut."""

    why: str
    sealed: str | None = field(default=None, repr=False)
    account: str | None = None
    """Id of the account that was looked into."""

    seen: list[tuple[float, Vital]] = field(default_factory=list)
    """Seconds since the first write, and how it was then."""

    def note(self, at_s: float, state: Vital, why: str) -> None:
        """Keep what was seen `at_s` seconds after the first write."""
        self.seen.append((round(at_s, 3), state))
        self.why = why

    @property
    def place(self) -> tuple[str, str | None, str | None]:
        """What it has in common with every other canary of the same person there."""
        return self.lob, self.domain, self.profile

    @property
    def now(self) -> Vital:
        """How it was last seen."""
        return self.seen[-1][1] if self.seen else self.state

    @property
    def lived(self) -> bool:
        """Whether it lived to begin with, so that its end says something."""
        return self.state is Vital.ALIVE

    @property
    def dead_after_s(self) -> float | None:
        """Seconds after which it was refused and never answered again; `None`: it is not so."""
        return dead_after_s(self.seen)


def dead_after_s(seen: Sequence[tuple[float, Vital]]) -> float | None:
    """The moment of the first of the refusals that `seen` ends with, if they are enough.

    A look that found nobody, or nothing clear, is no refusal: it breaks the row.
    """
    row: list[float] = []
    for moment, state in seen:
        row = [*row, moment] if state is Vital.REFUSED else []
    return row[0] if len(row) >= IN_A_ROW else None
