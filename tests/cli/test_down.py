"""`studiogate down` where there is nothing to stop, and `up --detach` where it cannot be."""

from collections.abc import Callable
from pathlib import Path

import pytest

from studiogate.cli.app import main
from studiogate.local.statedir import StateDir
from tests.kit.starting import EXAMPLE

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


def test_up_in_the_background_leaves_the_log_of_one_that_runs_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = StateDir(tmp_path)
    state.take()
    (tmp_path / "up.log").write_text("what it said", encoding="utf-8")

    code = main(["up", str(EXAMPLE), "--detach", "--state", str(tmp_path)])

    said = capsys.readouterr().err
    assert (code, "belongs to a running" in said) == (5, True)
    assert (tmp_path / "up.log").read_text(encoding="utf-8") == "what it said"
    state.release()


@pytest.mark.parametrize("command", [["up", str(EXAMPLE), "--detach"], ["down"]])
def test_a_file_in_place_of_the_state_is_said_with_a_remedy(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    code = main([*command, "--state", str(tmp_path / "file")])

    said = capsys.readouterr().err
    assert (code, "cannot be used" in said, "--state DIR" in said) == (5, True, True)
