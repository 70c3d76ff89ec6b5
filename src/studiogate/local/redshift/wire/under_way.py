"""What is under way in one session: statements as they are asked, their ends as they are told.

A statement that is refused is sent on as something that is no SQL, and the server's complaint
is replaced by ours: so it fails in its place, with whatever else fails by it.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from studiogate.local.redshift.engine import frames
from studiogate.local.redshift.engine.frames import HEAD, Broken
from studiogate.local.redshift.wire.ports import Dialect, Refused

_LARGEST_SQL_BYTES = 16 << 20
"""Of a statement, as in Redshift ("SQL commands": 16 MB)."""

_NO_SQL = "!"

_CANCELLED = "57014"


Status = Literal["success", "failed", "cancelled"]


@dataclass(slots=True)
class _Under:
    """Something the server was asked, and has not finished."""

    kind: Literal["query", "parse", "execute", "sync"]
    sql: str = ""
    began: datetime | None = None
    portal: str = ""
    refused: Refused | None = None
    rows: int = 0
    failed: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A statement that is over."""

    sql: str
    began: datetime
    seconds: float
    status: Status
    rows: int
    details: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Prepared:
    sql: str
    refused: Refused | None


class UnderWay:
    """The statements of one session."""

    def __init__(
        self, dialect: Dialect, clock: Callable[[], datetime], over: Callable[[Ended], None]
    ) -> None:
        """`over` is told of every statement that has ended."""
        self._dialect, self._clock, self._over = dialect, clock, over
        self._under: deque[_Under] = deque()
        self._prepared: dict[str, _Prepared] = {}
        self._portals: dict[str, str] = {}
        self._suspended: dict[str, _Under] = {}
        self._skipping = False

    def asked(self, kind: int, message: bytes) -> bytes:
        """What the server is sent for one message of the client.

        Raises:
            Broken: it is not of the form of its kind.
        """
        body = message[HEAD:]
        match kind:
            case 0x51:  # Query
                return self._query(body)
            case 0x50:  # Parse
                return self._parse(body)
            case 0x42:  # Bind
                (portal, name), _ = frames.strings(body, 2)
                self._portals[portal] = name
            case 0x45:  # Execute
                self._execute(body)
            case 0x53:  # Sync
                self._under.append(_Under("sync"))
            case 0x43:  # Close
                self._close(body)
        return message

    def _query(self, body: bytes) -> bytes:
        (sql,), rest = frames.strings(body, 1)
        if rest:
            raise Broken("a query with something behind it")
        prepared, wanted = self._rewritten(sql)
        self._under.append(_Under("query", sql, self._clock(), refused=prepared.refused))
        return frames.frame(b"Q", frames.text(wanted))

    def _parse(self, body: bytes) -> bytes:
        (name, sql), types = frames.strings(body, 2)
        prepared, wanted = self._rewritten(sql)
        self._prepared[name] = prepared
        self._under.append(_Under("parse", sql, self._clock(), refused=prepared.refused))
        return frames.frame(b"P", frames.text(name) + frames.text(wanted) + types)

    def _rewritten(self, sql: str) -> tuple[_Prepared, str]:
        try:
            _measured(sql)
            return _Prepared(sql, None), self._dialect.rewritten(sql)
        except Refused as refused:
            return _Prepared(sql, refused), _NO_SQL

    def _execute(self, body: bytes) -> None:
        (portal,), _ = frames.strings(body, 1)
        if (more := self._suspended.pop(portal, None)) is not None:
            self._under.append(more)
            return
        prepared = self._prepared.get(self._portals.get(portal, ""))
        sql = prepared.sql if prepared else ""
        self._under.append(_Under("execute", sql, self._clock(), portal))

    def _close(self, body: bytes) -> None:
        (name,), _ = frames.strings(body[1:], 1)
        if body[:1] == b"S":
            self._prepared.pop(name, None)
        elif (left := self._suspended.pop(name, None)) is not None:
            self._end(left, "success")

    def said(self, kind: int, body: bytes) -> bytes | None:
        """What the client is sent in place of one message of the server; `None`: as it is."""
        match kind:
            case 0x43:  # CommandComplete
                self._complete(body)
            case 0x31 | 0x49:  # ParseComplete, EmptyQueryResponse
                self._done()
            case 0x73:  # PortalSuspended
                if (more := self._head("execute")) is not None:
                    self._suspended[more.portal] = self._under.popleft()
            case 0x45:  # ErrorResponse
                return self._error(body)
            case 0x53:  # ParameterStatus
                _told(body)
            case 0x5A:  # ReadyForQuery
                self._ready(body)
        return None

    def _head(self, *kinds: str) -> _Under | None:
        head = self._under[0] if self._under else None
        return head if head is not None and head.kind in kinds else None

    def _complete(self, body: bytes) -> None:
        if (head := self._head("query", "execute")) is not None:
            last = body[:-1].rpartition(b" ")[2]
            head.rows += int(last) if last.isdigit() else 0
            if head.kind == "execute":
                self._end(self._under.popleft(), "success")

    def _done(self) -> None:
        if self._head("parse", "execute") is not None:
            self._under.popleft()

    def _error(self, body: bytes) -> bytes:
        said = frames.fields(body)
        head = self._head("query", "parse", "execute")
        # After an error among prepared statements the server skips all until a Sync.
        self._skipping = head is None or head.kind != "query"
        if head is not None and head.refused is not None:
            said = {"S": "ERROR", "C": head.refused.code, "M": head.refused.message}
        else:
            said["M"] = self._dialect.worded(said.get("M", ""), said.get("C", ""))
            said.pop("P", None)  # counted in a text that the client has not seen
        if head is not None:
            head.failed = said
            if head.kind != "query":
                self._fail(self._under.popleft())
        return frames.fields_frame(said)

    def _ready(self, body: bytes) -> None:
        skipping, self._skipping = self._skipping, False
        while self._under:
            head = self._under.popleft()
            if head.kind == "query" and not skipping:
                if head.failed is None:
                    self._end(head, "success")
                else:
                    self._fail(head)
                break
            if head.kind == "sync":
                break
        if body == b"I":
            self._portals.clear()
            while self._suspended:
                self._end(self._suspended.popitem()[1], "success")

    def _fail(self, under: _Under) -> None:
        said = under.failed or {}
        code = said.get("C", "")
        status: Status = "cancelled" if code == _CANCELLED else "failed"
        self._end(under, status, {"code": code, "error": said.get("M", "")})

    def _end(
        self, under: _Under, status: Status, details: dict[str, str] | None = None
    ) -> None:
        if not under.sql.strip():
            return  # a pool asking whether the session lives
        now = self._clock()
        began = under.began or now
        seconds = (now - began).total_seconds()
        self._over(Ended(under.sql, began, seconds, status, under.rows, details or {}))

    def close(self) -> None:
        """The session is over, and so is all that was under way."""
        for left in (*self._suspended.values(), *self._under):
            if left.kind in {"query", "execute"}:
                self._end(left, "cancelled", {"error": "the session ended"})
        self._under.clear()
        self._suspended.clear()


def _measured(sql: str) -> None:
    if (size := len(sql.encode())) > _LARGEST_SQL_BYTES:
        raise Refused(
            f"Statement is too large. Statement Size: {size} bytes. "
            f"Maximum Allowed: {_LARGEST_SQL_BYTES} bytes",
            "54001",
        )


def _told(body: bytes) -> None:
    """Nothing, while SQL is read here as the server reads it.

    A statement that changes that is refused; this is for procedures, whose SQL is their own.
    """
    (name, value), _ = frames.strings(body, 2)
    if name == "client_encoding" and value not in {"UTF8", "UNICODE"}:
        raise Broken(f"client encoding {value} is not emulated: use UTF8")
    if name == "standard_conforming_strings" and value != "off":
        raise Broken(f"{name} {value} is not emulated")
