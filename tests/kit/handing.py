"""A browser for `$BROWSER` that hands what it is started with to the test's own browser."""

import json
import os
import sys
import time
from pathlib import Path

LOG = "HANDING_LOG"
_PATIENCE_S = 60


def command() -> str:
    """The value of `BROWSER` that starts this."""
    return f"{sys.executable} {__file__} %s"


def handed(log: Path, number: int) -> list[str]:
    """The arguments of browser `number`, from 0, once it was started."""
    deadline = time.monotonic() + _PATIENCE_S
    while len(found := _lines(log)) <= number:
        assert time.monotonic() < deadline, "no browser was started"
        time.sleep(0.05)
    return found[number]


def _lines(log: Path) -> list[list[str]]:
    text = log.read_text(encoding="utf-8") if log.exists() else ""
    whole = text[: text.rfind("\n") + 1]
    return [json.loads(line) for line in whole.splitlines()]


if __name__ == "__main__":
    with Path(os.environ[LOG]).open("a", encoding="utf-8") as out:
        out.write(json.dumps(sys.argv[1:]) + "\n")
