"""Programs that read Redshift read the emulated one, unchanged."""

import io
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import awswrangler
import connectorx
import psycopg2
import pytest
import sqlalchemy

from studiogate.local.authority import Authority
from studiogate.local.redshift.parts import Grant
from tests.kit.redshift import Redshift, admin, now, signed_in


@pytest.fixture
def numbers(sales: Redshift) -> str:
    """A table that everybody may read."""
    with closing(admin(sales)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("create table if not exists numbers (n int, d numeric(10,2), t text)")
        cursor.execute("truncate numbers")
        cursor.execute(
            "insert into numbers select g, g * 1.25, 'ñ' || g from generate_series(1, 2500) g"
        )
        cursor.execute("grant select on numbers to public")
    return "select n, d, t from numbers order by n"


def test_redshift_connector_reads_with_parameters_and_default_tls(
    sales: Redshift, numbers: str
) -> None:
    with closing(signed_in(sales, "ada")) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("select d, t from numbers where n = %s", (2,))
        row = cursor.fetchone()
        cursor.execute(numbers)

        assert row == [Decimal("2.50"), "ñ2"]
        assert len(cursor.fetchall()) == 2500


def test_s1_34_awswrangler_reads_a_frame(sales: Redshift, numbers: str) -> None:
    with closing(signed_in(sales, "ada")) as connection:
        frame: Any = awswrangler.redshift.read_sql_query(sql=numbers, con=connection)

    assert list(frame.columns) == ["n", "d", "t"]
    assert list(frame["n"]) == list(range(1, 2501))


def test_connectorx_reads_by_the_cursor_protocol(sales: Redshift, numbers: str) -> None:
    password = sales.password(Grant("IAMA:eve", "eve", creates=True))
    url = (
        f"redshift://{quote('IAMA:eve')}:{quote(password)}@localhost:{sales.port()}/dev"
        f"?sslmode=require&sslrootcert={sales.databases.authority}"
    )

    table: Any = connectorx.read_sql(url, numbers, return_type="arrow")

    assert table.num_rows == 2500
    assert table.column("t")[0].as_py() == "ñ1"


def test_psycopg2_verifies_the_whole_certificate_and_meets_a_server_of_its_age(
    sales: Redshift,
) -> None:
    with closing(admin(sales)) as connection, connection.cursor() as cursor:
        cursor.execute("select %s::text, session_user", ("a'b\\c",))

        assert cursor.fetchone() == ("a'b\\c", "admin")
        assert connection.server_version == 80002
        assert connection.info.ssl_in_use


def test_sqlalchemy_goes_through_a_transaction_that_fails(
    sales: Redshift, numbers: str
) -> None:
    engine = sqlalchemy.create_engine(
        "redshift+psycopg2://", creator=lambda: admin(sales), _initialize=False
    )
    with engine.connect() as connection:
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="UNLOAD is not emulated"):
            connection.execute(sqlalchemy.text("unload ('select 1')"))
        connection.rollback()
        rows = connection.execute(sqlalchemy.text(numbers))

        assert len(rows.all()) == 2500
    engine.dispose()


def test_a_server_that_another_authority_vouches_for_is_not_believed(
    sales: Redshift, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path, now).file

    with pytest.raises(psycopg2.OperationalError, match="certificate verify failed"):
        psycopg2.connect(
            host="localhost", port=sales.port(), sslmode="verify-full", sslrootcert=stranger
        )


def test_a_copy_to_the_client_passes(sales: Redshift, numbers: str) -> None:
    out = io.StringIO()
    with closing(admin(sales)) as connection, connection.cursor() as cursor:
        cursor.copy_expert(f"copy ({numbers}) to stdout", out)

    assert out.getvalue().count("\n") == 2500
