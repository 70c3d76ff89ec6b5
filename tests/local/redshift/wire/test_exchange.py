"""A session seen from between: what goes in and out, however it is cut, and what is noted."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.local.redshift.engine import frames
from studiogate.local.redshift.engine.frames import Broken, frame
from studiogate.local.redshift.wire.exchange import Exchange
from studiogate.local.redshift.wire.under_way import Ended
from tests.kit.redshift import Plain, now

READY, FAILED = frame(b"Z", b"I"), frames.error("boom", "42P01")
SYNTAX = frames.error("syntax error", "42601")


def query(sql: str) -> bytes:
    return frame(b"Q", frames.text(sql))


def prepared(sql: str) -> bytes:
    return frames.parse(sql) + frames.bind(()) + frames.DESCRIBE + frames.EXECUTE


def complete(tag: str) -> bytes:
    return frame(b"C", frames.text(tag))


def fresh() -> tuple[Exchange, list[Ended]]:
    ended: list[Ended] = []
    return Exchange(Plain(), now, ended.append), ended


def cut(data: bytes, places: list[int]) -> list[bytes]:
    marks = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in pairwise(marks)]


CLIENT = b"".join(
    (
        query("select getdate()"),
        prepared("unload (1)") + frames.SYNC,
        frame(b"d", b"x" * 300),
        frame(b"c"),
        prepared("select getdate()") + frames.SYNC,
        query(""),
    )
)
SERVER = b"".join(
    (
        frame(b"T", b"\0\1n\0" + bytes(18)),
        *(frame(b"D", b"\0\1" + bytes(size)) for size in range(40)),
        complete("SELECT 40") + READY,
        SYNTAX + READY,
        frame(b"1") + frame(b"2") + frame(b"n") + complete("SELECT 1") + READY,
        frame(b"I") + READY,
    )
)
PLACES = st.lists(st.integers(0, 10_000), max_size=40)


@given(PLACES, PLACES)
@settings(max_examples=60, deadline=None)
def test_where_the_bytes_are_cut_changes_nothing(here: list[int], there: list[int]) -> None:
    whole, noted = fresh()
    inward, outward = whole.inward(CLIENT), whole.outward(SERVER)
    pieces, also = fresh()

    assert b"".join(pieces.inward(piece) for piece in cut(CLIENT, here)) == inward
    assert b"".join(pieces.outward(piece) for piece in cut(SERVER, there)) == outward
    seen = [(one.sql, one.status, one.rows) for one in noted]
    assert [(one.sql, one.status, one.rows) for one in also] == seen
    assert seen == [
        ("select getdate()", "success", 40),
        ("unload (1)", "failed", 0),
        ("select getdate()", "success", 1),
    ]


def test_rows_and_tags_pass_as_they_are() -> None:
    exchange, _ = fresh()
    exchange.inward(query("select 1"))
    said = frame(b"D", b"\0\1\xff\xff\xff\xff") * 100 + complete("SELECT 100") + READY

    assert exchange.outward(said) == said


def test_what_is_refused_is_no_sql_for_the_server_and_an_error_of_ours_for_the_client() -> None:
    exchange, _ = fresh()

    assert exchange.inward(query("unload ('x')")) == query("!")
    (error, _), _ = frames.split(exchange.outward(SYNTAX + READY))
    assert frames.fields(error[1]) == {
        "S": "ERROR",
        "C": "0A000",
        "M": "UNLOAD is not emulated",
    }


def test_a_query_that_the_server_skipped_after_an_error_is_not_taken_for_the_next() -> None:
    exchange, ended = fresh()
    exchange.inward(prepared("select a") + query("select skipped") + frames.SYNC)
    exchange.outward(frame(b"1") + FAILED + READY)
    exchange.inward(query("select b"))
    exchange.outward(complete("SELECT 3") + READY)

    assert [(one.sql, one.status, one.rows) for one in ended] == [
        ("select a", "failed", 0),
        ("select b", "success", 3),
    ]


def test_rows_fetched_in_portions_are_one_statement() -> None:
    exchange, ended = fresh()
    exchange.inward(prepared("select many") + frames.SYNC)
    exchange.outward(frame(b"1") + frame(b"2") + frame(b"s") + frame(b"Z", b"T"))
    exchange.inward(frames.EXECUTE + frames.SYNC)
    assert ended == []
    exchange.outward(complete("SELECT 5") + frame(b"Z", b"T"))

    assert [(one.sql, one.status) for one in ended] == [("select many", "success")]


def test_a_statement_takes_as_long_as_from_its_coming_to_its_end() -> None:
    times = [datetime.fromisoformat("2026-01-01T00:00:00+00:00")]
    ended: list[Ended] = []
    exchange = Exchange(Plain(), lambda: times[-1], ended.append)
    exchange.inward(query("select 1"))
    times.append(times[0] + timedelta(seconds=3))
    exchange.outward(complete("SELECT 1") + READY)

    assert (ended[0].began, ended[0].seconds) == (times[0], 3.0)


def test_what_was_under_way_when_a_session_ends_was_cancelled() -> None:
    exchange, ended = fresh()
    exchange.inward(query("select long"))
    exchange.close()

    assert [(one.sql, one.status) for one in ended] == [("select long", "cancelled")]


@pytest.mark.parametrize(
    "sent",
    [
        frame(b"F", b"\0\0\0\1"),
        frame(b"p", b"x\0"),
        b"\x00\x00\x00\x00\x08rest",
        b"Q\0\0\0\3",
        b"Q\x7f\xff\xff\xff",
        frame(b"Q", b"no end"),
        frame(b"Q", b"two\0ends\0"),
        frame(b"Q", b"\xff\0"),
        frame(b"P", b"name only\0"),
        frame(b"B", b"x"),
    ],
    ids=[
        "function call",
        "password",
        "zero",
        "length",
        "longest",
        "no end",
        "two",
        "bytes",
        "parse",
        "bind",
    ],
)
def test_what_no_client_may_send_breaks_the_session(sent: bytes) -> None:
    exchange, _ = fresh()

    with pytest.raises(Broken):
        exchange.inward(sent)


def test_an_encoding_that_is_read_otherwise_here_than_there_breaks_the_session() -> None:
    exchange, _ = fresh()
    exchange.outward(frames.parameter("client_encoding", "UTF8"))

    with pytest.raises(Broken, match="SJIS"):
        exchange.outward(frames.parameter("client_encoding", "SJIS"))


def test_a_statement_longer_than_redshift_takes_is_refused_in_its_words() -> None:
    exchange, _ = fresh()
    exchange.inward(query("select '" + "x" * (16 << 20) + "'"))

    (error, _), _ = frames.split(exchange.outward(SYNTAX + READY))
    assert frames.fields(error[1])["M"].startswith(
        "Statement is too large. Statement Size: 167772"
    )


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_whatever_a_client_sends_is_passed_held_or_refused(sent: bytes) -> None:
    exchange, _ = fresh()
    try:
        passed = exchange.inward(sent)
    except Broken:
        return

    assert len(passed) <= len(sent) + 10
