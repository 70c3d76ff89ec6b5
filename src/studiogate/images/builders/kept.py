"""A folder for as long as a builder works: for a login, or for what comes out of an image.

Ctrl-C and errors take it away.  `kill -9` cannot, so whoever makes the next one clears up: a
folder is locked for as long as whoever made it lives, and the kernel lets go of that lock with
the process (flock(2)).  One that nobody holds is nobody's.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Final

PREFIX: Final = "studiogate-builder-"
"""What the names of these folders begin with; they are where the system keeps such things."""


@contextmanager
def kept_folder() -> Iterator[Path]:
    """A new folder that only this user can enter, until the block ends.

    Those of runs that were killed go first.
    """
    _clear()
    while True:
        with TemporaryDirectory(prefix=PREFIX) as name, _held(Path(name)) as ours:
            if ours:
                yield Path(name)
                return


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Hold the lock of `folder`; whether it is there, for another's clearing may be first."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        with suppress(OSError):  # where nothing can be locked, nothing is cleared either
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield folder.exists()
    finally:
        os.close(descriptor)


def _clear() -> None:
    """Delete the folders of this user that nobody holds."""
    for folder in Path(gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # held, gone meanwhile, or somebody else's
            _clear_unheld(folder)


def _clear_unheld(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(descriptor).st_uid == os.geteuid():
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
    finally:
        os.close(descriptor)
