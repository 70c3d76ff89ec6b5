"""What a plan does to RStudio beside stacks: who is let in, and what it waits for.

`workbench` finds it, and does it.
"""

from dataclasses import dataclass

from studiogate.deploy.unpropagated import RunningApp
from studiogate.foundation.stacks import StackKey


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who becomes somebody else in RStudio."""

    profile: str
    found: str
    """As `R_STUDIO_USER`, `DISABLED`, or `not set`."""

    wanted: str
    """As `R_STUDIO_ADMIN`."""


@dataclass(frozen=True, slots=True)
class Unseated:
    """One domain whose RStudio comes, goes, or has other people than it should."""

    stack: StackKey
    domain_id: str
    turned: bool
    """Whether the plan gives the domain RStudio, or takes it."""

    seats: tuple[Seat, ...] = ()
    apps: tuple[RunningApp, ...] = ()
    """The apps that hold it back: while one runs, RStudio is neither given nor taken."""

    @property
    def held(self) -> str:
        """The apps that hold it back, in one line."""
        return "; ".join(map(str, self.apps))
