"""What goes over one session, seen from between: bytes in, bytes out.

A client's messages are read one by one, because a statement is rewritten before it is run.  A
server's rows, which are most of all bytes, are only stepped over.
"""

import struct
from collections.abc import Callable
from datetime import datetime

from studiogate.local.redshift.engine import frames
from studiogate.local.redshift.engine.frames import HEAD, Broken
from studiogate.local.redshift.wire.ports import Dialect
from studiogate.local.redshift.wire.under_way import Ended, UnderWay

_LARGEST_BYTES = 20 << 20
"""Of a message that is read; those that only pass may have any length."""

_READ = frozenset(b"QPBECSX")
_PASSED = frozenset(b"DHdcf")

_ROWS = frozenset(b"Dd")
_HEADER = struct.Struct("!BI")


class Exchange:
    """The bytes of one session, both ways."""

    def __init__(
        self, dialect: Dialect, clock: Callable[[], datetime], over: Callable[[Ended], None]
    ) -> None:
        """`over` is told of every statement that has ended."""
        self._statements = UnderWay(dialect, clock, over)
        self._inward = b""
        self._passing = 0
        self._outward = b""
        self._stepped = 0

    def inward(self, data: bytes) -> bytes:
        """What the server is sent for what the client sent.

        Raises:
            Broken: it is nothing a client may send.
        """
        data = self._inward + data if self._inward else data
        at = self._passing
        self._passing = 0
        sent: list[bytes] = [data[:at]]
        while len(data) - at >= HEAD:
            size = frames.size_at(data, at) + 1
            kind = data[at]
            if kind in _PASSED:
                sent.append(data[at : at + size])
            elif kind not in _READ:
                raise Broken(f"invalid frontend message type {kind}")
            elif size > _LARGEST_BYTES:
                raise Broken(f"a message of {size} bytes is too long")
            elif at + size > len(data):
                break
            else:
                sent.append(self._statements.asked(kind, data[at : at + size]))
            at += size
        self._passing = max(0, at - len(data))
        self._inward = data[at:]
        return b"".join(sent)

    def outward(self, data: bytes) -> bytes:
        """What the client is sent for what the server sent."""
        data = self._outward + data if self._outward else data
        at, end = self._stepped, len(data)
        sent: list[bytes] = []
        kept = 0
        header, rows = _HEADER.unpack_from, _ROWS
        while end - at >= HEAD:
            kind, size = header(data, at)
            after = at + size + 1
            if kind not in rows:
                if after > end:
                    break
                instead = self._statements.said(kind, data[at + HEAD : after])
                if instead is not None:
                    sent += data[kept:at], instead
                    kept = after
            at = after
        self._stepped = max(0, at - end)
        self._outward = data[at:]
        if not sent and at >= end:
            return data
        sent.append(data[kept : min(at, end)])
        return b"".join(sent)

    def close(self) -> None:
        """The session is over, and so is all that was under way."""
        self._statements.close()
