"""Programs that are run: told line by line, ended with all that they started."""

import os
import sys
from pathlib import Path

import pytest

from studiogate.errors import ImageError
from studiogate.images.builders.running import REMEMBERED, Program
from tests.kit.processes import lives
from tests.kit.waiting import awaited

SHELL = Program(Path("/bin/sh"), dict(os.environ))


def test_every_line_is_told_as_it_comes_and_the_last_ones_are_kept() -> None:
    heard: list[str] = []

    said = SHELL.told(
        "-c", "seq 1 100; printf 'half\\rwhole\\n'; echo bad >&2; exit 3", tell=heard.append
    )

    assert said.code == 3
    assert heard[0] == "1"
    assert heard[-3:] == ["half", "whole", "bad"]
    assert said.last.splitlines() == heard[-REMEMBERED:]


def test_what_is_no_utf_8_is_told_all_the_same() -> None:
    heard: list[str] = []

    SHELL.told("-c", "printf 'caf\\351\\n'", tell=heard.append)

    assert heard == ["caf\N{REPLACEMENT CHARACTER}"]


def test_it_reads_what_it_is_given_and_never_waits_for_a_terminal() -> None:
    assert SHELL.asked("-c", "cat", given="the-password").out == "the-password"
    heard: list[str] = []
    assert SHELL.told("-c", "cat; echo done", tell=heard.append).out == "done"


def test_ctrl_c_ends_the_program_and_all_that_it_started() -> None:
    children: list[int] = []

    def interrupted(line: str) -> None:
        children.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SHELL.told("-c", "sleep 300 & echo $!; wait", tell=interrupted)

    awaited(lambda: not lives(children[0]))


def test_a_program_that_does_not_end_is_ended_and_said_to_be_late() -> None:
    with pytest.raises(ImageError, match="has not ended"):
        SHELL.asked("-c", "sleep 300", patience_s=0.05)


def test_a_program_that_cannot_be_started_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="cannot be started") as none:
        Program(tmp_path / "buildah", {}).asked("--version")

    assert "--with" in none.value.remedy


def test_the_environment_is_the_one_that_was_given() -> None:
    alone = Program(Path(sys.executable), {"HTTPS_PROXY": "http://127.0.0.1:3128"})

    said = alone.asked("-ISc", "import os; print(sorted(os.environ))")

    assert "HTTPS_PROXY" in said.out
    assert "HOME" not in said.out
