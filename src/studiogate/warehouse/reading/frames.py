"""Arrow tables as pandas and polars have them, with every type kept.

In pandas a type never depends on whether there happens to be a NULL: whole numbers and
booleans are the nullable ones, text is `str`, and what pandas has no type of its own for
(decimals, dates, times, bytes) stays Arrow's, exact and without an object for each value.
"""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from studiogate.errors import NotInstalled, Unreadable

if TYPE_CHECKING:
    import polars as pl

_NULLABLE: Final = {
    pa.bool_(): pd.BooleanDtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.large_string(): pd.StringDtype("pyarrow", na_value=np.nan),
}


def frame(table: pa.Table) -> pd.DataFrame:
    """`table` for pandas; columns keep order, names (twice, too) and types."""
    return table.to_pandas(types_mapper=_type, split_blocks=True)


def polars(table: pa.Table) -> "pl.DataFrame":
    """`table` for polars.

    Raises:
        NotInstalled: polars is not.
        Unreadable: two columns have one name, or a number has more digits than polars holds.
    """
    try:
        import polars as pl  # noqa: PLC0415 - who has no use for it need not have it
    except ImportError as error:
        raise NotInstalled(
            "polars is not installed in this app",
            remedy="Run `%pip install polars`, or read into pandas or Arrow.",
            reason="no-polars",
        ) from error
    _require_readable(table)
    return pl.DataFrame(table)


def _require_readable(table: pa.Table) -> None:
    """Return if polars can hold `table`: it has no columns alike, and no long decimals."""
    names = table.column_names
    for field in table.schema:
        if names.count(field.name) > 1:
            raise Unreadable(
                f"several columns are called “{field.name}”, and polars has one of a name",
                remedy="Name them apart in the statement, as `a.id as a_id`.",
                reason="same-name",
            )
        if pa.types.is_decimal256(field.type):
            raise Unreadable(
                f"column “{field.name}” holds numbers of more than 38 digits, and polars none",
                remedy="Cast the column in the statement, as `cast(x as numeric(38, 4))`.",
                reason="not-exact",
            )


def _type(type_: pa.DataType) -> Any:
    """The type in pandas for one of Arrow's; `None` for its usual one."""
    if type_ in _NULLABLE:
        return _NULLABLE[type_]
    usual = pa.types.is_floating(type_) or pa.types.is_timestamp(type_)
    return None if usual else pd.ArrowDtype(type_)
