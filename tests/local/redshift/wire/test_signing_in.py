"""A password opens what was granted with it: as that user, with those groups, for that long."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from psycopg2.errors import InsufficientPrivilege
from redshift_connector.error import ProgrammingError

from studiogate.local.redshift.parts import Grant, Seat
from tests.kit.redshift import OTHER, SALES, Redshift, admin, now, signed_in, tried
from tests.kit.written import written

ADA = Grant("IAMA:ada", "ada", creates=True)


@pytest.fixture
def books(sales: Redshift) -> Iterator[Redshift]:
    """A table that one group may read, and another group."""
    with closing(admin(sales)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("drop table if exists books; create table books as select 1 as n")
        for group in ("readers", "writers"):
            cursor.execute(f"drop group if exists {group}; create group {group}")
        cursor.execute("grant select on books to group readers")
    yield sales
    with closing(admin(sales)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("drop table books; drop group readers; drop group writers")


def denied() -> AbstractContextManager[object]:
    return pytest.raises(ProgrammingError, match="permission denied for relation")


def asked(connection: Any, sql: str) -> list[object]:
    with closing(connection.cursor()) as cursor:
        cursor.execute(sql)
        return [list(row) for row in cursor.fetchall()]


def members(sales: Redshift) -> list[tuple[str]]:
    with closing(admin(sales)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select u.rolname from pg_auth_members m join pg_roles u on u.oid = m.member"
            " join pg_roles g on g.oid = m.roleid where g.rolname = 'readers'"
            " and u.rolname <> 'admin'"
        )
        return list(cursor.fetchall())


def test_s1_15_a_user_is_made_at_the_first_sign_in_and_is_who_they_are(sales: Redshift) -> None:
    with closing(signed_in(sales, "new-here")) as connection:
        assert asked(connection, "select current_user, session_user") == [
            ["new-here", "new-here"]
        ]
    assert tried(sales, "IAM:new-here", sales.password(Grant("IAM:new-here", "new-here"))) == ""


def test_a_user_who_is_not_there_is_not_made_unless_that_was_granted(sales: Redshift) -> None:
    password = sales.password(Grant("IAM:nobody-yet", "nobody-yet"))

    assert tried(sales, "IAM:nobody-yet", password) == 'user "nobody-yet" does not exist'


def test_a_wrong_password_a_late_one_and_another_persons_are_refused_alike(
    sales: Redshift,
) -> None:
    late = sales.password(replace(ADA, expires_at=now() - timedelta(seconds=1)))
    hers = sales.password(ADA)
    told = 'password authentication failed for user "{}"'

    assert tried(sales, "IAMA:ada", "guess") == told.format("IAMA:ada")
    assert tried(sales, "IAMA:ada", late) == told.format("IAMA:ada")
    assert tried(sales, "IAMA:eve", hers) == told.format("IAMA:eve")
    assert tried(sales, "ada", hers) == told.format("ada")


def test_s1_32_a_session_outlives_its_password(sales: Redshift) -> None:
    with closing(signed_in(sales, "ada")) as connection:
        sales.passwords.kept.clear()

        assert asked(connection, "select 1") == [[1]]


def test_a_password_for_one_warehouse_opens_no_other(sales: Redshift) -> None:
    password = sales.password(ADA)

    told = tried(sales, "IAMA:ada", password, port=sales.port(OTHER))

    assert told == 'password authentication failed for user "IAMA:ada"'


def test_two_warehouses_share_no_users(sales: Redshift) -> None:
    signed_in(sales, "only-here").close()
    there = Grant("IAM:only-here", "only-here")

    told = tried(
        sales, "IAM:only-here", sales.password(there, seat=OTHER), port=sales.port(OTHER)
    )

    assert told == 'user "only-here" does not exist'


def test_a_password_for_one_database_opens_no_other(sales: Redshift) -> None:
    password = sales.password(replace(ADA, database="dev"))

    assert tried(sales, "IAMA:ada", password) == ""
    assert "not authorized" in tried(sales, "IAMA:ada", password, database="padb_harvest")


@pytest.mark.parametrize("database", ["padb_harvest", "template1", "postgres", "absent"])
def test_the_systems_own_databases_are_nobodys(sales: Redshift, database: str) -> None:
    told = tried(sales, "IAMA:ada", sales.password(ADA), database=database)

    assert told.startswith(("permission denied for database", "database ", "not accepting")), (
        told
    )


def test_s1_33_s1_34_a_group_lets_a_session_read_and_only_that_session(books: Redshift) -> None:
    with closing(signed_in(books, "ada")) as without, denied():
        asked(without, "select n from books")
    with closing(signed_in(books, "ada", "readers")) as reading:
        assert asked(reading, "select n from books") == [[1]]
        assert members(books) == [("ada",)]
    books.settled(lambda: members(books) == [])

    assert members(books) == []


def test_another_set_of_groups_is_refused_while_sessions_live_and_widens_none(
    books: Redshift,
) -> None:
    wider = books.password(replace(ADA, groups=("readers", "writers")))
    with closing(signed_in(books, "ada", "writers")) as first:
        assert "other groups" in tried(books, "IAMA:ada", wider)
        with denied():
            asked(first, "select n from books")

    assert books.settled(lambda: tried(books, "IAMA:ada", wider) == "")


def test_s1_16_a_group_that_is_not_there_is_named(sales: Redshift) -> None:
    for group in ("absent", "pg_read_all_data", "ada", "rdsdb", 'x" to "ada'):
        told = tried(sales, "IAMA:ada", sales.password(replace(ADA, groups=(group,))))

        assert told == f'group "{group}" does not exist'


def test_nobody_is_the_owner_of_the_system_or_a_role_that_nobody_is(sales: Redshift) -> None:
    for user in ("rdsdb", "pg_read_all_data", "pg_execute_server_program"):
        told = tried(
            sales, f"IAMA:{user}", sales.password(Grant(f"IAMA:{user}", user, creates=True))
        )

        assert told == f'user "{user}" does not exist'


@pytest.mark.parametrize(
    "user",
    [
        'quo"te',
        "semi; drop table books",
        "'; alter role ada superuser; --",
        "ünïcode",
        "a b",
        "\\",
    ],
)
def test_a_users_name_is_a_name_whatever_is_in_it(sales: Redshift, user: str) -> None:
    with closing(signed_in(sales, user)) as connection:
        assert asked(
            connection,
            "select current_user, usesuper from pg_user where usename = current_user",
        ) == [[user, False]]


def test_a_name_that_postgresql_would_cut_is_refused_and_not_cut(sales: Redshift) -> None:
    signed_in(sales, "x" * 63).close()
    long = Grant("IAMA:long", "x" * 64, creates=True)

    assert "63 bytes" in tried(sales, "IAMA:long", sales.password(long))


def test_a_user_of_the_database_signs_in_by_a_password_of_its_own(sales: Redshift) -> None:
    with closing(admin(sales)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("drop role if exists bob")
        cursor.execute("create user bob password 'Bobs-Own-1'")

    assert tried(sales, "bob", "Bobs-Own-1") == ""
    assert tried(sales, "bob", "Bobs-Own-2") == 'password authentication failed for user "bob"'
    assert tried(sales, "IAM:bob", "Bobs-Own-1").startswith("password authentication failed")


def test_the_administrator_is_no_superuser_of_the_machine(sales: Redshift) -> None:
    for sql in (
        "copy (select 1) to program 'true'",
        "select pg_read_file('/etc/passwd')",
        "set session authorization rdsdb",
        "create role big superuser",
        "truncate pg_journal.statements",
        "alter system set fsync = on",
    ):
        with closing(admin(sales)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor, pytest.raises(InsufficientPrivilege):
                cursor.execute(sql)


def test_the_administrator_may_do_all_with_what_others_own(sales: Redshift) -> None:
    with closing(signed_in(sales, "maker")) as connection:
        with closing(connection.cursor()) as cursor:
            cursor.execute("create table made as select 7 as n")
        connection.commit()
    with closing(admin(sales)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("grant select on made to public; alter table made rename to remade")
        cursor.execute("select n from remade")
        assert cursor.fetchall() == [(7,)]
        cursor.execute("drop table remade")


def test_no_password_is_in_what_a_seat_writes(sales: Redshift) -> None:
    secret = sales.password(ADA)
    tried(sales, "IAMA:ada", secret)
    with closing(admin(sales)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("drop role if exists carl; create user carl password 'Carls-Own-1'")

    kept = b"".join(said for _, said in written(sales.folder, ".jsonl", ".log"))
    assert b"create user carl password '***'" in kept
    assert secret.encode() not in kept
    assert b"Carls-Own-1" not in kept


def test_a_seat_is_known_by_account_region_kind_and_name(sales: Redshift) -> None:
    assert sales.run(addressed(sales, replace(SALES, account="555555555555"))) is None


async def addressed(sales: Redshift, seat: Seat) -> tuple[str, int] | None:
    return sales.databases.address(seat, "lob-a")
