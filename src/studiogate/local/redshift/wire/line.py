"""One connection, as bytes: taken as they come, sent as fast as the other side takes them.

Unlike a stream of the standard library, it tells what has arrived and was not yet taken: what a
client sent before TLS began must never be read as if TLS had carried it (CVE-2021-23222).
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import cast

_PATIENCE_BYTES = 1 << 20
"""What may wait here before the other side is told to wait."""


class Gone(Exception):
    """The other side ended the connection, or stopped where more was due."""


class Line(asyncio.Protocol):
    """A connection with one reader and one writer."""

    def __init__(self, came: Callable[["Line"], None] | None = None) -> None:
        """`came` is called with this line when it stands."""
        self._came = came
        self._pieces: list[bytes] = []
        self._held = 0
        self._ended = False
        self._some = asyncio.Event()
        self._free = asyncio.Event()
        self._free.set()
        self._paused = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=_PATIENCE_BYTES)
        if self._came is not None:
            self._came(self)

    def data_received(self, data: bytes) -> None:
        """Keep what came until it is taken."""
        self._pieces.append(data)
        self._held += len(data)
        self._some.set()
        if self._held > _PATIENCE_BYTES and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def eof_received(self) -> None:
        """Nothing more will come."""
        self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more will come, or leave."""
        del exc
        self._end()
        self._free.set()

    def pause_writing(self) -> None:
        """The other side is slower than we are."""
        self._free.clear()

    def resume_writing(self) -> None:
        """The other side has caught up."""
        self._free.set()

    def _end(self) -> None:
        self._ended = True
        self._some.set()

    @property
    def held(self) -> int:
        """Bytes that have come and were not taken."""
        return self._held

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._ended

    async def take(self) -> bytes:
        """What has come, at least a byte; nothing at the end."""
        await self._some.wait()
        data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._kept(b"")
        return data

    async def exactly(self, count: int) -> bytes:
        """The next `count` bytes; what came behind them is left.

        Raises:
            Gone: there are not so many.
        """
        while self._held < count:
            if self._ended:
                raise Gone
            self._some.clear()
            await self._some.wait()
        data = b"".join(self._pieces)
        self._kept(data[count:])
        return data[:count]

    def _kept(self, rest: bytes) -> None:
        self._pieces = [rest] if rest else []
        self._held = len(rest)
        if not rest and not self._ended:
            self._some.clear()
        if self._paused and self._held <= _PATIENCE_BYTES:
            self._paused = False
            self._transport.resume_reading()

    async def send(self, data: bytes) -> None:
        """Send `data`, and wait while the other side is far behind."""
        self._transport.write(data)
        await self._free.wait()

    async def secure(self, context: ssl.SSLContext, within_s: float) -> None:
        """Go on inside TLS, as its server.

        Raises:
            Gone: the client did not manage it in time.
        """
        loop = asyncio.get_running_loop()
        try:
            inside = await loop.start_tls(
                self._transport,
                self,
                context,
                server_side=True,
                ssl_handshake_timeout=within_s,
            )
        except (OSError, ssl.SSLError) as broken:
            raise Gone from broken
        if inside is None:
            raise Gone
        self._transport = inside

    def hold(self) -> None:
        """Take nothing from the other side for now."""
        self._transport.pause_reading()

    def close(self) -> None:
        """End the connection when all is sent; now, where the other side has ended it.

        What nobody reads any more would be kept for ever.
        """
        if self._ended:
            self._transport.abort()
        else:
            self._transport.close()

    def abort(self) -> None:
        """End the connection now."""
        self._transport.abort()

    @property
    def peer(self) -> str:
        """The address of the other side."""
        found = self._transport.get_extra_info("peername")
        return str(found[0]) if isinstance(found, tuple) else ""
