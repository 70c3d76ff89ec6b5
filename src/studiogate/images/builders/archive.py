"""The layers of an image that a builder has written out: a folder, or Docker's archive.

A layer's place is named by the image's own files, so every name is looked at before it is used:
an image is not to be trusted with where it is read from.
"""

import re
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from studiogate.images.builders.described import read_json, unreadable

_DIGEST = re.compile(r"sha256:([0-9a-f]{64})\Z")
_INSIDE = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*/)*[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")
_LARGEST_MANIFEST = 4 * 1024 * 1024


def folder_layers(folder: Path) -> Iterator[Path]:
    """The layers of an image in `dir:` form, the lowest first.

    Source: containers-transports(5), "dir:path": each blob is a file that is called by the
    hexadecimal digits of its digest.

    Raises:
        ImageError: it is no such folder.
    """
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    for digest in _digests(read_json(text, said_by="the written image")):
        yield folder / digest


def archive_layers(archive: Path, folder: Path) -> Iterator[Path]:
    """The layers of what `docker save` wrote, each taken out into `folder` when asked for.

    Source: moby `image/spec`, "Combined Image JSON + Filesystem Changeset Format": its
    `manifest.json` lists the layers' files, the lowest first; also in archives of Docker 25 and
    newer, which have an OCI layout beside it.

    Raises:
        ImageError: it is no such archive.
    """
    with tarfile.open(archive) as tar:
        for number, name in enumerate(_names(tar)):
            layer = folder / f"layer-{number}.tar"
            _taken_out(tar, name, layer)
            yield layer
            layer.unlink()


def _digests(manifest: Any) -> list[str]:
    layers = manifest.get("layers") if isinstance(manifest, Mapping) else None
    if not isinstance(layers, list):
        raise unreadable("the written image")
    found = (_DIGEST.match(str(layer.get("digest", ""))) for layer in layers)
    digests = [match[1] for match in found if match]
    if len(digests) != len(layers):
        raise unreadable("the written image")
    return digests


def _names(tar: tarfile.TarFile) -> list[str]:
    match read_json(_manifest(tar), said_by="the saved image"):
        case [{"Layers": list(layers)}]:
            names = [str(name) for name in layers]
        case _:
            raise unreadable("the saved image")
    if not all(_INSIDE.match(name) for name in names):
        raise unreadable("the saved image")
    return names


def _manifest(tar: tarfile.TarFile) -> str:
    try:
        member = tar.getmember("manifest.json")
    except KeyError as error:
        raise unreadable("the saved image") from error
    opened = tar.extractfile(member)
    if opened is None or member.size > _LARGEST_MANIFEST:
        raise unreadable("the saved image")
    return opened.read().decode("utf-8", errors="replace")


def _taken_out(tar: tarfile.TarFile, name: str, to: Path) -> None:
    """Write the member `name` to `to`; a layer used twice may be a link within the archive."""
    try:
        opened = tar.extractfile(name)
    except KeyError as error:
        raise unreadable("the saved image") from error
    if opened is None:
        raise unreadable("the saved image")
    with to.open("wb") as out:
        while piece := opened.read(1024 * 1024):
            out.write(piece)
