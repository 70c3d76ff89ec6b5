"""Images unpacked: one folder for each digest, made whole or not at all, and never changed.

What an app writes goes elsewhere, so one folder does for everybody who runs the image.
"""

import os
import shutil
import tarfile
import tempfile
import threading
import zlib
from collections import defaultdict
from pathlib import Path

from studiogate.errors import StartError
from studiogate.local.containers.inside import EscapeError
from studiogate.local.containers.layer import Layer, Room, TooLargeError
from studiogate.local.containers.plain import Hashed, UnreadableError, opened
from studiogate.local.ecr.parts import Pulled

LARGEST = 35 * 2**30
"""Bytes of an image, unpacked: as much as a custom image of Studio may have."""

MOST_ENTRIES = 3_000_000

SHIFT = 1_900_000_000
"""User N of an image is user `SHIFT` + N of this machine: nobody.  AWS remaps ids as well
(SageMaker Developer Guide, "Custom image specifications")."""

SHIFTED = 65_536
"""How many ids an image has."""

_BROKEN = (
    EOFError,
    OverflowError,
    RecursionError,
    UnreadableError,
    ValueError,
    tarfile.TarError,
    zlib.error,
)


class Roots:
    """Unpacks images below one folder."""

    def __init__(
        self, folder: Path, *, largest: int = LARGEST, most_entries: int = MOST_ENTRIES
    ) -> None:
        """Nothing is made before an image is asked for."""
        self._folder = folder
        self._largest, self._most_entries = largest, most_entries
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._last: dict[str, str] = {}
        """By repository, the root that was asked for last."""

    def of(self, pulled: Pulled) -> Path:
        """The root of the image; takes long the first time.  Needs root.

        Raises:
            StartError: it cannot be unpacked, and why.
        """
        name = pulled.digest.replace(":", "-")
        self._last[pulled.uri.partition("@")[0]] = name
        root = self._folder / name
        with self._turns[name]:
            if not root.exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                self._folder.chmod(0o700)
                new = Path(tempfile.mkdtemp(prefix=".new-", dir=self._folder))
                try:
                    self._unpack(pulled, new)
                    new.rename(root)
                finally:
                    shutil.rmtree(new, ignore_errors=True)
        return root

    def end(self) -> None:
        """Remove what nobody needs any more; no app may run then.

        Of every repository the image that was used last stays, for the next start; what was
        not used at all goes, and so does what a run that was killed had not unpacked whole.
        """
        kept = set(self._last.values())
        for one in self._folder.iterdir() if self._folder.is_dir() else ():
            if one.name not in kept:
                shutil.rmtree(one, ignore_errors=True)

    def _unpack(self, pulled: Pulled, new: Path) -> None:
        new.chmod(0o755)
        os.chown(new, SHIFT, SHIFT)
        room = Room(self._largest, self._most_entries)
        promised = pulled.config.get("rootfs", {}).get("diff_ids", [])
        if len(promised) != len(pulled.layers):
            raise _not_unpacked(pulled, "its configuration names other layers than it has")
        try:
            for (_, file), digest in zip(pulled.layers, promised, strict=True):
                with opened(file) as stream:
                    read = Hashed(stream)
                    Layer(new, room, SHIFT).lay(read)
                    if read.digest() != digest:
                        raise _not_unpacked(pulled, "a layer is not what its digest says")
        except EscapeError as error:
            raise _not_unpacked(pulled, f"{error}") from error
        except TooLargeError as error:
            limit = f"{self._largest} bytes and {self._most_entries} files"
            raise _not_unpacked(pulled, f"it has more than {limit}") from error
        except _BROKEN as error:
            raise _not_unpacked(pulled, "a layer cannot be read") from error
        except OSError as error:
            raise _not_unpacked(pulled, str(error.strerror).lower()) from error


def _not_unpacked(pulled: Pulled, why: str) -> StartError:
    return StartError(
        f"The image {pulled.uri} cannot be unpacked: {why}.",
        remedy="Build the image again and publish it; `df` says whether the disk is full.",
    )
