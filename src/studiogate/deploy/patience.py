"""Waiting for something to come to an end, which whoever is interrupted stops doing."""

from collections.abc import Iterator

from studiogate.aws.patience import passing
from studiogate.deploy.world import World
from studiogate.errors import DeployError


def looks(world: World, *, within_s: float) -> Iterator[float]:
    """The seconds that have passed, each time it is time to look again; ends when time is up.

    Raises:
        DeployError: the run was interrupted.
    """
    for passed in passing(world, within_s=within_s):
        yield passed
        if world.halt.is_set():
            raise DeployError(
                "interrupted: AWS goes on with what it has begun",
                remedy="Run the same command again: it waits for that, and goes on from there.",
            )
