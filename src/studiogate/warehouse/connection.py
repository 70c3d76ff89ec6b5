"""The session that statements run in: made when needed, made again when it was lost.

Temporary tables and open transactions live in it, so it is made again only where that loses
nothing that a person could count on: between statements, and outside of a transaction.  A
statement that was sent is never sent again by itself.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast

from studiogate.errors import NotLetIn, StudioGateError, WarehouseError
from studiogate.warehouse.credentials import Clock, Credentials
from studiogate.warehouse.login import Login
from studiogate.warehouse.refused import lost, refused
from studiogate.warehouse.said import said
from studiogate.warehouse.settings import Listed
from studiogate.warehouse.stopping import stoppable
from studiogate.warehouse.way import not_in, take_frames_off

if TYPE_CHECKING:
    import pyarrow as pa

    from studiogate.warehouse.reading.session import Session as Wire

Outcome = TypeVar("Outcome")

_CANCELLING: Final = "select pg_cancel_backend({pid:d})"
"""One's own sessions only (Redshift Database Developer Guide, PG_CANCEL_BACKEND)."""


class Opened(Protocol):
    """A session in the database, as `driver.Connection` is one."""

    pid: int
    in_transaction: bool

    def affected(self, sql: str) -> int:
        """How many rows a statement touched."""
        ...

    def rows(self, sql: str) -> Sequence[Sequence[Any]]:
        """What a statement gives, all of it."""
        ...

    def is_quiet(self) -> bool:
        """Whether nothing has come since the last statement, not even the session's end."""
        ...

    def abort(self) -> None:
        """End it from outside, at once."""
        ...

    def end(self) -> None:
        """Say goodbye and close."""
        ...


def opened(login: Login) -> Opened:
    """A session for `login`, by Amazon's driver, that can also be read fast."""
    from studiogate.warehouse.reading.session import (  # noqa: PLC0415 - it is slow to import
        Session as Wire,
    )

    return Wire(login)


