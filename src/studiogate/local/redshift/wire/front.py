"""What answers for one seat: an address in every network, and the sessions that come there."""

import asyncio
import hmac
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from studiogate.local.redshift.engine import frames
from studiogate.local.redshift.engine.frames import Broken
from studiogate.local.redshift.engine.journal import (
    Connection,
    Event,
    Journal,
    stated,
    unquoting,
)
from studiogate.local.redshift.engine.server import Server
from studiogate.local.redshift.engine.talk import cancelled
from studiogate.local.redshift.engine.users import Users
from studiogate.local.redshift.parts import Failed, Grant, Grants, Reachable, Seat
from studiogate.local.redshift.wire.exchange import Exchange
from studiogate.local.redshift.wire.greeting import Cancel, Hello, Turned, greeted
from studiogate.local.redshift.wire.line import Gone, Line
from studiogate.local.redshift.wire.ports import Dialect
from studiogate.local.redshift.wire.session import Gate, carried
from studiogate.local.redshift.wire.signing import Begun, begun, proved
from studiogate.local.redshift.wire.under_way import Ended

_log = logging.getLogger(__name__)

HOST = "127.0.0.1"

_MOST_SESSIONS = 100
"""As many as PostgreSQL is started for, less those of our own."""

_MOST_STRANGERS = 200
"""Connections from one network that have not signed in."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the fronts of all seats stand on."""

    grants: Grants
    reachable: Reachable
    dialect: Dialect
    clock: Callable[[], datetime]
    patience_s: float = 30.0
    """How long somebody may take to sign in."""


class Front:
    """The addresses and sessions of one seat."""

    def __init__(
        self,
        seat: Seat,
        ground: Ground,
        *,
        server: Server,
        users: Users,
        journal: Journal,
        context: ssl.SSLContext,
    ) -> None:
        self.seat = seat
        self._ground, self._context = ground, context
        self._server, self._users, self._journal = server, users, journal
        self._ports: dict[str, int] = {}
        self._listening: list[asyncio.Future[asyncio.Server]] = []
        self._all: set[asyncio.Task[None]] = set()
        self._sessions: dict[int, Begun] = {}
        self._strangers: Counter[str] = Counter()

    def port(self, network: str) -> int:
        """The port at which `network` finds the seat; it answers there from now on."""
        if network not in self._ports:
            bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            bound.setblocking(False)  # noqa: FBT003 - the standard library's own signature
            bound.bind((HOST, 0))
            bound.listen(128)
            self._ports[network] = bound.getsockname()[1]
            self._listening.append(asyncio.ensure_future(self._listen(network, bound)))
        return self._ports[network]

    async def _listen(self, network: str, bound: socket.socket) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            lambda: Line(lambda line: self._came(network, line)), sock=bound
        )

    async def close(self) -> None:
        """Answer no more, and end every session."""
        for server in await asyncio.gather(*self._listening):
            server.close()
        for task in self._all:
            task.cancel()
        await asyncio.gather(*self._all, return_exceptions=True)
        self._ports.clear()

    def _came(self, network: str, line: Line) -> None:
        if self._strangers[network] >= _MOST_STRANGERS:
            line.abort()
            return
        task = asyncio.ensure_future(self._served(network, line))
        self._all.add(task)
        task.add_done_callback(self._all.discard)

    async def _served(self, network: str, line: Line) -> None:
        try:
            await self._answered(network, line)
        except asyncio.CancelledError:
            line.abort()  # it may have stopped to read
            raise
        except (Gone, OSError):
            pass  # it left, or never was a client
        except Turned as turned:
            await _told(line, turned.message, turned.code)
        except Broken as broken:
            await _told(line, str(broken), "08P01")
        except Failed as failed:
            _log.warning("warehouse %s ended a session: %s", self.seat.name, failed.code)
            await _told(line, "the warehouse cannot sign anybody in now", failed.code)
        finally:
            line.close()

    async def _answered(self, network: str, line: Line) -> None:
        gate = Gate(lambda: self._ground.reachable(network, self.seat), line)
        hello = await self._introduced(network, line, gate)
        match hello:
            case Cancel():
                await self._cancel(hello)
            case Hello():
                await self._signed_in(network, line, hello, gate)

    async def _introduced(self, network: str, line: Line, gate: Gate) -> Hello | Cancel | None:
        self._strangers[network] += 1
        try:
            if not await gate.passed():
                return None
            async with asyncio.timeout(self._ground.patience_s):
                return await greeted(line, self._context, within_s=self._ground.patience_s)
        except TimeoutError:
            raise Gone from None
        finally:
            self._strangers[network] -= 1

    async def _signed_in(self, network: str, line: Line, hello: Hello, gate: Gate) -> None:
        self._strangers[network] += 1
        try:
            async with asyncio.timeout(self._ground.patience_s):
                grant = await proved(line, hello, self.seat, self._ground.grants, self._users)
        except TimeoutError:
            raise Gone from None
        except Turned:
            self._note("authentication failure", network, hello)
            raise
        finally:
            self._strangers[network] -= 1
        if len(self._sessions) >= _MOST_SESSIONS:
            raise Turned("too many connections", "53300")
        if await gate.passed(now=True):
            await self._session(network, line, hello, grant, gate)

    async def _session(
        self, network: str, line: Line, hello: Hello, grant: Grant, gate: Gate
    ) -> None:
        try:
            await self._users.enter(grant)
        except Failed as refused:
            self._note("authentication failure", network, hello)
            raise Turned(str(refused), refused.code) from None
        try:
            session = await begun(line, hello, grant, self._server, self.seat)
            self._sessions[session.pid] = session
            self._note("authenticated", network, hello, session)
            try:
                exchange = Exchange(
                    self._ground.dialect,
                    self._ground.clock,
                    lambda ended: self._over(ended, network, hello, session),
                )
                await carried(line, session.server, exchange, gate)
            finally:
                del self._sessions[session.pid]
                session.server.close()
                self._note("disconnecting session", network, hello, session)
        finally:
            await asyncio.shield(self._users.leave(grant))

    async def _cancel(self, wanted: Cancel) -> None:
        session = self._sessions.get(wanted.pid)
        if session is not None and hmac.compare_digest(session.key, wanted.key):
            with suppress(OSError):
                await cancelled(self._server.socket, wanted.pid, wanted.key)

    def _note(
        self, event: Event, network: str, hello: Hello, session: Begun | None = None
    ) -> None:
        grant = session.grant if session else None
        self._journal.connection(
            Connection(
                event=event,
                at=self._ground.clock(),
                database=hello.database,
                user=grant.user if grant else hello.login,
                network=network,
                pid=session.pid if session else 0,
                application=hello.rest.get("application_name", ""),
                source_identity=grant.source_identity if grant else None,
                caller=grant.caller if grant else "",
            )
        )

    def _over(self, ended: Ended, network: str, hello: Hello, session: Begun) -> None:
        shown = self._ground.dialect.shown(ended.sql)
        hides = shown != ended.sql
        said = {key: unquoting(value, hides=hides) for key, value in ended.details.items()}
        self._journal.statement(
            stated(
                session.grant,
                network,
                at=ended.began,
                database=hello.database,
                pid=session.pid,
                text=shown,
                seconds=ended.seconds,
                status=ended.status,
                rows=ended.rows,
                details=said,
            )
        )


async def _told(line: Line, message: str, code: str) -> None:
    if not line.ended:
        await line.send(frames.error(message, code, severity="FATAL"))
