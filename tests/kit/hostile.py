"""A gateway that is none, on a real socket: it hangs, babbles, floods or points elsewhere."""

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.kit.waiting import PATIENCE_S

Manner = Callable[[socket.socket], None]
_SOME = 65536


def hangs(caller: socket.socket) -> None:
    """Takes what it is sent, and never answers."""
    while caller.recv(_SOME):
        """It listens well."""


def drips(caller: socket.socket) -> None:
    """Answers a byte at a time, for ever: each keeps a socket's own timeout from passing."""
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while True:
        caller.sendall(b" ")
        threading.Event().wait(0.05)


def floods(caller: socket.socket) -> None:
    """Answers more than anybody can hold."""
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
    while True:
        caller.sendall(b"[" * _SOME)


def babbles(caller: socket.socket) -> None:
    """Answers what is not HTTP."""
    caller.recv(_SOME)
    caller.sendall(b"\x00\x1b[2J SECRET?\r\n\r\n")


def hangs_up(caller: socket.socket) -> None:
    """Takes the call and puts it down."""


def says(status: str, body: bytes, *headers: str) -> Manner:
    """Answers every request alike."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""])

    def answer(caller: socket.socket) -> None:
        caller.recv(_SOME)
        caller.sendall(head.encode() + body)
        _heard_out(caller)

    return answer


def echoes(caller: socket.socket) -> None:
    """Answers 403 with the caller's own token in the words for it."""
    sent = caller.recv(_SOME).decode()
    token = sent.partition("Bearer ")[2].partition("\r\n")[0]
    body = b'{"detail": "no: ' + token.encode() + b'"}'
    caller.sendall(b"HTTP/1.1 403 No\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    _heard_out(caller)


def _heard_out(caller: socket.socket) -> None:
    """Read on until the caller has hung up: closing on what is unread resets the connection."""
    with suppress(OSError):
        while caller.recv(_SOME):
            """Whatever else it has to say."""


@contextmanager
def standing(manner: Manner, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of somebody who answers in that `manner`; over TLS with a certificate."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        callers: list[socket.socket] = []
        thread = threading.Thread(
            target=_serve, args=(listening, manner, tls, callers), daemon=True
        )
        thread.start()
        port = listening.getsockname()[1]
        try:
            yield f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            for one in callers:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE_S)


def of_nobody(folder: Path) -> ssl.SSLContext:
    """TLS with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now.replace(year=2120))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "nobody.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _serve(
    listening: socket.socket,
    manner: Manner,
    tls: ssl.SSLContext | None,
    callers: list[socket.socket],
) -> None:
    while True:
        try:
            caller, _ = listening.accept()
        except OSError:
            return
        callers.append(caller)
        threading.Thread(target=_attend, args=(caller, manner, tls), daemon=True).start()


def _attend(caller: socket.socket, manner: Manner, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError), caller:
        manner(tls.wrap_socket(caller, server_side=True) if tls else caller)
