"""Waiting: for a call that is throttled, and until it is time to look again.

Both have an end of their own, so that nothing hangs for ever.
"""

from collections.abc import Callable, Iterator
from typing import Final, Protocol, TypeVar

from studiogate.aws.session import calling
from studiogate.errors import Busy

_T = TypeVar("_T")

_FIRST_RETRY_S: Final = 0.5
_LONGEST_RETRY_S: Final = 20.0
_FIRST_LOOK_S: Final = 0.02
_LONGEST_LOOK_S: Final = 5.0
_SLOWER: Final = 1.6
"""Each look waits so much longer than the one before: soon at first, rarely in the end."""


class Patient(Protocol):
    """What waiting needs of the world; time, so that tests can set it."""

    @property
    def ticks(self) -> Callable[[], float]:
        """Seconds of a clock that only goes forward."""
        ...

    @property
    def pause(self) -> Callable[[float], None]:
        """Waits that many seconds."""
        ...

    @property
    def chance(self) -> Callable[[], float]:
        """A random number from 0 to 1, so that those throttled do not return together."""
        ...

    @property
    def throttled_s(self) -> float:
        """Seconds that one call is tried again while AWS says it is too busy."""
        ...


def asked(world: Patient, action: str, about: str, call: Callable[[], _T]) -> _T:
    """What `call` gives; one that AWS is too busy for is made again, later and later.

    `call` must be one that may be made twice.  `action` is the IAM action.

    Raises:
        AwsError: AWS refused, or was too busy for longer than the world's patience.
        SettingsError: there are no credentials to sign with.
    """
    began, wait_s = world.ticks(), _FIRST_RETRY_S
    while True:
        try:
            with calling(action, about=about):
                return call()
        except Busy:
            if world.ticks() - began + wait_s > world.throttled_s:
                raise
        # A random part, at least half, so that those who were refused together part ways.
        world.pause(wait_s * (0.5 + world.chance() / 2))
        wait_s = min(wait_s * 2, _LONGEST_RETRY_S)


def passing(world: Patient, *, within_s: float) -> Iterator[float]:
    """The seconds that have passed, each time it is time to look again; ends when time is up.

    The first look is at once, for the emulation takes milliseconds.
    """
    began, wait_s = world.ticks(), _FIRST_LOOK_S
    while (passed := world.ticks() - began) < within_s:
        yield passed
        world.pause(wait_s)
        wait_s = min(wait_s * _SLOWER, _LONGEST_LOOK_S)
