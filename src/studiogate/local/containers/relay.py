"""Carries bytes from a socket that listens in one network to what answers in another."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

_PIECE = 1 << 16
_MOST = 512
"""Connections at once: a program that opens more takes files from nobody but itself."""

Connect = Callable[[], Awaitable[socket.socket]]
"""A connected socket.

Raises `OSError` where nothing answers."""


class Relay:
    """Serves a listening socket until it is closed."""

    def __init__(self, listening: socket.socket, connect: Connect) -> None:
        """Take charge of `listening`; `connect` is asked for every connection to it."""
        self._listening = listening
        self._connect = connect
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def begin(self) -> None:
        """Serve."""
        if self._listening.family == socket.AF_UNIX:
            self._server = await asyncio.start_unix_server(self._one, sock=self._listening)
        else:
            self._server = await asyncio.start_server(self._one, sock=self._listening)

    async def close(self) -> None:
        """Serve no more, and drop every connection."""
        if self._server is None:
            self._listening.close()
            return
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= 2 * _MOST:
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            there, back = await asyncio.open_connection(sock=await self._connect())
        except OSError:
            self._open.discard(writer)
            writer.transport.abort()
            return
        self._open.add(back)
        ways = [asyncio.create_task(_carry(a, b)) for a, b in ((reader, back), (there, writer))]
        try:
            await asyncio.wait(ways)
        finally:
            for way in ways:
                way.cancel()
            for one in (writer, back):
                one.close()
                self._open.discard(one)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One way until its end, which is told to the other side as an end and nothing else."""
    with contextlib.suppress(OSError, RuntimeError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
