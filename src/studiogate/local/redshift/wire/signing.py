"""Signing in: the password is proved, its grant honoured, a session begun as its user.

Passwords are not sent but proved, by the md5 challenge that every driver of Redshift answers:
redshift_connector, psycopg2 (libpq) and connectorx.
"""

import asyncio
import secrets
import struct
from dataclasses import dataclass

from studiogate.local.redshift.engine import frames
from studiogate.local.redshift.engine.frames import HEAD
from studiogate.local.redshift.engine.server import Server
from studiogate.local.redshift.engine.talk import BEGUN_AS
from studiogate.local.redshift.engine.users import Users
from studiogate.local.redshift.parts import Grant, Grants, Seat
from studiogate.local.redshift.wire.greeting import Hello, Turned
from studiogate.local.redshift.wire.line import Line

_LONGEST_PROOF_BYTES = 2_048

# Drivers choose what they send by the version: redshift_connector counts rows as it was with
# 8.0, libpq and psycopg2 send nothing that is younger, and sqlalchemy-redshift asks for no
# catalogue that is.  So it is told as Redshift tells it.  By `show_discovery`
# redshift_connector knows that SHOW tells of tables, columns, keys and grants, and asks by it.
_AS_REDSHIFT = {
    "server_version": "8.0.2",
    "padb_version": "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 "
    "20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.0",
    "padb_revision": "emulated",
    "max_numeric_precision": "38",
    "max_varchar_size": "65535",
    "show_discovery": "4",
}
_UNKNOWN_THERE = frozenset(
    {"in_hot_standby", "scram_iterations", "search_path", "default_transaction_read_only"}
)


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has begun at the server."""

    server: Line
    grant: Grant
    pid: int
    key: bytes


async def proved(line: Line, hello: Hello, seat: Seat, grants: Grants, users: Users) -> Grant:
    """What the password lets in, which `line` is asked to prove.

    Raises:
        Turned: it is wrong or has expired, or is for another database.
        Gone: there was no proof.
    """
    salt = secrets.token_bytes(4)
    await line.send(frames.authentication(frames.MD5, salt))
    kind, size = struct.unpack("!cI", await line.exactly(HEAD))
    if kind != b"p" or not 4 < size <= _LONGEST_PROOF_BYTES:  # noqa: PLR2004 - it counts itself
        raise Turned(f"expected password response, got message type {kind[0]}", "08P01")
    answer = (await line.exactly(size - 4)).rstrip(b"\0")
    grant = grants.md5(seat, hello.login, salt, answer)
    if grant is None:
        grant = await users.own(hello.login, salt, answer)
    if grant is None:
        raise Turned(f'password authentication failed for user "{hello.login}"', "28000")
    if grant.database not in {None, hello.database}:
        raise Turned(
            f'user "{hello.login}" is not authorized to connect to database "{hello.database}" '
            "with these credentials",
            "28000",
        )
    return grant


async def begun(line: Line, hello: Hello, grant: Grant, server: Server, seat: Seat) -> Begun:
    """A session at the server as the user of `grant`; the client has been told of it.

    Raises:
        Turned: the server does not begin one, and its words.
        Gone: the server went away.
    """
    loop = asyncio.get_running_loop()
    _, behind = await loop.create_unix_connection(Line, str(server.socket))
    try:
        given = hello.rest | {"user": grant.user, "database": hello.database}
        await behind.send(frames.start_up(given | BEGUN_AS))
        welcome = await _welcome(behind)
        pid, key = 0, b""
        told: list[bytes] = []
        for kind, body in welcome:
            if kind == b"K":
                pid, key = struct.unpack_from("!I", body)[0], body[4:]
            told.append(_retold(kind, body, hello, master=grant.user == seat.master))
        told[1:1] = [frames.parameter(*pair) for pair in _AS_REDSHIFT.items()]
        await line.send(b"".join(told))
    except BaseException:
        behind.abort()
        raise
    return Begun(behind, grant, pid, key)


async def _welcome(behind: Line) -> list[tuple[bytes, bytes]]:
    """What the server says until it is ready."""
    said: list[tuple[bytes, bytes]] = []
    while True:
        kind, size = struct.unpack("!cI", await behind.exactly(HEAD))
        body = await behind.exactly(size - 4)
        if kind == b"E":
            error = frames.fields(body)
            raise Turned(error.get("M", ""), error.get("C", "XX000"))
        said.append((kind, body))
        if kind == b"Z":
            return said


def _retold(kind: bytes, body: bytes, hello: Hello, *, master: bool) -> bytes:
    """A message of the server's beginning as Redshift sends it; nothing, if it sends none."""
    if kind != b"S":
        return frames.frame(kind, body)
    (name, value), _ = frames.strings(body, 2)
    if name in _AS_REDSHIFT or name in _UNKNOWN_THERE:
        return b""
    if name == "client_encoding" and not hello.says_encoding:
        value = "UNICODE"
    if name == "is_superuser":
        value = "on" if master else "off"
    return frames.parameter(name, value)
