"""The session of statements: made when needed, made again when lost, stopped when stopped."""

import threading
from typing import Any

import pytest

from studiogate.errors import ConnectionLost, NotGranted, NotLetIn
from studiogate.warehouse.connection import Session
from studiogate.warehouse.credentials import Credentials
from studiogate.warehouse.login import Login
from studiogate.warehouse.stopping import Stopped
from tests.kit.pressing import pressed_when
from tests.kit.warehouse_played import (
    Clock,
    FakeAws,
    FakeRole,
    FakeServer,
    FakeSession,
    driver_error,
    listed,
)


class Room:
    def __init__(self, **server: Any) -> None:
        self.clock = Clock()
        self.role = FakeRole(self.clock)
        self.server = FakeServer(**server)
        credentials = Credentials(
            listed(), profile="ada", aws=FakeAws(self.role), clock=self.clock
        )
        self.session = Session(
            credentials,
            listed=listed(),
            user="ada",
            clock=self.clock,
            opened=self.server.opened,
        )


def test_nothing_is_opened_before_the_first_statement_and_one_session_serves_all() -> None:
    room = Room(answer=lambda _session, _sql: 3)
    assert room.server.sessions == []

    assert room.session.affected("delete from t") == 3
    assert room.session.rows("select 3") == [[3]]

    assert len(room.server.sessions) == 1


def test_an_idle_session_that_was_ended_is_made_again_without_a_word() -> None:
    def answer(session: FakeSession, sql: str) -> int:
        if sql == "select 1" and session.pid == 100:
            raise OSError("connection reset")
        return 1

    room = Room(answer=answer)
    room.session.affected("first")
    room.server.sessions[0].quiet = False

    room.session.affected("second")

    assert room.server.ran[-1] == (101, "second")
    assert room.server.sessions[0].ended.is_set()


def test_a_notice_is_not_taken_for_the_end() -> None:
    room = Room()
    room.session.affected("first")
    room.server.sessions[0].quiet = False

    room.session.affected("second")

    assert len(room.server.sessions) == 1


def test_a_transaction_that_was_lost_while_idle_is_told_and_never_begun_again() -> None:
    def answer(_session: FakeSession, sql: str) -> int:
        if sql == "select 1":
            raise driver_error("57P01", "terminating connection due to administrator command")
        return 1

    room = Room(answer=answer)
    room.session.affected("begin")
    room.server.sessions[0].quiet = False
    room.server.sessions[0].in_transaction = True

    with pytest.raises(ConnectionLost, match="idle in a transaction"):
        room.session.affected("insert into t values (1)")
    room.session.affected("begin")

    assert [sql for _, sql in room.server.ran] == ["begin", "select 1", "begin"]


def test_a_statement_that_was_sent_is_never_sent_again() -> None:
    def answer(session: FakeSession, _sql: str) -> int:
        if session.pid == 100:
            raise OSError("connection reset")
        return 1

    room = Room(answer=answer)

    with pytest.raises(ConnectionLost) as lost:
        room.session.affected("insert into t values (1)")

    assert "not known" in lost.value.remedy
    assert len(room.server.ran) == 1
    assert room.session.affected("select 2") == 1


def test_a_refusal_leaves_the_session_as_it_is() -> None:
    def answer(_session: FakeSession, sql: str) -> int:
        if "margins" in sql:
            raise driver_error("42501", "permission denied for relation margins")
        return 1

    room = Room(answer=answer)

    with pytest.raises(NotGranted):
        room.session.affected("select * from margins")
    room.session.affected("select 1")

    assert len(room.server.sessions) == 1


def test_s1_32_a_password_that_the_database_no_longer_takes_is_renewed_once() -> None:
    old: list[str] = []

    def refuses(login: Login) -> Exception | None:
        return driver_error("28000", "expired") if login.password in old else None

    room = Room(refuses=refuses)
    room.session.affected("first")
    old.append("hush-1")
    room.session.close()

    room.session.affected("second")

    assert len(room.role.asked) == 2


def test_a_new_password_that_is_refused_is_not_asked_for_again() -> None:
    room = Room(refuses=lambda _login: driver_error("28000", "no entry"))

    with pytest.raises(NotLetIn):
        room.session.affected("select 1")

    assert len(room.role.asked) == 1


def test_the_stop_button_cancels_in_the_database_and_leaves_the_session_usable() -> None:
    begun = threading.Event()

    def answer(session: FakeSession, sql: str) -> int:
        if sql == "select slow()":
            begun.set()
            assert session.cancelled.wait(20)
            raise driver_error("57014", "canceling statement due to user request")
        return 1

    room = Room(answer=answer)
    thread = pressed_when(begun.is_set)

    with pytest.raises(Stopped, match="cancelled in the database"):
        room.session.affected("select slow()")
    thread.join()
    room.session.affected("select 2")

    assert (101, "select pg_cancel_backend(100)") in room.server.ran
    assert room.server.ran[-1] == (100, "select 2"), "the same session goes on"
    assert room.server.sessions[1].ended.is_set()


def test_the_stop_button_during_a_sign_in_runs_nothing_afterwards() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def refuses(_login: Login) -> Exception | None:
        begun.set()
        assert go_on.wait(20)
        return None

    room = Room(refuses=refuses)
    thread = pressed_when(begun.is_set)
    with pytest.raises(Stopped, match="connection was closed"):
        room.session.affected("delete from t")
    thread.join()
    go_on.set()

    room.session.affected("select 2")

    assert [sql for _, sql in room.server.ran] == ["select 2"]
