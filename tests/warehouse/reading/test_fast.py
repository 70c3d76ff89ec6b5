"""Results of any size: once, in order, cancelled when nobody waits any more."""

import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from redshift_connector.error import Error, ProgrammingError

from studiogate.errors import Unreadable
from studiogate.warehouse.login import Login
from studiogate.warehouse.reading import fast
from studiogate.warehouse.reading.session import Session
from tests.kit.reading import login
from tests.kit.redshift import Redshift, now

pytestmark = pytest.mark.filterwarnings("ignore:ssl.:DeprecationWarning")

MANY = "select i, repeat('x', i % 50) as t from generate_series(1, 200000) i"
ENDLESS = "select generate_series(1, 1000000000) as i, repeat('x', 100) as t"
BUSY = (
    "select count(*) from pg_stat_activity where state = 'active' and query like '%1000000000%'"
)


def has_stopped(running: Redshift, session: Session) -> bool:
    """Whether the statement without end has ended in the server."""
    return running.settled(
        lambda: session.rows(BUSY + " and pid <> pg_backend_pid()")[0][0] == 0
    )


def test_s1_34_a_table_has_every_row_in_its_order(session: Session) -> None:
    seen: list[int] = []

    table = fast.table(session, MANY + " order by i desc", on_rows=seen.append)

    assert table["i"].to_pylist() == list(range(200_000, 0, -1))
    assert table["t"].to_pylist() == ["x" * (i % 50) for i in range(200_000, 0, -1)]
    assert seen == sorted(seen)
    assert seen[-1] == 200_000


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        pytest.param("with a as (select 1 as n) select * from a order by n;", 1, id="with"),
        pytest.param("/* ; */ select 1 -- ; ' \n ;", 1, id="comments and a semicolon"),
        pytest.param("show timezone", 1, id="show"),
        pytest.param("explain select 1", 1, id="explain"),
        pytest.param("values (1), (2)", 2, id="values"),
        pytest.param("set search_path to public", 0, id="without a result"),
        pytest.param("select '50%', ':x', '?', $$%s$$", 1, id="what looks like parameters"),
    ],
)
def test_any_statement_is_read(session: Session, sql: str, rows: int) -> None:
    assert fast.table(session, sql).num_rows == rows


def test_a_statement_runs_once(session: Session) -> None:
    fast.table(session, "create temp table counted (n int)")

    given = fast.table(session, "insert into counted values (1) returning n")

    assert given.to_pylist() == [{"n": 1}]
    assert fast.table(session, "select count(*) as n from counted").to_pylist() == [{"n": 1}]
    assert session.rows("select n from counted") == [[1]]


def test_batches_have_as_many_rows_as_asked(session: Session) -> None:
    sizes = [batch.num_rows for batch in fast.batches(session, MANY, rows=60_000)]

    assert sizes == [60_000, 60_000, 60_000, 20_000]


def test_batches_of_nothing_are_one_with_its_columns(session: Session) -> None:
    (only,) = fast.batches(session, "select 1 as a where false")

    assert (only.num_rows, only.schema) == (0, pa.schema([("a", pa.int32())]))


def test_a_batch_has_a_row(session: Session) -> None:
    with pytest.raises(ValueError, match="0 rows"):
        fast.batches(session, MANY, rows=0)


def test_a_result_larger_than_memory_streams_and_ends_when_nobody_wants_more(
    running: Redshift, session: Session
) -> None:
    before = pa.total_allocated_bytes()

    stream = fast.batches(login(running), ENDLESS, rows=1_000)
    got = [next(stream).num_rows for _ in range(300)]
    held = pa.total_allocated_bytes() - before
    assert isinstance(stream, Iterator)
    stream.close()  # type: ignore[attr-defined]  # a generator, which the signature need not say

    assert got == [1_000] * 300
    assert held < 32 << 20
    assert has_stopped(running, session)


def test_an_interrupt_cancels_in_the_server(running: Redshift, session: Session) -> None:
    def stop(rows: int) -> None:
        del rows
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fast.table(login(running), ENDLESS, on_rows=stop)

    assert has_stopped(running, session)


def test_a_cancelled_session_goes_on(running: Redshift) -> None:
    reading = Session(login(running))
    timer = threading.Timer(0.2, reading.cancel)
    timer.start()

    with pytest.raises(ProgrammingError, match="57014"):
        fast.table(reading, ENDLESS)
    timer.join()

    assert fast.table(reading, "select 1 as a").to_pylist() == [{"a": 1}]
    reading.end()


def test_what_cannot_be_held_cancels_the_rest(running: Redshift, session: Session) -> None:
    with pytest.raises(Unreadable):
        fast.table(login(running), f"select 'NaN'::numeric, * from ({ENDLESS}) e")  # noqa: S608

    assert has_stopped(running, session)


def test_a_server_of_another_name_is_not_read(running: Redshift) -> None:
    with pytest.raises(Exception, match=r"(?i)hostname|IP address"):
        fast.table(login(running, host="127.1"), "select 1")


def test_a_server_of_another_authority_is_not_read(
    running: Redshift, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nobody = tmp_path / "authorities.pem"
    nobody.write_text("")
    entrance = login(running)
    monkeypatch.setenv("SSL_CERT_FILE", str(nobody))

    with pytest.raises(Exception, match=r"(?i)certificate") as refused:
        fast.table(entrance, "select 1")
    assert entrance.password not in "".join(traceback.format_exception(refused.value))


def test_a_wrong_password_is_in_no_error(running: Redshift) -> None:
    right = login(running)
    wrong = Login(right.host, right.port, "dev", right.user, "p%40ss:w/ord", now())

    with pytest.raises(Error) as refused:
        fast.table(wrong, "select 1")

    assert "p%40ss" not in "".join(traceback.format_exception(refused.value))
    assert "p%40ss" not in repr(wrong)


def test_a_cancellation_is_told_to_nobody_but_the_server(
    running: Redshift, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reading = Session(login(running))
    stream = fast.batches(reading, ENDLESS, rows=1_000)
    next(stream)
    nobody = tmp_path / "authorities.pem"
    nobody.write_text("")
    with monkeypatch.context() as environment:
        environment.setenv("SSL_CERT_FILE", str(nobody))
        reading.cancel()  # who answers cannot prove to be the server any more

    assert [next(stream).num_rows for _ in range(100)] == [1_000] * 100
    reading.cancel()
    with pytest.raises(ProgrammingError, match="57014"):
        list(stream)
    reading.end()
