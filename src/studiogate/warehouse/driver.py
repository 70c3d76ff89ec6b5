"""One connection by Amazon's own driver, as this room wants it.

TLS always, the certificate verified against Amazon's roots (those of the driver and those of
the machine, `SSL_CERT_FILE`) and against the host's name; little patience for the connection
and all of it for the statement; every statement on its own.  The only module that imports the
driver, which is slow to import: whoever needs a connection imports this one then.
"""

import socket
from collections.abc import Sequence
from contextlib import suppress
from select import POLLIN, poll
from typing import Any, Final, Self

from redshift_connector import core
from redshift_connector.cursor import Cursor
from redshift_connector.error import Error

from studiogate.warehouse.login import Login

CONNECT_S: Final = 10
"""Seconds after which nobody answers: what a security group drops is dropped silently."""

_FIRST: Final = "select pg_backend_pid(), set_config('datestyle', 'ISO', false)"
"""The first statement.  Days come as text, and are read in ISO's form alone: a parameter group
or a user's own setting may say another (Redshift Database Developer Guide, "datestyle")."""

_KEEPALIVE_S: Final = 60
"""Seconds between probes of an idle connection; some firewalls forget one after 350 seconds."""


class Connection(core.Connection):
    """A session in the database.  Not to be used by two threads at once, but for `abort`."""

    def __init__(self, login: Login) -> None:
        """Connect and sign in, which takes `CONNECT_S` at most.

        Raises:
            Error: nobody answers, or the answer is no.
            OSError: nobody answers, midway.
        """
        try:
            super().__init__(
                user=login.user,
                password=login.password,
                database=login.database,
                host=login.host,
                port=login.port,
                ssl=True,
                sslmode="verify-full",
                timeout=CONNECT_S,
                application_name="studiogate",
                # None are kept: bound values make every statement another one.
                max_prepared_statements=0,
                tcp_keepalive_idle=_KEEPALIVE_S,
                tcp_keepalive_interval=_KEEPALIVE_S // 4,
            )
            self._usock.settimeout(CONNECT_S)
            self.autocommit = True
            self.pid = int(self.rows(_FIRST)[0][0])
            self._usock.settimeout(None)
        except BaseException:
            self.abort()
            raise

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def affected(self, sql: str) -> int:
        """How many rows `sql` touched, or gave; 0 where that means nothing.

        Raises:
            Error: the database refused.
        """
        cursor = self._ran(sql)
        return max(int(cursor.rowcount), 0)

    def rows(self, sql: str) -> Sequence[Sequence[Any]]:
        """What `sql` gives, all of it; for little.

        Raises:
            Error: the database refused.
        """
        cursor = self._ran(sql)
        return list(cursor.fetchall()) if cursor.description else []

    def _ran(self, sql: str) -> Cursor:
        cursor = self.cursor()
        try:
            cursor.execute(sql)
        finally:
            self._caches.clear()  # of every statement's text, for ever
        return cursor

    def is_quiet(self) -> bool:
        """Whether nothing has come since the last statement ended, not even its end."""
        looked = poll()  # unlike select, whatever number the socket has
        looked.register(self._usock, POLLIN)
        return not looked.poll(0)

    def abort(self) -> None:
        """End it from outside: whoever waits for an answer gets an error, at once."""
        usock = getattr(self, "_usock", None)
        if usock is None:
            return
        with suppress(OSError):
            usock.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            usock.close()

    def end(self) -> None:
        """Say goodbye and close; it may be gone already."""
        # The driver leaves this open if its goodbye does not get out; as long as it is open, a
        # server that is sending rows waits for room in it, and notices nothing.
        stream = getattr(self, "_sock", None)
        with suppress(Error, OSError):
            self.close()
        if stream is not None:
            with suppress(OSError, ValueError):
                stream.close()
