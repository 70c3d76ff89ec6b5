"""A value bound into a statement is that value, and nothing else, however quotes are read."""

import math
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import Unbound
from studiogate.warehouse.reading import fast
from studiogate.warehouse.reading.bound import bound
from studiogate.warehouse.reading.session import Session

pytestmark = pytest.mark.filterwarnings("ignore:ssl.:DeprecationWarning")

CET = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "NULL"),
        (pd.NA, "NULL"),
        (pd.NaT, "NULL"),
        (True, "TRUE"),
        (np.False_, "FALSE"),
        (7, "7"),
        (np.int64(7), "7"),
        (-7, "(-7)"),
        (1.5, "CAST('1.5' AS FLOAT8)"),
        (np.float64(-0.1), "CAST('-0.1' AS FLOAT8)"),
        (math.nan, "CAST('NaN' AS FLOAT8)"),
        (-math.inf, "CAST('-Infinity' AS FLOAT8)"),
        (Decimal("1.50"), "1.50"),
        (Decimal("-1E+3"), "(-1000)"),
        ("it's", "'it''s'"),
        ("a\\b", "('a' || CHR(92) || 'b')"),
        ("\\'; drop table t; --", "('' || CHR(92) || '''; drop table t; --')"),
        (b"\x00\xff", "FROM_HEX('00ff')"),
        (date(2026, 1, 2), "CAST('2026-01-02' AS DATE)"),
        (datetime(2026, 1, 2, 3), "CAST('2026-01-02 03:00:00' AS TIMESTAMP)"),  # noqa: DTZ001
        (datetime(2026, 1, 2, 3, tzinfo=CET),
         "CAST('2026-01-02 02:00:00+00:00' AS TIMESTAMPTZ)"),
        (pd.Timestamp(2026, 1, 2, tz=UTC), "CAST('2026-01-02 00:00:00+00:00' AS TIMESTAMPTZ)"),
        (np.datetime64("2026-01-02"), "CAST('2026-01-02 00:00:00' AS TIMESTAMP)"),
        (time(3, 4, 5), "CAST('03:04:05' AS TIME)"),
        (UUID(int=1), "'00000000-0000-0000-0000-000000000001'"),
        ([1, 2], "(1, 2)"),
        (("a", "b'"), "('a', 'b''')"),
    ],
)  # fmt: skip
def test_a_value_is_written_as_its_literal(value: object, written: str) -> None:
    assert bound("select :v", {"v": value}) == f"select {written}"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("a\0b", id="NUL"),
        pytest.param("\ud800", id="half a character"),
        pytest.param(Decimal("NaN"), id="a decimal that is no number"),
        pytest.param(Decimal("1e999999999"), id="a decimal that would fill the memory"),
        pytest.param(Decimal("1e-999999999"), id="one of as many places"),
        pytest.param(10**38, id="39 digits"),
        pytest.param([], id="an empty list"),
        pytest.param([1, None], id="NULL in a list"),
        pytest.param([[1]], id="a list in a list"),
        pytest.param({"a": 1}, id="a dictionary"),
        pytest.param(object(), id="an object"),
        pytest.param(pd.Timestamp("2026-01-01 00:00:00.000000001"), id="nanoseconds"),
        pytest.param(datetime(1, 1, 1, tzinfo=CET), id="before there were years"),
    ],
)
def test_what_has_no_literal_is_refused_by_its_name(value: object) -> None:
    with pytest.raises(Unbound, match=":v "):
        bound("select :v", {"v": value})


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        ("select x::int, :v", "select x::int, 1"),
        ("select ':v', \":v\", :v", "select ':v', \":v\", 1"),
        ("select 'it''s :v', :v", "select 'it''s :v', 1"),
        ("select :v -- :v\n, :v", "select 1 -- :v\n, 1"),
        ("select /* :v /* :v */ :v */ :v", "select /* :v /* :v */ :v */ 1"),
        ("select $$ :v $$, $t$ :v $$ $t$, :v", "select $$ :v $$, $t$ :v $$ $t$, 1"),
        ("select a[1:2], a[x:v], :v", "select a[1:2], a[x:v], 1"),
        ("select 1-:v, (:v), :v::int", "select 1-1, (1), 1::int"),
        ("select 'a\\\\b', :v", "select 'a\\\\b', 1"),
    ],
)  # fmt: skip
def test_a_name_counts_outside_quotes_comments_and_casts(sql: str, written: str) -> None:
    assert bound(sql, {"v": 1}) == written


def test_without_parameters_a_statement_is_left_alone() -> None:
    assert bound("select ':a', :a", None) == "select ':a', :a"


@pytest.mark.parametrize(
    ("sql", "params", "reason", "named"),
    [
        ("select :a, :b", {"a": 1}, "missing-parameter", ":b"),
        ("select :a", {"a": 1, "c": 2}, "unused-parameter", ":c"),
        ("select ':a'", {"a": 1}, "unused-parameter", ":a"),
        ("select 'it\\'s :a', ':a'", {"a": 1}, "ambiguous-quotes", "backslash"),
    ],
)
def test_names_and_values_have_to_agree(
    sql: str, params: dict[str, object], reason: str, named: str
) -> None:
    with pytest.raises(Unbound, match=named) as refused:
        bound(sql, params)

    assert refused.value.reason == reason


def end_of_literal(sql: str, *, escapes: bool) -> int:
    """Where a literal in quotes that begins at 0 ends, as one of two kinds of server reads it."""
    at = 1
    while at < len(sql):
        if escapes and sql[at] == "\\":
            at += 2
        elif sql[at] == "'" and sql[at + 1 : at + 2] != "'":
            return at + 1
        else:
            at += 2 if sql[at] == "'" else 1
    return len(sql) + 1


@given(st.text(st.sampled_from("ab'\\\"$:;-/* \n")), st.booleans())
def test_no_text_gets_out_of_its_quotes(text: str, escapes: bool) -> None:  # noqa: FBT001
    written = bound(":v", {"v": text}).strip("()")

    read = ""
    while written:
        if written.startswith("'"):
            end = end_of_literal(written, escapes=escapes)
            read += written[1 : end - 1].replace("''", "'")
        else:
            end = len(" || CHR(92) || ")
            assert written[:end] == " || CHR(92) || "
            read += "\\"
        written = written[end:]

    assert read == text


@given(st.text(st.sampled_from("ab'\\\"$:;-/* \n"), max_size=12))
def test_a_statement_is_changed_at_its_parameters_alone(sql: str) -> None:
    try:
        written = bound(sql, {"a": 1})
    except Unbound:
        return

    assert written.count("1") == (len(sql) - len(written))  # each `:a` became one letter


def test_what_is_bound_arrives(session: Session) -> None:
    given_: dict[str, object] = {
        "text": "it's \\'; drop table x; -- 🐘\n:number $$ /*",
        "number": Decimal("12345678901234567890.123456789"),
        "float": 0.1,
        "day": date(1999, 12, 31),
        "at": datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
        "o_clock": time(23, 59, 59, 1),
        "truth": True,
        "minus": -5,
        "nothing": None,
    }
    sql = "select " + ", ".join(f':{name} as "{name}"' for name in given_)

    (got,) = fast.table(session, bound(sql, given_)).to_pylist()

    assert got == given_


def test_a_list_is_for_in(session: Session) -> None:
    sql = "select i from generate_series(1, 9) i where i in :some and 10-:less > i order by i"

    table = fast.table(session, bound(sql, {"some": [2, 3, 8], "less": -1}))

    assert table["i"].to_pylist() == [2, 3, 8]
