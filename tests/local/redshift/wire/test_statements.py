"""Every statement is seen: rewritten or refused on its way, ended on request, and written down."""

import json
import socket
import threading
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from redshift_connector.error import ProgrammingError

from studiogate.local.redshift.engine import frames
from studiogate.local.redshift.engine.talk import Talk
from studiogate.local.redshift.parts import Failed, Grant, Statement
from tests.kit.redshift import SALES, Redshift, admin, signed_in
from tests.kit.waiting import PATIENCE_S

ADMIN_GRANT = Grant("admin", "admin", source_identity="ada")
LONG = "select count(*) from generate_series(1, 1000000000000) g"


def lines(sales: Redshift, text: str) -> list[Statement]:
    return [line for line in sales.told if line.text == text]


def test_a_refused_statement_fails_its_transaction_and_nothing_else(sales: Redshift) -> None:
    with closing(admin(sales)) as connection, connection.cursor() as cursor:
        cursor.execute("create temp table kept (n int)")
        with pytest.raises(psycopg2.errors.FeatureNotSupported, match="UNLOAD is not emulated"):
            cursor.execute("unload ('select 1') to 's3://there'")
        with pytest.raises(psycopg2.errors.InFailedSqlTransaction):
            cursor.execute("select 1")
        connection.rollback()
        cursor.execute("select 1")

        assert cursor.fetchone() == (1,)


def test_a_refused_statement_that_was_to_be_prepared_fails_alike(sales: Redshift) -> None:
    with closing(signed_in(sales, "ada")) as connection, closing(connection.cursor()) as cursor:
        with pytest.raises(Exception, match="UNLOAD is not emulated"):
            cursor.execute("unload (%s)", ("x",))
        connection.rollback()
        cursor.execute("select 1 + %s", (1,))

        assert cursor.fetchone() == [2]


def test_a_statement_is_rewritten_and_written_down_as_it_was_sent(sales: Redshift) -> None:
    sql = "select getdate() is not null as rewritten"
    with closing(admin(sales)) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.fetchone() == (True,)

    (line,) = lines(sales, sql)
    assert (line.status, line.rows, line.user, line.database) == ("success", 1, "admin", "dev")


def test_s1_20_one_line_joins_the_person_the_user_the_network_and_the_sql(
    sales: Redshift,
) -> None:
    sql = "select 'who was it'"
    known = {"source_identity": "ada@corp", "caller": "arn:aws:sts::4:assumed-role/Reader/ada"}
    with (
        closing(signed_in(sales, "ada", network="lob-b", **known)) as connection,
        closing(connection.cursor()) as cursor,
    ):
        cursor.execute(sql)

    kept = (sales.folder / "444444444444/eu-west-1/cluster/sales/statements.jsonl").read_text()
    (line,) = [found for row in kept.splitlines() if (found := json.loads(row))["text"] == sql]
    expected = {"user": "ada", "network": "lob-b", "status": "success", **known}
    assert {key: line[key] for key in expected} == expected


def test_a_failure_is_written_down_with_its_code(sales: Redshift) -> None:
    sql = "select * from nowhere_at_all"
    with (
        closing(admin(sales)) as connection,
        connection.cursor() as cursor,
        pytest.raises(psycopg2.errors.UndefinedTable),
    ):
        cursor.execute(sql)

    (line,) = lines(sales, sql)
    assert (line.status, line.details["code"]) == ("failed", "42P01")


def test_the_log_is_in_the_database_within_a_second_and_everybody_sees_their_own(
    sales: Redshift,
) -> None:
    view = "create or replace view seen as select * from"
    with closing(admin(sales)) as connection, connection.cursor() as cursor:
        cursor.execute("select 'mine alone'")
        connection.commit()
        cursor.execute(f"{view} (select 1 as n) s")
        connection.rollback()
        cursor.execute("select count(*) from pg_journal.statements")
        assert cursor.fetchone() == (0,)  # whoever may read all data may not read this

    def kept() -> bool:
        rows = sales.run(
            owner_reads(sales, "select 1 from pg_journal.statements where text = $1")
        )
        return bool(rows)

    assert sales.settled(kept)
    with closing(signed_in(sales, "eve")) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("select pg_journal.sees('eve'), pg_journal.sees('admin')")
        assert cursor.fetchone() == [True, False]


