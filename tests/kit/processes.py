"""Processes of this machine, as the tests look at them from outside."""

import os
from pathlib import Path

_GENERATIONS = 10


def descendants(pid: int) -> set[int]:
    """Every process below `pid`; none where there is no /proc."""
    found = {pid}
    for _ in range(_GENERATIONS):
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((entry / "stat").read_text().rsplit(") ", 1)[1].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            if parent in found:
                found.add(int(entry.name))
    return found - {pid}


def lives(pid: int) -> bool:
    """Whether a process is there, and not only waited for by the one that started it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    try:
        return (
            stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
            != "Z"
        )
    except (FileNotFoundError, ProcessLookupError):
        return not Path("/proc/self").exists()  # where there is no /proc, it has answered
