"""One command of a build: a shell of its own that goes on where the last one ended.

As CodeBuild's agent does it: the working directory and the variables of one command are those
the next one finds (User Guide, "Build specification reference", versions).
"""

import asyncio
import codecs
import contextlib
import os
import shlex
import shutil
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from studiogate.local.children import dies_with_parent

_PIECE: Final = 65_536
_LONGEST: Final = 200_000
_SCRIPT: Final = """\
cd "$(cat {own}/directory)"
. {own}/variables
set -a
{command}
CODEBUILD_LAST_EXIT=$?
export -p > {own}/variables
pwd > {own}/directory
exit $CODEBUILD_LAST_EXIT
"""


class Shell:
    """Runs the commands of one build, one after another."""

    def __init__(
        self,
        own: Path,
        source: Path,
        shell: str,
        environment: Mapping[str, str],
        apart: Sequence[str] = (),
    ) -> None:
        """Begin in `source` with exactly `environment`; `own` keeps what lies between.

        Every command is begun with the words of `apart`.  Without any, what leaves its session
        outlives it.
        """
        self._apart = tuple(apart)
        self._own = own
        self._shell = shutil.which(shell) or f"/bin/{shell}"
        self._environment = dict(environment)
        (own / "directory").write_text(f"{source}\n", encoding="utf-8")
        (own / "variables").write_text("", encoding="utf-8")

    def export(self, name: str, value: str) -> None:
        """Give the commands that follow a variable; `value` is a plain word."""
        with (self._own / "variables").open("a", encoding="utf-8") as file:
            file.write(f"\nexport {name}='{value}'\n")

    async def run(self, command: str, say: Callable[[str], None]) -> int:
        """Run a command and hand over its lines; how it ended.

        Whatever it left running ends with it, and also when the waiting is given up.
        """
        script = self._own / "script.sh"
        text = _SCRIPT.format(own=shlex.quote(str(self._own)), command=command)
        script.write_text(text, encoding="utf-8")
        starting = asyncio.ensure_future(self._started(script))
        try:
            process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            # It may have begun, with children of its own, before anybody could know of it.
            await _ended(await starting)
            raise
        try:
            await _lines(process.stdout, say)
            return await process.wait()
        finally:
            await _ended(process)

    async def _started(self, script: Path) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self._apart,
            self._shell,
            str(script),
            env=self._environment,
            cwd=self._own,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=dies_with_parent(),  # one system call, nothing that locks
        )


async def _lines(stream: asyncio.StreamReader | None, say: Callable[[str], None]) -> None:
    """Hand over each line as it comes; one without an end in pieces."""
    decoder, rest = codecs.getincrementaldecoder("utf-8")("replace"), ""
    while stream is not None and (piece := await stream.read(_PIECE)):
        *lines, rest = (rest + decoder.decode(piece)).split("\n")
        if len(rest) > _LONGEST:
            lines, rest = [*lines, rest], ""
        for line in lines:
            say(line.rstrip("\r"))
    if rest:
        say(rest)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End the whole group of a command, also what it left behind when it ended by itself."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.returncode is None:
        await process.wait()
