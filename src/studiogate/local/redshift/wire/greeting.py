"""The first words of a connection: TLS or not, who wants in where, or what is to be cancelled.

Message flow "Start-up" and "SSL Session Encryption" of PostgreSQL's protocol.  Only inside TLS
can one sign in, as at a cluster whose parameter `require_ssl` is true; a request to cancel may
come in plain, because that is how libpq sends it.
"""

import ssl
import struct
from dataclasses import dataclass

from studiogate.local.redshift.engine import frames
from studiogate.local.redshift.engine.frames import Broken
from studiogate.local.redshift.wire.line import Gone, Line

_LONGEST_BYTES = 10_000
"""Of a first message, as in PostgreSQL (MAX_STARTUP_PACKET_LENGTH)."""

_OURS = frozenset(
    {
        "client_protocol_version",
        "driver_discovery_version",
        "driver_version",
        "os_version",
        "plugin_name",
        "idp_type",
        "provider_name",
        "client_application_name",
        "compression",
    }
)
"""What Redshift's own drivers say beside what PostgreSQL knows."""

_MAJOR, _MINOR = 3, 0
_ENCODINGS = frozenset({"UTF8", "UTF-8", "UNICODE"})


class Turned(Exception):
    """Somebody is turned away, and is told why."""

    def __init__(self, message: str, code: str) -> None:
        """`code` is the SQLSTATE."""
        super().__init__(message)
        self.message, self.code = message, code


@dataclass(frozen=True, slots=True)
class Hello:
    """Somebody wants to sign in."""

    login: str
    database: str
    rest: dict[str, str]
    """Settings for the session, in the words of the client."""

    says_encoding: bool = False


@dataclass(frozen=True, slots=True)
class Cancel:
    """Somebody wants a statement to end, and shows the key of its session."""

    pid: int
    key: bytes


async def greeted(line: Line, context: ssl.SSLContext, *, within_s: float) -> Hello | Cancel:
    """What a new connection is for; inside TLS by then, if it is to sign in.

    Raises:
        Gone: it is no client of this protocol, or it left.
        Turned: it may not sign in like this.
    """
    secure, asked_gss = False, False
    while True:
        size, number = struct.unpack("!II", await line.exactly(8))
        if number in {frames.SSL_REQUEST, frames.GSS_REQUEST}:
            again = secure or (asked_gss and number == frames.GSS_REQUEST)
            if size != 8 or again or line.held:  # noqa: PLR2004 - such a request is its head
                raise Gone
            if number == frames.GSS_REQUEST:
                asked_gss = True
                await line.send(b"N")
            else:
                await _secured(line, context, within_s)
                secure = True
        elif not 8 <= size <= _LONGEST_BYTES:  # noqa: PLR2004 - the head is in it
            raise Gone
        else:
            return _hello(number, await line.exactly(size - 8), secure=secure, peer=line.peer)


async def _secured(line: Line, context: ssl.SSLContext, within_s: float) -> None:
    line.hold()  # what comes from here on is for TLS to read
    await line.send(b"S")
    if line.held:
        raise Gone
    await line.secure(context, within_s)


def _hello(number: int, body: bytes, *, secure: bool, peer: str) -> Hello | Cancel:
    if number == frames.CANCEL_REQUEST:
        if len(body) != 8:  # noqa: PLR2004 - two numbers of four bytes
            raise Gone
        return Cancel(struct.unpack_from("!I", body)[0], body[4:])
    if number >> 16 != _MAJOR or number & 0xFFFF != _MINOR:
        version = f"{number >> 16}.{number & 0xFFFF}"
        raise Turned(
            f"unsupported frontend protocol {version}: server supports 1.0 to 3.0", "0A000"
        )
    try:
        given = frames.start_up_parameters(body)
    except Broken as broken:
        raise Turned(str(broken), "08P01") from None
    hello = _read(given)
    if not secure:
        raise Turned(
            f'no pg_hba.conf entry for host "{peer}", user "{hello.login}", '
            f'database "{hello.database}", SSL off',
            "28000",
        )
    return hello


def _read(given: dict[str, str]) -> Hello:
    login = given.pop("user", "")
    if not login:
        raise Turned("no user name specified in startup packet", "28000")
    if "replication" in given:
        raise Turned("replication connections are not supported", "0A000")
    database = given.pop("database", "") or login
    rest = {
        key: value
        for key, value in given.items()
        if key not in _OURS and not key.startswith("_pq_.")
    }
    encoding = rest.pop("client_encoding", "")
    if encoding and encoding.strip("'").upper() not in _ENCODINGS:
        raise Turned(f"client encoding {encoding} is not emulated: use UTF8", "0A000")
    return Hello(login, database, rest, says_encoding=bool(encoding))
