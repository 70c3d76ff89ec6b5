"""One session from its first byte to its last, in the network it comes from.

Where no way leads from that network to the seat, nothing is answered: packets are dropped, not
refused.  A client that still waits when there is one is answered then, as TCP would send again.
"""

import asyncio
from collections.abc import Awaitable, Callable

from studiogate.local.redshift.wire.exchange import Exchange
from studiogate.local.redshift.wire.line import Line

Way = Callable[[], Awaitable[bool]]
"""Whether packets get through now, both ways."""

_ASKED_EVERY_S = 1.0


class Gate:
    """Lets a session through while there is a way; asks again when a second has passed."""

    def __init__(self, way: Way, line: Line) -> None:
        """`line` is the client's: when it has given up, waiting ends."""
        self._way, self._line = way, line
        self._until = 0.0
        self._turn = asyncio.Lock()

    async def passed(self, *, now: bool = False) -> bool:
        """Wait until there is a way; false when the client has given up.  `now` asks anew."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._until and not now:
            return True
        async with self._turn:
            while not await self._way():
                if self._line.ended:
                    return False
                await asyncio.sleep(_ASKED_EVERY_S)
            self._until = loop.time() + _ASKED_EVERY_S
        return True


async def carried(client: Line, server: Line, exchange: Exchange, gate: Gate) -> None:
    """Carry a session that has begun, both ways, until either side ends it.

    Raises:
        Broken: the client sent what no client may send.
    """
    ways = [
        asyncio.ensure_future(_inward(client, server, exchange, gate)),
        asyncio.ensure_future(_outward(server, client, exchange, gate)),
    ]
    try:
        done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for one in done:
            one.result()
    finally:
        for one in ways:
            one.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        exchange.close()


async def _inward(client: Line, server: Line, exchange: Exchange, gate: Gate) -> None:
    while data := await client.take():
        if not await gate.passed():
            return
        await server.send(exchange.inward(data))


async def _outward(server: Line, client: Line, exchange: Exchange, gate: Gate) -> None:
    while data := await server.take():
        if not await gate.passed():
            return
        await client.send(exchange.outward(data))
