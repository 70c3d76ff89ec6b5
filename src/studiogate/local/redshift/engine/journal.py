"""The log of a seat: who came, from where, and every statement, in a file and in its tables.

The file has a line of JSON for each and is what stays; the tables are what the system views of
Redshift are made of.  Rows of them are written together, a moment later.
"""

import asyncio
import json
import logging
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from studiogate.local.redshift.engine.talk import Talk
from studiogate.local.redshift.parts import Failed, Grant, Statement

_log = logging.getLogger(__name__)

_EVERY_S = 0.3
_KEPT = timedelta(days=7)
"""As long as Redshift keeps its system tables (STL views, "log history")."""

_NEAR = re.compile(r'(?<=at or near )".*"', re.DOTALL)

_STATEMENTS = """
insert into pg_journal.statements
    (at, ended, usename, pid, database, text, status, seconds, rows, network,
     source_identity, caller, details)
select at, at + seconds * interval '1 second', "user", pid, database, text, status, seconds,
    rows, network, source_identity, caller, details
from jsonb_to_recordset($1::jsonb) as found(at timestamptz, "user" text, pid int, database text,
    text text, status text, seconds float8, rows bigint, network text, source_identity text,
    caller text, details jsonb)
"""
_CONNECTIONS = """
insert into pg_journal.connections
select event, at, "user", pid, database, network, application, source_identity, caller
from jsonb_to_recordset($1::jsonb) as found(event text, at timestamptz, "user" text, pid int,
    database text, network text, application text, source_identity text, caller text)
"""
_OLD = "delete from pg_journal.statements where at < $1::timestamptz"


Event = Literal["authenticated", "disconnecting session", "authentication failure"]
"""As Redshift's view STL_CONNECTION_LOG has them."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Somebody came, went, or was not let in."""

    event: Event
    at: datetime
    database: str
    user: str
    network: str
    pid: int = 0
    application: str = ""
    source_identity: str | None = None
    caller: str = ""


def unquoting(error: str, *, hides: bool) -> str:
    """`error` without the piece that it quotes of a statement that `hides` a password."""
    return _NEAR.sub('"***"', error) if hides else error


def stated(grant: Grant, network: str, **rest: Any) -> Statement:
    """A line of the log for a statement of the session that `grant` began."""
    rest |= {"source_identity": grant.source_identity, "caller": grant.caller}
    return Statement(user=grant.user, network=network, **rest)


class Journal:
    """Where a seat's log is written."""

    def __init__(
        self,
        folder: Path,
        owner_in: Callable[[str], Awaitable[Talk]],
        told: Callable[[Statement], None],
    ) -> None:
        """`owner_in` begins a session of the owner's in a database; `told` hears of each."""
        self._folder, self._owner_in, self._told = folder, owner_in, told
        self._waiting: list[Statement | Connection] = []
        self._some = asyncio.Event()
        self._pruned: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    def begin(self) -> None:
        """Start to write what is noted."""
        self._task = asyncio.create_task(self._run())

    def statement(self, statement: Statement) -> None:
        """Note a statement that has ended."""
        self._line("statements.jsonl", asdict(statement))
        self._note(statement)
        self._told(statement)

    def connection(self, connection: Connection) -> None:
        """Note that somebody came, went, or was not let in."""
        self._line("connections.jsonl", asdict(connection))
        if connection.event != "authentication failure":  # its database may not be there
            self._note(connection)

    def _note(self, noted: Statement | Connection) -> None:
        self._waiting.append(noted)
        self._some.set()

    def _line(self, name: str, fields: Mapping[str, Any]) -> None:
        line = json.dumps(fields, default=_plain, ensure_ascii=False) + "\n"
        descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as out:
            out.write(line)

    async def _run(self) -> None:
        while True:
            await self._some.wait()
            await self.write()
            await asyncio.sleep(_EVERY_S)

    async def write(self) -> None:
        """Put what was noted into the tables now."""
        async with self._turn:
            self._some.clear()
            noted, self._waiting = self._waiting, []
            for database in {one.database for one in noted}:
                here = [one for one in noted if one.database == database]
                try:
                    await self._into(database, here)
                except (Failed, OSError):
                    # The file has them; a database that was dropped has nobody to ask it.
                    _log.warning("%d lines of the log have no table any more", len(here))

    async def _into(self, database: str, noted: list[Statement | Connection]) -> None:
        talk = await self._owner_in(database)  # and out again: it may be dropped by then
        try:
            if database not in self._pruned:
                await talk.ask(_OLD, (noted[0].at - _KEPT).isoformat())
                self._pruned.add(database)
            for sql, kind in ((_STATEMENTS, Statement), (_CONNECTIONS, Connection)):
                if rows := [asdict(one) for one in noted if isinstance(one, kind)]:
                    await talk.ask(sql, json.dumps(rows, default=_plain).replace("\\u0000", ""))
        finally:
            await talk.close()

    async def close(self) -> None:
        """Write what is left, and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.write()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
