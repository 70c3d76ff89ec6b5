"""Before anybody has signed in: what is no client's greeting ends, and tells nothing."""

import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from studiogate.local.redshift.engine import frames
from tests.kit.redshift import ADMIN, Redshift, tried
from tests.kit.waiting import PATIENCE_S

SSL, GSS, CANCEL = (
    struct.pack("!II", 8, code)
    for code in (frames.SSL_REQUEST, frames.GSS_REQUEST, frames.CANCEL_REQUEST)
)


@contextmanager
def reached(sales: Redshift, network: str = "lob-a") -> Iterator[socket.socket]:
    with socket.create_connection(
        ("127.0.0.1", sales.port(network=network)), PATIENCE_S
    ) as found:
        yield found


def rest(found: socket.socket) -> bytes:
    """All that comes until the other side ends."""
    said = b""
    with suppress(ConnectionResetError, ssl.SSLError):
        while piece := found.recv(65_536):
            said += piece
    return said


def secured(sales: Redshift, found: socket.socket) -> ssl.SSLSocket:
    found.sendall(SSL)
    assert found.recv(1) == b"S"
    context = ssl.create_default_context(cafile=str(sales.databases.authority))
    return context.wrap_socket(found, server_hostname="localhost", suppress_ragged_eofs=True)


def told(said: bytes) -> dict[str, str]:
    """The fields of the error that was said last."""
    messages, _ = frames.split(said)
    kind, body = messages[-1]
    assert kind == b"E"
    return frames.fields(body)


def start_up(body: bytes, version: int = frames.PROTOCOL_3) -> bytes:
    return struct.pack("!II", len(body) + 8, version) + body


def test_signing_in_without_tls_is_refused_before_a_password_is_asked_for(
    sales: Redshift,
) -> None:
    answer = tried(sales, "admin", ADMIN, sslmode="disable")

    assert answer.startswith('no pg_hba.conf entry for host "127.0.0.1", user "admin"')
    assert answer.endswith("SSL off")


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: warehouse\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 40,
        struct.pack("!II", 7, frames.PROTOCOL_3),
        struct.pack("!II", 10_001, frames.PROTOCOL_3),
        struct.pack("!II", 0xFFFFFFFF, frames.PROTOCOL_3) + b"x" * 100,
        struct.pack("!II", 9, frames.SSL_REQUEST) + b"x",
        CANCEL,
        GSS + GSS,
        bytes(4096),
    ],
    ids=[
        "http",
        "tls at once",
        "short",
        "long",
        "longest",
        "ssl and more",
        "half a cancel",
        "gss twice",
        "zeros",
    ],
)
def test_what_is_no_greeting_is_not_answered(sales: Redshift, sent: bytes) -> None:
    with reached(sales) as found:
        found.sendall(sent)

        assert rest(found).strip(b"N") == b""


def test_bytes_sent_before_tls_began_are_never_read_as_if_it_had_carried_them(
    sales: Redshift,
) -> None:
    smuggled = start_up(b"user\0admin\0database\0dev\0\0")
    with reached(sales) as found:
        found.sendall(SSL + smuggled)

        assert rest(found) in {b"", b"S"}
    with reached(sales) as found:
        found.sendall(SSL)
        assert found.recv(1) == b"S"
        found.sendall(smuggled)

        assert b"user" not in rest(found)


def test_gss_is_declined_and_tls_may_follow(sales: Redshift) -> None:
    with reached(sales) as found:
        found.sendall(GSS)
        assert found.recv(1) == b"N"
        with secured(sales, found) as inside:
            inside.sendall(start_up(b"user\0admin\0database\0dev\0\0"))

            kind, size, method = struct.unpack("!cII", inside.recv(13)[:9])
            assert (kind, size, method) == (b"R", 12, frames.MD5)


@pytest.mark.parametrize(
    ("packet", "code"),
    [
        (start_up(b"user\0admin\0database\0dev"), "08P01"),
        (start_up(b"user\0admin\0dev\0\0\0\0"), "08P01"),
        (start_up(b"user\0admin\0user\0root\0\0"), "08P01"),
        (start_up(b"user\0\xff\xfe\0\0"), "08P01"),
        (start_up(b"\0"), "28000"),
        (start_up(b"user\0\0\0"), "28000"),
        (start_up(b"user\0admin\0replication\0true\0\0"), "0A000"),
        (start_up(b"user\0admin\0client_encoding\0SJIS\0\0"), "0A000"),
        (start_up(b"user\0admin\0\0", version=2 << 16), "0A000"),
        (start_up(b"user\0admin\0\0", version=(3 << 16) + 2), "0A000"),
    ],
    ids=[
        "no end",
        "odd",
        "twice",
        "not utf-8",
        "empty",
        "nobody",
        "replication",
        "encoding",
        "version 2",
        "version 3.2",
    ],
)
def test_a_malformed_first_message_is_refused_and_says_why(
    sales: Redshift, packet: bytes, code: str
) -> None:
    with reached(sales) as found, secured(sales, found) as inside:
        inside.sendall(packet)

        said = told(rest(inside))
        assert (said["S"], said["C"]) == ("FATAL", code)


@pytest.mark.parametrize(
    "answer",
    [
        frames.frame(b"Q", b"select 1\0"),
        frames.frame(b"p", b"x" * 4096),
        b"p\0\0\0\x01",
        b"p\0\0\0\x04",
    ],
    ids=["a query", "too long", "too short", "empty"],
)
def test_nothing_but_a_proof_is_heard_before_one_has_signed_in(
    sales: Redshift, answer: bytes
) -> None:
    with reached(sales) as found, secured(sales, found) as inside:
        inside.sendall(start_up(b"user\0admin\0database\0dev\0\0"))
        inside.sendall(answer)

        assert told(rest(inside)[13:])["C"] == "08P01"


def test_who_does_not_sign_in_in_time_is_let_go(sales: Redshift) -> None:
    with reached(sales) as nothing, reached(sales) as half, reached(sales) as no_handshake:
        half.sendall(SSL[:5])
        no_handshake.sendall(SSL)

        for found in (nothing, half, no_handshake):  # after two seconds, in these tests
            assert rest(found) in {b"", b"S"}


def test_s1_32_a_plain_password_proves_nothing(sales: Redshift) -> None:
    with reached(sales) as found, secured(sales, found) as inside:
        inside.sendall(start_up(b"user\0admin\0database\0dev\0\0"))
        inside.sendall(frames.frame(b"p", ADMIN.encode() + b"\0"))

        assert told(rest(inside)[13:])["C"] == "28000"
