"""The GRANT that would let somebody run what was refused: exact names, and never run by us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.warehouse.grants import grants, quoted

TABLE = 'GRANT SELECT ON TABLE "public"."margins" TO "ada";'
FINANCE = 'GRANT USAGE ON SCHEMA "finance" TO "ada";'
IN_FINANCE = 'GRANT SELECT ON TABLE "finance"."margins" TO "ada";'

CASES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "Redshift's words": (
        "permission denied for relation margins",
        "select * from margins",
        (TABLE,),
    ),
    "PostgreSQL's words": ("permission denied for table margins", "table margins", (TABLE,)),
    "another schema": (
        "permission denied for relation margins",
        "select * from Finance.Margins m",
        (FINANCE, IN_FINANCE),
    ),
    "a schema that hides its tables": (
        "permission denied for schema finance",
        'select * from "finance" . "margins" join public.users u on true',
        (FINANCE, IN_FINANCE),
    ),
    "writing": (
        "permission denied for relation margins",
        "-- a remark\n/* another */ insert into margins values (1)",
        ('GRANT INSERT ON TABLE "public"."margins" TO "ada";',),
    ),
    "reading what is written elsewhere": (
        "permission denied for relation margins",
        "insert into mine select * from finance.margins",
        (FINANCE, IN_FINANCE),
    ),
    "changing rows, which are read to be found": (
        "permission denied for relation margins",
        "update finance.margins set part = 0 where id = 1",
        (FINANCE, 'GRANT SELECT, UPDATE ON TABLE "finance"."margins" TO "ada";'),
    ),
    "deleting rows that another table names": (
        "permission denied for relation margins",
        'delete from "orders" using margins where "orders".id = margins.id',
        (TABLE,),
    ),
    "merging": (
        "permission denied for relation margins",
        "merge into margins using news on margins.id = news.id when matched then delete",
        ('GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "public"."margins" TO "ada";',),
    ),
    "emptying": (
        "permission denied for relation margins",
        "truncate table Margins",
        ('GRANT TRUNCATE ON TABLE "public"."margins" TO "ada";',),
    ),
    "a database before the schema": (
        "permission denied for relation margins",
        "select * from dev.finance.margins",
        (FINANCE, IN_FINANCE),
    ),
    "capitals that Redshift folds in quotes, too": (
        "permission denied for relation margins",
        'select * from finance."Margins"',
        (FINANCE, IN_FINANCE),
    ),
    "a language": (
        "permission denied for language plpythonu",
        "create function f() returns int stable as $$ return 1 $$ language plpythonu",
        ('GRANT USAGE ON LANGUAGE "plpythonu" TO "ada";',),
    ),
    "making something in a schema": (
        "permission denied for schema public",
        "create table mine (id int)",
        ('GRANT CREATE ON SCHEMA "public" TO "ada";',),
    ),
    "a temporary table": (
        'permission denied for database "dev"',
        "create temp table mine (id int)",
        ('GRANT TEMP ON DATABASE "dev" TO "ada";',),
    ),
    "what has no such grant": ("permission denied for function f", "select f()", ()),
    "what belongs to somebody": ("must be owner of relation margins", "drop table margins", ()),
}


@pytest.mark.parametrize(("message", "sql", "needed"), CASES.values(), ids=CASES)
def test_s1_33_what_an_administrator_must_run_is_told(
    message: str, sql: str, needed: tuple[str, ...]
) -> None:
    assert grants(message, sql, user="ada", database="dev") == needed


@given(st.text())
def test_a_name_is_quoted_so_that_it_stays_a_name(name: str) -> None:
    made = quoted(name)

    assert made[0] == made[-1] == '"'
    assert made[1:-1].replace('""', "").count('"') == 0
    assert made[1:-1].replace('""', '"') == name


@given(sql=st.text(), name=st.text(min_size=1))
def test_whatever_the_statement_a_grant_gives_nothing_but_one_right_to_one_user(
    sql: str, name: str
) -> None:
    for grant in grants(
        f"permission denied for relation {name}", sql, user="ada", database="d"
    ):
        assert grant.startswith("GRANT ")
        assert grant.endswith(' TO "ada";')
