"""A domain whose sessions do not carry the person's profile: what a plan says of it.

`propagation` finds them and turns it on again.
"""

from dataclasses import dataclass
from typing import Final

from studiogate.foundation.stacks import StackKey

SETTING: Final = "ExecutionRoleIdentityConfig"
WANTED: Final = "USER_PROFILE_NAME"
STOP: Final = (
    "Have their owners stop them, or stop them with --stop-apps: what is not saved goes."
)


@dataclass(frozen=True, slots=True)
class RunningApp:
    """One app that holds the change back."""

    owner: str
    """As `profile ada` or `space forecasts`."""

    app: str
    """As `JupyterLab/default`."""

    since: str
    """When it was made, in UTC, as `2026-11-22T13:20:35+00:00`."""

    def __str__(self) -> str:
        """In one line."""
        return f"{self.app} of {self.owner}, since {self.since}"


@dataclass(frozen=True, slots=True)
class Unpropagated:
    """One domain whose sessions do not carry the profile."""

    stack: StackKey
    domain_id: str
    found: str
    """What the setting is, or `not set`."""

    apps: tuple[RunningApp, ...] = ()

    @property
    def held(self) -> str:
        """The apps that hold the change back, in one line."""
        return "; ".join(map(str, self.apps))
