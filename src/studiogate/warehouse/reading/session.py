"""One session with a warehouse that reads results a piece at a time.

redshift_connector does what it is good at: it checks the server's certificate and name, proves
who one is, prepares a statement and says what it will give.  Its rows are lists of Python
objects, made one by one, which is what takes the time; so the rows are left on the wire, and
`pieces` takes them from there.  Decision 0022 says why no other library reads them.
"""

import socket
import ssl
import struct
from collections import defaultdict
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import Any, Final

from redshift_connector.cursor import Cursor
from redshift_connector.error import InterfaceError

from studiogate.warehouse.driver import Connection
from studiogate.warehouse.login import Login
from studiogate.warehouse.reading.columns import BINARY, TEXT, Column

RECEIVE_BYTES: Final = 1 << 16

CANCEL_S: Final = 0.8
"""How long cancelling may take before the connection is closed without it."""

_CANCEL: Final = struct.Struct("!ii")
_SSL_REQUEST: Final = struct.pack("!ii", 8, 80877103)
_CANCEL_REQUEST: Final = 80877102
"""Both of "Message Formats" in PostgreSQL's documentation of its protocol, version 3.0."""


@dataclass(frozen=True, slots=True)
class Where:
    """Which server, for a second connection that cancels."""

    host: str
    port: int


class Session(Connection):
    """A connection of the driver that can also leave the rows of a result on the wire.

    `ask`, then `receive` and `told` until `done`; or any statement as the driver runs it.  What
    was asked and not read to its end has to be cancelled, and read to its end or aborted.
    """

    done: bool = True
    _leaves: bool = False

    def __init__(self, login: Login) -> None:
        """Connect and sign in, as `driver.Connection` does."""
        super().__init__(login)
        self.where = Where(login.host, login.port)
        self.asked = self.cursor()

    def ask(self, sql: str) -> tuple[Column, ...]:
        """Have `sql` prepared, described and started; the columns it will give.

        None for a statement without a result.  It runs once: what it gives is described
        before it runs.

        Raises:
            redshift_connector.Error: the database refused it.
        """
        cursor, driver_s = self.cursor(), self.redshift_types
        self.done, self._leaves, self.redshift_types = False, True, _Formats(driver_s)
        self.merge_socket_read = True  # a cursor's own statements switch it off
        try:
            self.execute(cursor, sql, None)
        except Exception:
            self.done = True  # refused before it was started, and the session is ready again
            raise
        finally:
            self._leaves, self.redshift_types = False, driver_s
            self._caches.clear()  # a cache of statements and their columns, for ever
        self.asked = cursor
        described = (cursor.ps or {}).get("row_desc", ())
        return tuple(
            Column(one["label"].decode(), one["type_oid"], one["type_modifier"])
            for one in described
        )

    def receive(self, room: memoryview) -> int:
        """Fill `room` with what there is, waiting for something; how many bytes.

        Raises:
            redshift_connector.InterfaceError: the server went away.
        """
        # Not `readinto1`: asked for more than its own buffer, that waits until `room` is full.
        came = self._sock.read1(min(len(room), RECEIVE_BYTES))
        if not came:
            raise InterfaceError("the server closed the connection before the result's end")
        room[: len(came)] = came
        return len(came)

    def told(self, code: bytes, body: bytes) -> None:
        """Take note of a message that is no row; the result may be `done` by it.

        Raises:
            redshift_connector.Error: the database says that the statement failed.
        """
        self.message_types[code](body, self.asked)
        if code == b"Z":
            self.done = True
            if self.error is not None:
                raise self.error

    def cancel(self) -> None:
        """Have the server stop what it is doing for this session, if it can be told in time.

        A cancellation is a connection of its own that carries the session's key, so it is as
        secret as the session: under TLS, checked as fully.  A server that cannot be told
        stops when it finds the connection gone.
        """
        key = self._backend_key_data
        if key is None or self.done:
            return
        with suppress(OSError), closing(_secured(self.where)) as line:
            line.sendall(_CANCEL.pack(8 + len(key), _CANCEL_REQUEST) + key)
            line.recv(1)  # nothing comes but the end, once the server has taken note

    def handle_messages_merge_socket_read(self, cursor: Cursor) -> None:
        """Read what follows a statement's start, unless it is to be left for `receive`."""
        if self._leaves:
            self.error = None
        else:
            super().handle_messages_merge_socket_read(cursor)


class _Formats(defaultdict[int, Any]):
    """For each type, by its number: the format it is asked for in, and how it is read."""

    def __init__(self, types: defaultdict[int, Any]) -> None:
        super().__init__(types.default_factory)
        self.read = types[25][1]

    def __missing__(self, oid: int) -> tuple[int, Any]:
        return (BINARY if Column("", oid, -1).kind.binary else TEXT, self.read)


def _secured(where: Where) -> ssl.SSLSocket:
    """A second connection to the server, checked as redshift_connector checks the first."""
    context = ssl.create_default_context()
    with as_file(files("redshift_connector") / "files" / "redshift-ca-bundle.crt") as bundle:
        context.load_verify_locations(bundle)
    line = socket.create_connection((where.host, where.port), timeout=CANCEL_S)
    try:
        line.sendall(_SSL_REQUEST)
        line.recv(1)  # "S"; after anything else the handshake fails, and nothing is sent
        return context.wrap_socket(line, server_hostname=where.host)
    except BaseException:
        line.close()
        raise
