"""Image versions are made in the background: their container image is pulled as a role.

The emulated registry decides whether the role may; what it says is the version's failure.
"""

import asyncio
import logging
from functools import partial

from studiogate.local.ecr.parts import CannotPullError, Pulled, Pulling
from studiogate.local.sagemaker.image_model import ImageVersion

SERVICE = "sagemaker.amazonaws.com"
"""What the role of an image has to trust."""

_LONGEST_REASON = 1024
_log = logging.getLogger(__name__)


class NoRegistry:
    """Where there is no registry no image can be had: the `Pulling` of a SageMaker alone."""

    async def pull(self, uri: str, *, role_arn: str, service: str, region: str) -> Pulled:
        """Nothing, ever.

        Raises:
            CannotPullError: always.
        """
        raise CannotPullError(
            f"{service} cannot pull {uri} as {role_arn}: there is no registry in {region}."
        )


class Pulls:
    """The pulls under way; one event loop uses it."""

    def __init__(self, pulling: Pulling) -> None:
        """Start with none."""
        self._pulling = pulling
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, version: ImageVersion, *, role_arn: str) -> None:
        """Begin to pull what `version` is of; the version is told how that went."""
        task = asyncio.create_task(self._pull(version, role_arn))
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, version))

    async def close(self) -> None:
        """Give up what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _pull(self, version: ImageVersion, role_arn: str) -> None:
        try:
            pulled = await self._pulling.pull(
                version.base, role_arn=role_arn, service=SERVICE, region=version.place.region
            )
        except CannotPullError as why:
            version.failure = str(why)[:_LONGEST_REASON]
        else:
            version.container = pulled.uri

    def _ended(self, version: ImageVersion, task: "asyncio.Task[None]") -> None:
        """A pull that ended in a defect of ours: the log has it, the version says so."""
        self._tasks.discard(task)
        defect = None if task.cancelled() else task.exception()
        if defect is not None:
            _log.error("%s could not be made", version.arn, exc_info=defect)
            version.failure = "The emulation has a defect; its log has the details."
