"""The folder of an image as one zip: the same folder, the same bytes, wherever it is packed."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from stat import S_IXUSR
from typing import Final

from studiogate.errors import ImageError

LARGEST: Final = 100 << 20
"""Bytes of a folder: it is sent whole, and what is larger is better downloaded by the build."""

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can say; the same for every file."""

_UNIX: Final = 3
"""`create_system` of zips whose entries have permissions."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A zip, and the SHA-256 of it in hexadecimal."""

    body: bytes = field(repr=False)
    digest: str


def packed(folder: Path) -> Packed:
    """The files below `folder`, by name, with nothing of their times and owners.

    Raises:
        ImageError: there is no Dockerfile, a link, or more than `LARGEST` bytes.
    """
    if not (folder / "Dockerfile").is_file():
        raise ImageError(
            f"{folder} has no Dockerfile",
            remedy="Write one with `studiogate images init`, or name the folder in the "
            "landscape: `images.NAME.folder`.",
        )
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _within(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, _UNIX
            entry.external_attr = _mode(path) << 16
            archive.writestr(entry, path.read_bytes())
    body = kept.getvalue()
    return Packed(body, sha256(body).hexdigest())


def _within(folder: Path) -> Iterator[Path]:
    total = 0
    for path in sorted(folder.rglob("*"), key=lambda one: one.relative_to(folder).as_posix()):
        if path.is_symlink():
            raise ImageError(
                f"{path} is a symbolic link, which a zip for CodeBuild does not carry",
                remedy="Put the file itself there, or make the link in the Dockerfile.",
            )
        if not path.is_file():
            continue
        total += path.stat().st_size
        if total > LARGEST:
            raise ImageError(
                f"{folder} has more than {LARGEST >> 20} MB",
                remedy="Have the Dockerfile download what is large, with its checksum.",
            )
        yield path


def _mode(path: Path) -> int:
    return 0o100755 if path.stat().st_mode & S_IXUSR else 0o100644
