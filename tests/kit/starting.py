"""How the tests start an organisation: the installed command, and ports nobody uses."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "two-lobs.yaml"
MANY_WAYS = ROOT / "examples" / "many-ways.yaml"
STUDIOGATE = Path(sys.executable).with_name("studiogate")
ROOM = 80
"""Ports an organisation may take, counted from its first."""


def free_ports() -> int:
    """The first of `ROOM` consecutive ports that nobody listens on.

    Each process begins to look somewhere else, so that two at the same time do not meet.
    """
    rooms = range(21000, 30000, ROOM)
    for number in range(len(rooms)):
        first = rooms[(os.getpid() + number) % len(rooms)]
        taken = False
        for port in range(first, first + ROOM):
            with socket.socket() as probe:
                taken = taken or probe.connect_ex(("127.0.0.1", port)) == 0
        if not taken:
            return first
    raise RuntimeError("no free ports")


@contextmanager
def started_as(landscape: Path, *more: str) -> Iterator[dict[str, Any]]:
    """What `up.json` says of an organisation of `landscape`, which ends with the block.

    Its state is beside the file; `more` are further options of `studiogate up`.
    """
    state = landscape.parent / "state"
    where = ["--state", str(state)]
    up = [str(STUDIOGATE), "up", str(landscape), "--detach", "--port", str(free_ports())]
    begun = subprocess.run(
        [*up, *where, *more], capture_output=True, text=True, timeout=120, check=False
    )
    assert begun.returncode == 0, begun.stderr
    try:
        yield json.loads((state / "up.json").read_text(encoding="utf-8"))
    finally:
        subprocess.run([str(STUDIOGATE), "down", *where], timeout=30, check=True)
