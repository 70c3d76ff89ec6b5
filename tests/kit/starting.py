"""How the tests start an organisation: the installed command, and ports nobody uses."""

import os
import socket
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "two-lobs.yaml"
STUDIOGATE = Path(sys.executable).with_name("studiogate")
ROOM = 40
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
