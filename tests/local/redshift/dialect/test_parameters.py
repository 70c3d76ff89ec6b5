"""Named parameters of the Data API become numbered ones, and nothing else does."""

import pytest
from hypothesis import given

from studiogate.local.redshift.dialect.redshift import RedshiftDialect
from studiogate.local.redshift.wire.ports import Refused
from tests.kit.redshift_sql import SQL

DIALECT = RedshiftDialect()


@pytest.mark.parametrize(
    ("sql", "done", "order"),
    [
        ("select :n, :b, :n", "select $1, $2, $1", ["1", "2"]),
        ("select :n::int, ':n', \":n\" -- :n\n, :b", "select $1::int, ':n', \":n\" -- :n\n, $2", ["1", "2"]),
        ("select '\\':n', :b, :n", "select '\\':n', $1, $2", ["2", "1"]),
        ("select /* /* */ :b */ :b, $q$:b$q$, $$ :b $$, :n", "select /* /* */ :b */ $1, $q$:b$q$, $$ :b $$, $2", ["2", "1"]),
    ],
)  # fmt: skip
def test_a_parameter_is_one_outside_literals_names_and_comments(
    sql: str, done: str, order: list[str]
) -> None:
    assert DIALECT.positioned(sql, {"n": "1", "b": "2"}) == (done, order)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("select :other, :n", "Cannot find parameter: other"),
        ("select ':n'", r"Unused parameters: \[n\]"),
        ("select 1::n", r"Unused parameters: \[n\]"),
    ],
)
def test_names_and_values_have_to_agree(sql: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        DIALECT.positioned(sql, {"n": "1"})


@given(SQL)
def test_a_statement_without_values_stays_as_it_is(sql: str) -> None:
    assert DIALECT.positioned(sql, {}) == (sql, [])
