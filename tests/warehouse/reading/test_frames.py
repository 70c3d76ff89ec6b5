"""In pandas and polars every column has the type it has in Arrow, NULL or no NULL."""

import builtins
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from studiogate.errors import NotInstalled, Unreadable
from studiogate.warehouse.reading import frames

FIELDS: list[tuple[str, pa.DataType]] = [
    ("small", pa.int16()),
    ("big", pa.int64()),
    ("ratio", pa.float64()),
    ("price", pa.decimal128(12, 2)),
    ("flag", pa.bool_()),
    ("name", pa.large_string()),
    ("day", pa.date32()),
    ("hour", pa.time64("us")),
    ("at", pa.timestamp("us")),
    ("seen", pa.timestamp("us", "UTC")),
    ("raw", pa.large_binary()),
]
SCHEMA = pa.schema(FIELDS)
VALUES: list[Any] = [
    7, 2**62, 0.5, Decimal("1.50"), True, "Ünï", date(2026, 1, 2), time(3, 4),
    datetime(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC), b"\x00",  # noqa: DTZ001
]  # fmt: skip
TYPES = {
    "small": "Int16",
    "big": "Int64",
    "ratio": "float64",
    "price": "decimal128(12, 2)[pyarrow]",
    "flag": "boolean",
    "name": "str",
    "day": "date32[day][pyarrow]",
    "hour": "time64[us][pyarrow]",
    "at": "datetime64[us]",
    "seen": "datetime64[us, UTC]",
    "raw": "large_binary[pyarrow]",
}


def table(*rows: list[Any]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [[] for _ in SCHEMA]
    arrays = [pa.array(list(c), f.type) for c, f in zip(columns, SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


NULLS: list[Any] = [None] * len(VALUES)


@pytest.mark.parametrize("rows", [[VALUES], [VALUES, NULLS], [NULLS], []])
def test_types_in_pandas_do_not_depend_on_what_is_there(rows: list[list[Any]]) -> None:
    frame = frames.frame(table(*rows))

    assert {name: str(type_) for name, type_ in frame.dtypes.items()} == TYPES
    assert len(frame) == len(rows)


def test_values_in_pandas_are_exact_and_null_is_null() -> None:
    frame = frames.frame(table(VALUES, NULLS))

    first = frame.iloc[0].tolist()
    assert first[1] == 2**62
    assert first[3] == Decimal("1.50")
    assert first[5:8] == VALUES[5:8]
    assert frame.iloc[1].isna().all()
    assert frame["seen"].iloc[0] == pd.Timestamp(VALUES[9])


def test_polars_has_the_same() -> None:
    frame = frames.polars(table(VALUES, NULLS))

    assert frame.row(0) == tuple(VALUES)
    assert frame.row(1) == tuple(NULLS)
    assert frame.schema["price"] == pl.Decimal(12, 2)


@pytest.mark.parametrize(
    ("columns", "types", "reason"),
    [
        (["id", "id"], [pa.int64(), pa.int64()], "same-name"),
        (["id", "long"], [pa.int64(), pa.decimal256(76, 38)], "not-exact"),
    ],
)
def test_what_polars_cannot_hold_is_refused_with_its_name(
    columns: list[str], types: list[pa.DataType], reason: str
) -> None:
    arrays = [pa.array([1], type_) for type_ in types]

    with pytest.raises(Unreadable, match=f"“{columns[1]}”") as refused:
        frames.polars(pa.Table.from_arrays(arrays, names=columns))
    assert refused.value.reason == reason


def test_without_polars_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any, **more: Any) -> Any:
        if name == "polars":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", absent)

    with pytest.raises(NotInstalled) as refused:
        frames.polars(table())
    assert "pip install polars" in refused.value.remedy
