"""Starts one JupyterLab: its home, image, scripts and socket, and nothing of ours in it."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from studiogate.errors import StartError
from studiogate.local.sagemaker.landing import BASE
from studiogate.local.sagemaker.model import Owner
from studiogate.local.studio import cell, rooms
from studiogate.local.studio.image import Images
from studiogate.local.studio.scripts import Scripts, spawn
from studiogate.local.studio.seat import Seat
from studiogate.local.studio.upstream import HOST, Upstream
from studiogate.local.studio.welcome import Notebooks, write_metadata

_ANSWERS_WITHIN_S = 60.0
_ASK_EVERY_S = 0.05
_ENDS_WITHIN_S = 5.0

_LONGEST_RUN = 45
"""Characters of a folder in which a kernel's sockets keep within a unix socket's 104."""

_SILENT = (
    "--no-browser",
    "--allow-root",  # refused by JupyterLab otherwise, where we are root and cannot step down
    "--ServerApp.quit_button=False",
    "--ServerApp.allow_remote_access=True",  # the front has already checked the host
    "--ServerApp.port_retries=0",
    f"--ServerApp.base_url={BASE}",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


class JupyterLab:
    """One running JupyterLab; see `studiogate.local.studio.seat.Running`."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        upstream: Upstream,
        run: Path,
        ended: Callable[[], None],
    ) -> None:
        """Take charge of `process`, and of the folder `run` that holds its socket.

        `ended` is told as soon as the app is to end.
        """
        self._process = process
        self._run = run
        self._ended = ended
        self.upstream = upstream

    @property
    def alive(self) -> bool:
        """Whether its process is still there."""
        return self._process.returncode is None

    async def stop(self) -> None:
        """Ask the whole group to end, insist after five seconds, and tidy up."""
        self._ended()
        await self.upstream.close()
        for sign in (signal.SIGTERM, signal.SIGKILL):
            # The group outlives its leader when that one crashed.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, sign)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _ENDS_WITHIN_S)
        await asyncio.to_thread(shutil.rmtree, self._run, ignore_errors=True)


class JupyterLauncher:
    """Starts JupyterLabs; see `studiogate.local.studio.seat.Launcher`."""

    def __init__(
        self,
        state: Path,
        sockets: Path,
        environment_of: Callable[[Seat], Mapping[str, str]],
        *,
        ended: Callable[[Mapping[str, str]], None] = lambda _: None,
        covers: Path | None = None,
        extra_ca: Path | None = None,
        notebooks: Callable[[Seat], Notebooks] = lambda _: {},
        answers_within_s: float = _ANSWERS_WITHIN_S,
    ) -> None:
        """Keep homes below `state`; sockets below `sockets`, which must be a short path.

        Where the machine can do it, an app sees nothing of `covers` (`state`, if not said) and
        `sockets` but its own home and its own sockets.

        `environment_of` gives what the app needs of AWS: the address and token of its
        credentials, the region, the endpoints.  Nothing else of our environment reaches it.
        `ended` is told what an app was given, once that app ends.  `extra_ca` is a PEM file of
        authorities that apps trust beside the world's.  `notebooks` gives those that are in
        a new home beside the welcome.
        """
        self._notebooks = notebooks
        self._images = Images(sockets / "image", extra_ca=extra_ca)
        self._state = state
        self._sockets = sockets
        self._covers = covers or state
        self._environment_of = environment_of
        self._ended = ended
        self._answers_within_s = answers_within_s

    async def launch(self, seat: Seat) -> JupyterLab:
        """The seat's JupyterLab, once it answers.

        Raises:
            StartError: a script failed, or it ended, or did not answer in time.
        """
        place = rooms.place(self._state, seat.domain.id, seat.app.owner)
        home, view, log = place / "home", place / "opt", place / "app.log"
        run = self._sockets / secrets.token_hex(8)
        given = self._environment_of(seat)
        try:
            await asyncio.to_thread(rooms.prepare, home, run, self._notebooks(seat))
            image = await asyncio.to_thread(self._images.make, run)
            scripts = await asyncio.to_thread(Scripts, run, seat.lifecycles)
            token = SecretStr(secrets.token_hex(32))
            env = {**_environment(home, run), **image.environment, **given}
            wrap = await self._cell(seat, env, home=home, run=run, view=view)
            log.unlink(missing_ok=True)
            await scripts.run(wrap, env, log=log, home=home)
            upstream = Upstream(run / "app.sock", token)
            known = {**env, "JUPYTER_TOKEN": token.get_secret_value()}
            ours = _argv(upstream.socket, home, run)
            process = await spawn(wrap(ours), known, log=log, home=home)
        except BaseException:
            self._ended(given)
            await asyncio.to_thread(shutil.rmtree, run, ignore_errors=True)
            raise
        app = JupyterLab(process, upstream, run, partial(self._ended, given))
        try:
            await self._answers(app)
        except BaseException:
            await app.stop()
            raise
        return app

    async def _cell(
        self, seat: Seat, env: dict[str, str], *, home: Path, run: Path, view: Path
    ) -> Callable[[Sequence[str]], list[str]]:
        """How the app's commands are run, each apart from us in the same way.

        Where the metadata file cannot be where Studio has it, a variable in `env` names it.
        """
        uid = cell.uid_of(seat.domain.id, f"{seat.app.owner.kind}/{seat.app.owner.name}")
        file = await asyncio.to_thread(write_metadata, seat, view)
        kept = {self._covers: home, self._sockets: run}
        way = await cell.best_way([home, run], env, uid=uid, view=view, kept=kept)
        if way is cell.Way.PLAIN:
            env["STUDIOGATE_METADATA"] = str(file)
        return partial(cell.command, way, uid=uid, view=view, kept=kept)

    def forget(self, domain_id: str, owner: Owner) -> None:
        """Put the owner's home where no app reaches it; people may still want their files."""
        rooms.put_away(self._state, domain_id, owner)

    async def _answers(self, app: JupyterLab) -> None:
        """Return once the app answers as itself."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._answers_within_s
        while not await _asked(app.upstream):
            if not app.alive:
                raise StartError(
                    "JupyterLab ended while it was starting.",
                    remedy="Read app.log beside the profile's home, then open it again.",
                )
            if loop.time() > deadline:
                raise StartError(
                    f"JupyterLab did not answer within {self._answers_within_s:.0f} s.",
                    remedy="Give the machine more memory or fewer apps, then open it again.",
                )
            await asyncio.sleep(_ASK_EVERY_S)


async def _asked(upstream: Upstream) -> bool:
    asked = upstream.client().get(f"{HOST}{BASE}/api/status", headers=upstream.headers())
    try:
        async with asked as answer:
            return answer.status == HTTPStatus.OK
    except aiohttp.ClientConnectionError:
        return False


def _argv(socket: Path, home: Path, run: Path) -> list[str]:
    # A kernel's TCP ports would show its output to everybody on this machine.
    private = ["--KernelManager.transport=ipc"] if len(str(run)) <= _LONGEST_RUN else []
    return [
        *(sys.executable, "-P", "-m", "jupyterlab", *_SILENT, *private),
        f"--ServerApp.sock={socket}",
        "--ServerApp.sock_mode=0600",
        f"--ServerApp.root_dir={home}",
    ]


def _environment(home: Path, run: Path) -> dict[str, str]:
    """What every app sees: nothing of ours."""
    return {
        "HOME": str(home),
        "USER": "sagemaker-user",
        "LOGNAME": "sagemaker-user",
        "LANG": "C.UTF-8",
        "SHELL": shutil.which("bash") or "/bin/sh",
        "JUPYTER_RUNTIME_DIR": str(run),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
