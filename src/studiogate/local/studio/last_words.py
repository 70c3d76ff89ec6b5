"""The end of an app's log, as it may be shown: short, plain, and without what looks secret."""

from pathlib import Path

from studiogate.gateway.logs import redact

_LINES, _LETTERS = 5, 200
_TAIL = 16_384


def last_words(log: Path) -> list[str]:
    """The last lines of `log`, oldest first; none where there is no log."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return []
    lines = ("".join(one for one in line if one.isprintable()) for line in text.splitlines())
    kept = [line.strip() for line in lines if line.strip()]
    return [redact(line)[:_LETTERS] for line in kept[-_LINES:]]
