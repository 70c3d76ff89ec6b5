"""Somebody who has got in, and wants to be more than they are: attacks on a seat from within."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import psycopg2
import pytest
from redshift_connector.error import InterfaceError, ProgrammingError

from studiogate.local.redshift.engine.talk import Talk
from studiogate.local.redshift.parts import Failed, Grant
from tests.kit.redshift import SALES, Redshift, admin, signed_in, tried
from tests.kit.written import written

LITERALS = "standard_conforming_strings"
PLAIN = {
    "default_transaction_read_only": "off",
    "statement_timeout": "0",
    "search_path": "public",
}


@contextmanager
def inside(filled: Redshift, user: str, *groups: str, **known: Any) -> Iterator[Any]:
    with closing(signed_in(filled, user, *groups, **known)) as connection:
        connection.autocommit = True
        with closing(connection.cursor()) as cursor:
            yield cursor


@contextmanager
def administering(filled: Redshift) -> Iterator[Any]:
    with closing(admin(filled)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def rows(cursor: Any, sql: str) -> list[list[Any]]:
    cursor.execute(sql)
    return [list(row) for row in cursor.fetchall()]


async def owned(filled: Redshift, sql: str, *values: str) -> Any:
    talk = await Talk.begun(filled.socket(SALES), user="rdsdb", database="dev", settings=PLAIN)
    try:
        return (await talk.ask(sql, *values)).rows
    finally:
        await talk.close()


def in_the_log(filled: Redshift, sql: str) -> bool:
    asked = "select 1 from pg_journal.statements where text = $1"
    return filled.settled(lambda: bool(filled.run(owned(filled, asked, sql))))


def test_s1_20_nobody_reads_anothers_statements_by_an_operator_of_their_own(
    filled: Redshift,
) -> None:
    with inside(filled, "victim") as cursor:
        cursor.execute("select 'what only the victim may know'")
    assert in_the_log(filled, "select 'what only the victim may know'")

    with inside(filled, "eve") as cursor:
        cursor.execute(
            "create or replace procedure everything_is_mine() as $$ begin execute"
            " 'create function public.yes(text, name) returns bool language sql as ''select true''';"
            " execute 'create operator public.= (leftarg = text, rightarg = name, function = yes)';"
            " end $$ language plpgsql"
        )
        cursor.execute("call everything_is_mine()")
        cursor.execute("set search_path to public, pg_catalog")
        seen = rows(cursor, "select querytxt from stl_query where querytxt like '%the victim%'")
        undone = "drop operator public.= (text, name); drop function public.yes(text, name)"
        cursor.execute(
            f"create procedure undo() as $$ begin execute '{undone}'; end $$ language plpgsql"
        )
        cursor.execute("call undo()")
        for name in ("undo", "everything_is_mine"):
            cursor.execute(f"drop procedure {name}()")

    assert all("stl_query" in text for (text,) in seen), "eve sees what she asked, no more"


def test_the_administrator_does_not_become_the_systems_owner_by_a_path_to_their_functions(
    filled: Redshift,
) -> None:
    with administering(filled) as cursor:
        cursor.execute("create schema trap; grant usage on schema trap to public")
        cursor.execute(
            "create function trap.jsonb_to_recordset(jsonb) returns setof record as $$ begin"
            " execute 'alter role admin superuser'; end $$ language plpgsql"
        )
        cursor.execute("alter database dev set search_path to trap, pg_catalog, public")
    try:
        with administering(filled) as cursor:
            cursor.execute("select 'noted by the owner'")

        assert in_the_log(filled, "select 'noted by the owner'")
        told = filled.run(
            owned(filled, "select rolsuper from pg_roles where rolname = 'admin'")
        )
        assert told == [["f"]]
    finally:
        filled.run(owned(filled, "alter role admin nosuperuser"))
        with administering(filled) as cursor:
            cursor.execute("alter database dev reset search_path; drop schema trap cascade")


def test_s1_20_a_database_that_is_made_read_only_is_logged_as_before(filled: Redshift) -> None:
    with administering(filled) as cursor:
        for setting in (
            "default_transaction_read_only to on",
            "statement_timeout to 1",
            "role to admin",
        ):
            cursor.execute(f"alter database dev set {setting}")
    try:
        with inside(filled, "eve") as cursor, suppress(ProgrammingError):
            cursor.execute("select 'not to be noted'")

        assert in_the_log(filled, "select 'not to be noted'")
    finally:
        filled.run(owned(filled, "alter database dev reset all"))


@pytest.mark.parametrize("way", ["options", "user"])
def test_every_session_begins_with_literals_read_as_they_were_checked(
    filled: Redshift, way: str
) -> None:
    with inside(filled, "eve") as cursor:
        if way == "user":
            cursor.execute(f"alter user eve set {LITERALS} to on")
    grant = Grant("IAM:eve", "eve")
    connection = by_libpq(filled, grant, options=f"-c {LITERALS}=on")
    with closing(connection), connection.cursor() as cursor:
        assert rows(cursor, f"show {LITERALS}") == [["off"]]
    result = filled.run(filled.databases.run(SALES, grant, f"show {LITERALS}"))
    assert [list(row) for row in result.rows] == [["off"]]


def by_libpq(filled: Redshift, grant: Grant, *, options: str) -> Any:
    return psycopg2.connect(
        host="localhost",
        port=filled.port(),
        dbname="dev",
        user=grant.login,
        password=filled.password(grant),
        sslmode="verify-full",
        sslrootcert=str(filled.databases.authority),
        options=options,
    )


def test_a_session_whose_procedure_changes_how_literals_are_read_ends(filled: Redshift) -> None:
    with inside(filled, "eve") as cursor:
        cursor.execute(
            "create or replace procedure otherwise() as $$ begin perform"
            f" set_config('{LITERALS}', 'on', false); end $$ language plpgsql"
        )
        with pytest.raises(InterfaceError, match="server socket closed"):
            cursor.execute("call otherwise()")
    with administering(filled) as cursor:
        cursor.execute("drop procedure otherwise()")


@pytest.fixture
def kept(filled: Redshift) -> Iterator[Redshift]:
    """A table that only a group may read."""
    with administering(filled) as cursor:
        cursor.execute("create group keepers; create table kept as select 42 as n")
        cursor.execute("grant select on kept to group keepers")
    yield filled
    with administering(filled) as cursor:
        cursor.execute("drop view if exists shown; drop table kept; drop group keepers")


def test_s1_16_nothing_can_be_left_behind_in_the_name_of_a_group(kept: Redshift) -> None:
    with inside(kept, "mallory", "keepers") as cursor:
        assert rows(cursor, "select n from kept") == [[42]]
        with pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute("select set_config('role', 'keepers', false)")
        cursor.execute("create table mine as select 1 as n")
        with pytest.raises(ProgrammingError, match="must be able to SET ROLE"):
            cursor.execute("alter table mine owner to keepers")
        cursor.execute("drop table mine")
        cursor.execute("create view shown as select * from kept")
        cursor.execute("grant select on shown to public")

    assert kept.settled(lambda: refused(kept, "select n from shown"))


@pytest.mark.parametrize("role", ["keepers", "admin", "rdsdb", "pg_read_all_data"])
@pytest.mark.parametrize("setting", ["role", "session_authorization"])
def test_nobody_begins_as_somebody_else(kept: Redshift, setting: str, role: str) -> None:
    member = Grant("IAMA:mallory", "mallory", groups=("keepers",), creates=True)
    told = tried(kept, member.login, kept.password(member), options=f"-c {setting}={role}")

    assert told.startswith(f"permission denied to set {setting.replace('_', ' ')}")


def refused(kept: Redshift, sql: str) -> bool:
    with inside(kept, "eve") as cursor:
        try:
            cursor.execute(sql)
        except ProgrammingError as denied:
            return "permission denied" in str(denied)
    return False


@pytest.mark.parametrize(
    "sql",
    [
        "grant keepers to eve",
        "alter group keepers add user eve",
        "alter user admin password 'Other-Pass-1'",
        "alter user victim password 'Other-Pass-1'",
        "alter user eve createdb",
        "create user another",
        "drop user victim",
        "set session authorization victim",
        "set session authorization rdsdb",
        "select rolpassword from pg_authid",
        "select passwd from pg_shadow",
        "select * from pg_journal.statements",
        "select * from pg_hba_file_rules",
        "show data_directory",
        "select u&\"pg\\005fread\\005ffile\"('/etc/passwd')",
        "select kept_in.n from kept kept_in",
    ],
)
def test_what_only_an_administrator_may_is_refused(kept: Redshift, sql: str) -> None:
    denied = pytest.raises(ProgrammingError, match="permission denied")
    with inside(kept, "victim"), inside(kept, "eve") as cursor, denied:
        cursor.execute(sql)
    with pytest.raises(Failed, match="permission denied"):
        kept.run(kept.databases.run(SALES, Grant("IAM:eve", "eve"), sql))


def test_what_others_run_is_not_shown_and_not_ended(filled: Redshift) -> None:
    with administering(filled), inside(filled, "eve") as cursor:
        others = "from pg_stat_activity where usename = 'admin'"

        assert {text for (text,) in rows(cursor, f"select query {others}")} <= {
            "<insufficient privilege>"
        }
        for function in ("pg_cancel_backend", "pg_terminate_backend"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                cursor.execute(f"select {function}(pid) {others}")


def test_an_administrator_ends_the_sessions_of_somebody_who_was_revoked(
    filled: Redshift,
) -> None:
    theirs = "select process from stv_sessions where trim(user_name) = 'victim'"

    with administering(filled) as cursor, inside(filled, "victim") as victim:
        victim.execute("select 1")
        for (process,) in rows(cursor, theirs):
            cursor.execute(f"select pg_terminate_backend({process})")
        with pytest.raises((InterfaceError, ProgrammingError)):
            victim.execute("select 1")
        assert filled.settled(lambda: rows(cursor, theirs) == [])


def test_no_password_of_a_database_user_is_in_what_a_seat_writes(filled: Redshift) -> None:
    secrets = {
        "password $$Kept-Dollar-1$$", "password E'Kept-Escape-1'", "password'Kept-Glued-1'",
        "password /* c */ 'Kept-Comment-1'", "password U&'Kept-Unicode-1'", "password 'Kept-Broken-1",
    }  # fmt: skip
    with administering(filled) as cursor:
        for n, secret in enumerate(secrets):
            with suppress(psycopg2.Error):
                cursor.execute(f"create user kept_{n} {secret}")
        cursor.execute("select 'all have been asked'")
    assert in_the_log(filled, "select 'all have been asked'")

    kept = b"".join(said for _, said in written(filled.folder, ".jsonl", ".log"))
    tables = filled.run(owned(filled, "select text, details::text from pg_journal.statements"))
    assert b"Kept-" not in kept
    assert not [row for row in tables if "Kept-" in f"{row}"]
