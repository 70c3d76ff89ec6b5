"""An image's layers, read as streams: its files in the end, and what any layer gives away.

Nothing is unpacked: a layer's names and links are only compared, so that they lead nowhere on
this machine. A layer can delete what a lower one has (OCI image layer specification,
"Whiteouts"); in the image's files it is gone then, in what can be read of it, it is not.
"""

import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from studiogate.errors import ImageError
from studiogate.images.inside.facts import Entry, PathKind, Trace, tidy
from studiogate.images.inside.headers import Header, content
from studiogate.images.inside.secrets import kind_of_name, kinds_in, kinds_in_settings

WANTED = frozenset(
    {
        "etc/os-release",
        "usr/lib/os-release",
        "etc/passwd",
        "etc/group",
        "usr/lib/rstudio-server/VERSION",
    }
)
"""Files that the rules read."""

_OPAQUE = ".wh..wh..opq"
_GONE = ".wh."
_PIECE = 1024 * 1024
_OVERLAP = 8 * 1024
"""Bytes of one piece that the next begins with, so that nothing is cut in two."""

_BROKEN = (tarfile.TarError, OSError, EOFError, OverflowError, RecursionError, ValueError)
_TEXT_BYTES = 64 * 1024
_LOOKED_AT = 1024
"""Bytes by which text is told from what is not."""


@dataclass(slots=True)
class Read:
    """What the layers say together."""

    paths: dict[str, Entry] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    traces: list[Trace] = field(default_factory=list)
    size: int = 0


def read_layers(layers: Iterable[Path]) -> Read:
    """What `layers` say, the lowest first.

    Raises:
        ImageError: one of them cannot be read.
    """
    read = Read()
    for number, layer in enumerate(layers, start=1):
        try:
            with tarfile.open(layer, mode="r|*", tarinfo=Header) as tar:
                _read_layer(read, tar, number)
        except _BROKEN as error:
            raise ImageError(
                f"layer {number} of the image cannot be read: {error}",
                remedy="Build the image again; layers packed with zstd are not read: let the "
                "builder pack its layers with gzip.",
            ) from error
    return read


def _read_layer(read: Read, tar: tarfile.TarFile, number: int) -> None:
    lower = frozenset(read.paths)
    for member in tar:
        path = tidy(member.name)
        name = PurePosixPath(path).name
        if name == _OPAQUE:
            _forget_below(read, str(PurePosixPath(path).parent), lower)
        elif name.startswith(_GONE):
            gone = str(PurePosixPath(path).with_name(name.removeprefix(_GONE)))
            _forget_below(read, gone, lower)
            _forget(read, gone)
        elif path:
            _add(read, path, member)
            opened = tar.extractfile(member) if content(member) else None
            if opened is not None:
                kinds = _file(read, path, opened, member.size)
                where = f"layer {number}: /{path}"
                read.traces.extend(Trace(where, kind) for kind in sorted(kinds))


def _add(read: Read, path: str, member: tarfile.TarInfo) -> None:
    read.size += content(member)
    read.texts.pop(path, None)
    if member.islnk():
        linked = tidy(member.linkname)
        read.paths[path] = read.paths.get(linked, Entry("file"))
        if linked in read.texts:
            read.texts[path] = read.texts[linked]
    else:
        read.paths[path] = Entry(_kind(member), member.linkname if member.issym() else "")


def _kind(member: tarfile.TarInfo) -> PathKind:
    if member.issym():
        return "link"
    if member.isdir():
        return "folder"
    return "file" if member.isreg() or content(member) else "other"


def _file(read: Read, path: str, opened: IO[bytes], size: int) -> set[str]:
    """Read a file once: the kinds of secrets in it; its text is kept where rules want it."""
    named = kind_of_name(path)
    kinds = {named} if named is not None and size > 0 else set()
    for number, piece in enumerate(_pieces(opened)):
        if number == 0 and path in WANTED:
            read.texts[path] = piece[:_TEXT_BYTES].decode("utf-8", errors="replace")
        if number == 0 and b"\0" in piece[:_LOOKED_AT]:
            break
        kinds |= kinds_in(piece, path) | kinds_in_settings(piece, path)
    return kinds


def _pieces(opened: IO[bytes]) -> Iterator[bytes]:
    before = b""
    while piece := opened.read(_PIECE):
        yield before + piece
        before = piece[-_OVERLAP:]


def _forget_below(read: Read, folder: str, lower: frozenset[str]) -> None:
    """Forget what lower layers have in `folder`."""
    entry = read.paths.get(folder)
    if folder != "." and (entry is None or entry.kind != "folder"):
        return
    start = "" if folder == "." else f"{folder}/"
    for path in [path for path in read.paths if path.startswith(start) and path in lower]:
        _forget(read, path)


def _forget(read: Read, path: str) -> None:
    read.paths.pop(path, None)
    read.texts.pop(path, None)
