"""Runs an app's lifecycle configurations before the app is in service, as the app.

A script that fails, or takes longer than five minutes, fails the app.  What a script prints is
in the app's log.  Source: SageMaker Developer Guide, "Lifecycle configurations within Amazon
SageMaker Studio"; of what a failed app says AWS documents nothing, so the words are those that
people report.
"""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from studiogate.errors import StartError
from studiogate.local.sagemaker.model import Lifecycle

MAY_TAKE_S = 300.0
"""Seconds one script may take."""

_REMEDY = "Read app.log beside the owner's home; correct the script, then open it again."


class Scripts:
    """The scripts of one start, written down and ready to be run."""

    def __init__(self, folder: Path, lifecycles: Iterable[Lifecycle]) -> None:
        """Write each script below `folder`."""
        self._files: list[tuple[Lifecycle, Path]] = []
        for number, one in enumerate(lifecycles):
            file = folder / f"lifecycle-{number}.sh"
            file.write_bytes(one.script)
            file.chmod(0o755)
            self._files.append((one, file))

    async def run(
        self,
        wrap: Callable[[Sequence[str]], Sequence[str]],
        env: Mapping[str, str],
        *,
        log: Path,
        home: Path,
        may_take_s: float = MAY_TAKE_S,
    ) -> None:
        """Run one after the other; `wrap` says how a command of the app is run.

        Raises:
            StartError: one failed, or took too long; those after it are not run.
        """
        for lifecycle, file in self._files:
            command = wrap([shutil.which("bash") or "/bin/sh", str(file)])
            status = await _status(command, env, log=log, home=home, may_take_s=may_take_s)
            if status != 0:
                raise not_run(lifecycle, status, may_take_s)


def not_run(lifecycle: Lifecycle, status: int | None, may_take_s: float) -> StartError:
    """A script ended with `status`; `None` for one that took longer than it may."""
    how = (
        f"timed out after {may_take_s:.0f} seconds"
        if status is None
        else f"failed with non zero exit code {status}"
    )
    return StartError(
        f"ConfigurationError: LifecycleConfig execution {how} with script ARN "
        f"{lifecycle.arn}, check logs for more information.",
        remedy=_REMEDY,
    )


async def _status(
    command: Sequence[str], env: Mapping[str, str], *, log: Path, home: Path, may_take_s: float
) -> int | None:
    """The exit code; `None` when it was ended for taking too long.  Leaves nothing running."""
    process = await spawn(command, env, log=log, home=home)
    try:
        async with asyncio.timeout(may_take_s):
            return await process.wait()
    except TimeoutError:
        return None
    finally:
        # Here, other than in AWS, what a script leaves in the background ends with it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def spawn(
    command: Sequence[str], env: Mapping[str, str], *, log: Path, home: Path
) -> asyncio.subprocess.Process:
    """A process group of its own, in `home`, whose output is put at the end of `log`."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            env=env,
            cwd=home,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    finally:
        os.close(out)
