"""One statement and its values, not run yet: in how it is read lies what it costs."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from studiogate.warehouse.connection import Session
from studiogate.warehouse.progress import Progress

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Params = Mapping[str, Any]
"""Values by name: `:id` of a statement is `id` here."""

BATCH_ROWS: Final = 100_000
"""Rows of a batch, unless somebody wants another number."""


class Query:
    """A statement and its values, not run yet; it runs each time that it is read."""

    def __init__(self, session: Session, title: str, sql: str, params: Params | None) -> None:
        self._session = session
        self._title = title
        self._sql = sql
        self._params = dict(params or {})

    def __repr__(self) -> str:
        """The statement; its values are somebody's data and are not shown."""
        return f"<query of {self._title}: {self._sql!r}>"

    def arrow(self) -> "pa.Table":
        """All rows, as an Arrow table: every type kept, the fastest way."""
        text = self.text
        with Progress(self._title) as progress:
            return self._session.table(text, on_rows=progress)

    def read(self) -> "pd.DataFrame":
        """All rows, as a pandas data frame."""
        from studiogate.warehouse.reading import frames  # noqa: PLC0415 - slow to import

        return frames.frame(self.arrow())

    def polars(self) -> "pl.DataFrame":
        """All rows, as a polars data frame.

        Raises:
            NotInstalled: polars is not installed in this app.
            Unreadable: two columns have one name, or a number has too many digits.
        """
        from studiogate.warehouse.reading import frames  # noqa: PLC0415 - slow to import

        return frames.polars(self.arrow())

    def batches(self, *, rows: int = BATCH_ROWS) -> "Iterator[pa.RecordBatch]":
        """The rows, so many at a time, in order: for what is larger than memory.

        They are read in a session of their own, which does not see the temporary tables of
        `execute`; so statements can run between two batches.
        """
        return self._session.batches(self.text, rows=rows)

    @property
    def text(self) -> str:
        """The statement as it is sent, its values bound.

        Raises:
            StatementFailed: a name has no value, a value no name, or no way to be written.
        """
        from studiogate.warehouse.reading.bound import bound  # noqa: PLC0415 - slow to import

        return bound(self._sql, self._params)
