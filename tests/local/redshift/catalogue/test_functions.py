"""Functions and types of Redshift, asked of the database through the front."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from psycopg2 import DatabaseError

from tests.kit.redshift import Redshift, admin, signed_in


@pytest.fixture(scope="module")
def connection(filled_once: Redshift) -> Iterator[Any]:
    with closing(admin(filled_once)) as open_one:
        open_one.autocommit = True
        yield open_one


def value(connection: Any, expression: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("select " + expression)
        found = cursor.fetchone()
    assert found is not None
    return found[0]


MIDNIGHT = datetime(2020, 2, 29)  # noqa: DTZ001 - a TIMESTAMP has no zone


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("dateadd(month, 1, '2020-01-31')", MIDNIGHT),
        ("dateadd('quarter', -1, '2020-05-29'::date)", MIDNIGHT),
        ("dateadd(hrs, 24, '2020-02-28'::timestamp)", MIDNIGHT),
        ("datediff(year, '2019-12-31', '2020-01-01')", 1),
        ("datediff(month, '2020-01-31', '2020-02-01')", 1),
        ("datediff(qtr, '2019-01-01', '2020-07-01')", 6),
        ("datediff(week, '2020-02-01', '2020-02-02')", 1),
        ("datediff(day, '2020-02-28'::date, '2020-03-01'::date)", 2),
        ("datediff(hour, '2020-01-01 00:59', '2020-01-01 01:01')", 1),
        ("datediff(sec, '2020-01-01 00:01', '2020-01-01')", -60),
        ("date_trunc('month', '2020-02-29'::date)", datetime(2020, 2, 1)),  # noqa: DTZ001 - as above
        ("date_part(year, '2020-02-29')", 2020.0),
        ("date_part_year('2020-02-29'::date)", 2020),
        ("trunc('2020-02-29 12:00'::timestamp)", date(2020, 2, 29)),
        ("last_day('2020-02-03'::date)", date(2020, 2, 29)),
        ("add_months('2020-01-31'::date, 1)", MIDNIGHT),
        ("months_between('2020-03-31'::date, '2020-02-29'::date)", 1.0),
        ("convert_timezone('Europe/Berlin', '2020-02-28 23:00'::timestamp)", MIDNIGHT),
        ("getdate() between sysdate - interval '2 seconds' and sysdate + interval '1 minute'", True),
        ("nvl(null, null, 3)", 3),
        ("nvl2(null, 1, 2)", 2),
        ("decode(null, 1, 'one', null, 'nothing')", "nothing"),
        ("len('añb')", 3),
        ("charindex('b', 'abc')", 2),
        ("regexp_replace('a1b22', '[0-9]+')", "ab"),
        ("regexp_substr('a@b.example', '@[a-z]+')", "@b"),
        (r"'it\'s a \\ backslash'", "it's a \\ backslash"),
        ("strtol('-0xff', 16)", -255),
        ("strtol('z', 36)", 35),
        ("sha2('abc', 256)", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("md5('abc')", "900150983cd24fb0d6963f7d28e17f72"),
        ("to_hex('abc'::varbyte)", "616263"),
        ("from_hex('616263')::varchar", "abc"),
        ("from_varbyte(to_varbyte('AP8=', 'base64'), 'hex')", "00ff"),
        ("len(to_varbyte('00ff', 'hex'))", 2),
        ("'b'::varbyte > 'a'::varbyte", True),
        ("""json_extract_path_text('{"a":{"b":7}}', 'a', 'b')""", "7"),
        ("""json_extract_path_text('{"a":1}', 'x')""", ""),
        ("""json_array_length('[1, 2]')""", 2),
        ("""json_extract_array_element_text('[1, "b"]', 1)""", "b"),
        ("is_valid_json('{]')", False),
        ("""json_serialize(json_parse('{"a" : [1,  "x  y"]}'))""", '{"a":[1,"x  y"]}'),
        ("""json_parse('"x"')::varchar""", "x"),
        ("json_parse('{}')::varchar", None),
        ("'12'::super::int", 12),
        ("get_array_length(json_parse('[1,2,3]'))", 3),
        ("5::super = 5::super", True),
        ("median(n) from (select 1 as n union all select 4)", 2.5),
        ("listagg(n, '+') within group (order by n desc) from generate_series(1, 3) n", "3+2+1"),
        ("listagg(distinct n % 2, ',') within group (order by n % 2) from generate_series(1, 4) n", "0,1"),
        ("convert(numeric(5, 2), '1.239')", Decimal("1.24")),
        ("pg_last_query_id() >= -1", True),
        ("current_user_id = (select usesysid from pg_user where usename = current_user)", True),
    ],
)  # fmt: skip
def test_it_gives_what_redshift_gives(connection: Any, expression: str, expected: Any) -> None:
    assert value(connection, expression) == expected


def test_a_part_of_a_date_that_is_none_is_refused(
    connection: Any,
) -> None:
    with pytest.raises(DatabaseError, match='"fortnight" not recognized'):
        value(connection, "dateadd(fortnight, 1, getdate())")


def test_the_version_is_one_that_drivers_know(
    connection: Any,
) -> None:
    said = value(connection, "version()")
    assert said.startswith("PostgreSQL 8.0.2 on ")
    assert "Redshift 1.0" in said


def test_settings_that_only_redshift_has_are_kept(
    connection: Any,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("show query_group")
        before = cursor.fetchone()
        cursor.execute("set query_group to 'nightly'")
        cursor.execute("show query_group")
        during = cursor.fetchone()
        cursor.execute("reset query_group")
    assert (before, during) == (("default",), ("nightly",))


def test_super_and_varbyte_have_the_type_numbers_that_drivers_know(filled: Redshift) -> None:
    with closing(signed_in(filled, "ada")) as one, closing(one.cursor()) as cursor:
        cursor.execute(
            "select json_parse('{\"a\": [1, null]}'), 'ä'::varbyte, 1.50::numeric(5, 2), "
            "null::super, '2020-02-29 12:00+02'::timestamptz"
        )
        assert [column[1] for column in cursor.description][:2] == [4000, 6551]
        (row,) = cursor.fetchall()
    assert row == [
        '{"a":[1,null]}',
        "ä",
        Decimal("1.50"),
        None,
        datetime(2020, 2, 29, 10, tzinfo=UTC),
    ]
