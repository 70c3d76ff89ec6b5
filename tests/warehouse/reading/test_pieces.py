"""Rows are found as a reader of one message after the other would find them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import Unreadable
from studiogate.warehouse.reading.pieces import PIECE_BYTES, pieces
from studiogate.warehouse.reading.values import Values
from tests.kit.reading import Replayed, Value, message, row

DONE = message(b"C", b"SELECT\0") + message(b"Z", b"I")

# Bytes that look like the beginning of a row, of the end, and of nothing.
CONFUSING = st.lists(
    st.sampled_from(
        [b"D", b"\0\0\0\x0c", b"\0\x02", b"Z\0\0\0\x05I", b"D\0\0\0\x0e\0\x02", b"x"]
    )
).map(b"".join)
VALUES = st.one_of(st.none(), CONFUSING, st.binary(max_size=20))
ROWS = st.lists(st.tuples(VALUES, VALUES), max_size=30)


def read(wire: Replayed, columns: int) -> list[tuple[Value, ...]]:
    """All rows, as values."""
    found: list[tuple[Value, ...]] = []
    for piece, starts in pieces(wire, columns):
        heads, read = starts + 7, []
        for _ in range(columns):
            values = Values(piece, heads)
            read.append(values.bytes().to_pylist())
            heads = values.after
        found += zip(*read, strict=True) if columns else [()] * len(starts)
    return found


@given(ROWS, st.lists(st.integers(1, 60), max_size=50))
def test_every_row_is_found_whatever_it_holds_and_however_it_comes(
    rows: list[tuple[Value, Value]], portions: list[int]
) -> None:
    sent = b"".join(
        message(b"N", b"note\0") * (n % 3 == 1) + row(r) for n, r in enumerate(rows)
    )

    assert read(Replayed(message(b"2") + sent + DONE, portions), 2) == rows


def test_a_row_larger_than_a_piece_is_read_whole() -> None:
    rows: list[tuple[Value, ...]] = [(b"a",), (b"D" * (2 * PIECE_BYTES + 1),), (b"c",)]

    assert read(Replayed(b"".join(map(row, rows)) + DONE), 1) == rows


def test_rows_without_columns_are_rows() -> None:
    assert read(Replayed(row([]) * 3 + DONE), 0) == [(), (), ()]


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(row([b"a", b"b"]), id="more columns than were described"),
        pytest.param(b"D" + struct.pack("!i", 3), id="smaller than its own size"),
        pytest.param(b"D" + struct.pack("!i", -1), id="a negative size"),
        pytest.param(b"D" + struct.pack("!i", 2**31 - 1), id="a row of two gigabytes"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="no database"),
    ],
)
def test_what_is_no_result_is_refused(sent: bytes) -> None:
    with pytest.raises(Unreadable):
        read(Replayed(sent + DONE), 1)
