"""One session of our own with a seat's PostgreSQL: questions asked, answers read.

For what the emulation does itself, and for the Data API.  Parameters and results are text:
PostgreSQL decides what type a parameter is, as Redshift does.
"""

import asyncio
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from studiogate.local.redshift.engine import frames
from studiogate.local.redshift.parts import Failed

_PIECE = 262_144

BEGUN_AS = {"client_encoding": "UTF8", "standard_conforming_strings": "off", "role": "none"}
"""How every session begins, whatever a client says or was set for a user or a database: SQL is
read as it was checked, and nobody is anybody else."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What PostgreSQL said: columns as name, type and modifier; rows as text; its tag."""

    columns: list[tuple[str, int, int]] = field(default_factory=list)
    rows: list[list[str | None]] = field(default_factory=list)
    tag: str = ""

    @property
    def count(self) -> int:
        """Rows that were touched, as the tag tells."""
        last = self.tag.rpartition(" ")[2]
        return int(last) if last.isdigit() else 0


class Talk:
    """A session as one user; one question at a time, others wait."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, socket: Path
    ) -> None:
        self._reader, self._writer, self._socket = reader, writer, socket
        self._turn = asyncio.Lock()
        self._rest = b""
        self.pid = 0
        self._key = b""

    @classmethod
    async def begun(
        cls,
        socket: Path,
        *,
        user: str,
        database: str,
        settings: Mapping[str, str] | None = None,
    ) -> "Talk":
        """A session at the server that listens at `socket`, with `settings` of its own.

        Raises:
            Failed: the server does not let this user in.
            OSError: nothing listens there.
        """
        reader, writer = await asyncio.open_unix_connection(str(socket))
        talk = cls(reader, writer, socket)
        given = {"user": user, "database": database, **(settings or {})}
        writer.write(frames.start_up(given | BEGUN_AS))
        try:
            await talk._answer()
        except BaseException:
            writer.close()
            raise
        return talk

    async def script(self, sql: str) -> Answer:
        """Run statements without parameters, one after another, in one transaction.

        Raises:
            Failed: one of them was refused; none of them was done.
        """
        return await self._asked(frames.frame(b"Q", frames.text(sql)))

    async def ask(self, sql: str, *values: str | None) -> Answer:
        """Run one statement, `values` in the places of `$1`, `$2` and so on.

        Raises:
            Failed: it was refused.
        """
        bound = frames.bind(values) + frames.DESCRIBE + frames.EXECUTE + frames.SYNC
        return await self._asked(frames.parse(sql) + bound)

    async def _asked(self, question: bytes) -> Answer:
        async with self._turn:
            self._writer.write(question)
            try:
                return await self._answer()
            except asyncio.CancelledError:
                await asyncio.shield(self.cancel())
                self._writer.close()
                raise

    async def _answer(self) -> Answer:
        answer, failure = Answer(), None
        while True:
            data = await self._reader.read(_PIECE)
            if not data:
                raise failure or Failed("the server closed the connection", code="57P01")
            found, self._rest = frames.split(self._rest + data)
            for kind, body in found:
                if kind == b"Z":
                    if failure:
                        raise failure
                    return answer
                failure = self._heard(kind, body, answer) or failure
                answer = _tagged(answer, body) if kind == b"C" else answer

    def _heard(self, kind: bytes, body: bytes, answer: Answer) -> Failed | None:
        match kind:
            case b"D":
                answer.rows.append(frames.row(body))
            case b"T":
                answer.columns[:] = frames.described(body)
                answer.rows.clear()
            case b"E":
                said = frames.fields(body)
                return Failed(said.get("M", ""), code=said.get("C", "XX000"))
            case b"K":
                self.pid = struct.unpack_from("!I", body)[0]
                self._key = body[4:]
        return None

    async def cancel(self) -> None:
        """Ask the server to give up what this session is doing."""
        with suppress(OSError):
            await cancelled(self._socket, self.pid, self._key)

    async def close(self) -> None:
        """End the session."""
        with suppress(OSError):
            self._writer.write(frames.frame(b"X"))
            self._writer.close()
            await self._writer.wait_closed()


async def cancelled(socket: Path, pid: int, key: bytes) -> None:
    """Ask the server at `socket` to give up what session `pid` is doing.

    Raises:
        OSError: nothing listens there.
    """
    reader, writer = await asyncio.open_unix_connection(str(socket))
    writer.write(frames.cancelling(pid, key))
    await reader.read()  # the server closes when it has passed the word on
    writer.close()


def _tagged(answer: Answer, body: bytes) -> Answer:
    return Answer(answer.columns, answer.rows, body[:-1].decode())
