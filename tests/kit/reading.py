"""Reading from a warehouse of a test's own: logins, and results as a server might send them."""

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from studiogate.local.redshift.parts import Grant
from studiogate.warehouse.login import Login
from tests.kit.redshift import Redshift, now, redshift

Value = bytes | None


@contextmanager
def warehouse(folder: Path) -> Iterator[Redshift]:
    """An emulated Redshift whose authority this process trusts."""
    with redshift(folder) as running, pytest.MonkeyPatch.context() as environment:
        environment.setenv("SSL_CERT_FILE", str(running.databases.authority))
        yield running


def login(running: Redshift, user: str = "ada", host: str = "localhost") -> Login:
    """A way in for `user`, who is made at need."""
    grant = Grant(f"IAMA:{user}", user, creates=True)
    password = running.password(grant)
    return Login(host, running.port(), "dev", grant.login, password, now())


def message(code: bytes, body: bytes = b"") -> bytes:
    """One message of the protocol."""
    return code + struct.pack("!i", len(body) + 4) + body


def row(values: Sequence[Value]) -> bytes:
    """One row of a result."""
    written = (
        struct.pack("!i", -1 if value is None else len(value)) + (value or b"")
        for value in values
    )
    return message(b"D", struct.pack("!h", len(values)) + b"".join(written))


class Replayed:
    """A wire that gives what was sent, in portions; passes for `pieces.Wire`."""

    def __init__(self, sent: bytes, portions: Sequence[int] = ()) -> None:
        self.sent = sent
        self.portions = list(portions)
        self.done = False
        self.heard: list[bytes] = []

    def receive(self, room: memoryview) -> int:
        count = min(len(room), self.portions.pop() if self.portions else len(room))
        came, self.sent = self.sent[:count], self.sent[count:]
        assert came, "read on after all was sent"
        room[: len(came)] = came
        return len(came)

    def told(self, code: bytes, body: bytes) -> None:
        del body
        self.heard.append(code)
        self.done = code == b"Z"
