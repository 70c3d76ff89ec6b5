"""Child processes that never outlive the process that started them.

Each is the leader of a process group of its own, so that everything it starts ends with it, and
on Linux asks the kernel to be killed when its parent dies, so that not even `kill -9` of the
parent leaves one behind.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
"""`prctl` operation: the signal this process gets when its parent dies (Linux, prctl(2))."""

GRACE_S = 3.0
"""Seconds a child has between being asked to end and being killed."""


class Child:
    """One running child process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def ended(self) -> int | None:
        """Its exit code; `None` while it runs."""
        return self._process.poll()

    async def stop(self) -> None:
        """End it and all it started: first asked, after `GRACE_S` killed."""
        _signal_group(self.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self._process.wait, GRACE_S)
        _signal_group(self.pid, signal.SIGKILL)
        await asyncio.to_thread(self._process.wait)


def start(command: Sequence[str], *, environment: Mapping[str, str], log: Path) -> Child:
    """Start `command` with exactly `environment`; what it prints is appended to `log`.

    Only its owner can read the log.
    """
    with open(log, "ab", opener=_private) as output:
        process = subprocess.Popen(  # noqa: S603 - the command is ours, no shell
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=dies_with_parent(),  # noqa: PLW1509 - one system call, nothing that locks
        )
    return Child(process)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def dies_with_parent() -> Callable[[], None] | None:
    """What a new process runs first so that the kernel ends it with its parent.

    The library is loaded here, in the parent, because loading between fork and exec can lock;
    `None` where the kernel has no such call (macOS).
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return
