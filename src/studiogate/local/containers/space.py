"""Sockets made in the network of another process: a thread goes there, makes one, and ends.

A socket stays in the network it was made in, whoever uses it afterwards (setns(2)), so the
event loop serves it like any other.
"""

import asyncio
import ctypes
import os
import socket
import threading
from collections.abc import Callable

_NEWNET = 0x40000000
_LOOPBACK = "127.0.0.1"


class Space:
    """The network of a process, held open after the process has ended."""

    def __init__(self, pid: int) -> None:
        """Hold the network that process `pid` is in now."""
        self._fd = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self._open = True

    def close(self) -> None:
        """Let go of it; sockets that were made stay."""
        if self._open:
            self._open = False
            os.close(self._fd)

    def listening(self, port: int) -> socket.socket:
        """A socket that listens on a port of the loopback there.

        Raises:
            OSError: the port is taken there.
        """

        def made() -> socket.socket:
            found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind((_LOOPBACK, port))
            found.listen(128)
            return found

        return self._there(made)

    async def connected(self, port: int) -> socket.socket:
        """A socket connected to a port of the loopback there.

        Raises:
            OSError: nothing listens.
        """
        found = self._there(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        found.settimeout(0)
        try:
            await asyncio.get_running_loop().sock_connect(found, (_LOOPBACK, port))
        except BaseException:
            found.close()
            raise
        return found

    def _there(self, make: Callable[[], socket.socket]) -> socket.socket:
        """What `make` makes in that network.  Takes well under a millisecond."""
        if not self._open:
            raise ConnectionRefusedError("that network is gone")
        made: list[socket.socket] = []
        failed: list[OSError] = []
        libc = ctypes.CDLL(None, use_errno=True)

        def go() -> None:
            try:
                _enter(libc, self._fd)
                made.append(make())
            except OSError as error:
                failed.append(error)

        thread = threading.Thread(target=go)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        return made[0]


def _enter(libc: ctypes.CDLL, network: int) -> None:
    """Put this thread, and no other, into a network."""
    if libc.setns(network, _NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
