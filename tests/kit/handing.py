"""A browser for `$BROWSER` that hands what it is started with to the test's own browser."""

import json
import os
import sys
from pathlib import Path

from tests.kit.waiting import awaited

LOG = "HANDING_LOG"


def command() -> str:
    """The value of `BROWSER` that starts this."""
    return f"{sys.executable} {__file__} %s"


def handed(log: Path, number: int) -> list[str]:
    """The arguments of browser `number`, from 0, once it was started."""
    return awaited(lambda: _lines(log)[number:], pause_s=0.05)[0]


def _lines(log: Path) -> list[list[str]]:
    text = log.read_text(encoding="utf-8") if log.exists() else ""
    whole = text[: text.rfind("\n") + 1]
    return [json.loads(line) for line in whole.splitlines()]


if __name__ == "__main__":
    with Path(os.environ[LOG]).open("a", encoding="utf-8") as out:
        out.write(json.dumps(sys.argv[1:]) + "\n")
