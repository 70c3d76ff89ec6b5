"""A person's account on a machine: its folders, its keyring, its browser, and the command."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.kit.keyring_file import FILE
from tests.kit.starting import ROOT, STUDIOGATE

_INTERRUPTIBLE = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)
"""Starts a command as a terminal does: whoever is started in the background ignores Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of the command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Mapping[str, Any]:
        """What `--json` answered."""
        found: Mapping[str, Any] = json.loads(self.out)
        return found


@dataclass
class Desk:
    """Where one person runs `studiogate`; nothing of it is shared with another desk."""

    url: str
    where: Path
    browser: str
    keyring: str = "FileKeyring"
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What the command is told, and nothing of whoever runs the tests."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return kept | {
            "HOME": str(self.where),
            "XDG_CONFIG_HOME": str(self.where / "config"),
            "XDG_CACHE_HOME": str(self.where / "cache"),
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
            "PYTHON_KEYRING_BACKEND": f"tests.kit.keyring_file.{self.keyring}",
            FILE: str(self.where / "keyring.json"),
            "BROWSER": self.browser,
            "STUDIOGATE_GATEWAY": self.url,
            **self.more,
        }

    @contextmanager
    def command(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """`studiogate` with those words, as it runs; it does not outlive the block."""
        with subprocess.Popen(
            [sys.executable, "-c", _INTERRUPTIBLE, str(STUDIOGATE), *words],
            cwd=self.where,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def run(self, *words: str) -> Ran:
        """What it said, and how it ended."""
        with self.command(*words) as process:
            return ended(process)

    @property
    def kept(self) -> dict[str, str]:
        """What the keyring holds."""
        file = self.where / "keyring.json"
        found: dict[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}
        return found

    @property
    def remembered(self) -> str:
        """Everything that is on this desk, but for the keyring and what a browser wrote."""
        apart = {"keyring.json", "visits"}
        files = [one for one in self.where.rglob("*") if one.is_file()]
        return "".join(one.read_text("utf-8") for one in files if one.name not in apart)


def ended(process: subprocess.Popen[str]) -> Ran:
    """What `process` said after what was read of it, and how it ended."""
    out, err = process.communicate(timeout=90)
    return Ran(process.returncode, out, err)
