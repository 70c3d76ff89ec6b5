"""Waiting: for a call that is throttled, and for something to come to an end.

Both have an end of their own, so that nothing hangs for ever.
"""

from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from studiogate.aws.session import calling
from studiogate.deploy.world import World
from studiogate.errors import Busy, DeployError

_T = TypeVar("_T")

_FIRST_RETRY_S: Final = 0.5
_LONGEST_RETRY_S: Final = 20.0
_FIRST_LOOK_S: Final = 0.02
_LONGEST_LOOK_S: Final = 5.0
_SLOWER: Final = 1.6
"""Each look waits so much longer than the one before: soon at first, rarely in the end."""


def asked(world: World, action: str, about: str, call: Callable[[], _T]) -> _T:
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


def looks(world: World, *, within_s: float) -> Iterator[float]:
    """The seconds that have passed, each time it is time to look again; ends when time is up.

    The first look is at once, for the emulation takes milliseconds.

    Raises:
        DeployError: the run was interrupted.
    """
    began, wait_s = world.ticks(), _FIRST_LOOK_S
    while (passed := world.ticks() - began) < within_s:
        yield passed
        if world.halt.is_set():
            raise DeployError(
                "interrupted: AWS goes on with what it has begun",
                remedy="Run the same command again: it waits for that, and goes on from there.",
            )
        world.pause(wait_s)
        wait_s = min(wait_s * _SLOWER, _LONGEST_LOOK_S)
