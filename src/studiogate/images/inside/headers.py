"""Headers of an image's archives, read within bounds: an image is not to be trusted with them.

The standard library believes a header about how much of the archive describes the next entry,
and keeps all of that in memory; a layer of a few megabytes may stand for as many gigabytes.
"""

import tarfile
from typing import Self

LARGEST = 1024 * 1024
"""Bytes in which an entry may be described: names, owners, extended attributes."""

_DESCRIBING = frozenset(
    {
        tarfile.XHDTYPE,
        tarfile.XGLTYPE,
        tarfile.SOLARIS_XHDTYPE,
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_LONGLINK,
    }
)


class Header(tarfile.TarInfo):
    """A header that promises no more than may be read; for `tarfile.open(tarinfo=Header)`."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """The header in `buf`.

        Raises:
            tarfile.TarError: it is none, has a size that nothing has, describes too much, or
                is one of GNU's sparse files, which no builder writes.
        """
        found = super().frombuf(buf, encoding, errors)
        if found.size < 0 or found.type == tarfile.GNUTYPE_SPARSE:
            raise tarfile.ReadError("a header of an entry that no builder writes")
        if found.type in _DESCRIBING and found.size > LARGEST:
            raise tarfile.ReadError(f"an entry is described in more than {LARGEST} bytes")
        return found

    def _proc_gnusparse_10(self, *_: object) -> None:
        """Refuse the list of pieces that the standard library would read, of any length."""
        raise tarfile.ReadError("a sparse file, which no builder writes")


def content(entry: tarfile.TarInfo) -> int:
    """Bytes that follow the header of `entry` as its content.

    A type that nobody knows is read like a file (POSIX, "pax: ustar Interchange Format").

    Raises:
        tarfile.TarError: it is said to be less than none.
    """
    if entry.size < 0:
        raise tarfile.ReadError("an entry of less than no bytes")
    known = entry.type in tarfile.SUPPORTED_TYPES
    return entry.size if entry.isreg() or not known else 0
