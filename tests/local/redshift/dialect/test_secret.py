"""What a log may hold of a statement: all of it but its passwords and keys."""

import pytest
from hypothesis import given

from studiogate.local.redshift.dialect.redshift import RedshiftDialect
from tests.kit.redshift_sql import SQL

HIDDEN = "create user a password '***'"


@pytest.mark.parametrize(
    ("sql", "kept"),
    [
        ("create user a password 'x''y' createdb", f"{HIDDEN} createdb"),
        ("create user a password 'Se;cret1' valid until 'x'", f"{HIDDEN} valid until 'x'"),
        ("ALTER USER a PASSWORD\n 'it\\'s me'", "ALTER USER a PASSWORD\n '***'"),
        ("create user a password'glued'", "create user a password'***'"),
        ("create user a password $$dollar$$", HIDDEN),
        ("create user a password $q$dollar$q$", HIDDEN),
        ("create user a password E'escaped'", HIDDEN),
        ("create user a password U&'unicode'", "create user a password U&'***'"),
        ("create user a password /* /* ' */ */ 'x'", "create user a password /* /* ' */ */ '***'"),
        ("create user a password 'goes'\n'on'", f"{HIDDEN}\n'***'"),
        ("create user a password 'never ended", HIDDEN),
        ("execute 'create user a password ''x'''", "execute 'create user a password ''***'''"),
        ("create procedure p() as $$ create user a password 'x' $$", f"create procedure p() as $$ {HIDDEN} $$"),
        ("execute $a$ x $b$ y $c$ z $d$ password 'x' $d$ $c$ $b$ $a$", "execute $a$ x $b$ y $c$ z '***' $c$ $b$ $a$"),
        ("execute 'create user a password \\'x\\''", "execute '***'"),
        ("copy t from 's3://b' credentials 'aws_access_key_id=A'", "copy t from 's3://b' credentials '***'"),
        ("copy t from 's3://b' credentials as 'k'", "copy t from 's3://b' credentials as '***'"),
        ("copy t from 's' access_key_id 'A' secret_access_key 'B'", "copy t from 's' access_key_id '***' secret_access_key '***'"),
        ("select password from t where a = 'b'", "select password from t where a = 'b'"),
    ],
)  # fmt: skip
def test_secrets_in_statements_are_not_kept(sql: str, kept: str) -> None:
    assert RedshiftDialect().shown(sql) == kept


@given(SQL)
def test_what_announces_no_secret_is_kept_as_it_is(sql: str) -> None:
    assert RedshiftDialect().shown(sql) == sql


@given(SQL)
def test_a_secret_is_gone_whatever_stands_around_it(sql: str) -> None:
    around = (
        sql.replace("'", "").replace("$", "").replace('"', "").replace("*", "").replace("-", "")
    )

    assert "s3cr3t" not in RedshiftDialect().shown(f"{around} password 's3cr3t' {sql}")
