"""From where no way leads there is silence; what was begun stands still until there is one."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from studiogate.local.redshift.engine import frames
from studiogate.local.redshift.parts import Grant
from tests.kit.redshift import ADMIN, SALES, Redshift, admin, redshift, signed_in, tried
from tests.kit.waiting import PATIENCE_S
from tests.local.redshift.wire.test_greeting import SSL


@pytest.fixture
def cut(sales: Redshift) -> Iterator[Redshift]:
    """The warehouse, to which no way leads from `lob-b`."""
    sales.ways.closed.add("lob-b")
    yield sales
    sales.ways.closed.clear()


def test_s1_03_a_network_without_a_way_is_met_with_silence_and_the_next_is_not(
    cut: Redshift,
) -> None:
    with socket.create_connection(
        ("127.0.0.1", cut.port(network="lob-b")), PATIENCE_S
    ) as found:
        found.sendall(SSL)
        found.settimeout(0.5)

        with pytest.raises(TimeoutError):
            found.recv(1)
        assert tried(cut, "admin", ADMIN) == ""


def test_each_network_has_an_address_of_its_own(sales: Redshift) -> None:
    ports = [sales.port(network=name) for name in ("lob-a", "lob-b", "internet", "lob-a")]

    assert len(set(ports)) == 3
    assert ports[0] == ports[3]


def test_who_still_waits_when_a_way_opens_is_answered(cut: Redshift) -> None:
    with socket.create_connection(
        ("127.0.0.1", cut.port(network="lob-b")), PATIENCE_S
    ) as found:
        found.sendall(SSL)
        cut.ways.closed.clear()

        assert found.recv(1) == b"S"


def test_a_session_whose_way_is_gone_stands_still_and_goes_on(sales: Redshift) -> None:
    said: list[object] = []

    def ask() -> None:
        with closing(connection.cursor()) as cursor:
            cursor.execute("select 41 + 1")
            said.append(cursor.fetchone())

    with closing(admin(sales, network="lob-c")) as connection:
        ask()
        sales.ways.closed.add("lob-c")
        time.sleep(1.1)  # a way is asked for once a second
        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(1.2)
        assert asking.is_alive()
        assert len(said) == 1
        sales.ways.closed.clear()
        asking.join(PATIENCE_S)

        assert said == [(42,), (42,)]


def test_a_client_that_gives_up_behind_a_closed_way_leaves_nothing(cut: Redshift) -> None:
    network = "lob-b"
    with socket.create_connection(
        ("127.0.0.1", cut.port(network=network)), PATIENCE_S
    ) as found:
        found.sendall(SSL)
    cut.ways.closed.clear()

    with closing(signed_in(cut, "ada", network=network)) as connection:
        assert connection is not None


def test_where_a_statement_came_from_is_what_its_address_says(sales: Redshift) -> None:
    with closing(admin(sales, network="internet")) as connection, connection.cursor() as cursor:
        cursor.execute("select 'from afar'")

    found = [line for line in sales.told if line.text == "select 'from afar'"]
    assert [line.network for line in found] == ["internet"]


def test_a_cancel_comes_through_only_where_a_way_leads(cut: Redshift) -> None:
    with closing(admin(cut)) as connection:
        key = connection.info.backend_pid
        with socket.create_connection(
            ("127.0.0.1", cut.port(network="lob-b")), PATIENCE_S
        ) as found:
            found.sendall(frames.cancelling(key, b"0000"))
            found.settimeout(0.3)

            with pytest.raises(TimeoutError):
                found.recv(1)


def vanished(connection: Any) -> None:
    """Its process has ended: what it holds is closed, unread as it is."""
    connection._usock.close()
    connection._sock.close()


@pytest.mark.parametrize("leaves", [True, False])
def test_a_client_that_does_not_read_what_it_asked_for_keeps_nothing_from_ending(
    tmp_path: Path, *, leaves: bool
) -> None:
    master = Grant("admin", "admin")
    endless = "select repeat('x', 1000), generate_series(1, 100000000)"
    stuck = "select 1 from pg_stat_activity where wait_event = 'ClientWrite'"
    with redshift(tmp_path) as running, pytest.MonkeyPatch.context() as environment:
        environment.setenv("SSL_CERT_FILE", str(running.databases.authority))
        connection = signed_in(running, "ada")
        connection._usock.sendall(frames.frame(b"Q", frames.text(endless)))

        def busy() -> bool:
            return bool(running.run(running.databases.run(SALES, master, stuck)).rows)

        assert running.settled(busy)
        if leaves:
            vanished(connection)
            assert running.settled(lambda: not busy())
    vanished(connection)
