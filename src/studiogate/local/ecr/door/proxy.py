"""An HTTP proxy that knows one method, CONNECT (RFC 9110, 9.3.6): what `HTTPS_PROXY` names.

A tunnel to a registry of the organisation ends at the emulated one, as DNS would lead there;
any other leads into the world.  Nothing of what goes through is looked at.  The bucket that
layers are read from is the emulation's as well, so images in AWS's own private registries
cannot be pulled through here; those of `public.ecr.aws` can.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress

from studiogate.local.ecr.door.world import Forbidden, Streams, World
from studiogate.local.ecr.uris import region_of, registry_of

LARGEST_HEAD = 8192
_HEAD_S = 10.0
_IDLE_S = 600.0
"""Seconds in which nothing goes through a tunnel, before it is closed."""

_MOST = 200
"""Tunnels at once."""

_PIECE = 65_536
_HTTPS, _LAST_PORT = 443, 65_535
_LINE = re.compile(
    r"CONNECT (?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,253})):([0-9]{1,5}) HTTP/1\.[01]"
)
_METHOD = re.compile(r"(?!CONNECT )[A-Z]{1,20} ")
_WORDS = {
    400: "Bad Request",
    403: "Forbidden",
    405: "Method Not Allowed",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class _Refused(Exception):
    """No tunnel, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class Proxy:
    """Makes a tunnel for each that connects."""

    def __init__(self, *, registry: World, ours: Callable[[str], bool], world: World) -> None:
        """Lead to `registry` for accounts that are `ours`, for every other host to `world`."""
        self._registry = registry
        self._ours = ours
        self._world = world
        self._tunnels: set[asyncio.Task[None]] = set()

    def came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side ends it."""
        task = asyncio.ensure_future(self._answered((reader, writer)))
        self._tunnels.add(task)
        task.add_done_callback(self._tunnels.discard)

    async def close(self) -> None:
        """End every tunnel."""
        tunnels = list(self._tunnels)
        for task in tunnels:
            task.cancel()
        await asyncio.gather(*tunnels, return_exceptions=True)

    async def _answered(self, client: Streams) -> None:
        try:
            await self._served(client)
        except _Refused as refused:
            await _say(client[1], refused.status, refused.why)
        except OSError:
            pass  # either side left
        finally:
            await _closed(client[1])

    async def _served(self, client: Streams) -> None:
        if len(self._tunnels) > _MOST:
            raise _Refused(503, "There are too many tunnels.")
        host, port = await _target(client[0])
        there = await self._connected(host, port)
        try:
            client[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await _carried(client, there)
        finally:
            await _closed(there[1])

    async def _connected(self, host: str, port: int) -> Streams:
        try:
            return await (self._registry if self._is_ours(host, port) else self._world)(
                host, port
            )
        except Forbidden:
            raise _Refused(
                403, f"{host} is on this machine or in a private network: no tunnel goes there."
            ) from None
        except TimeoutError:
            raise _Refused(504, f"{host} does not answer.") from None
        except (OSError, UnicodeError):
            raise _Refused(502, f"{host} cannot be reached from this machine.") from None

    def _is_ours(self, host: str, port: int) -> bool:
        if port != _HTTPS or region_of(host) is None:
            return False
        registry = registry_of(host)
        return registry is None or self._ours(registry[0])


async def _target(reader: asyncio.StreamReader) -> tuple[str, int]:
    """Where a client wants to."""
    try:
        async with asyncio.timeout(_HEAD_S):
            head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as gone:
        raise ConnectionResetError from gone
    except (asyncio.LimitOverrunError, TimeoutError):
        raise _Refused(400, "That is no request.") from None
    line = head.partition(b"\r\n")[0].decode("latin-1")
    found = _LINE.fullmatch(line)
    if found is None and _METHOD.match(line):
        raise _Refused(405, "This proxy knows CONNECT alone.")
    if found is None or not 0 < int(found[3]) <= _LAST_PORT:
        raise _Refused(400, "That is no CONNECT to a host and a port.")
    return found[1] or found[2], int(found[3])


async def _carried(one: Streams, other: Streams) -> None:
    """Carry what either says to the other, until both have ended or fallen silent."""
    loop = asyncio.get_running_loop()
    with suppress(TimeoutError):
        async with asyncio.timeout(_IDLE_S) as limit:

            def moved() -> None:
                limit.reschedule(loop.time() + _IDLE_S)

            await asyncio.gather(
                _copied(one[0], other[1], moved), _copied(other[0], one[1], moved)
            )


async def _copied(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, moved: Callable[[], None]
) -> None:
    while piece := await reader.read(_PIECE):
        writer.write(piece)
        await writer.drain()
        moved()
    if writer.can_write_eof():
        writer.write_eof()


async def _say(writer: asyncio.StreamWriter, status: int, why: str) -> None:
    body = f"{why}\n".encode()
    allow = "Allow: CONNECT\r\n" if status == 405 else ""  # noqa: PLR2004 - its status
    head = (
        f"HTTP/1.1 {status} {_WORDS[status]}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"{allow}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with suppress(OSError):
        writer.write(head.encode("latin-1") + body)
        await writer.drain()


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
