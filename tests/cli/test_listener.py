"""The door for the browser of this computer: what it answers, and to whom."""

import socket
import threading
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from studiogate.cli.listener import Listener, Reply
from studiogate.errors import Unreachable
from tests.kit.waiting import PATIENCE_S


def never() -> bool:
    return False


def asked(address: str, target: str, **headers: str) -> tuple[int, dict[str, str], str]:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE_S)
    connection.request("GET", target, headers=headers)
    answer = connection.getresponse()
    said = answer.status, dict(answer.headers), answer.read().decode("utf-8")
    connection.close()
    return said


def expected(target: str) -> Reply | None:
    return Reply("Done.", leads_to="https://x.example/SECRET") if target == "/word" else None


class Asker(threading.Thread):
    """Asks one thing after another, while the listener waits."""

    def __init__(self, address: str, *requests: tuple[str, dict[str, str]]) -> None:
        super().__init__()
        self._address, self._requests = address, requests
        self.heard: list[tuple[int, dict[str, str], str]] = []

    def run(self) -> None:
        for target, headers in self._requests:
            self.heard.append(asked(self._address, target, **headers))


def test_it_answers_what_it_expects_once_and_nothing_else() -> None:
    with Listener() as here:
        asker = Asker(
            here.address,
            ("/", {}),
            ("/favicon.ico", {}),
            ("/word?x=1", {}),
            ("/word", {"Host": "evil.example"}),
            ("/word", {}),
        )
        asker.start()
        here.expect(expected, within_s=20, unless=never)
        asker.join(20)

    assert [status for status, _, _ in asker.heard] == [404, 404, 404, 404, 303]
    assert asker.heard[-1][1]["Location"] == "https://x.example/SECRET"
    assert asker.heard[-1][1]["Cache-Control"] == "no-store"
    assert asker.heard[-1][1]["Referrer-Policy"] == "no-referrer"
    assert "SECRET" not in "".join(text for _, _, text in asker.heard)


def test_a_connection_that_says_nothing_is_in_nobodys_way() -> None:
    with Listener() as here:
        parts = urlsplit(here.address)
        with socket.create_connection((parts.hostname, parts.port or 0)):
            asker = Asker(here.address, ("/word", {}))
            asker.start()
            here.expect(expected, within_s=20, unless=never)
            asker.join(20)

    assert asker.heard[0][0] == 303


def test_it_listens_on_loopback_alone() -> None:
    with Listener() as here:
        assert here.address.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("within_s", [0.0, 60.0])
def test_it_waits_no_longer_than_it_is_told_or_than_there_is_a_browser(
    within_s: float,
) -> None:
    with Listener() as here, pytest.raises(Unreachable):
        here.expect(expected, within_s=within_s, unless=lambda: within_s > 0)
