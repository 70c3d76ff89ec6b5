"""Results of any size, as Arrow: all at once, or a batch at a time.

Columns are made of the bytes that the server sent, all rows of a piece at once; no Python
object is made for a value.  What is read is read once, in the order it came in, whatever the
statement.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import pyarrow as pa

from studiogate.warehouse.login import Login
from studiogate.warehouse.reading.columns import Column, settled
from studiogate.warehouse.reading.pieces import pieces
from studiogate.warehouse.reading.session import Session
from studiogate.warehouse.reading.values import Values

BATCH_ROWS: Final = 100_000

OnRows = Callable[[int], None]
"""Told how many rows there are so far; what it raises ends the reading."""

_FIXED: Final = 7
"""Bytes of a row before its first value: what it is, its size, how many columns."""


def table(session: Session | Login, sql: str, *, on_rows: OnRows | None = None) -> pa.Table:
    """All that `sql` gives; a table without columns when it gives nothing.

    `session` may be a login instead: then a session is made for it alone.  Interrupted, the
    statement is cancelled in the server and the session aborted.

    Raises:
        redshift_connector.Error: the database refused, or went away.
        Unreadable: a value is not one its Arrow type can hold exactly.
    """
    with _reading(session) as wire:
        columns = wire.ask(sql)
        schema = pa.schema([column.field for column in columns])
        got = list(_decoded(wire, columns, schema, on_rows))
    return settled(pa.Table.from_batches(got, schema))


def batches(
    session: Session | Login,
    sql: str,
    *,
    rows: int = BATCH_ROWS,
    on_rows: OnRows | None = None,
) -> Iterator[pa.RecordBatch]:
    """What `sql` gives, `rows` rows at a time, the last batch with fewer.

    Never more than a batch and a few megabytes are held, however much there is.  There is
    always one batch, be it empty, so that the columns are known.  An iterator that is closed
    before its end cancels the statement and aborts the session.

    Raises:
        ValueError: `rows` is not at least 1.
        redshift_connector.Error: the database refused, or went away.
        Unreadable: a value is not one its Arrow type can hold exactly.
    """
    if rows < 1:
        raise ValueError(f"a batch of {rows} rows")
    return _batches(session, sql, rows, on_rows)


def _batches(
    session: Session | Login, sql: str, rows: int, on_rows: OnRows | None
) -> Iterator[pa.RecordBatch]:
    with _reading(session) as wire:
        columns = wire.ask(sql)
        schema = pa.schema([column.field for column in columns])
        held = pa.Table.from_batches([], schema)
        given = False
        for piece in _decoded(wire, columns, schema, on_rows):
            held = pa.concat_tables([held, pa.Table.from_batches([piece])])
            while held.num_rows >= rows:
                yield _one(held.slice(0, rows), schema)
                held, given = held.slice(rows), True
        if held.num_rows or not given:
            yield _one(held, schema)


def _one(part: pa.Table, schema: pa.Schema) -> pa.RecordBatch:
    """The rows of `part` in one piece of memory of their own."""
    if not part.num_rows or not schema:
        return pa.RecordBatch.from_pylist([], schema)
    return part.combine_chunks().to_batches()[0]


def _decoded(
    wire: Session, columns: tuple[Column, ...], schema: pa.Schema, on_rows: OnRows | None
) -> Iterator[pa.RecordBatch]:
    """The result as it comes in: a batch for each piece."""
    count = 0
    for piece, rows in pieces(wire, len(columns)):
        heads, arrays = rows + _FIXED, []
        for column in columns:
            values = Values(piece, heads)
            arrays.append(column.read(values))
            heads = values.after
        count += len(rows)
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)
        if on_rows is not None:
            on_rows(count)


@contextmanager
def _reading(session: Session | Login) -> Iterator[Session]:
    """A session to read in; whatever ends the reading early ends the statement, too."""
    wire = Session(session) if isinstance(session, Login) else session
    try:
        yield wire
    except BaseException:
        if not wire.done:
            wire.cancel()
            wire.abort()
        raise
    finally:
        if wire is not session:
            wire.end()
