"""A layer as it is stored, read as the tar it stands for, and compared with what was promised.

Gzip is read by Python; zstd by the program of that name, which has to be on the machine.
"""

import contextlib
import gzip
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

_PIECE = 1 << 20
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class UnreadableError(Exception):
    """A layer that is not what it should be, or that nothing here can read."""


class Hash(Protocol):
    """A digest that is being made."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""

    def hexdigest(self) -> str:
        """The digest so far."""
        ...


class Hashed:
    """Reads `source` and remembers the digest of all that was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._hash: Hash = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, as many as asked for unless the end is nearer."""
        data = self._source.read(size)
        self._hash.update(data)
        return data

    def digest(self) -> str:
        """Of everything: what was not asked for is read as well."""
        while self.read(_PIECE):
            pass
        return f"sha256:{self._hash.hexdigest()}"


@contextlib.contextmanager
def opened(layer: Path) -> Iterator[IO[bytes]]:
    """The tar that `layer` stands for, whatever it is compressed with.

    What a media type says of it is not relied on: the first bytes do not lie.

    Raises:
        UnreadableError: nothing here reads it.
    """
    with layer.open("rb") as file:
        first = file.read(4)
    if first.startswith(_GZIP):
        with gzip.open(layer, "rb") as stream:
            yield stream  # type: ignore[misc]  # a GzipFile reads as any binary file does
    elif first == _ZSTD:
        with _by_zstd(layer) as stream:
            yield stream
    else:
        with layer.open("rb") as stream:
            yield stream


@contextlib.contextmanager
def _by_zstd(layer: Path) -> Iterator[IO[bytes]]:
    program = shutil.which("zstd")
    if program is None:
        raise UnreadableError("a layer is compressed with zstd, and this machine has no zstd")
    with subprocess.Popen(  # noqa: S603 - a program of this machine, on a file of ours, no shell
        [program, "--decompress", "--stdout", "--quiet", "--", str(layer)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it was asked for in this call
        try:
            yield process.stdout
        finally:
            process.stdout.close()
            ended = process.wait()
    if ended != 0:
        raise UnreadableError("a layer is not what zstd can read")