async def owner_reads(sales: Redshift, sql: str) -> Any:
    talk = await Talk.begun(sales.socket(SALES), user="rdsdb", database="dev")
    try:
        return (await talk.ask(sql, "select 'mine alone'")).rows
    finally:
        await talk.close()


def cancels(sales: Redshift, pid: int, key: bytes) -> None:
    with socket.create_connection(("127.0.0.1", sales.port()), PATIENCE_S) as found:
        found.sendall(frames.cancelling(pid, key))
        assert found.recv(1) == b""


def test_a_statement_is_cancelled_by_its_sessions_key_and_by_no_other(sales: Redshift) -> None:
    failures: list[Exception] = []

    def ask() -> None:
        try:
            with closing(connection.cursor()) as cursor:
                cursor.execute(LONG)
        except ProgrammingError as failed:
            failures.append(failed)

    with closing(signed_in(sales, "ada")) as connection:
        told: bytes = connection._backend_key_data
        pid, key = int.from_bytes(told[:4]), told[4:]
        asking = threading.Thread(target=ask)
        asking.start()
        for wrong in (b"\0\0\0\0", b"", b"\0" * 32):
            cancels(sales, pid, wrong)
        asking.join(0.3)
        assert asking.is_alive()

        def ended() -> bool:
            cancels(sales, pid, key)
            asking.join(0.1)
            return not asking.is_alive()

        assert sales.settled(ended)
    assert "canceling statement due to user request" in str(failures[0])
    assert lines(sales, LONG)[-1].status == "cancelled"


def test_the_data_api_runs_a_statement_with_named_parameters_in_redshifts_types(
    sales: Redshift,
) -> None:
    sql = "select :n::int as n, ':n' as t, null::numeric(8,3) as d, true as b where 1 = :one -- :no"

    result = sales.run(sales.databases.run(SALES, ADMIN_GRANT, sql, {"n": "7", "one": "1"}))

    assert [(c.name, c.type, c.precision, c.scale) for c in result.columns] == [
        ("n", "int4", 0, 0),
        ("t", "varchar", 0, 0),
        ("d", "numeric", 8, 3),
        ("b", "bool", 0, 0),
    ]
    assert [list(row) for row in result.rows] == [[7, ":n", None, True]]
    (line,) = lines(sales, sql)
    assert (line.network, line.source_identity, line.rows) == ("data-api", "ada", 1)


@pytest.mark.parametrize(
    ("sql", "parameters", "told"),
    [
        ("select :a", {"b": "1"}, "Cannot find parameter: a"),
        ("select 1", {"b": "1"}, r"Unused parameters: \[b\]"),
        ("unload ('x')", {}, "UNLOAD is not emulated"),
        ("select 1; select 2", {}, "cannot insert multiple commands"),
        ("select '\0'", {}, "NUL"),
        ("select pg_read_file('/etc/passwd')", {}, "permission denied"),
    ],
)
def test_the_data_api_says_what_the_database_refused(
    sales: Redshift, sql: str, parameters: dict[str, str], told: str
) -> None:
    with pytest.raises(Failed, match=told):
        sales.run(sales.databases.run(SALES, ADMIN_GRANT, sql, parameters))


def test_a_statement_of_the_data_api_is_cancelled_in_the_database(sales: Redshift) -> None:
    sql = f"{LONG} -- data api"
    running = sales.start(sales.databases.run(SALES, ADMIN_GRANT, sql))

    def at_work() -> int:
        with closing(admin(sales)) as connection, connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_stat_activity where state = 'active'"
                " and query like '%data api' and pid <> pg_backend_pid()"
            )
            return int(cursor.fetchone()[0])

    assert sales.settled(lambda: at_work() == 1)
    running.cancel()
    assert sales.settled(lambda: at_work() == 0)
    assert sales.settled(lambda: [line.status for line in lines(sales, sql)] == ["cancelled"])
