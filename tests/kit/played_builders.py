"""Programs called `docker` and `podman` that write down how they were asked, and answer as told.

The answers in tests are those that the real ones gave: Docker 20.10.24 and 28.2.2, podman 4.3.1.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PROGRAM = """#!{python} -IS
import json, os, sys
folder, words = {folder!r}, sys.argv[1:]
kept = os.environ.get("DOCKER_CONFIG", "")
files = os.listdir(kept) if kept else []
call = {{
    "words": words,
    "given": sys.stdin.read(),
    "environment": {{name: os.environ.get(name) for name in {names!r}}},
    "modes": {{one: oct(os.stat(os.path.join(kept, one)).st_mode) for one in files}},
}}
with open(folder + "/calls", "a") as log:
    log.write(json.dumps(call) + "\\n")
line = " ".join(words)
with open(folder + "/answers") as answers:
    known = json.load(answers)
other = {{"err": "not played: " + line, "code": 99}}
answer = next((one for start, one in known if line.startswith(start)), other)
for flag, text in answer.get("writes", {{}}).items():
    with open(words[words.index(flag) + 1], "w") as out:
        out.write(text)
for name, text in answer.get("folder", {{}}).items():
    to = words[words.index("--output") + 1]
    os.makedirs(to, exist_ok=True)
    with open(os.path.join(to, name), "w") as out:
        out.write(text)
for flag, source in answer.get("copies", {{}}).items():
    with open(source, "rb") as whole, open(words[words.index(flag) + 1], "wb") as out:
        out.write(whole.read())
sys.stdout.write(answer.get("out", ""))
sys.stderr.write(answer.get("err", ""))
sys.exit(answer.get("code", 0))
"""
_NAMES = ("DOCKER_CONFIG", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_BUILDKIT", "HTTPS_PROXY")


Answer = tuple[str, Mapping[str, Any]]
"""How a call begins, and what is answered: `out`, `err`, `code`, and the files it writes."""


@dataclass(frozen=True)
class Call:
    """One way it was asked."""

    words: tuple[str, ...]
    given: str
    environment: Mapping[str, str | None]
    modes: Mapping[str, str]
    """Of the files in the configuration folder, at that moment."""


class Played:
    """A program of `name` in a folder that is the whole PATH."""

    def __init__(self, folder: Path, name: str, answers: Sequence[Answer]) -> None:
        self.folder = folder / f"{name}-played"
        self.folder.mkdir(parents=True)
        (self.folder / "calls").touch()
        (self.folder / "answers").write_text(json.dumps(list(answers)), encoding="utf-8")
        self.bin = folder / "bin"
        self.bin.mkdir(exist_ok=True)
        program = self.bin / name
        text = _PROGRAM.format(python=sys.executable, folder=str(self.folder), names=_NAMES)
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)

    @property
    def environment(self) -> dict[str, str]:
        """An environment in whose PATH there are the played programs alone."""
        mine = {name: value for name, value in os.environ.items() if name not in _NAMES}
        return mine | {"PATH": str(self.bin)}

    @property
    def calls(self) -> list[Call]:
        """How it was asked, in order."""
        lines = (self.folder / "calls").read_text(encoding="utf-8").splitlines()
        return [
            Call(tuple(one["words"]), one["given"], one["environment"], one["modes"])
            for one in map(json.loads, lines)
        ]

    def call(self, *start: str) -> Call:
        """The one call that begins with these words."""
        (found,) = [one for one in self.calls if one.words[: len(start)] == start]
        return found
