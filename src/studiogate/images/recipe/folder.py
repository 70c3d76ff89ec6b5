"""The folder of an image: what is written into it, and what is left alone.

A file that somebody changed by hand is theirs.  Which ones are follows from the lock, which has
the checksum of each as it was written.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from tempfile import NamedTemporaryFile

from studiogate.errors import ImageError
from studiogate.images.recipe.pins import LOCK, Pins, lock_read, sum_of_text

_LARGEST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Planned:
    """What writing would do to a folder."""

    folder: Path
    files: Mapping[str, str]
    """Every file that would be written, and its text."""

    changed: Mapping[str, str]
    """Files that somebody changed by hand, and the difference to what would be written."""


def read_pins(folder: Path) -> Pins | None:
    """The lock of `folder`, or nothing where there is none.

    Raises:
        ImageError: it cannot be read.
    """
    text = _text(folder / LOCK)
    return None if text is None else lock_read(text, source=str(folder / LOCK))


def planned(folder: Path, files: Mapping[str, str]) -> Planned:
    """What writing `files` would do to `folder`; nothing is done.

    Raises:
        ImageError: a file, or the lock, cannot be read.
    """
    locked = read_pins(folder)
    ours = locked.written if locked else {}
    changed = {}
    for name, text in files.items():
        there = _text(folder / name)
        if name == LOCK or there in {None, text}:
            continue
        if ours.get(name) != sum_of_text(there or ""):
            changed[name] = _difference(there or "", text, str(folder / name))
    return Planned(folder, files, changed)


def write(plan: Planned, *, force: bool) -> None:
    """Write the files of `plan`, each whole or not at all, the lock last.

    Raises:
        ImageError: somebody changed one of them by hand, and `force` is not given; or the
            folder cannot be written to.
    """
    if plan.changed and not force:
        raise ImageError(
            f"changed by hand since it was written: {', '.join(plan.changed)}",
            remedy="Look at the difference above.  `--force` writes over it; or keep your own "
            "files, and let `studiogate images check` judge them.",
        )
    try:
        plan.folder.mkdir(parents=True, exist_ok=True)
        for name, text in plan.files.items():
            _replace(plan.folder / name, text)
    except OSError as error:
        raise ImageError(
            f"{plan.folder} cannot be written to: {(error.strerror or 'failed').lower()}",
            remedy="Make the folder writable to you, and run it again.",
        ) from error


def _text(file: Path) -> str | None:
    """What `file` says; `None` where there is no such file."""
    try:
        with file.open("rb") as opened:
            return opened.read(_LARGEST_BYTES).decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ImageError(
            f"{file} cannot be read as text", remedy="Move it away, or make it readable."
        ) from error


def _difference(before: str, after: str, name: str) -> str:
    lines = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return "".join(unified_diff(*lines, fromfile=name, tofile=f"{name} (as written)", n=2))


def _replace(file: Path, text: str) -> None:
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=file.parent, prefix=f".{file.name}.", delete=False
    ) as new:
        new.write(text)
        new.flush()
        os.fsync(new.fileno())
    try:
        Path(new.name).chmod(0o644)
        Path(new.name).replace(file)
    except OSError:
        Path(new.name).unlink(missing_ok=True)
        raise
