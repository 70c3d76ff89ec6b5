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
    """The apps that hold it back: while one runs, RStudio is neither given, taken nor told."""

    told: bool = False
    """Whether the plan changes what the domain is told of RStudio, as a URL."""

    unserved: bool = False
    """Whether RStudio's server does not run, so that the plan makes it again."""

    @property
    def change(self) -> str:
        """What is changed only while nothing runs."""
        return "RStudio" if self.turned else "DomainSettings"

    @property
    def held(self) -> str:
        """The apps that hold it back, in one line."""
        return "; ".join(map(str, self.apps))
