"""The state directory of one `studiogate up`: who holds it, and what it tells programs.

`up.json` appears when everything answers and is removed at the end, so that a program that can
read it can use it.  `aws/config` lets any AWS tool look into the organisation.
"""

import fcntl
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from studiogate.errors import StartError


class StateDir:
    """A directory that at most one running organisation holds."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: IO[str] | None = None

    def __truediv__(self, name: str) -> Path:
        """A path inside the directory."""
        return self.path / name

    def make(self) -> None:
        """Make the directory, unless it is there.

        Raises:
            StartError: it cannot be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o755)
        except OSError as exc:
            raise self._unusable(exc) from exc

    def refuse_if_held(self) -> None:
        """Do nothing where nobody holds the directory.

        Raises:
            StartError: somebody does, or it cannot be used.
        """
        if (holder := self.holder()) is not None:
            raise self._taken(holder)

    def take(self) -> None:
        """Make the directory and hold it until `release` or the end of the process.

        Raises:
            StartError: another process holds it, or it cannot be written.
        """
        self.make()
        try:
            lock = (self / "lock").open("a+", encoding="ascii")
        except OSError as exc:
            raise self._unusable(exc) from exc
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise self._taken(self.holder()) from None
        self._withdraw()  # one that was killed could not
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def release(self) -> None:
        """Let another organisation have the directory; what programs were told is withdrawn."""
        self._withdraw()
        if self._lock is not None:
            self._lock.truncate(0)
            self._lock.close()
            self._lock = None

    def _unusable(self, why: OSError) -> StartError:
        return StartError(
            f"{self.path} cannot be used: {why.strerror}",
            remedy="Name a directory you may write: --state DIR",
        )

    def _taken(self, holder: int | None) -> StartError:
        return StartError(
            f"{self.path} belongs to a running `studiogate up` (process {holder})",
            remedy="Stop that one (`studiogate down`), or use another: --state DIR",
        )

    def _withdraw(self) -> None:
        for name in ("up.json", "aws/config", "env"):
            (self / name).unlink(missing_ok=True)

    def holder(self) -> int | None:
        """Process id of the organisation that holds the directory; `None` if nobody does.

        Raises:
            StartError: it is no directory, or somebody else's.
        """
        try:
            with (self / "lock").open("r+", encoding="ascii") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return None
        except (NotADirectoryError, PermissionError) as exc:
            raise self._unusable(exc) from exc
        except BlockingIOError:
            text = (self / "lock").read_text(encoding="ascii")
            return int(text) if text.isdigit() else None
        return None

    def publish(self, document: Mapping[str, Any]) -> None:
        """Write `up.json`, whole or not at all, readable by its owner only."""
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        self.write("up.json", text)

    def write(self, name: str, text: str) -> Path:
        """Write a file only its owner can read, whole or not at all; its path."""
        target = self / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = target.with_name(f".{target.name}.new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(text)
        draft.replace(target)
        return target

    def kept(self, name: str, make: Callable[[], str]) -> str:
        """What file `name` holds from an earlier run; made, and kept, the first time."""
        try:
            return (self / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            self.write(name, made := make())
            return made

    def published(self) -> dict[str, Any] | None:
        """What `up.json` says; `None` while there is none."""
        try:
            found: dict[str, Any] = json.loads((self / "up.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found
