"""Requests that no client library would send, over a real socket, at the real server."""

import socket
from collections.abc import Iterator

import pytest

from tests.kit.gateway import HOST, House, serving
from tests.kit.jwt_attacks import MARKER
from tests.kit.waiting import PATIENCE_S

GOOD = b"authorization: Bearer user-lob-a"
OPENING = b"GET /open/forecasting HTTP/1.1\r\n"
OURS = b"host: " + HOST.encode() + b"\r\n"
END = b"connection: close\r\n\r\n"


@pytest.fixture(scope="module")
def house() -> House:
    return House()


@pytest.fixture(scope="module")
def address(house: House) -> Iterator[tuple[str, int]]:
    with serving(house.app()) as url:
        host, _, port = url.removeprefix("http://").partition(":")
        yield host, int(port)


def answered(address: tuple[str, int], raw: bytes) -> bytes:
    """Everything the server says to `raw`, until it hangs up."""
    with socket.create_connection(address, timeout=PATIENCE_S) as to:
        to.sendall(raw)
        to.shutdown(socket.SHUT_WR)
        said = b""
        while piece := to.recv(65536):
            said += piece
    return said


def statuses(said: bytes) -> list[int]:
    lines = said.split(b"\r\n")
    return [int(line.split(b" ")[1]) for line in lines if line.startswith(b"HTTP/1.1 ")]


def test_what_is_like_them_and_good_opens(address: tuple[str, int]) -> None:
    assert statuses(answered(address, OPENING + OURS + GOOD + b"\r\n" + END)) == [302]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(OURS + GOOD + b"\r\n more" + b"\r\n", id="a folded header"),
        pytest.param(OURS + b"authorization : Bearer user-lob-a\r\n", id="a space before the colon"),
        pytest.param(OURS + b" authorization: Bearer user-lob-a\r\n", id="a space before the name"),
        pytest.param(OURS + b"authorization: Bearer user\0lob-a\r\n", id="NUL in a value"),
        pytest.param(OURS + b"author\0ization: Bearer user-lob-a\r\n", id="NUL in a name"),
        pytest.param(OURS + b"authorization\r\n", id="a header without a colon"),
        pytest.param(OURS + b"authorization: Bearer user\rlob-a\r\n", id="CR in a value"),
        pytest.param(OURS + b"content-length: 5\r\ncontent-length: 6\r\n" + GOOD + b"\r\n", id="two lengths"),
        pytest.param(OURS + b"content-length: -1\r\n" + GOOD + b"\r\n", id="a length below zero"),
        pytest.param(OURS + b"content-length: 5\r\ntransfer-encoding: chunked\r\n" + GOOD + b"\r\n", id="a length and chunks"),
        pytest.param(OURS + b"transfer-encoding: chunked, x\r\n" + GOOD + b"\r\n", id="chunks of some kind"),
        pytest.param(OURS + OURS + GOOD + b"\r\n", id="two hosts"),
        pytest.param(b"host: evil.example\r\n" + GOOD + b"\r\n", id="another host"),
        pytest.param(GOOD + b"\r\n", id="no host"),
    ],
)  # fmt: skip
def test_a_request_that_can_be_read_two_ways_opens_nothing(
    address: tuple[str, int], house: House, lines: bytes
) -> None:
    asked = len(house.aws.asked)

    said = answered(address, OPENING + lines + END)

    assert all(status in {400, 401, 413, 421, 431} for status in statuses(said)), said
    assert b"location:" not in said.lower()
    assert b"user-lob-a" not in said
    assert len(house.aws.asked) == asked
    assert statuses(answered(address, OPENING + OURS + GOOD + b"\r\n" + END)) == [302]


@pytest.mark.parametrize(
    "first",
    [
        b"GET /open/forecasting HTTP/9.9\r\n", b"G\0T /open/forecasting HTTP/1.1\r\n",
        b"GET /open/fore\0casting HTTP/1.1\r\n", b"GET /open/forecasting\r HTTP/1.1\r\n",
        b"GET * HTTP/1.1\r\n", b"GET evil.example/open/forecasting HTTP/1.1\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"\r\n\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)  # fmt: skip
def test_a_first_line_that_is_none_opens_nothing(
    address: tuple[str, int], house: House, first: bytes
) -> None:
    asked = len(house.aws.asked)

    said = answered(address, first + OURS + GOOD + b"\r\n" + END)

    assert 302 not in statuses(said), said
    assert MARKER.encode() not in said
    assert len(house.aws.asked) == asked
    assert statuses(answered(address, OPENING + OURS + GOOD + b"\r\n" + END)) == [302]


def test_a_second_request_in_the_body_of_the_first_is_no_request(
    address: tuple[str, int], house: House
) -> None:
    """Smuggling: what a length says is a body is never read as a request."""
    hidden = OPENING + OURS + GOOD + b"\r\n\r\n"
    length = b"content-length: %d\r\n" % len(hidden)
    before = len(house.ledger.openings)

    said = answered(address, b"POST /api/canary HTTP/1.1\r\n" + OURS + length + END + hidden)

    assert 302 not in statuses(said)
    assert [
        line.outcome for line in house.ledger.openings[before:] if line.outcome == "opened"
    ] == []
