"""Waiting for what other processes and threads do: looked at until it is so, with patience."""

import asyncio
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable
from itertools import chain, repeat
from typing import TypeVar

PATIENCE_S = 60.0
"""How long anything that another process or thread does may take: far longer than it does.

Nobody waits as long where all is well.  On a machine with more to do than it can, a shorter
time is over before the other process had its turn, and a test fails of what it is not about.
"""

T = TypeVar("T")


def awaited(
    look: Callable[[], T | None],
    *,
    within_s: float = PATIENCE_S,
    pause_s: float = 0.02,
    pause: Callable[[float], object] = time.sleep,
) -> T:
    """What `look` finds, once it finds something; it is asked once a round.

    `pause` passes the time between two looks, where a browser has to go on meanwhile.

    Raises:
        AssertionError: in `within_s` it has found nothing.
    """
    deadline = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"in {within_s:g} s it has not come: {found!r}"
        pause(pause_s)
    return found


def listens(process: subprocess.Popen[bytes], host: str, port: int) -> bool:
    """Whether `process` takes connections there; one that has ended never will."""
    assert process.poll() is None, f"it has ended by itself, exit status {process.returncode}"
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def comes(look: Callable[[], object], *, within_s: float = PATIENCE_S) -> bool:
    """Whether it comes to what `look` looks for, in time."""
    try:
        awaited(look, within_s=within_s)
    except AssertionError:
        return False
    return True


async def until(met: Callable[[], Awaitable[bool]], *, within_s: float = PATIENCE_S) -> None:
    """Return once `met` says so, or fail: `awaited` in an event loop."""
    async with asyncio.timeout(within_s):
        for pause_s in chain((0.0, 0.005, 0.01), repeat(0.05)):
            if await met():
                return
            await asyncio.sleep(pause_s)
