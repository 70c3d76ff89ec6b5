"""`studiogate down`, where there is nothing to stop."""

from collections.abc import Callable
from pathlib import Path

import pytest

from studiogate.cli.app import main
from studiogate.local.statedir import StateDir

Down = Callable[[Path], tuple[int, str]]


@pytest.fixture
def down(capsys: pytest.CaptureFixture[str]) -> Down:
    def run(state: Path) -> tuple[int, str]:
        code = main(["down", "--state", str(state)])
        return code, "".join(capsys.readouterr())

    return run


def test_where_nothing_runs_it_says_so_and_makes_nothing(down: Down, tmp_path: Path) -> None:
    code, said = down(tmp_path / "state")

    assert (code, "Nothing runs" in said) == (0, True)
    assert not (tmp_path / "state").exists()


def test_after_a_kill_it_withdraws_what_programs_were_told(down: Down, tmp_path: Path) -> None:
    state = StateDir(tmp_path)
    state.publish({"pid": 1})
    state.write("aws/config", "[default]")

    code, said = down(tmp_path)

    assert (code, "Nothing runs" in said) == (0, True)
    assert state.published() is None
    assert not (tmp_path / "aws/config").exists()
