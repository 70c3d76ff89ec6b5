"""A program of this machine, run by its arguments: never through a shell, never left behind.

It gets the environment of whoever runs us, so that `HTTPS_PROXY`, `SSL_CERT_FILE` and the like
mean for it what they mean for any program. It runs in a session of its own: Ctrl-C reaches us
alone, and everything that it started ends with it.
"""

import os
import signal
import subprocess
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from studiogate.errors import ImageError
from studiogate.images.parts import Told

REMEMBERED = 40
"""Lines of what a program said last that an error shows."""

_GRACE_S = 10
"""Seconds a program has to end when it is told to."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a program printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """Its last lines, those of the error stream where it has any."""
        return "\n".join((self.err.strip() or self.out.strip()).splitlines()[-REMEMBERED:])


@dataclass(frozen=True, slots=True)
class Program:
    """A program, and the environment that it is run in."""

    path: Path
    environment: Mapping[str, str]

    @property
    def name(self) -> str:
        """As `buildah`."""
        return self.path.name

    def asked(self, *arguments: str, given: str | None = None, patience_s: float = 600) -> Said:
        """What it says to `arguments`, with `given` on its standard input.

        Raises:
            ImageError: it cannot be started, or has not ended after `patience_s` seconds.
        """
        with self._begun(arguments, err=subprocess.PIPE) as process:
            try:
                out, err = process.communicate(given or "", timeout=patience_s)
            except subprocess.TimeoutExpired as error:
                raise ImageError(
                    f"{self.name} {arguments[0]} has not ended after {patience_s:.0f} seconds",
                    remedy=f"See what holds {self.name} up, then run the command again.",
                ) from error
        return Said(process.returncode, out, err)

    def told(self, *arguments: str, tell: Told) -> Said:
        """What it says to `arguments`, told line by line while it runs; its last lines.

        Raises:
            ImageError: it cannot be started.
        """
        last: deque[str] = deque(maxlen=REMEMBERED)
        with self._begun(arguments, err=subprocess.STDOUT) as process:
            if process.stdin is not None:
                process.stdin.close()
            for line in process.stdout or ():
                said = line.rstrip()
                if said:
                    last.append(said)
                    tell(said)
            process.wait()
        return Said(process.returncode, "\n".join(last), "")

    @contextmanager
    def _begun(
        self, arguments: tuple[str, ...], *, err: int
    ) -> Iterator[subprocess.Popen[str]]:
        try:
            process = subprocess.Popen(  # noqa: S603 - our own words, no shell
                [str(self.path), *arguments],
                env=dict(self.environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=err,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            raise ImageError(
                f"{self.path} cannot be started: {error.strerror or error}",
                remedy=f"Install {self.name} again, or name another builder with --with.",
            ) from error
        with process:
            try:
                yield process
            except BaseException:
                _ended(process)
                raise


def _ended(process: subprocess.Popen[str]) -> None:
    """End the program and all that it started, kindly at first."""
    _signalled(process, signal.SIGTERM)
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        _signalled(process, signal.SIGKILL)


def _signalled(process: subprocess.Popen[str], number: signal.Signals) -> None:
    # It is the leader of its own session, so its number is that of its group.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
