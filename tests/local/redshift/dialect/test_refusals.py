"""What is refused by name: what Redshift has not, what is not emulated, ways out of the database."""

import pytest

from studiogate.local.redshift.dialect.redshift import RedshiftDialect
from studiogate.local.redshift.dialect.said import said
from studiogate.local.redshift.wire.ports import Refused


@pytest.mark.parametrize(
    ("sql", "code", "words"),
    [
        ("copy users from 's3://b/k' iam_role default", "0A000", "COPY loads from Amazon S3"),
        ("COPY users TO PROGRAM 'id'", "0A000", "COPY"),
        ("/* x */ copy (select 1) to stdout", "0A000", "COPY"),
        ("select 1; unload ('select 1') to 's3://b'", "0A000", "UNLOAD"),
        ("create index i on t (a)", "0A000", 'SQL command "CREATE INDEX" not supported'),
        ("create or replace trigger t after insert on x execute function f()", "0A000", "TRIGGER"),
        ("create extension dblink", "0A000", "EXTENSION"),
        ("do $$ begin end $$", "0A000", "DO"),
        ("create function f() returns int as 'x' language c", "0A000", 'language "c"'),
        ("create function f() returns int as $$1$$ language 'internal'", "0A000", "internal"),
        ("create function f(a int) returns int stable as $$ return 1 $$ language plpythonu", "0A000", "plpythonu"),
        ("select pg_read_file('/etc/passwd')", "42501", "permission denied for function pg_read_file"),
        ('select "pg_ls_dir" (\'/\')', "42501", "pg_ls_dir"),
        ("select lo_import('/etc/passwd')", "42501", "lo_import"),
        ("select pg_catalog.pg_read_binary_file('x')", "42501", "pg_read_binary_file"),
        ("set standard_conforming_strings to on", "55P02", "cannot be changed now"),
        ('set local "standard_conforming_strings" = on', "55P02", "cannot be changed now"),
        ("select set_config('standard_conforming_strings', 'on', false)", "42501", "set_config"),
        ("select set_config('standard_' || 'x', 'on', false)", "42501", "set_config"),
        ("select set_config($1, 'on', false)", "42501", "set_config"),
        ("set enable_case_sensitive_identifier to true", "0A000", "enable_case_sensitive_identifier"),
        ("set role admin", "0A000", "SET ROLE"),
        ("set session role admin", "0A000", "SET SESSION ROLE"),
        ("insert into t values (1) returning id", "42601", "returning"),
        ("insert into t values (1) on conflict do nothing", "42601", "conflict"),
        ("select a from t qualify row_number() over () = 1", "0A000", "QUALIFY"),
        ("select * from t pivot (sum(a) for b in (1))", "0A000", "PIVOT"),
        ("select distinct on (a) a from t", "0A000", "DISTINCT ON"),
        ("select try_cast('a' as int)", "0A000", "TRY_CAST"),
        ("select a from t connect by prior a = b", "0A000", "CONNECT BY"),
        ("select top 5 a from t union select 1", "0A000", "TOP"),
        ("create user x createuser", "0A000", "CREATEUSER"),
        ("create external schema s from data catalog", "0A000", "external"),
        ("show table t", "0A000", "SHOW TABLE"),
        ("select 1::geometry", "0A000", "geometry"),
        ("alter system set x = 1", "0A000", "ALTER SYSTEM"),
    ],
)  # fmt: skip
def test_it_is_refused_by_name(sql: str, code: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        RedshiftDialect().rewritten(sql)
    assert refused.value.code == code
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "sql",
    [
        "select 'copy users from s3'",
        "select copy from t",
        "-- copy\nselect 1",
        "select set_config('search_path', 'public', false)",
        "select t.pivot from t",
        "select pg_read_file from t",
        'select a as "qualify" from t',
        "create function f(a int) returns int as $$ select $1 $$ language sql",
        "create table copy (a int)",
    ],
)
def test_a_word_that_only_looks_like_it_is_not(sql: str) -> None:
    assert RedshiftDialect().rewritten(sql)


@pytest.mark.parametrize(
    ("message", "worded"),
    [
        ("permission denied for table users", "permission denied for relation users"),
        ("permission denied for view v", "permission denied for relation v"),
        ("permission denied for schema s", "permission denied for schema s"),
        ("must be owner of table t", "must be owner of relation t"),
        ('role "ada" does not exist', 'user "ada" does not exist'),
        ('relation "x" does not exist', 'relation "x" does not exist'),
        ("canceling statement due to user request", "Query cancelled on user's request"),
        (
            "value too long for type character varying(3)",
            "Value too long for character type",
        ),
        ("say permission denied for table x", "say permission denied for table x"),
    ],
)
def test_s1_33_errors_are_in_the_words_of_redshift(message: str, worded: str) -> None:
    assert said(message) == worded
    assert RedshiftDialect().worded(message, "42501") == worded
