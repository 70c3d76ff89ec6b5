"""Messages of PostgreSQL's protocol, version 3, as bytes: built, and taken apart.

The layouts are those of PostgreSQL's documentation, part "Frontend/Backend Protocol", chapters
"Message Flow" and "Message Formats".
"""

import struct
from collections.abc import Iterator, Mapping

SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80_877_103, 80_877_104, 80_877_102
PROTOCOL_3 = 3 << 16

OK, MD5 = 0, 5
"""Kinds of authentication requests."""

_LENGTH = struct.Struct("!I")
_SHORT = struct.Struct("!H")

HEAD = 5
"""Bytes before the body of a message: its letter and its length."""


class Broken(Exception):
    """Bytes that are no message of this protocol."""


def frame(kind: bytes, body: bytes = b"") -> bytes:
    """One message: a letter, its length, its body."""
    return kind + _LENGTH.pack(len(body) + 4) + body


def text(value: str) -> bytes:
    """`value` as the protocol writes strings.

    Raises:
        Broken: it holds a NUL, which would end it early.
    """
    if "\0" in value:
        raise Broken("a string may not hold a NUL")
    return value.encode() + b"\0"


def split(data: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """The whole messages at the beginning of `data`, each as letter and body; and the rest."""
    found, at = [], 0
    while len(data) - at >= HEAD:
        end = at + 1 + size_at(data, at)
        if end > len(data):
            break
        found.append((data[at : at + 1], data[at + HEAD : end]))
        at = end
    return found, data[at:]


def size_at(data: bytes, at: int) -> int:
    """The length that the message at `at` tells, which counts itself.

    Raises:
        Broken: a length cannot be that small.
    """
    size: int = _LENGTH.unpack_from(data, at + 1)[0]
    if size < _LENGTH.size:
        raise Broken(f"a message cannot be {size} bytes long")
    return size


def strings(body: bytes, count: int) -> tuple[list[str], bytes]:
    """The first `count` strings of a body, and the rest.

    Raises:
        Broken: there are fewer, or they are not UTF-8.
    """
    *found, rest = body.split(b"\0", count)
    if len(found) != count:
        raise Broken("a string has no end")
    return [decoded(piece) for piece in found], rest


def decoded(piece: bytes) -> str:
    """A string as the client wrote it.

    Raises:
        Broken: it is not UTF-8.
    """
    try:
        return piece.decode()
    except UnicodeDecodeError:
        raise Broken("a string is not UTF-8") from None


def start_up(parameters: Mapping[str, str]) -> bytes:
    """The first message of a session."""
    pairs = b"".join(text(key) + text(value) for key, value in parameters.items())
    body = _LENGTH.pack(PROTOCOL_3) + pairs + b"\0"
    return _LENGTH.pack(len(body) + 4) + body


def start_up_parameters(body: bytes) -> dict[str, str]:
    """The parameters of a first message, after its version.

    Raises:
        Broken: they are not pairs of strings with an empty one behind them, or one comes twice.
    """
    words = body.split(b"\0")
    if len(words) % 2 or words[-2:] != [b"", b""]:
        raise Broken("invalid startup packet layout: expected terminator as last byte")
    names, values = words[:-2:2], words[1:-2:2]
    found = {decoded(name): decoded(value) for name, value in zip(names, values, strict=True)}
    if len(found) != len(names) or "" in found:
        raise Broken("a parameter without a name, or twice")
    return found


def cancelling(pid: int, key: bytes) -> bytes:
    """The message that asks for the end of what session `pid` is doing."""
    body = struct.pack("!II", CANCEL_REQUEST, pid) + key
    return _LENGTH.pack(len(body) + 4) + body


def authentication(kind: int, rest: bytes = b"") -> bytes:
    """What the server wants by way of proof; `OK` for nothing more."""
    return frame(b"R", _LENGTH.pack(kind) + rest)


def parameter(name: str, value: str) -> bytes:
    """A setting of the server that the client is told."""
    return frame(b"S", text(name) + text(value))


def error(message: str, code: str, *, severity: str = "ERROR") -> bytes:
    """An error as the server tells it; `code` is the SQLSTATE."""
    return fields_frame({"S": severity, "C": code, "M": message.replace("\0", "")})


def fields_frame(fields: Mapping[str, str]) -> bytes:
    """An error with the fields of "Error and Notice Message Fields"."""
    return frame(b"E", b"".join(key.encode() + text(fields[key]) for key in fields) + b"\0")


def fields(body: bytes) -> dict[str, str]:
    """The fields of an error or a notice, by their letter."""
    return {
        piece[:1].decode(): piece[1:].decode(errors="replace")
        for piece in body.split(b"\0")
        if piece
    }


def parse(sql: str, *, name: str = "") -> bytes:
    """Prepare `sql`, its parameters of whatever type fits."""
    return frame(b"P", text(name) + text(sql) + _SHORT.pack(0))


def bind(values: tuple[str | None, ...]) -> bytes:
    """Put `values`, as text, into what was prepared; results come as text."""
    pieces = b"".join(_value(value) for value in values)
    counts = _SHORT.pack(0), _SHORT.pack(len(values))
    return frame(b"B", b"\0\0" + b"".join(counts) + pieces + _SHORT.pack(0))


def _value(value: str | None) -> bytes:
    if value is None:
        return struct.pack("!i", -1)
    held = value.encode()
    return _LENGTH.pack(len(held)) + held


DESCRIBE, EXECUTE, SYNC = (
    frame(b"D", b"P\0"),
    frame(b"E", b"\0" + _LENGTH.pack(0)),
    frame(b"S"),
)
"""Of what was bound last: what columns it has; all its rows; and the end of the question."""


def row(body: bytes) -> list[str | None]:
    """The values of one row, all of them text."""
    found: list[str | None] = []
    at = 2
    for _ in range(_SHORT.unpack_from(body)[0]):
        size: int = struct.unpack_from("!i", body, at)[0]
        at += 4
        found.append(None if size < 0 else body[at : at + size].decode())
        at += max(size, 0)
    return found


def described(body: bytes) -> Iterator[tuple[str, int, int]]:
    """Of each column of a result: name, number of its type, modifier of its type."""
    rest = body[2:]
    for _ in range(_SHORT.unpack_from(body)[0]):
        (name,), rest = strings(rest, 1)
        _, _, kind, _, modifier, _ = struct.unpack_from("!IHIhih", rest)
        yield name, kind, modifier
        rest = rest[18:]
