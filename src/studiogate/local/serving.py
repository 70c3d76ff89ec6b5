"""One server for every listening address: says when it accepts, and leaves signals alone."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

_LARGEST_FRAME = 256 * 1024 * 1024
"""Bytes of one WebSocket message: a notebook's output may be a large picture."""


class _Server(uvicorn.Server):
    """A server that leaves signals to us, and says when it accepts."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepts = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept on every socket."""
        await super().startup(sockets)
        self.accepts.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@asynccontextmanager
async def served(
    app: ASGIApp, sockets: list[socket.socket], *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[None]:
    """Serve `app` on every one of `sockets` inside the block; by TLS, where it is given."""
    server = _Server(
        uvicorn.Config(
            app,
            http="httptools",
            ws="websockets-sansio",
            ws_max_size=_LARGEST_FRAME,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,  # the gateway behind the portal's door has its own
            proxy_headers=False,  # the door says where a request comes from, not a header
            timeout_graceful_shutdown=1,
            ssl_context_factory=None if tls is None else lambda _config, _default: tls,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=sockets))
    await server.accepts.wait()
    try:
        yield
    finally:
        server.should_exit = True
        await serving
