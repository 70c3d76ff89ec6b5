"""Every type arrives as what it is, NULL and empty results included."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pyarrow as pa
import pytest
from redshift_connector.error import ProgrammingError

from studiogate.errors import Unreadable
from studiogate.warehouse.reading import fast
from studiogate.warehouse.reading.columns import Column
from studiogate.warehouse.reading.pieces import pieces
from studiogate.warehouse.reading.session import Session
from studiogate.warehouse.reading.values import Values
from tests.kit.reading import Replayed, message, row

pytestmark = pytest.mark.filterwarnings("ignore:ssl.:DeprecationWarning")

SUPER, VARBYTE = 4000, 6551

TYPES = [
    ("smallint", "(-32768)::int2", pa.int16(), -32768),
    ("integer", "2147483647::int4", pa.int32(), 2147483647),
    ("bigint", "(-9223372036854775807)::int8", pa.int64(), -9223372036854775807),
    ("real", "1.5::float4", pa.float32(), 1.5),
    ("double", "0.1::float8", pa.float64(), 0.1),
    ("boolean", "true", pa.bool_(), True),
    ("numeric", "(-12.30)::numeric(12,2)", pa.decimal128(12, 2), Decimal("-12.30")),
    ("money to the last digit", "12345678901234567890123456789012345.678::numeric(38,3)",
     pa.decimal128(38, 3), Decimal("12345678901234567890123456789012345.678")),
    ("small numeric", "0.00012::numeric(5,5)", pa.decimal128(5, 5), Decimal("0.00012")),
    ("text", "'Ünïcøde 🐘 ''quoted'''", pa.large_string(), "Ünïcøde 🐘 'quoted'"),
    ("empty text", "''::varchar(5)", pa.large_string(), ""),
    ("char", "'ab'::char(4)", pa.large_string(), "ab  "),
    ("date", "date '2026-02-28'", pa.date32(), date(2026, 2, 28)),
    ("old date", "date '0001-01-01'", pa.date32(), date(1, 1, 1)),
    ("time", "time '23:59:59.123456'", pa.time64("us"), time(23, 59, 59, 123456)),
    ("round time", "time '07:00:00'", pa.time64("us"), time(7)),
    ("time with zone", "timetz '07:00:00+02'", pa.large_string(), "07:00:00+02"),
    ("timestamp", "timestamp '1999-12-31 23:59:59.000001'", pa.timestamp("us"),
     datetime(1999, 12, 31, 23, 59, 59, 1)),  # noqa: DTZ001 - the type has no zone
    ("timestamp with zone", "timestamptz '2026-07-01 12:00:00+02'", pa.timestamp("us", "UTC"),
     datetime(2026, 7, 1, 10, tzinfo=UTC)),
    ("bytes", "decode('00ff5c27','hex')", pa.large_binary(), b"\x00\xff\\'"),
    ("json", "'{\"a\": [1, null]}'::jsonb", pa.large_string(), '{"a": [1, null]}'),
    ("interval", "interval '1 day 2 hours'", pa.large_string(), "1 day 02:00:00"),
]  # fmt: skip


def test_s1_34_every_type_is_kept_beside_null(session: Session) -> None:
    columns = ", ".join(f'{sql} as "{name}"' for name, sql, _, _ in TYPES)
    fast.table(session, f"create temp table every as select {columns}")
    fast.table(session, "insert into every (smallint) values (null)")

    table = fast.table(session, "select * from every")

    assert table.schema.types == [type_ for _, _, type_, _ in TYPES]
    first, last = table.to_pylist()
    assert list(first.items()) == [(name, value) for name, _, _, value in TYPES]
    assert set(last.values()) == {None}


def test_an_empty_result_keeps_its_columns_and_types(session: Session) -> None:
    columns = ", ".join(f'{sql} as "{name}"' for name, sql, _, _ in TYPES)

    table = fast.table(session, f"select {columns} where false")

    assert table.num_rows == 0
    assert table.schema.names == [name for name, _, _, _ in TYPES]
    assert table.schema.types == [type_ for _, _, type_, _ in TYPES]


def test_a_numeric_of_no_stated_precision_is_exact(session: Session) -> None:
    table = fast.table(session, "select 1::numeric / 8 as x union all select null")

    assert table.schema.types == [pa.decimal128(38, 3)]
    assert table["x"].to_pylist() == [Decimal("0.125"), None]


def test_two_columns_of_one_name_are_two_columns(session: Session) -> None:
    assert fast.table(session, "select 1 as a, 'x' as a").schema.names == ["a", "a"]


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("timestamp 'infinity'", id="a time without end"),
        pytest.param("date 'infinity'", id="a day without end"),
        pytest.param("'NaN'::numeric", id="a number that is none"),
        pytest.param("time '24:00:00'", id="a time that is tomorrow"),
    ],
)
def test_what_arrow_cannot_hold_is_refused_and_the_column_named(
    session: Session, sql: str
) -> None:
    with pytest.raises(Unreadable, match="“odd”"):
        fast.table(session, f"select {sql} as odd")


def test_varbyte_and_super_are_read_as_redshift_sends_them() -> None:
    rows: list[list[bytes | None]] = [
        [b"00ff5c27", b'{"a": [1]}'],
        [None, None],
        [b"", b"null"],
    ]
    sent = b"".join(map(row, rows)) + message(b"Z", b"I")
    (piece, starts), *_ = pieces(Replayed(sent), 2)

    raw = Values(piece, starts + 7)
    json = Values(piece, raw.after)

    assert Column("b", VARBYTE, -1).read(raw).to_pylist() == [b"\x00\xff\\'", None, b""]
    assert Column("s", SUPER, -1).read(json).to_pylist() == ['{"a": [1]}', None, "null"]


TEXTS = {
    3000: "0101000020E6100000000000000000F03F0000000000000040",
    3001: "0101000020E6100000000000000000F03F0000000000000040",
    2935: '{"version":1,"logm":15,"sparse":{"indices":[1],"values":[2]}}',
    1188: "1 years 2 mons",
    1190: "1 days 2 hours 3 mins 4.5 secs",
    1266: "07:00:00.000001+02",
    1005: "{1,NULL,3}",
    99999: "of a type that is not known yet",
}
"""Redshift's own, by their numbers, as they come in text: geometry, geography, HLLSKETCH, the
two intervals, a time with a zone, an array."""


@pytest.mark.parametrize(("oid", "sent"), TEXTS.items())
def test_what_arrow_has_no_type_for_is_the_text_that_redshift_sends(
    oid: int, sent: str
) -> None:
    stream = row([sent.encode()]) + row([None]) + message(b"Z", b"I")
    (piece, starts), *_ = pieces(Replayed(stream), 1)
    column = Column("c", oid, -1)

    assert column.field.type == pa.large_string()
    assert not column.kind.binary
    assert column.read(Values(piece, starts + 7)).to_pylist() == [sent, None]


def test_half_a_byte_is_refused() -> None:
    (piece, starts), *_ = pieces(Replayed(row([b"00f"]) + message(b"Z", b"I")), 1)

    with pytest.raises(Unreadable, match="half a byte"):
        Column("b", VARBYTE, -1).read(Values(piece, starts + 7))


def test_a_number_of_another_width_is_refused() -> None:
    (piece, starts), *_ = pieces(Replayed(row([b"12345"]) + message(b"Z", b"I")), 1)

    with pytest.raises(Unreadable, match="5 bytes, not 4"):
        Column("n", 23, -1).read(Values(piece, starts + 7))


def test_the_database_s_own_refusal_goes_on_and_so_does_the_session(session: Session) -> None:
    with pytest.raises(ProgrammingError, match="42P01"):
        fast.table(session, "select * from nowhere")
    with pytest.raises(ProgrammingError, match="22012"):
        fast.table(session, "select 1 / (3 - i) from generate_series(1, 5) i")

    assert fast.table(session, "select 1 as a").to_pylist() == [{"a": 1}]
