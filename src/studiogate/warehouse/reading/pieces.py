"""Pieces of a result: as many whole rows as a buffer holds, and where each begins.

A row says how long it is, so that its end is known only from its beginning.  Following that
chain in Python would take half of the time of reading; instead all places that look like a
row's beginning are found at once, and it is checked for all at once that each ends where the
next begins.
"""

from collections.abc import Iterator
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from studiogate.errors import Unreadable

PIECE_BYTES: Final = 4 << 20
LARGEST_ROW_BYTES: Final = 256 << 20
"""Redshift's longest value has 16 MB; a row beyond this is no row."""

_HEAD: Final = 5
_SIZE: Final = 4
"""Bytes of a message's kind and size; the size counts itself."""

_ROW: Final = ord("D")
_READY: Final = b"Z\x00\x00\x00\x05"

Places = npt.NDArray[np.int64]


class Wire(Protocol):
    """Where the messages come from; `session.Session` is one."""

    done: bool

    def receive(self, room: memoryview) -> int:
        """Fill `room` as far as there is something; how many bytes."""
        ...

    def told(self, code: bytes, body: bytes) -> None:
        """Take note of a message that is no row."""
        ...


def pieces(wire: Wire, columns: int) -> Iterator[tuple[bytearray, Places]]:
    """Each piece of the result, and where its rows begin, until the result is done.

    A piece is good until the next is asked for.

    Raises:
        Unreadable: the server sends what is no message, or a row too large to be one.
    """
    piece, filled = bytearray(PIECE_BYTES), 0
    while not wire.done:
        filled = _filled(wire, piece, filled)
        rows, end = _rows(wire, piece, filled, columns)
        if len(rows):
            yield piece, rows
        left = filled - end
        bigger = _room(piece, end, left)
        bigger[:left] = piece[end:filled]
        piece, filled = bigger, left


def _filled(wire: Wire, piece: bytearray, filled: int) -> int:
    """Receive until the piece is full or ends as a result does; how much is in it."""
    view = memoryview(piece)
    while filled < len(piece):
        before = max(filled - len(_READY), 0)  # it may come in two parts
        filled += wire.receive(view[filled:])
        if piece.find(_READY, before, filled) >= 0:
            break  # or what looks like it: then there is a little less in this piece
    return filled


def _room(piece: bytearray, end: int, left: int) -> bytearray:
    """A buffer for what is left over and more; a larger one where a row did not fit."""
    if end or left < len(piece):
        return piece
    if len(piece) >= LARGEST_ROW_BYTES:
        raise _no_message(f"a row of more than {LARGEST_ROW_BYTES >> 20} MiB")
    return bytearray(2 * len(piece))


def _rows(wire: Wire, piece: bytearray, filled: int, columns: int) -> tuple[Places, int]:
    """Where whole rows begin, other messages being told; and where the last of all ends."""
    looks, ends = _candidates(piece, filled, columns)
    breaks = np.flatnonzero(ends[:-1] != looks[1:])
    found: list[Any] = []
    at = 0
    while (message := _whole(piece, at, filled)) is not None:
        code, end = message
        if code != b"D":
            wire.told(code, bytes(piece[at + _HEAD : end]))
            at = end
            continue
        first = int(np.searchsorted(looks, at))
        if first < len(looks) and looks[first] == at:
            last = _last(breaks, first, len(looks))
            last -= int(ends[last] > filled)
            found.append(looks[first : last + 1])
            at = int(ends[last])
        else:
            raise _no_message(f"a row that has not {columns} columns")
    rows = np.concatenate(found) if found else np.empty(0, np.int64)
    return rows, at


def _candidates(piece: bytearray, filled: int, columns: int) -> tuple[Places, Places]:
    """Where a row of so many columns may begin, and where each would end."""
    data = np.frombuffer(piece, np.uint8, filled)
    looks = np.flatnonzero(data[: max(filled - 6, 0)] == _ROW)
    count = np.ndarray((max(filled - 1, 0),), ">i2", piece, 0, (1,))
    looks = looks[count[looks + _HEAD] == columns]
    size = np.ndarray((max(filled - 3, 0),), ">i4", piece, 0, (1,))
    return looks, looks + 1 + size[looks + 1]


def _last(breaks: Places, first: int, count: int) -> int:
    """The last of the rows that follow one another from `first` on."""
    following = int(np.searchsorted(breaks, first))
    return int(breaks[following]) if following < len(breaks) else count - 1


def _whole(piece: bytearray, at: int, filled: int) -> tuple[bytes, int] | None:
    """The kind of the message at `at` and where it ends; nothing where it is not all there."""
    if at + _HEAD > filled:
        return None
    size = int.from_bytes(piece[at + 1 : at + _HEAD], "big")
    if not _SIZE <= size <= LARGEST_ROW_BYTES:
        raise _no_message(f"a message of {size} bytes")
    end = at + 1 + size
    return (bytes(piece[at : at + 1]), end) if end <= filled else None


def _no_message(what: str) -> Unreadable:
    return Unreadable(
        f"the server sent {what}",
        remedy="Try again; if it stays so, it is no warehouse that answers, or read less.",
        reason="no-result",
    )
