"""The types of a warehouse in Arrow: which they become, and how whole columns are read.

What a driver can trust a Redshift server to send in PostgreSQL's binary form is asked for so:
whole numbers, floats, booleans and timestamps, as redshift_connector does at every level of the
protocol.  All else comes as text, which Arrow parses.  Type numbers are those of
`redshift_connector.utils.oids`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from studiogate.errors import Unreadable
from studiogate.warehouse.reading.values import Array, ChunkedArray, Field, Values, memory

TEXT: Final = 0
BINARY: Final = 1
"""Format codes of the protocol's Bind message."""

_EPOCH_US: Final = 946_684_800_000_000
"""2000-01-01, from which timestamps are counted, in microseconds from 1970."""

_SOME_DAY: Final = pa.scalar("1970-01-01", pa.large_string())
_BETWEEN: Final = pa.scalar(" ", pa.large_string())

_DIGITS: Final = 38
_PACKED: Final = 4
_UNLIMITED: Final = pa.decimal256(2 * _DIGITS, _DIGITS)
"""For a numeric of no stated precision: 38 digits on either side of the point."""

Decode = Callable[[Values, pa.DataType], Array]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one type is read."""

    type: pa.DataType
    decode: Decode
    binary: bool = False


@dataclass(frozen=True)
class Column:
    """One column of a result, as the server describes it."""

    name: str
    oid: int
    modifier: int
    """Of the type: precision and scale of a numeric; -1 where there is none."""

    @cached_property
    def kind(self) -> Kind:
        """How it is read; a type that is not known is text, as the server writes it."""
        if self.oid == _NUMERIC:
            return _numeric(self.modifier)
        return _KINDS.get(self.oid, _AS_TEXT)

    @property
    def field(self) -> Field:
        """Its name and type in Arrow."""
        return pa.field(self.name, self.kind.type)

    def read(self, values: Values) -> Array:
        """The column of one piece of a result.

        Raises:
            Unreadable: a value is not one its Arrow type can hold exactly.
        """
        try:
            return self.kind.decode(values, self.kind.type)
        except (pa.ArrowException, ValueError) as error:
            raise Unreadable(
                f"column “{self.name}” holds a value that {self.kind.type} cannot: {error}",
                remedy="Cast the column in the statement, to varchar if to nothing else.",
                reason="not-exact",
            ) from error


def settled(table: pa.Table) -> pa.Table:
    """`table`, its numerics of no stated precision made as wide as what they hold needs.

    Redshift states a precision for every numeric; a server that does not leaves no choice but
    38 digits on either side of the point, which nobody wants to look at.
    """
    for at, field in enumerate(table.schema):
        if field.type == _UNLIMITED:
            column = _narrowed(table.column(at))
            table = table.set_column(at, field.with_type(column.type), column)
    return table


def _narrowed(column: ChunkedArray) -> ChunkedArray:
    for scale in range(_DIGITS + 1):
        try:
            return column.cast(pa.decimal128(_DIGITS, scale))
        except pa.ArrowInvalid:
            continue
    return column


def _fixed(wire: str) -> Decode:
    def decode(values: Values, type_: pa.DataType) -> Array:
        return values.array(type_, values.numbers(wire))

    return decode


def _moments(values: Values, type_: pa.DataType) -> Array:
    since = values.numbers(">i8")
    limit = np.iinfo(np.int64)
    if values.valid is not None:
        since[~values.valid] = 0
    if ((since == limit.min) | (since > limit.max - _EPOCH_US)).any():
        raise ValueError("infinity, or a time too far ahead")
    return values.array(type_, since + _EPOCH_US)


def _flags(values: Values, type_: pa.DataType) -> Array:
    flags = np.packbits(values.numbers("u1").astype(bool), bitorder="little")
    return values.array(type_, flags)


def _text(values: Values, type_: pa.DataType) -> Array:
    return values.bytes().cast(type_)


def _parsed(values: Values, type_: pa.DataType) -> Array:
    return values.bytes().cast(pa.large_string()).cast(type_)


def _times(values: Values, type_: pa.DataType) -> Array:
    """Times of day; Arrow parses them only as part of a timestamp."""
    text = values.bytes().cast(pa.large_string())
    whole: Array = pc.call_function("binary_join_element_wise", [_SOME_DAY, text, _BETWEEN])
    return whole.cast(pa.timestamp("us")).cast(type_)


def _raw(values: Values, _type: pa.DataType) -> Array:
    return values.bytes()


def _hexadecimal(values: Values, type_: pa.DataType) -> Array:
    """Bytes that the server writes as two digits each, as it does VARBYTE."""
    digits = values.bytes()
    lengths = np.maximum(values.sizes, 0)
    if (lengths % 2).any():
        raise ValueError("half a byte")
    whole = b"".join(one for one in digits.to_pylist() if one is not None)
    offsets = np.zeros(len(digits) + 1, np.int64)
    np.cumsum(lengths // 2, out=offsets[1:])
    buffers = [
        values.validity,
        memory(offsets),
        memory(bytes.fromhex(whole.decode())),
    ]
    return pa.Array.from_buffers(type_, len(digits), buffers)


def _numeric(modifier: int) -> Kind:
    """A numeric of the precision and scale in `modifier`: 16 bits each, and 4 more."""
    if modifier < _PACKED:
        return Kind(_UNLIMITED, _parsed)
    precision, scale = (modifier - _PACKED) >> 16, (modifier - _PACKED) & 0xFFFF
    if precision > _DIGITS or scale > precision:
        return Kind(_UNLIMITED, _parsed)
    return Kind(pa.decimal128(precision, scale), _parsed)


_NUMERIC: Final = 1700
_AS_TEXT: Final = Kind(pa.large_string(), _text)
_KINDS: Final[Mapping[int, Kind]] = {
    16: Kind(pa.bool_(), _flags, binary=True),
    17: Kind(pa.large_binary(), _raw, binary=True),
    20: Kind(pa.int64(), _fixed(">i8"), binary=True),
    21: Kind(pa.int16(), _fixed(">i2"), binary=True),
    23: Kind(pa.int32(), _fixed(">i4"), binary=True),
    26: Kind(pa.int64(), _parsed),  # oid
    28: Kind(pa.int64(), _parsed),  # xid
    700: Kind(pa.float32(), _fixed(">f4"), binary=True),
    701: Kind(pa.float64(), _fixed(">f8"), binary=True),
    1082: Kind(pa.date32(), _parsed),
    1083: Kind(pa.time64("us"), _times),
    1114: Kind(pa.timestamp("us"), _moments, binary=True),
    1184: Kind(pa.timestamp("us", "UTC"), _moments, binary=True),
    6551: Kind(pa.large_binary(), _hexadecimal),  # VARBYTE
}
