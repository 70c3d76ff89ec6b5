"""A child ends when asked, with everything it started, and never outlives its parent."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studiogate.local.children import start

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text(encoding="ascii").split(") ")[1][0] != "Z"


def gone(pid: int, within_s: float = 10) -> bool:
    deadline = time.monotonic() + within_s
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not runs(pid)


def said(log: Path, within_s: float = 10) -> str:
    """What a child has printed, once it has printed something."""
    deadline = time.monotonic() + within_s
    while not (text := log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return text


async def test_a_child_ends_with_its_own_children(tmp_path: Path) -> None:
    family = (
        "import subprocess, sys, time; "
        f"print(subprocess.Popen({SLEEPER!r}).pid, flush=True); time.sleep(600)"
    )
    child = start([sys.executable, "-c", family], environment={}, log=tmp_path / "log")
    text = await asyncio.to_thread(said, tmp_path / "log")

    await child.stop()

    assert child.ended is not None
    assert gone(int(text))


async def test_a_child_gets_exactly_the_environment_it_is_given(tmp_path: Path) -> None:
    child = start(
        [sys.executable, "-c", "import os; print(sorted(os.environ), flush=True)"],
        environment={"ONLY": "this"},
        log=tmp_path / "log",
    )
    names = await asyncio.to_thread(said, tmp_path / "log")
    await child.stop()

    assert "ONLY" in names
    assert "HOME" not in names


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child its parent died")
def test_a_child_does_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent = (
        "import sys, time; from pathlib import Path; "
        "from studiogate.local.children import start; "
        f"child = start({SLEEPER!r}, environment={{}}, log=Path({str(tmp_path / 'log')!r})); "
        "print(child.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE) as begun:
        assert begun.stdout is not None
        pid = int(begun.stdout.readline())
        assert runs(pid)
        begun.kill()

    assert gone(pid)
