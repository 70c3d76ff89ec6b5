"""How a command writes to the landscape: the difference shown, the file replaced whole."""

import os
from difflib import unified_diff
from pathlib import Path
from tempfile import NamedTemporaryFile


def difference(before: str, after: str, file: Path) -> str:
    """What changes in `file`, as a unified diff; empty where nothing does."""
    lines = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return "".join(unified_diff(*lines, fromfile=str(file), tofile=str(file), n=1)).rstrip("\n")


def replace(file: Path, text: str) -> None:
    """Replace `file` whole or not at all: an interrupted write loses nothing."""
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=file.parent, prefix=f".{file.name}.", delete=False
    ) as new:
        new.write(text)
        new.flush()
        os.fsync(new.fileno())
    try:
        Path(new.name).chmod(file.stat().st_mode & 0o7777)
        Path(new.name).replace(file)
    except OSError:
        Path(new.name).unlink(missing_ok=True)
        raise
