"""Ports for programs that have to be told theirs: chosen now, and listened on later.

They are below those that the system gives to whoever connects, and reserved for this process
until it ends: neither the other worker nor another run on this machine is told the same.
"""

import os
import socket
from itertools import chain

ROOM = 80
"""Ports an organisation may take, counted from its first."""

_ROOMS = range(12_000, 30_000, ROOM)
_reserved: list[int] = []
"""Descriptors of the sockets that reserve a room; the system closes them with the process."""

_ports = iter(range(0))
"""Those of a room that are given one by one."""


def free_ports() -> int:
    """The first of `ROOM` consecutive ports that nobody listens on, and nobody else is told."""
    begin = os.getpid() % len(_ROOMS)
    for first in chain(_ROOMS[begin:], _ROOMS[:begin]):
        if _is_ours(first) and not any(map(_taken, range(first, first + ROOM))):
            return first
    raise RuntimeError("no free ports")


def free_port() -> int:
    """One port of loopback that nobody listens on, and nobody else is told."""
    global _ports  # noqa: PLW0603 - what this process has left of a room
    while True:
        for port in _ports:
            if not _taken(port):
                return port
        first = free_ports()
        _ports = iter(range(first, first + ROOM))


def _is_ours(first: int) -> bool:
    """Reserve a room by a datagram socket at its first port, which disturbs no server of TCP."""
    lock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        lock.bind(("127.0.0.1", first))
    except OSError:
        lock.close()
        return False
    _reserved.append(lock.detach())
    return True


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
