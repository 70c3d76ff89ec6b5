"""A file that says which run is at work on this machine, and that lets go when it dies.

The operating system holds the file's lock for as long as the process lives, `kill -9` included.
Whoever gets hold of it and reads an earlier run's word in it knows that this run has ended.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from studiogate.errors import Locked

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """The file, held."""

    left: str
    """The word of the run before, which has ended; empty where there was none."""

    file: int

    def write(self, word: str) -> None:
        """Put this run's word into it."""
        os.ftruncate(self.file, 0)
        os.pwrite(self.file, word.encode(), 0)
        os.fsync(self.file)


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
        yield Mark(os.pread(file, _LONGEST, 0).decode("ascii", "replace"), file)
    finally:
        os.close(file)
