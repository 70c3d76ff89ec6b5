"""How the tests start an organisation: the installed command, and ports nobody uses."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.kit.ports import free_ports
from tests.kit.processes import descendants, lives
from tests.kit.waiting import PATIENCE_S, comes

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "two-lobs.yaml"
MANY_WAYS = ROOT / "examples" / "many-ways.yaml"
STUDIOGATE = Path(sys.executable).with_name("studiogate")


@contextmanager
def started_as(landscape: Path, *more: str) -> Iterator[dict[str, Any]]:
    """What `up.json` says of an organisation of `landscape`, which ends with the block.

    Nothing that it started outlives it.  Its state is beside the file; `more` are further
    options of `studiogate up`.
    """
    state = landscape.parent / "state"
    where = ["--state", str(state)]
    up = [str(STUDIOGATE), "up", str(landscape), "--detach", "--port", str(free_ports())]
    begun = subprocess.run(
        [*up, *where, *more],
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE_S,
        check=False,
    )
    assert begun.returncode == 0, begun.stderr
    told = json.loads((state / "up.json").read_text(encoding="utf-8"))
    try:
        yield told
    finally:
        children = descendants(told["pid"])
        subprocess.run([str(STUDIOGATE), "down", *where], timeout=2 * PATIENCE_S, check=True)
    assert comes(lambda: not any(map(lives, children))), "what it started outlives it"
    assert not (state / "up.json").exists()
