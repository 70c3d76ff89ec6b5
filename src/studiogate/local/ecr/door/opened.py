"""The door put together: a proxy on one socket, and the registry by TLS behind it."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from studiogate.local.authority import Authority
from studiogate.local.ecr.door.proxy import LARGEST_HEAD, Proxy
from studiogate.local.ecr.door.world import Streams, World, into_the_world
from studiogate.local.ecr.uris import certified, region_of
from studiogate.local.serving import served

_LOOPBACK = "127.0.0.1"


@asynccontextmanager
async def opened(
    door: socket.socket,
    registry: ASGIApp,
    *,
    authority: Authority,
    ours: Callable[[str], bool],
    world: World = into_the_world,
) -> AsyncIterator[None]:
    """Lead whoever asks at `door` to registries and into the world, inside the block.

    `door` is bound and listens, on loopback.  `ours` says which accounts' registries are
    `registry`.  Another door, for another network, is opened with an application of its own.
    """
    inner = socket.create_server((_LOOPBACK, 0))

    async def to_registry(_host: str, _port: int) -> Streams:
        return await asyncio.open_connection(*inner.getsockname())

    proxy = Proxy(registry=to_registry, ours=ours, world=world)
    async with served(registry, [inner], tls=_context(authority)):
        server = await asyncio.start_server(proxy.came, sock=door, limit=LARGEST_HEAD)
        try:
            yield
        finally:
            server.close()
            await proxy.close()


def _context(authority: Authority) -> ssl.SSLContext:
    """For a server that has the certificate of whichever Region's registry is asked for."""
    plain = authority.context([])
    known: dict[str, ssl.SSLContext] = {}

    def chosen(line: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        region = region_of(name or "")
        if region is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        if region not in known:
            known[region] = authority.context(certified(region))
            known[region].set_alpn_protocols(["http/1.1"])
        line.context = known[region]
        return None

    plain.sni_callback = chosen
    plain.set_alpn_protocols(["http/1.1"])
    return plain
