"""What PostgreSQL answered, in Redshift's words for types, as Python's values."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from studiogate.local.redshift.engine.talk import Answer
from studiogate.local.redshift.parts import Column, Result

_WORDS = {
    16: "bool", 17: "varbyte", 18: "char", 19: "name", 20: "int8", 21: "int2", 23: "int4",
    25: "varchar", 26: "oid", 114: "super", 700: "float4", 701: "float8", 1042: "bpchar",
    1043: "varchar", 1082: "date", 1083: "time", 1114: "timestamp", 1184: "timestamptz",
    1266: "timetz", 1700: "numeric", 3802: "super",
}  # fmt: skip
"""PostgreSQL's numbers of types (catalogue `pg_type`) and Redshift's names ("Data types")."""

_VALUES: dict[str, Callable[[str], Any]] = {
    "bool": lambda text: text == "t",
    "int2": int,
    "int4": int,
    "int8": int,
    "oid": int,
    "float4": float,
    "float8": float,
    "numeric": Decimal,
    "varbyte": lambda text: bytes.fromhex(text.removeprefix("\\x")),
}

_HEADER = 4
"""What a modifier of `varchar` or `numeric` counts beyond what was declared."""


def result(answer: Answer) -> Result:
    """`answer` as the Data API tells it."""
    columns = [_column(*column) for column in answer.columns]
    readers = [_VALUES.get(column.type, str) for column in columns]
    rows = [
        [
            None if value is None else read(value)
            for value, read in zip(row, readers, strict=True)
        ]
        for row in answer.rows
    ]
    return Result(columns, rows, affected=answer.count)


def _column(name: str, kind: int, modifier: int) -> Column:
    word = _WORDS.get(kind, "varchar")
    declared = modifier - _HEADER
    if declared < 0:
        return Column(name, word)
    if word == "numeric":
        return Column(name, word, precision=declared >> 16, scale=declared & 0x7FF)
    return Column(name, word, length=declared if word in {"varchar", "bpchar"} else 0)
