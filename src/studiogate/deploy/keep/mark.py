"""A file that says which run is at work on this machine, and that lets go when it dies.

The operating system holds the file's lock for as long as the process lives, `kill -9` included.
Whoever gets hold of it and reads the words of earlier runs in it knows that these have ended.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from studiogate.errors import Locked

_LONGEST = 64 * 1024
"""Bytes: as many runs as anybody interrupts before one comes to its end."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The file, held."""

    left: frozenset[str]
    """The words of runs that were interrupted: none of them is at work any more."""

    file: int

    def write(self, word: str) -> None:
        """Add this run's word, before it takes anything.

        Earlier words stay: which of those runs holds the lock is not known yet.
        """
        os.lseek(self.file, 0, os.SEEK_END)
        os.write(self.file, f"{word}\n".encode())
        os.fsync(self.file)

    def clear(self) -> None:
        """Forget every word: this run came to its end, and nothing is taken any more."""
        os.ftruncate(self.file, 0)


@contextmanager
def marked(path: Path) -> Iterator[Mark]:
    """Hold the file while the block runs; nobody else on this machine can.

    Raises:
        Locked: somebody does.
        OSError: it cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Locked(
                "another apply or destroy runs on this machine, from this directory",
                remedy="Wait until it is done.",
            ) from error
        words = os.pread(file, _LONGEST, 0).decode("ascii", "replace").split()
        yield Mark(frozenset(words), file)
    finally:
        os.close(file)
