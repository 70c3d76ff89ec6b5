"""Keyrings for tests, chosen by keyring's own variable, `PYTHON_KEYRING_BACKEND`."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.compat import properties
from keyring.errors import KeyringLocked, PasswordDeleteError

FILE = "STUDIOGATE_TEST_KEYRING"
"""The variable that names the file; in a test it stands for what a keyring locks away."""


class FileKeyring(KeyringBackend):
    """Keeps everything in one file."""

    @properties.classproperty
    def priority(cls) -> float:  # noqa: N805 - a property of the class
        return 1

    def get_password(self, service: str, username: str) -> str | None:
        return self._read().get(f"{service}\n{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write(self._read() | {f"{service}\n{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        found = self._read()
        if found.pop(f"{service}\n{username}", None) is None:
            raise PasswordDeleteError
        self._write(found)

    def _read(self) -> dict[str, str]:
        file = Path(os.environ[FILE])
        found: dict[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}
        return found

    def _write(self, found: dict[str, str]) -> None:
        Path(os.environ[FILE]).write_text(json.dumps(found), "utf-8")


class PlainKeyring(FileKeyring):
    """One that does not protect what it holds, as keyring itself rates it."""

    @properties.classproperty
    def priority(cls) -> float:  # noqa: N805 - a property of the class
        return 0.5


class LockedKeyring(FileKeyring):
    """One that nobody unlocks."""

    def _read(self) -> dict[str, str]:
        raise KeyringLocked
