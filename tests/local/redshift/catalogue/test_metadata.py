"""Drivers that look around: redshift_connector and SQLAlchemy find what is there, unchanged."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from redshift_connector.error import ProgrammingError
from sqlalchemy_redshift.dialect import REFLECTION_SQL

from studiogate.local.redshift.catalogue.scripts import scripts
from studiogate.local.redshift.dialect.redshift import RedshiftDialect
from studiogate.local.redshift.parts import Grant
from studiogate.local.redshift.wire.databases import Contents
from tests.kit.redshift import SALES, Redshift, admin, redshift, signed_in

SAMPLE = {"stores", "products", "users", "orders", "order_lines", "exchange_rates"}


@pytest.fixture
def cursor(filled: Redshift) -> Iterator[Any]:
    with closing(signed_in(filled, "ada", "analysts")) as one, closing(one.cursor()) as cursor:
        yield cursor


def rows(cursor: Any, sql: str) -> list[Any]:
    cursor.execute(sql)
    return list(cursor.fetchall())


def test_redshift_connector_finds_catalogues_schemas_tables_columns(
    cursor: Any,
) -> None:
    assert [list(row) for row in cursor.get_catalogs()] == [["dev"]]
    assert ["public", "dev"] in [list(row)[:2] for row in cursor.get_schemas()]
    assert {row[2] for row in cursor.get_tables(None, "public", None, ["TABLE"])} >= SAMPLE
    columns = {row[3]: row[5] for row in cursor.get_columns(None, "public", "products")}
    assert columns["price"] == "numeric"
    assert columns["attributes"] == "super"
    assert columns["lot_mark"] == "varbyte"
    assert [row[3] for row in cursor.get_primary_keys(None, "public", "users")] == ["id"]
    assert list(cursor.get_procedures()) == []
    assert list(cursor.get_functions()) == []
    assert list(cursor.get_imported_keys(None, "public", "users")) == []
    privileges = cursor.get_table_privileges(None, "public", "users")
    assert ["analysts", "SELECT"] in [list(row)[4:6] for row in privileges]
    assert [row[1] for row in cursor.get_best_row_identifier(None, "public", "users", 0)] == [
        "id"
    ]


def test_queries_that_older_drivers_ask_are_answered_as_well(
    cursor: Any,
) -> None:
    columns = cursor.get_columns_legacy_hardcoded_query(None, "public", "products", "pri%")
    assert [list(row)[2:6] for row in columns] == [["products", "price", 2, "numeric"]]
    everywhere = cursor.get_columns_legacy_hardcoded_query(None, None, "products", "price")
    assert [list(row)[2:6] for row in everywhere] == [["products", "price", 2, "numeric"]]
    tables = cursor.get_tables_legacy_hardcoded_query(None, "public", "ord%", ["TABLE"])
    assert [row[2] for row in tables] == ["order_lines", "orders"]
    found = cursor.get_tables_legacy_hardcoded_query(None, None, "orders", ["TABLE"])
    assert [row[2] for row in found] == ["orders"]
    keys = cursor.get_primary_keys_legacy_hardcoded_query(None, "public", "users")
    assert [row[3] for row in keys] == ["id"]


def test_commands_that_show_are_answered(cursor: Any) -> None:
    assert [row[0] for row in rows(cursor, "show databases")] == ["dev"]
    shown = rows(cursor, "show tables from schema dev.public like 'order%'")
    assert [row[2] for row in shown] == ["order_lines", "orders"]
    described = rows(cursor, "show columns from table public.orders")
    assert [row[3] for row in described][:3] == ["order_id", "user_id", "store_id"]
    grants = rows(cursor, "show grants on table public.users")
    assert ("analysts", "SELECT") in {(row[6], row[4]) for row in grants}
    with pytest.raises(ProgrammingError, match="does not exist"):
        rows(cursor, "show schemas from database no")


def test_views_of_redshift_show_what_one_may_see(cursor: Any) -> None:
    seen = rows(cursor, "select table_name from svv_tables where table_schema = 'public'")
    assert {row[0] for row in seen} == {*SAMPLE, "monthly_revenue"}  # and not margins
    types = rows(
        cursor,
        "select column_name, data_type, numeric_precision, numeric_scale from svv_columns"
        " where table_name = 'orders' order by ordinal_position",
    )
    assert ["discount", "numeric", 5, 4] in types
    assert ["ordered_at", "timestamp with time zone", None, None] in types
    for view in (
        "svv_all_columns", "svv_all_tables", "svv_all_schemas", "svv_redshift_tables",
        "svv_redshift_columns", "svv_redshift_schemas", "svv_redshift_databases",
        "svv_external_tables", "svv_external_columns", "svv_external_schemas", "svv_table_info",
        "svv_relation_privileges", "svv_schema_privileges", "svv_roles", "svv_user_grants",
        "svl_user_info", "svv_user_info", "pg_table_def", "pg_user", "pg_group", "pg_proc_info",
        "stl_query", "stl_querytext", "svl_statementtext", "svl_qlog", "stl_connection_log",
        "stl_ddltext", "stl_utilitytext", "sys_query_history", "sys_connection_log",
        "stv_sessions", "stv_recents", "stv_inflight",
    ):  # fmt: skip
        rows(cursor, f"table pg_catalog.{view} limit 1")


def test_keys_and_encodings_are_in_the_catalogue(cursor: Any) -> None:
    info = rows(
        cursor,
        """select diststyle, sortkey1, tbl_rows from svv_table_info
        where "table" = 'orders'""",
    )
    assert info[0][:2] == ["KEY(user_id)", "ordered_at"]
    assert info[0][2] > 10_000
    defined = rows(
        cursor,
        """select "column", type, encoding, distkey, sortkey from pg_table_def
        where tablename = 'orders' and (distkey or sortkey <> 0 or encoding <> 'none') order by 1""",
    )
    assert defined == [
        ["channel", "character varying(8)", "bytedict", False, 0],
        ["ordered_at", "timestamp with time zone", "none", False, 1],
        ["store_id", "smallint", "none", False, 2],
        ["user_id", "bigint", "none", True, 0],
    ]


def test_what_is_forgotten_with_a_table_is_not_shown_for_the_next(filled: Redshift) -> None:
    with closing(admin(filled)) as one, one, one.cursor() as cursor:
        cursor.execute("create table gone (a int distkey, b int) sortkey (b)")
        cursor.execute("drop table gone; create table gone (a int, b int)")
        cursor.execute(
            "select diststyle, sortkey1 from svv_table_info where \"table\" = 'gone'"
        )
        assert cursor.fetchone() == ("AUTO(ALL)", None)
        cursor.execute("drop table gone")


@pytest.fixture
def engine(filled: Redshift) -> Iterator[sqlalchemy.Engine]:
    password = filled.password(Grant("IAMA:sam", "sam", ("analysts",), creates=True))
    url = sqlalchemy.URL.create(
        "redshift+psycopg2", "IAMA:sam", password, "localhost", filled.port(), SALES.database
    )
    trust = {"sslmode": "verify-full", "sslrootcert": str(filled.databases.authority)}
    made = sqlalchemy.create_engine(url, connect_args=trust, poolclass=sqlalchemy.NullPool)
    yield made
    made.dispose()


def test_sqlalchemy_reflects_tables_keys_and_comments(engine: sqlalchemy.Engine) -> None:
    found = sqlalchemy.inspect(engine)
    assert set(found.get_table_names()) >= SAMPLE
    assert found.get_view_names() == ["monthly_revenue"]
    assert found.has_table("users")
    assert not found.has_table("nowhere")
    assert found.get_pk_constraint("users")["constrained_columns"] == ["id"]
    assert found.get_foreign_keys("users") == []
    assert found.get_table_comment("users") == {"text": "People who order"}
    assert found.get_table_options("orders") == {
        "redshift_diststyle": "KEY",
        "redshift_distkey": "user_id",
        "redshift_sortkey": ("ordered_at", "store_id"),
        "redshift_interleaved_sortkey": None,
    }


def test_sqlalchemy_reads_columns_by_redshifts_own_catalogue(engine: sqlalchemy.Engine) -> None:
    asked = REFLECTION_SQL.format(
        schema_clause="AND schema = 'public'", table_clause="AND table_name = 'orders'"
    )
    with engine.connect() as connection:
        found = connection.execute(sqlalchemy.text(asked)).mappings().all()
    columns = {row["name"]: row for row in found}
    assert len(columns) == 9
    assert columns["channel"]["encode"] == "bytedict"
    assert columns["user_id"]["distkey"] is True
    assert columns["store_id"]["sortkey"] == 2
    assert columns["discount"]["format_type"] == "numeric(5,4)"
    assert columns["order_id"]["notnull"] is True


def test_one_sees_ones_own_statements_and_the_administrator_all(filled: Redshift) -> None:
    with closing(signed_in(filled, "ada", "analysts")) as ada, closing(ada.cursor()) as cursor:
        ada.autocommit = True
        cursor.execute("select 'by ada', count(*) from users")
        cursor.execute("select pg_backend_pid()")
    with closing(signed_in(filled, "bob", "analysts")) as bob, closing(bob.cursor()) as cursor:
        bob.autocommit = True
        query = "select count(*) from stl_query where querytxt like '%by ada%'"
        assert rows(cursor, query) == [[0]]
    with closing(admin(filled)) as master, master.cursor() as cursor_:
        master.autocommit = True
        asked = (
            "select usename, querytxt, aborted from stl_query q join pg_user u on u.usesysid = "
        )
        deadline = 200
        found: list[Any] = []
        while not found and (deadline := deadline - 1):
            cursor_.execute("select pg_sleep(0.02)")
            cursor_.execute(
                asked + "q.userid where querytxt like '%''by ada''%' and usename = 'ada'"
            )
            found = cursor_.fetchall()
    assert found == [("ada", "select 'by ada', count(*) from users", 0)]


def test_helper_schemas_do_not_tell_what_is_hidden(filled: Redshift) -> None:
    with closing(signed_in(filled, "ada", "analysts")) as ada, closing(ada.cursor()) as cursor:
        for attempt in (
            "select rolpassword from pg_authid",
            "insert into pg_internal.spread (relation) values (1)",
            "select pg_internal.note_spread()",
            "drop view stl_query",
            "create table pg_catalog.mine (a int)",
        ):
            with pytest.raises(ProgrammingError):
                cursor.execute(attempt)
            ada.rollback()


def test_scripts_that_have_changed_run_again_over_tables_that_use_their_types(
    tmp_path: Path,
) -> None:
    with (
        redshift(
            tmp_path, dialect=RedshiftDialect(), contents=Contents(catalogue=scripts())
        ) as first,
        closing(admin(first)) as one,
        one,
        one.cursor() as cursor,
    ):
        cursor.execute("create table kept (a super, b varbyte(9)) diststyle all")
        cursor.execute("insert into kept values (json_parse('[1]'), 'x'::varbyte)")
        cursor.execute("create view latest as select a, getdate() as at from kept")
    changed = Contents(catalogue=[script + "\n-- changed" for script in scripts()])
    with (
        redshift(tmp_path, dialect=RedshiftDialect(), contents=changed) as second,
        closing(admin(second)) as one,
        one.cursor() as cursor,
    ):
        cursor.execute("select a::varchar is null, b::varchar from kept")
        assert cursor.fetchall() == [(True, "x")]
        cursor.execute("select get_array_length(a) from latest")
        assert cursor.fetchall() == [(1,)]
        cursor.execute("""select "table", diststyle from svv_table_info""")
        assert cursor.fetchall() == [("kept", "ALL")]
