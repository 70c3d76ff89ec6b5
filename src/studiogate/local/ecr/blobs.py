"""Layers and configurations, as files named by their digest; and uploads that are under way.

Equal content is one file, whoever pushed it.  Who may have it is said apart from that: a holder
is a repository, and it holds what was pushed to it and nothing that is merely there.
"""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from studiogate.local.ecr.uris import is_digest

LARGEST = 52_000_000_000
"""Bytes of a layer (ECR User Guide, "Amazon ECR service quotas")."""

_FORGOTTEN = timedelta(days=1)
"""After which an upload that nobody went on with is swept."""


class TooLarge(Exception):
    """More was sent than a layer may have."""


class WrongDigest(Exception):
    """What was sent is not what it was said to be."""


class Busy(Exception):
    """Somebody else is writing to the same upload at this moment."""


@dataclass(slots=True)
class Upload:
    """What came of a blob so far."""

    id: str
    holder: str
    file: Path
    begun: datetime
    size: int = 0
    parts: list[int] = field(default_factory=list)
    """Sizes of the parts, where it is sent in parts."""

    _hash: Any = field(default_factory=sha256, repr=False)
    _busy: bool = False

    @property
    def digest(self) -> str:
        """Of what is there so far."""
        return f"sha256:{self._hash.hexdigest()}"

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Be the only one who writes.

        Raises:
            Busy: somebody is.
        """
        if self._busy:
            raise Busy
        self._busy = True
        try:
            yield
        finally:
            self._busy = False

    def add(self, piece: bytes, *, largest: int) -> None:
        """Write `piece` behind what is there.

        Raises:
            TooLarge: it would have more than `largest` bytes.
            FileNotFoundError: the upload is over.
        """
        if self.size + len(piece) > largest:
            raise TooLarge
        with self.file.open("r+b") as out:  # which makes none, where it is over
            out.seek(self.size)
            out.write(piece)
        self._hash.update(piece)
        self.size += len(piece)


class Blobs:
    """Every blob of every registry."""

    def __init__(
        self, folder: Path, clock: Callable[[], datetime], *, largest: int = LARGEST
    ) -> None:
        """Keep them below `folder`; what an earlier run left there goes."""
        shutil.rmtree(folder, ignore_errors=True)
        self._blobs, self._uploading = folder / "blobs" / "sha256", folder / "uploads"
        for place in (self._blobs, self._uploading):
            place.mkdir(parents=True, mode=0o700)
        self._clock, self.largest = clock, largest
        self._uploads: dict[str, Upload] = {}
        self._holders: defaultdict[str, set[str]] = defaultdict(set)

    def begin(self, holder: str) -> Upload:
        """A new upload."""
        self._sweep()
        id_ = str(uuid4())
        upload = Upload(id_, holder, self._uploading / id_, self._clock())
        upload.file.touch(mode=0o600)
        self._uploads[id_] = upload
        return upload

    def upload(self, holder: str, id_: str) -> Upload | None:
        """The upload of this id, if `holder` began it."""
        found = self._uploads.get(id_)
        return found if found is not None and found.holder == holder else None

    def end(self, upload: Upload) -> None:
        """Give an upload up."""
        self._uploads.pop(upload.id, None)
        upload.file.unlink(missing_ok=True)

    def complete(self, upload: Upload, digest: str) -> None:
        """Keep what was uploaded as `digest`.

        Raises:
            WrongDigest: it is something else; the upload is over.
        """
        if upload.digest != digest:
            self.end(upload)
            raise WrongDigest
        target = self._path(digest)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        upload.file.replace(target)
        self._holders[digest].add(upload.holder)
        self.end(upload)

    def holds(self, holder: str, digest: str) -> bool:
        """Whether `digest` was pushed to `holder`."""
        return holder in self._holders.get(digest, ())

    def path(self, digest: str) -> Path:
        """The file of a blob that somebody holds."""
        if digest not in self._holders:
            raise KeyError(digest)
        return self._path(digest)

    def size(self, digest: str) -> int:
        """Bytes of a blob that somebody holds."""
        return self.path(digest).stat().st_size

    def let_go(self, holder: str, digest: str) -> None:
        """Hold it no longer; what nobody holds goes."""
        holders = self._holders.get(digest)
        if holders is None:
            return
        holders.discard(holder)
        if not holders:
            del self._holders[digest]
            self._path(digest).unlink(missing_ok=True)

    def forget(self, holder: str) -> None:
        """Let go of everything of a holder that is gone, uploads as well."""
        for digest in [one for one, holders in self._holders.items() if holder in holders]:
            self.let_go(holder, digest)
        for upload in [one for one in self._uploads.values() if one.holder == holder]:
            self.end(upload)

    def _path(self, digest: str) -> Path:
        if not is_digest(digest):
            raise KeyError(digest)
        name = digest.removeprefix("sha256:")
        return self._blobs / name[:2] / name

    def _sweep(self) -> None:
        limit = self._clock() - _FORGOTTEN
        for upload in [one for one in self._uploads.values() if one.begun < limit]:
            self.end(upload)
