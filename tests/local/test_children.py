"""A child ends when asked, with everything it started, and never outlives its parent."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from studiogate.local.children import start
from tests.kit.processes import lives
from tests.kit.waiting import awaited, comes

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def gone(pid: int) -> bool:
    return comes(lambda: not lives(pid))


def said(log: Path) -> str:
    """What a child has printed, once it has printed a line."""

    def whole() -> str:
        text = log.read_text()
        return text if text.endswith("\n") else ""

    return awaited(whole)


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
        assert lives(pid)
        begun.kill()

    assert gone(pid)
