"""What the command line remembers for its user between two runs; no secret is among it.

One small file below `$XDG_CONFIG_HOME/studiogate`: the gateway that was used last, and for each
gateway whose tokens the system keyring holds, because keyrings cannot be asked what is in them.
Source: XDG Base Directory Specification 0.8.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_FILE = "gateways.json"


def folder(environ: Mapping[str, str], variable: str, default: str) -> Path:
    """Our own folder below the one that `variable` names; a relative one counts as none."""
    named = environ.get(variable, "")
    above = Path(named) if named.startswith("/") else Path.home() / default
    return above / "studiogate"


class Remembered:
    """The file, read anew each time and written whole."""

    def __init__(self, where: Path) -> None:
        self._file = where / _FILE

    @property
    def last(self) -> str | None:
        """The gateway that was used last."""
        found = self._read().get("last")
        return found if isinstance(found, str) else None

    def people(self, gateway: str) -> list[str]:
        """Whose tokens for `gateway` were put into the keyring, in the order of names."""
        found = self._people().get(gateway, [])
        return sorted(found)

    def used(self, gateway: str) -> None:
        """`gateway` was used."""
        self._write(last=gateway)

    def add(self, gateway: str, person: str) -> None:
        """The keyring holds a token of `person` for `gateway`."""
        people = self._people()
        people[gateway] = sorted({*people.get(gateway, []), person})
        self._write(people=people)

    def drop(self, gateway: str, person: str) -> None:
        """It holds none any more."""
        people = self._people()
        people[gateway] = [one for one in people.get(gateway, []) if one != person]
        self._write(people={name: some for name, some in people.items() if some})

    def _people(self) -> dict[str, list[str]]:
        found = self._read().get("people")
        if not isinstance(found, dict):
            return {}
        return {
            name: [one for one in some if isinstance(one, str)]
            for name, some in found.items()
            if isinstance(some, list)
        }

    def _read(self) -> dict[str, Any]:
        """What the file says; one that cannot be read says nothing, and is written anew."""
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, **changed: Any) -> None:
        """Write the file, whole or not at all; what cannot be remembered is asked for again."""
        text = json.dumps({**self._read(), **changed}, indent=2) + "\n"
        draft = self._file.with_name(f".{_FILE}.{os.getpid()}")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as out:
                out.write(text)
            draft.replace(self._file)
        except OSError:
            draft.unlink(missing_ok=True)
