"""The databases behind every seat: each begun when its seat stands, kept when it falls.

`Databases` is the room's door: APIs open and end seats and run statements of the Data API by
it, and learn at which address a network finds them.
"""

import asyncio
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from studiogate.local.authority import Authority
from studiogate.local.redshift.engine.journal import Journal
from studiogate.local.redshift.engine.programs import Programs, programs
from studiogate.local.redshift.engine.server import HARVEST, Server
from studiogate.local.redshift.engine.setup import made, sampled
from studiogate.local.redshift.engine.talk import Talk
from studiogate.local.redshift.engine.users import Users
from studiogate.local.redshift.parts import Failed, Grant, Result, Seat, Statement
from studiogate.local.redshift.wire.certificates import aws_name
from studiogate.local.redshift.wire.data_api import DataApi
from studiogate.local.redshift.wire.front import Front, Ground

_PLAIN = re.compile(r"[A-Za-z0-9-]{1,80}")


def _nothing(seat: Seat) -> Sequence[str]:
    del seat
    return ()


def _nobody(statement: Statement) -> None:
    del statement


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in databases from the beginning."""

    catalogue: Sequence[str] = ()
    """Scripts for every database, run as the system's owner: Redshift's views."""

    sample: Callable[[Seat], Sequence[str]] = field(default=_nothing)
    """Scripts for a seat's own database, run as its administrator, once."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """A seat that answers."""

    server: Server
    owner: Talk
    users: Users
    journal: Journal
    front: Front

    async def end(self) -> None:
        await self.front.close()
        await self.journal.close()
        await self.owner.close()
        await self.server.stop()


class Databases:
    """The databases of an organisation's clusters and workgroups."""

    def __init__(
        self,
        folder: Path,
        sockets: Path,
        ground: Ground,
        *,
        contents: Contents | None = None,
        told: Callable[[Statement], None] = _nobody,
    ) -> None:
        """Kept below `folder`; `sockets` has a short path; `told` hears of each statement."""
        self._folder, self._sockets, self._ground = folder, sockets, ground
        self._contents, self._told = contents or Contents(), told
        self._authority: Authority | None = None
        self._programs: Programs | None = None
        self._standing: dict[tuple[str, str, str, str], _Standing] = {}
        self._turns: defaultdict[tuple[str, str, str, str], asyncio.Lock] = defaultdict(
            asyncio.Lock
        )

    @property
    def authority(self) -> Path:
        """The certificate that a client trusts to verify every seat's; made when needed."""
        return self._signs().file

    def _signs(self) -> Authority:
        if self._authority is None:
            self._authority = Authority(self._folder, self._ground.clock)
        return self._authority

    async def open(self, seat: Seat, *, password: str | None = None) -> None:
        """Make the database of a seat, or find it again, and answer for it.

        A seat that is open becomes as `seat` says: its groups, its subnets.

        Raises:
            StartError: PostgreSQL does not start here.
        """
        async with self._turns[seat.key]:
            standing = self._standing.get(seat.key)
            if standing is None:
                standing = self._standing[seat.key] = await self._begun(seat)
            standing.front.seat = seat
            if password is not None:
                await standing.users.administer(password)

    async def _begun(self, seat: Seat) -> _Standing:
        context = self._signs().context([aws_name(seat)])
        if self._programs is None:
            self._programs = await programs()
        short = hashlib.sha256("/".join(seat.key).encode()).hexdigest()[:12]
        server = Server(self._programs, self._home(seat), self._sockets / short)

        async with AsyncExitStack() as undo:
            await server.start()
            undo.push_async_callback(server.stop)
            await made(server.owner_in, seat, self._contents.catalogue)
            await sampled(server.owner_in, server.socket, seat, self._contents.sample(seat))
            owner = await server.owner_in(HARVEST)  # a seat's own database may be dropped
            users = Users(owner, seat.master)
            await users.begin()
            journal = Journal(self._home(seat), server.owner_in, self._told)
            journal.begin()
            front = Front(
                seat,
                self._ground,
                server=server,
                users=users,
                journal=journal,
                context=context,
            )
            undo.pop_all()
        return _Standing(server, owner, users, journal, front)

    def _home(self, seat: Seat) -> Path:
        words = [
            word if _PLAIN.fullmatch(word) else hashlib.sha256(word.encode()).hexdigest()
            for word in seat.key
        ]
        return self._folder.joinpath(*words)

    def address(self, seat: Seat, network: str) -> tuple[str, int] | None:
        """Host and port as `network` finds them; `None` while the seat does not answer."""
        standing = self._standing.get(seat.key)
        return ("localhost", standing.front.port(network)) if standing else None

    def ports(self, network: str) -> set[int]:
        """Every port of this machine at which `network` finds a seat that answers."""
        return {standing.front.port(network) for standing in self._standing.values()}

    async def close(self, seat: Seat) -> None:
        """Answer no more for the seat, and end its sessions; nothing is deleted."""
        async with self._turns[seat.key]:
            if standing := self._standing.pop(seat.key, None):
                await standing.end()

    async def drop(self, seat: Seat) -> None:
        """Delete what the seat held, its log as well."""
        await self.close(seat)
        home = self._home(seat)
        if self._programs is None:
            self._programs = await programs()
        await Server(self._programs, home, self._sockets / "none").drop()

    async def end(self) -> None:
        """Answer for no seat any more; nothing is deleted."""
        standing = list(self._standing.values())
        self._standing.clear()
        await asyncio.gather(*(one.end() for one in standing))
        if self._programs is not None:
            self._programs.forget()
            self._programs = None

    async def run(
        self,
        seat: Seat,
        grant: Grant,
        sql: str,
        parameters: Mapping[str, str] | None = None,
        *,
        database: str | None = None,
    ) -> Result:
        """Run one statement as `grant` lets; cancelling this cancels it at the server.

        Raises:
            Failed: it was refused.
        """
        standing = self._standing.get(seat.key)
        wanted = database or grant.database or seat.database
        if standing is None:
            raise Failed("the warehouse does not answer", code="57P01")
        if grant.database not in {None, wanted}:
            raise Failed(
                f'user "{grant.login}" is not authorized to connect to database "{wanted}"',
                code="28000",
            )
        await standing.users.enter(grant)
        try:
            talk = await Talk.begun(standing.server.socket, user=grant.user, database=wanted)
            try:
                way = DataApi(self._ground, standing.journal, talk, grant, wanted)
                return await way.run(sql, parameters or {})
            finally:
                await asyncio.shield(talk.close())
        finally:
            await asyncio.shield(standing.users.leave(grant))
