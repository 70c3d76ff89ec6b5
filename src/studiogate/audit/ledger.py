"""The record, append-only: one line of JSON for each decision, kept before the answer leaves.

A line is one `write` to a descriptor opened for appending, so that the processes of one
machine can share a file.  "Kept" means handed to the operating system whole; whoever needs it
to outlive the machine ships it from there.  What goes wrong is a `RecordError`: no record, no
URL.
"""

import json
import os
import select
from datetime import UTC
from pathlib import Path
from typing import Any, Literal, Protocol

from studiogate.audit.record import Opening
from studiogate.audit.signing_in import SigningIn
from studiogate.aws.wire.answers import Put
from studiogate.errors import AwsError, RecordError
from studiogate.foundation.directory import Item
from studiogate.foundation.openings import DAY, MOMENT

_PROBE: Item = {DAY: {"S": "never"}, MOMENT: {"S": "readyz"}}

_TO_JSON = json.JSONEncoder(separators=(",", ":")).encode


class Recorded(Protocol):
    """Something that can be kept as one line: an `Opening`, a `Revocation`."""

    def line(self) -> dict[str, Any]:
        """It as JSON keeps it."""
        ...


class FileLedger:
    """A ledger in a file that only its owner can read."""

    def __init__(self, path: Path) -> None:
        """Keep records in `path`; it and its parents are made at the first use."""
        self._path = path
        self._has_parents = False
        self._is_whole = False
        """Whether the last line of the file is known to have ended."""

    async def write(self, record: Recorded) -> None:
        """Append `record`.

        Opened anew for each line, so that a file moved away by log rotation is followed, and a
        directory that has vanished is noticed, which a kept descriptor would not do.

        Raises:
            RecordError: it is not kept, whole, in the file.
        """
        line = _line(record)
        try:
            with _Descriptor(self._opened()) as fd:
                if not self._is_whole:
                    line = _mended(fd) + line
                self._is_whole = False
                _append(fd, line)
                self._is_whole = True
        except OSError as exc:
            raise _not_kept(str(self._path), exc) from exc

    async def ready(self) -> None:
        """Return when the file can be appended to.

        Raises:
            RecordError: it cannot.
        """
        try:
            with _Descriptor(self._opened()):
                pass
        except OSError as exc:
            raise _not_kept(str(self._path), exc) from exc

    def _opened(self) -> int:
        if not self._has_parents:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._has_parents = True  # never again: what vanishes later is not remade
        return os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)


class StreamLedger:
    """A ledger on a descriptor: standard output, which Lambda and ECS send to CloudWatch."""

    def __init__(self, fd: int) -> None:
        """Write to `fd`, which stays its owner's to close."""
        self._fd = fd
        self._is_whole = True

    async def write(self, record: Recorded) -> None:
        """Write `record`.

        Raises:
            RecordError: it was not taken whole.
        """
        line = _line(record) if self._is_whole else b"\n" + _line(record)
        try:
            self._is_whole = False
            _append(self._fd, line)
            self._is_whole = True
        except OSError as exc:
            raise _not_kept("the record's stream", exc) from exc

    async def ready(self) -> None:
        """Return when somebody reads the stream and it has room.

        Raises:
            RecordError: it is closed, full, or nobody reads it.
        """
        try:
            os.fstat(self._fd)
            poll = select.poll()
            poll.register(self._fd, select.POLLOUT)
            events = dict(poll.poll(0)).get(self._fd, 0)
        except (OSError, ValueError) as exc:
            raise _not_kept("the record's stream", exc) from exc
        if not events & select.POLLOUT or events & (select.POLLERR | select.POLLNVAL):
            raise _not_kept("the record's stream", BrokenPipeError("nobody reads it"))


class Puts(Protocol):
    """The one DynamoDB call a ledger in a table makes."""

    async def put_item(
        self, table: str, item: Item, *, key: str, only_if: Literal["absent", "present"]
    ) -> Put:
        """Put `item` if one with its keys is absent, or present.

        Raises:
            AwsError: the table did not answer, or refused.
        """
        ...


class TableLedger:
    """A ledger in a DynamoDB table, for a gateway whose machine is gone a moment later.

    What stdout of a Lambda function says is shipped afterwards, and lost with it; the table has
    the record before the answer leaves.  A record is put only where there is none, so that
    none is overwritten; the same one put twice, because an answer was lost, is kept once.
    """

    def __init__(self, puts: Puts, table: str) -> None:
        self._puts = puts
        self._table = table

    async def write(self, record: Opening | SigningIn) -> None:
        """Keep `record` in the table.

        Raises:
            RecordError: it is not kept.
        """
        item = _item(record)
        try:
            put = await self._puts.put_item(self._table, item, key=DAY, only_if="absent")
        except AwsError as exc:
            raise _not_kept(self._table, exc) from exc
        if not put.done and put.there != item:
            raise _not_kept(self._table, FileExistsError("another record has its place"))

    async def ready(self) -> None:
        """Return when the table would take a record; it is asked for one that never fits.

        Raises:
            RecordError: it would not.
        """
        try:
            await self._puts.put_item(self._table, _PROBE, key=DAY, only_if="present")
        except AwsError as exc:
            raise _not_kept(self._table, exc) from exc


class _Descriptor:
    """Closes a descriptor at the end of a `with`."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def __enter__(self) -> int:
        return self._fd

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)


def _line(record: Recorded) -> bytes:
    """`record` as one line: ASCII, control characters escaped, so nothing adds a second."""
    return _TO_JSON(record.line()).encode("ascii") + b"\n"


def _item(record: Opening | SigningIn) -> Item:
    """`record` as a row: the facts of its line, under the day it belongs to."""
    at = record.at.astimezone(UTC)
    facts = record.line()
    return {
        DAY: {"S": at.date().isoformat()},
        MOMENT: {"S": f"{at.isoformat(timespec='milliseconds')}#{record.request_id}"},
        **{name: _value(value) for name, value in facts.items()},
    }


def _value(fact: str | int) -> dict[str, str]:
    return {"N": str(fact)} if isinstance(fact, int) else {"S": str(fact)}


def _append(fd: int, line: bytes) -> None:
    """Write `line` at once: between two writes could come another process's line."""
    written = os.write(fd, line)
    if written != len(line):
        raise OSError(f"only {written} of {len(line)} bytes were taken")


def _mended(fd: int) -> bytes:
    """What must precede the next line: the end of one that a full disk cut off, or nothing."""
    size = os.fstat(fd).st_size
    return b"\n" if size and os.pread(fd, 1, size - 1) != b"\n" else b""


def _not_kept(where: str, exc: Exception) -> RecordError:
    return RecordError(
        f"the record was not kept in {where}: {type(exc).__name__}: {exc}",
        remedy=(
            "Make room on the disk, or give the gateway a place it may append to; until then "
            "nothing is opened."
        ),
    )
