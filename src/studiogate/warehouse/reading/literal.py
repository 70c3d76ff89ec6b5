r"""Python's values as literals, which mean the same however a server reads `\`.

Negative numbers are in parentheses: `-:days` must not become a comment.  What must keep its
type says it (CAST).
"""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import numpy as np
import pandas as pd

_DIGITS: Final = 38
"""Of the longest numeric that Redshift has."""

_TOO_LONG: Final = f"has more than {_DIGITS} digits"


def literal(value: object) -> str:
    """`value` in SQL.

    Raises:
        ValueError: it is of a type that can be written, and itself cannot be.
        TypeError: it is of another type.
    """
    plain = _plain(value)
    if plain is None:
        return "NULL"
    for kind in type(plain).__mro__:
        if kind in _WRITERS:
            return _WRITERS[kind](plain)
    raise TypeError(f"is {type(value).__name__}, which has no literal")


def _plain(value: object) -> object:
    """Python's own value for one of numpy's or pandas'."""
    if value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.datetime64):
        return _plain(pd.Timestamp(value))
    if isinstance(value, pd.Timestamp):
        if value.nanosecond:
            raise ValueError("has nanoseconds, which no timestamp of Redshift holds")
        return value.to_pydatetime()
    if isinstance(value, np.generic):
        return value.item()
    return value


def _bool(value: bool) -> str:  # noqa: FBT001 - the value itself
    return "TRUE" if value else "FALSE"


def _digits(text: str) -> str:
    if sum(letter.isdigit() for letter in text) > _DIGITS:
        raise ValueError(_TOO_LONG)
    return f"({text})" if text.startswith("-") else text


def _int(value: int) -> str:
    return _digits(format(value, "d"))


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError("is a Decimal that is no number")
    if abs(value.adjusted()) > _DIGITS:  # written out it could fill the memory
        raise ValueError(_TOO_LONG)
    return _digits(format(value, "f"))


def _float(value: float) -> str:
    if math.isnan(value):
        return "CAST('NaN' AS FLOAT8)"
    if math.isinf(value):
        return f"CAST('{'-' if value < 0 else ''}Infinity' AS FLOAT8)"
    return f"CAST('{float(value)!r}' AS FLOAT8)"


def _str(value: str) -> str:
    if "\0" in value:
        raise ValueError("holds a NUL, which no text of a database can")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError("holds half of a surrogate pair, which is no character")
    quoted = ["'" + part.replace("'", "''") + "'" for part in value.split("\\")]
    return quoted[0] if len(quoted) == 1 else f"({' || CHR(92) || '.join(quoted)})"


def _bytes(value: bytes | bytearray) -> str:
    return f"FROM_HEX('{value.hex()}')"


def _datetime(value: datetime) -> str:
    if value.utcoffset() is None:
        return f"CAST('{value.replace(tzinfo=None).isoformat(' ')}' AS TIMESTAMP)"
    return f"CAST('{value.astimezone(UTC).isoformat(' ')}' AS TIMESTAMPTZ)"


def _date(value: date) -> str:
    return f"CAST('{value.isoformat()}' AS DATE)"


def _time(value: time) -> str:
    kind = "TIME" if value.utcoffset() is None else "TIMETZ"
    return f"CAST('{value.isoformat()}' AS {kind})"


def _uuid(value: UUID) -> str:
    return f"'{value}'"


_WRITERS: Final[Mapping[type, Callable[[Any], str]]] = {
    bool: _bool,
    int: _int,
    float: _float,
    Decimal: _decimal,
    str: _str,
    bytes: _bytes,
    bytearray: _bytes,
    datetime: _datetime,
    date: _date,
    time: _time,
    UUID: _uuid,
}
