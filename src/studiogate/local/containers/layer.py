"""One layer of an image laid over those below it (OCI image specification, "Layer").

Entries are made one by one, each where it lies within the root.  `.wh.NAME` takes away what a
lower layer had, `.wh..wh..opq` everything that a folder had; what this very layer brings stays.
Owners are shifted, so that nothing in an image belongs to anybody of this machine.  Devices are
left out, and so are extended attributes: no image hands out rights by them.
"""

import os
import shutil
import stat
import tarfile
from pathlib import Path

from studiogate.images.inside.headers import Header, content
from studiogate.local.containers.inside import EscapeError, parts, place
from studiogate.local.containers.plain import Hashed

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_PIECE = 1 << 20


class TooLargeError(Exception):
    """More bytes or entries than an image may have."""


class Room:
    """How much there may still be, of bytes and of entries; counted down."""

    def __init__(self, largest: int, entries: int) -> None:
        self._bytes, self._entries = largest, entries

    def take(self, size: int) -> None:
        """Make room for one entry of `size` bytes.

        Raises:
            TooLargeError: there is none.
        """
        self._bytes -= size
        self._entries -= 1
        if self._bytes < 0 or self._entries < 0:
            raise TooLargeError


class Layer:
    """Lays the entries of one archive over `root`."""

    def __init__(self, root: Path, room: Room, shift: int) -> None:
        """An entry that belongs to N comes to belong to `shift` + N."""
        self._root, self._room, self._shift = root, room, shift
        self._ours: set[Path] = set()
        self._folders: list[tuple[Path, tarfile.TarInfo]] = []

    def lay(self, archive: Hashed) -> None:
        """Lay the entries of the tar that `archive` reads as.

        Raises:
            EscapeError: an entry would lie outside of the root.
            TooLargeError: there is too much.
            tarfile.TarError, OSError: it cannot be read or written.
        """
        with tarfile.open(fileobj=archive, mode="r|", bufsize=_PIECE, tarinfo=Header) as tar:  # type: ignore[call-overload]  # a stream is only read
            for entry in tar:
                # Names only lie about bytes: what counts is what is written.
                self._room.take(content(entry))
                self._entry(tar, entry)
        # Last, because a folder's own permissions may forbid to write into it, and writing
        # into it changes its time.
        for path, entry in reversed(self._folders):
            if self._is_folder(path):
                self._finish(path, entry)

    def _is_folder(self, path: Path) -> bool:
        """Whether a folder is still there: one above it may have become a link meanwhile."""
        if path == self._root:
            return True
        here = place(self._root, str(path.relative_to(self._root)))
        return here == path and path.is_dir() and not path.is_symlink()

    def _entry(self, tar: tarfile.TarFile, entry: tarfile.TarInfo) -> None:
        if not parts(entry.name):
            self._folders.append((self._root, entry))
            return
        path = place(self._root, entry.name)
        if path.name.startswith(_WHITEOUT):
            self._take_away(path)
            return
        self._parents(path.parent)
        if entry.isdir():
            self._folder(path, entry)
            return
        _remove(path)
        if not entry.isdev() or entry.isfifo():
            self._make(tar, entry, path)
            self._note(path)

    def _make(self, tar: tarfile.TarFile, entry: tarfile.TarInfo, path: Path) -> None:
        """Anything but a folder, and but a device: every container is given its own."""
        if entry.islnk():
            self._link(path, entry)
            return
        if entry.issym():
            path.symlink_to(entry.linkname)
        elif entry.isfifo():
            os.mkfifo(path)
        else:
            self._file(tar, entry, path)
        self._finish(path, entry)

    def _parents(self, folder: Path) -> None:
        """The folders above an entry, which a layer need not name."""
        missing = []
        while folder != self._root and not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for one in reversed(missing):
            _remove(one)
            one.mkdir(mode=0o755)
            os.chown(one, self._shift, self._shift)
            self._note(one)

    def _folder(self, path: Path, entry: tarfile.TarInfo) -> None:
        if path.is_symlink() or not path.is_dir():
            _remove(path)
            path.mkdir(mode=0o755)
        self._note(path)
        self._folders.append((path, entry))

    def _link(self, path: Path, entry: tarfile.TarInfo) -> None:
        """A second name for a file of this image, which has to be there already."""
        first = place(self._root, entry.linkname)
        if first == path or first.is_dir() or not os.path.lexists(first):
            raise EscapeError(f"the link {entry.name!r} leads to no file of the image")
        os.link(first, path, follow_symlinks=False)

    @staticmethod
    def _file(tar: tarfile.TarFile, entry: tarfile.TarInfo, path: Path) -> None:
        content = tar.extractfile(entry)
        with path.open("xb") as file:
            if content is not None:
                shutil.copyfileobj(content, file, _PIECE)

    def _finish(self, path: Path, entry: tarfile.TarInfo) -> None:
        """Whose it is, what it may, when it changed: in this order, which keeps the bits."""
        uid, gid = (min(max(one, 0), 65_534) for one in (entry.uid, entry.gid))
        os.chown(path, self._shift + uid, self._shift + gid, follow_symlinks=False)
        if not entry.issym():
            path.chmod(stat.S_IMODE(entry.mode))
        os.utime(path, (entry.mtime, entry.mtime), follow_symlinks=False)

    def _take_away(self, path: Path) -> None:
        if path.name == _OPAQUE:
            if path.parent.is_dir():
                for child in list(path.parent.iterdir()):
                    self._take(child)
        elif not path.name.startswith(_WHITEOUT * 2):
            hidden = path.name.removeprefix(_WHITEOUT)
            if hidden in {"", ".", ".."}:
                raise EscapeError(f"the whiteout {path.name!r} names no file")
            self._take(path.parent / hidden)

    def _take(self, path: Path) -> None:
        """Take away what lower layers had there, and nothing that this one brings."""
        if path not in self._ours:
            _remove(path)
        elif path.is_dir() and not path.is_symlink():
            for child in list(path.iterdir()):
                self._take(child)

    def _note(self, path: Path) -> None:
        """This layer brings `path`, so the folders above it stay as well."""
        while path not in self._ours and path != self._root:
            self._ours.add(path)
            path = path.parent


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