class Session:
    """Statements in one warehouse, one at a time.  Safe to share between threads."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        listed: Listed,
        user: str,
        clock: Clock,
        opened: Callable[[Login], Opened] = opened,
    ) -> None:
        """Nothing is opened before the first statement; `user` is who the database knows."""
        self._credentials = credentials
        self._listed = listed
        self._user = user
        self._clock = clock
        self._opened = opened
        self._one_at_a_time = threading.RLock()
        self._giving_up = threading.Lock()
        self._open: Opened | None = None

    def affected(self, sql: str) -> int:
        """How many rows `sql` touched; 0 for statements that touch none.

        Raises:
            WarehouseError: nobody answered, or the database refused.
            AwsError: there is no password to be had.
            Stopped: the person pressed stop; the statement is stopped in the database, too.
        """
        return self._ran(sql, lambda session: session.affected(sql))

    def rows(self, sql: str) -> Sequence[Sequence[Any]]:
        """What `sql` gives, all of it in memory as Python's objects: for little.

        Raises:
            WarehouseError: nobody answered, or the database refused.
            AwsError: there is no password to be had.
            Stopped: the person pressed stop; the statement is stopped in the database, too.
        """
        return self._ran(sql, lambda session: session.rows(sql))

    def table(self, sql: str, *, on_rows: Callable[[int], None]) -> "pa.Table":
        """What `sql` gives, all of it, as Arrow; without columns where it gives nothing.

        `on_rows` is told how many rows have come.

        Raises:
            WarehouseError: nobody answered, or the database refused.
            AwsError: there is no password to be had.
            Stopped: the person pressed stop; the statement is stopped in the database, too.
        """
        from studiogate.warehouse.reading import fast  # noqa: PLC0415 - it is slow to import

        return self._ran(
            sql, lambda session: fast.table(cast("Wire", session), sql, on_rows=on_rows)
        )

    def batches(self, sql: str, *, rows: int) -> "Iterator[pa.RecordBatch]":
        """What `sql` gives, some `rows` at a time, in a session that is its own.

        Statements can go on between two batches, which they could not in one session.

        Raises:
            WarehouseError: nobody answered, or the database refused.
            AwsError: there is no password to be had.
            Stopped: the person pressed stop; the statement is stopped in the database, too.
        """
        from studiogate.warehouse.reading import fast  # noqa: PLC0415 - it is slow to import

        session = self.signed_in(self._entered)
        try:
            each = fast.batches(cast("Wire", session), sql, rows=rows)
            while (batch := self._next(each, session, sql)) is not None:
                yield batch
        finally:
            session.end()

    def _next(
        self, each: "Iterator[pa.RecordBatch]", session: Opened, sql: str
    ) -> "pa.RecordBatch | None":
        try:
            return stoppable(
                lambda: next(each, None),
                stop=lambda: self._cancelled(session),
                give_up=session.abort,
            )
        except StudioGateError:
            raise
        except Exception as exc:
            raise self._told(exc, session, sql) from exc

    def open(self) -> None:
        """Sign in now, if that has not been done: what is in the way is told at once.

        Raises:
            WarehouseError: nobody answered, or the database refused.
            AwsError: there is no password to be had.
            Stopped: the person pressed stop.
        """
        self._ran("", lambda _: None)

    def close(self) -> None:
        """Say goodbye; a statement that comes later opens a new session."""
        with self._one_at_a_time:
            if self._open is not None:
                self._open.end()
                self._open = None

    def signed_in(self, act: Callable[[Login], Outcome]) -> Outcome:
        """The outcome of `act` with a login; with a new one if the database refuses the old.

        Raises:
            NotLetIn: it refuses the new one as well.
        """
        held = self._credentials.held
        login = self._credentials.login()
        try:
            return act(login)
        except NotLetIn:
            if login is not held:
                raise
        self._credentials.forget()
        return act(self._credentials.login())

    def _ran(self, sql: str, act: Callable[[Opened], Outcome]) -> Outcome:
        over = threading.Event()
        with self._one_at_a_time:
            return stoppable(
                lambda: self._act(sql, act, over),
                stop=lambda: self._cancelled(self._open),
                give_up=lambda: self._given_up(over),
            )

    def _act(
        self, sql: str, act: Callable[[Opened], Outcome], over: threading.Event
    ) -> Outcome:
        session = self._usable(over)
        try:
            return act(session)
        except StudioGateError:  # of the reader, which may have left rows on the wire
            self._given_up()
            raise
        except Exception as exc:
            raise self._told(exc, session, sql) from exc

    def _usable(self, over: threading.Event) -> Opened:
        """The session, if it is still there; else a new one, unless it is `over` by then."""
        if self._open is not None and not self._is_gone(self._open):
            return self._open
        made = self.signed_in(self._entered)
        with self._giving_up:
            if not over.is_set():
                self._open = made
                return made
        made.end()
        raise _TooLate

    def _is_gone(self, session: Opened) -> bool:
        """Whether an idle session was ended by the other side.

        What has come meanwhile may be a notice as well as the end; asking tells.

        Raises:
            ConnectionLost: it was, in the middle of a transaction, which is undone by that.
        """
        if session.is_quiet():
            return False
        try:
            session.rows("select 1")
        except Exception as exc:  # a driver that reads an end raises whatever it stumbles over
            heard = said(exc)
            if heard is not None and not heard.code.startswith("57P"):
                return False
            self._given_up()
            if session.in_transaction:
                raise lost("it was idle in a transaction") from exc
            return True
        return False

    def _entered(self, login: Login) -> Opened:
        try:
            return self._opened(login)
        except Exception as exc:
            take_frames_off(exc)
            raise not_in(exc, login, title=self._listed.title, now=self._clock()) from exc

    def _told(self, exc: Exception, session: Opened, sql: str) -> WarehouseError:
        """The error that `exc` of the driver is for whoever sent `sql`."""
        heard = said(exc)
        if heard is None or heard.code.startswith(("57P", "08")):
            if self._open is session:
                self._given_up()
            return lost(heard.message if heard else str(exc) or type(exc).__name__)
        return refused(heard, sql, user=self._user, database=self._listed.database)

    def _cancelled(self, session: Opened | None) -> None:
        """Have a second session stop what `session` does."""
        if session is None:
            raise _TooLate
        other = self._opened(self._credentials.login())
        try:
            other.rows(_CANCELLING.format(pid=session.pid))
        finally:
            other.end()

    def _given_up(self, over: threading.Event | None = None) -> None:
        with self._giving_up:
            if over is not None:
                over.set()
            session, self._open = self._open, None
        if session is not None:
            session.abort()


class _TooLate(Exception):
    """There is no session that could be cancelled, or nobody who still waits for one."""
