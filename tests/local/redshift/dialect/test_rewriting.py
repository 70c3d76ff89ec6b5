"""Statements of Redshift, said in PostgreSQL's words: exactly what must change, and no more."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.local.redshift.dialect.redshift import RedshiftDialect
from studiogate.local.redshift.dialect.tokens import tokens
from studiogate.local.redshift.wire.ports import Refused
from tests.kit.redshift_sql import SQL

DIALECT = RedshiftDialect()

REWRITTEN = [
    ("select nvl(a, b, 0)", "select coalesce(a, b, 0)"),
    ("select NVL2(x, 1, 2)", "select (case when (x) is not null then 1 else 2 end)"),
    (
        "select decode(x, null, 'none', 1, 'one', 'more')",
        """select (case when (x) is not distinct from (null) then 'none'
        when (x) is not distinct from (1) then 'one' else 'more' end)""",
    ),
    ("select decode('00', 'hex')", "select decode('00', 'hex')"),
    ("select nvl(nvl(a, 1), 2)", "select coalesce(coalesce(a, 1), 2)"),
    ("select dateadd(month, 1, d)", "select dateadd('month', 1, d)"),
    ("select datediff(day, '2020-01-01', d)", "select datediff('day', '2020-01-01'::timestamp, d)"),
    ("select convert(varchar(max), x)", "select cast(x as varchar(65535))"),
    (
        "select listagg(name, ', ') within group (order by id desc) from t",
        "select string_agg((name)::text, ', ' order by id desc) from t",
    ),
    (
        "select listagg(distinct name, ',') within group (order by name) from t",
        "select string_agg(distinct (name)::text, ',' order by (name)::text) from t",
    ),
    ("select sysdate, t.sysdate from t", "select pg_catalog.sysdate(), t.sysdate from t"),
    ("select 1 minus select 2", "select 1 except select 2"),
    ("select top 5 a from t order by a", "select a from t order by a limit 5"),
    ("select * from (select top 2 a from t) x", "select * from (select a from t limit 2 ) x"),
    ("select case x when 1 then -4WHEN 2 then 5 end", "select case x when 1 then -4 WHEN 2 then 5 end"),
    ("select approximate count(distinct a) from t", "select count(distinct a) from t"),
    ("select median(x) from t", "select percentile_cont(0.5) within group (order by x) from t"),
    ("select 'abc'::varbyte", "select pg_catalog.varbyte_of('abc')::varbyte"),
    ("select cast('abc' as super)", "select cast(pg_catalog.super_of('abc')as super)"),
    ("select x::nvarchar(5)", "select x::varchar(5)"),
    ('select "Total" from "Users" u', 'select "total" from "users" u'),
    ('grant select on "Users" to "Ada"', 'grant select on "users" to "Ada"'),
    ('alter table "T" rename to "U"', 'alter table "t" rename to "u"'),
    ('alter table "T" owner to "Ada"', 'alter table "t" owner to "Ada"'),
    ('select user, "X"', 'select user, "x"'),
    ('create user "Ada" password disable', 'create user "Ada"'),
    ("create table #t (a int)", 'create temp table "#t" (a int)'),
    ("select * from #T join a on a.x = 5 # 3", 'select * from "#t" join a on a.x = 5 # 3'),
    ("cancel 123 'enough'", "select pg_catalog.pg_cancel_backend(123)"),
    ("set query_group to 'x'", "set redshift.query_group to 'x'"),
    ("show query_group", "show redshift.query_group"),
    ("set statement_timeout to 1000", "set statement_timeout to 1000"),
    ("select name as top, qty limit from t", "select name as top, qty limit from t"),
    ("create user ada password disable nocreateuser in group g", "create user ada in group g"),
    ("alter user ada password disable", "alter user ada password null"),
    ("grant select on t to group g, role r, ada", "grant select on t to group g, r, ada"),
    ("grant role r to role s", "grant r to s"),
    ("revoke role r from ada", "revoke r from ada"),
    ("show schemas from database dev", "select * from pg_catalog.show_schemas('dev')"),
    (
        "SHOW TABLES FROM SCHEMA $1.$2 LIKE $3;",
        "select * from pg_catalog.show_tables($1, $2) where table_name like $3;",
    ),
    (
        'show columns from table "My Schema".t limit 5',
        "select * from pg_catalog.show_columns(NULL, 'my schema', 't') limit 5",
    ),
]  # fmt: skip


def spaced(sql: str) -> str:
    """With one space where there are several, to compare."""
    return re.sub(r"\s+", " ", sql).replace(" ,", ",").strip()


@pytest.mark.parametrize(("sql", "instead"), REWRITTEN)
def test_what_redshift_alone_says_is_said_otherwise(sql: str, instead: str) -> None:
    assert spaced(DIALECT.rewritten(sql)) == spaced(instead)


@pytest.mark.parametrize("sql", [sql for sql, _ in REWRITTEN])
def test_what_was_rewritten_once_stays(sql: str) -> None:
    once = DIALECT.rewritten(sql)
    assert DIALECT.rewritten(once) == once


@given(SQL)
def test_any_text_is_rewritten_once_or_refused(sql: str) -> None:
    try:
        once = DIALECT.rewritten(sql)
    except Refused:
        return
    assert DIALECT.rewritten(once) == once


@given(st.text(alphabet="abc'\\;(),-/*$ nvl\n", max_size=20))
def test_literals_and_comments_are_never_touched(text: str) -> None:
    quoted = "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
    comment = "/*" + text.replace("*", "").replace("/", "") + "*/"
    pieces = (
        "select nvl(",
        quoted,
        ", a)",
        comment,
        "; select top 1 sysdate, ",
        quoted,
        "from t",
    )
    sql = "".join(pieces)
    texts = [token.text for token in tokens(DIALECT.rewritten(sql))]
    assert texts.count(quoted) == 2
    assert comment in texts


@pytest.mark.parametrize(
    "sql",
    [
        "select * from users where id = $1",
        "with a as (select 1) select * from a union all select 2 limit 3",
        "insert into t (a, b) values (1, 'dateadd(month, 1, x)')",
        'select "nvl"(1), schema.nvl(2) from t -- nvl(3)',
        "begin; update t set a = 1; commit",
        "explain select 1",
        "call p(1, 'x')",
        "vacuum",
        "analyze t",
        "truncate t",
        "",
        ";;",
        "-- only a comment",
    ],
)  # fmt: skip
def test_everything_else_is_passed_on_as_it_is(sql: str) -> None:
    assert DIALECT.rewritten(sql) == sql


def test_as_many_statements_come_out_as_went_in() -> None:
    done = DIALECT.rewritten(
        "create table a (x int encode raw) diststyle even; select top 1 x from a"
    )
    assert done.count(";") == 1
    assert done.index("redshift-table") < done.index(";")


@pytest.mark.parametrize(
    "sql",
    [
        "".join(("insert into t values (0, '', 0.5)", ", (1, 'text', 1.5)" * 2000)),
        "select " + "nvl(" * 1000 + "1" + ",0)" * 1000,
        "select table_schem from " + "(" * 3000 + "select 1" + ")" * 3000,
        "select '" + "\\" * 20_000,
        "/*" * 20_000,
        "select " + "$" * 20_000,
    ],
    ids=["rows", "calls", "brackets", "backslashes", "comments", "dollars"],
)
def test_a_long_statement_is_read_to_its_end(sql: str) -> None:
    assert len(DIALECT.rewritten(sql)) >= len(sql)
