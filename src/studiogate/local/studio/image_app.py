"""One running app of a custom image: its container, the way to it, and what it reaches."""

import asyncio
import contextlib
import shutil
from collections.abc import Callable, Collection
from http import HTTPStatus
from pathlib import Path

import aiohttp

from studiogate.local.containers.container import Container
from studiogate.local.containers.relay import Relay
from studiogate.local.sagemaker.model import JUPYTERLAB
from studiogate.local.studio.kinds import Kind
from studiogate.local.studio.upstream import HOST, Upstream

PORT = 8888
"""Where an app of a custom image has to listen (SageMaker Developer Guide, "Custom image
specifications")."""

_LOOK_EVERY_S = 1.0


class ImageApp:
    """One running app; see `studiogate.local.studio.seat.Running`."""

    def __init__(
        self,
        container: Container,
        relay: Relay,
        upstream: Upstream,
        run: Path,
        ended: Callable[[], None],
    ) -> None:
        """Take charge of all of these; `ended` is told as soon as the app is to end."""
        self.container = container
        self._relay = relay
        self._run = run
        self._ended = ended
        self._following: asyncio.Task[None] | None = None
        self.upstream: Upstream | None = upstream

    @property
    def alive(self) -> bool:
        """Whether its program runs."""
        return self.container.alive

    async def answers(self, kind: Kind) -> bool:
        """Whether it answers: JupyterLab its status, others anything that is there.

        From then on the way to it is by the path at which it did.
        """
        if self.upstream is None:
            return False
        for base in kind.bases:
            asked = self.upstream.client().get(HOST + base + kind.alive, allow_redirects=False)
            with contextlib.suppress(aiohttp.ClientError):
                async with asked as answer:
                    away = kind.type != JUPYTERLAB and answer.status < HTTPStatus.BAD_REQUEST
                    if answer.status == HTTPStatus.OK or away:
                        self.upstream.base = base
                        return True
        return False

    def follow(self, ports: Callable[[], Collection[int]]) -> None:
        """Let it reach `ports` as they come to be: a database may stand up later."""
        self._following = asyncio.create_task(self._follow(ports))

    async def _follow(self, ports: Callable[[], Collection[int]]) -> None:
        while self.alive:
            with contextlib.suppress(OSError):  # the app listens there itself
                await self.container.reach(set(ports()) - {PORT})
            await asyncio.sleep(_LOOK_EVERY_S)

    async def stop(self) -> None:
        """End everything in the container, and tidy up; does nothing the second time."""
        self._ended()
        if self._following is not None:
            self._following.cancel()
        if self.upstream is not None:
            await self.upstream.close()
        await self._relay.close()
        await self.container.stop()
        await asyncio.to_thread(shutil.rmtree, self._run, ignore_errors=True)
