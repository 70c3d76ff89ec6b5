"""The sample data: always the same, worth a plot, and not all of it granted."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from redshift_connector.error import ProgrammingError

from studiogate.local.redshift.sample import load
from studiogate.local.studio.story import story
from tests.kit.redshift import Redshift, admin, signed_in

DIGESTS = ["da2d929f30604e56e869c11a1eac8959", "13cd5969fb393bc226c7726426a11ed6"]
"""Of all orders and of all users: other data than this would be another story."""


@pytest.fixture(scope="module")
def connection(filled_once: Redshift) -> Iterator[Any]:
    with closing(admin(filled_once)) as one:
        one.autocommit = True
        yield one


def rows(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_there_are_tens_of_thousands_of_rows(
    connection: Any,
) -> None:
    counted = dict(rows(connection, """
        select 'users', count(*) from users union all select 'stores', count(*) from stores
        union all select 'products', count(*) from products union all select 'orders', count(*) from orders
        union all select 'order_lines', count(*) from order_lines
        union all select 'exchange_rates', count(*) from exchange_rates
        union all select 'margins', count(*) from margins"""))  # fmt: skip
    assert counted == {
        "users": 2000,
        "stores": 24,
        "products": 180,
        "orders": 15609,
        "order_lines": 40680,
        "exchange_rates": 624,
        "margins": 180,
    }


def test_it_is_the_same_every_time(connection: Any) -> None:
    digests = rows(connection, """
        select md5(string_agg(o::text, '|' order by o.order_id)) from orders o union all
        select md5(string_agg(u::text, '|' order by u.id)) from users u""")  # fmt: skip
    assert [digest for (digest,) in digests] == DIGESTS


def test_the_north_sells_in_winter_the_south_in_summer_and_both_grow(
    connection: Any,
) -> None:
    revenue = {
        (region, year, season): float(sold)
        for region, year, season, sold in rows(connection, """
            select region, date_part(year, month)::int,
                case when date_part(month, month) in (11, 12, 1) then 'winter'
                     when date_part(month, month) in (6, 7, 8) then 'summer' end, sum(revenue)
            from monthly_revenue group by 1, 2, 3""")
    }  # fmt: skip
    for year in (2023, 2024, 2025):
        assert revenue["north", year, "winter"] > 1.5 * revenue["north", year, "summer"]
        assert revenue["south", year, "summer"] > 1.5 * revenue["south", year, "winter"]
    for region in ("north", "south"):
        assert revenue[region, 2025, "summer"] > 1.2 * revenue[region, 2023, "summer"]


def test_every_type_is_somewhere_and_most_columns_know_nothing_at_times(
    connection: Any,
) -> None:
    types = {kind for (kind,) in rows(
        connection, "select distinct data_type from svv_columns where table_schema = 'public'"
    )}  # fmt: skip
    assert types == {
        "smallint", "integer", "bigint", "numeric", "real", "double precision", "boolean",
        "character", "character varying", "date", "time without time zone",
        "timestamp without time zone", "timestamp with time zone", "super", "varbyte",
    }  # fmt: skip
    (nulls,) = rows(connection, """
        select count(case when born is null then 1 end), count(case when newsletter is null then 1 end),
            count(case when spends_a_year is null then 1 end), count(case when city is null then 1 end)
        from users""")  # fmt: skip
    assert all(nulls)
    (unicode,) = rows(
        connection, "select count(*) from users where len(name) < octet_length(name)"
    )
    assert unicode[0] > 500


def test_s1_33_the_group_reads_every_table_but_one_until_it_is_granted(
    filled: Redshift,
) -> None:
    with (
        closing(signed_in(filled, "grace", load.GROUP)) as one,
        closing(one.cursor()) as cursor,
    ):
        one.autocommit = True
        cursor.execute("select count(*) from users")
        assert cursor.fetchone() == [2000]
        with pytest.raises(ProgrammingError) as refused:
            cursor.execute("select * from margins")
        assert refused.value.args[0]["M"] == "permission denied for relation margins"
        assert refused.value.args[0]["C"] == "42501"
        with closing(admin(filled)) as master, master, master.cursor() as granting:
            granting.execute('grant select on table "public"."margins" to "grace"')
        cursor.execute("select count(*) from margins")
        assert cursor.fetchone() == [180]
        with closing(admin(filled)) as master, master, master.cursor() as granting:
            granting.execute('revoke select on table "public"."margins" from "grace"')


def test_s1_33_somebody_without_the_group_reads_nothing(filled: Redshift) -> None:
    with (
        closing(signed_in(filled, "nobody")) as one,
        closing(one.cursor()) as cursor,
        pytest.raises(ProgrammingError, match="relation users"),
    ):
        cursor.execute("select * from users")


def test_what_the_story_asks_is_answered(filled: Redshift) -> None:
    told = story("sales", account="444444444444", kind="cluster", other="bob")
    cells = {cell["id"]: cell["source"] for cell in told["cells"]}
    _, _, monthly = cells["magic"].partition("\n")
    users = "".join(re.findall(r'^    "(.*)"', cells["users"], re.MULTILINE))
    with closing(signed_in(filled, "ada", load.GROUP)) as one, closing(one.cursor()) as cursor:
        cursor.execute(monthly)
        assert len(cursor.fetchall()) == 72
        cursor.execute(users.replace(":since", "'2020-01-01'"))
        assert [row[0] for row in cursor.fetchall()] == ["regular", "new", "loyal"]
        cursor.execute("select current_user, current_database()")
        assert cursor.fetchone() == ["ada", "dev"]
