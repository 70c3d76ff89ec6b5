"""A program run in an image: asked for as a value, started, reached, ended."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from studiogate.errors import StartError
from studiogate.local.containers import within
from studiogate.local.containers.relay import Relay
from studiogate.local.containers.roots import SHIFT, SHIFTED
from studiogate.local.containers.space import Space

HOST = "127.0.0.1"
_WRITABLE = "50%"
"""How much of this machine's memory what a container writes beside the home may take."""

_ENDS_WITHIN_S = 5.0
_HOSTS = "127.0.0.1 localhost\n::1 localhost\n"
_NO_NAMES = "# Nothing outside is reached from here but AWS's endpoints, by their addresses.\n"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to run, and as whom."""

    root: Path
    """The image, unpacked by `Roots`."""

    argv: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    uid: int = 0
    gid: int = 0
    folder: str = "/"
    home: tuple[Path, str] | None = None
    """A folder of this machine, and where it is in the container."""

    files: Mapping[str, str] = field(default_factory=dict)
    """By path, what else is in the container, whatever the image has there."""

    hostname: str = "default"


def refusal() -> StartError | None:
    """Why no image can be run on this machine; `None` where one may."""
    if sys.platform == "linux" and os.geteuid() == 0:
        return None
    return StartError(
        "A custom image runs here only where the organisation is started as root on Linux: "
        "its file system needs mounts and owners of its own.",
        remedy="Start the organisation as root in a Linux machine, container or WSL 2.",
    )


def give(folder: Path, uid: int, gid: int) -> None:
    """Make `folder` and all in it the container's user's; links are not followed."""
    for place, _, files in os.walk(folder):
        for name in (".", *files):
            os.chown(Path(place, name), SHIFT + uid, SHIFT + gid, follow_symlinks=False)


class Container:
    """One running program and its network."""

    def __init__(self, process: asyncio.subprocess.Process, space: Space) -> None:
        self._process = process
        self.space = space
        self._relays: dict[int, Relay] = {}

    @property
    def pid(self) -> int:
        """The process that keeps it, which every other of it ends with."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether its program runs."""
        return self._process.returncode is None

    async def ended(self) -> int:
        """How it ended, once it has."""
        return await self._process.wait()

    async def reach(self, ports: Iterable[int]) -> None:
        """Let it reach these ports of this machine's loopback, under the same numbers."""
        for port in ports:
            if port not in self._relays:
                relay = Relay(self.space.listening(port), partial(_connected, port))
                self._relays[port] = relay
                await relay.begin()

    async def stop(self) -> None:
        """Ask the program to end, insist after five seconds; does nothing the second time."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, sign)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _ENDS_WITHIN_S)
        for relay in self._relays.values():
            await relay.close()
        self.space.close()


async def started(wanted: Wanted, *, log: Path, reaches: Collection[int] = ()) -> Container:
    """The program, begun: it may end at any time.  Cancelling leaves nothing running.

    What it prints is put at the end of `log`.  Of this machine it reaches the ports `reaches`.

    Raises:
        StartError: this machine, or the image, does not let it run, and why.
    """
    if (why := refusal()) is not None:
        raise why
    say, hear = os.pipe()
    try:
        process = await _spawned(hear, log)
    except BaseException:
        os.close(say)
        raise
    finally:
        os.close(hear)
    with os.fdopen(say, "rb", buffering=0) as pipe:
        try:
            return await _told(process, pipe.fileno(), wanted, reaches)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            raise


async def _spawned(pipe: int, log: Path) -> asyncio.subprocess.Process:
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", within.__file__, str(pipe)),
            env={},
            stdin=asyncio.subprocess.PIPE,
            stdout=out,
            stderr=asyncio.subprocess.STDOUT,
            pass_fds=(pipe,),
            start_new_session=True,
        )
    finally:
        os.close(out)


async def _told(
    process: asyncio.subprocess.Process, pipe: int, wanted: Wanted, reaches: Collection[int]
) -> Container:
    """Tell the new process what to run, once it has a network; hear that it runs."""
    _refuse_unless(await _heard(pipe, len(within.READY)), within.READY)
    container = Container(process, Space(process.pid))
    try:
        await container.reach(reaches)
        assert process.stdin is not None  # noqa: S101 - it was asked for a few lines above
        process.stdin.write(json.dumps(_as_told(wanted)).encode())
        process.stdin.close()
        _refuse_unless(await _heard(pipe, 4096), b"")
    except BaseException:
        await container.stop()
        raise
    return container


async def _heard(pipe: int, most: int) -> bytes:
    """The next bytes of a pipe; none at its end.  Waits without a thread."""
    os.set_blocking(pipe, False)
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(pipe, ready.set)
    try:
        await ready.wait()
        return os.read(pipe, most)
    finally:
        loop.remove_reader(pipe)


def _refuse_unless(heard: bytes, expected: bytes) -> None:
    if heard != expected:
        why = heard.removeprefix(within.FAILED).decode(errors="replace") or "no reason given"
        raise StartError(
            f"The image cannot be run: {why}.",
            remedy="Look at the image's entry point; and whether this machine lets root mount "
            "and make name spaces, as an ordinary container may not.",
        )


def _as_told(wanted: Wanted) -> dict[str, object]:
    home, at = wanted.home or (None, "")
    return {
        "root": str(wanted.root),
        "argv": list(wanted.argv),
        "environment": dict(wanted.environment),
        "uid": wanted.uid,
        "gid": wanted.gid,
        "folder": wanted.folder,
        "home": str(home) if home else None,
        "home_at": at,
        "files": {"/etc/hosts": _HOSTS, "/etc/resolv.conf": _NO_NAMES, **wanted.files},
        "hostname": wanted.hostname,
        "shift": SHIFT,
        "shifted": SHIFTED,
        "writable": _WRITABLE,
    }


async def _connected(port: int) -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.settimeout(0)
    try:
        await asyncio.get_running_loop().sock_connect(found, (HOST, port))
    except BaseException:
        found.close()
        raise
    return found
