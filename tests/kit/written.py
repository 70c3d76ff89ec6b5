"""What programs that run have written to disk, read while they go on."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any


def lines_of(log: bytes) -> list[dict[str, Any]]:
    """The lines of JSON that are whole: somebody may be writing another."""
    return [json.loads(line) for line in log[: log.rfind(b"\n") + 1].splitlines()]


def written(folder: Path, *suffixes: str) -> Iterator[tuple[Path, bytes]]:
    """Every file below `folder` whose name ends so, and what it holds.

    What goes while it is looked at is left out: `Path.rglob` would fail of it.
    """
    for place, _, names in os.walk(folder):
        for name in names:
            if name.endswith(suffixes):
                path = Path(place, name)
                with suppress(OSError):  # gone, or a socket
                    yield path, path.read_bytes()
