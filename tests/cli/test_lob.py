"""`studiogate lob add`: the file is written whole or not at all, and what changed is shown."""

from pathlib import Path
from shutil import copyfile

import pytest

from studiogate.cli.app import main

TWO = Path(__file__).parents[2] / "examples" / "two-lobs.yaml"
ADD = ["lob", "add", "lob-c", "--account", "555555555555", "--from", "office"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    there = tmp_path / "landscape.yaml"
    copyfile(TWO, there)
    there.chmod(0o640)
    return there


def test_s2_45_the_lob_is_in_the_file_and_the_difference_is_shown(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(
        [
            *ADD,
            "--person",
            "grace@acme.example=grace",
            "--idp",
            "corporate",
            "--landscape",
            str(file),
        ]
    )

    shown = capsys.readouterr()
    added = [line[1:] for line in shown.out.splitlines() if line.startswith("+  ")]
    assert code == 0
    assert added == [line for line in file.read_text().splitlines() if "lob-c" in line]
    assert "studiogate plan" in shown.err
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(file.parent.iterdir()) == [file]


def test_a_dry_run_writes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main([*ADD, "--dry-run", "--landscape", str(file)])

    assert code == 0
    assert "lob-c" in capsys.readouterr().out
    assert file.read_bytes() == TWO.read_bytes()


def test_a_lob_that_would_not_be_sound_changes_nothing(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([*ADD, "--from", "nowhere", "--landscape", str(file)])

    assert code == 2
    assert "domains.lob-c.opens_from[1]" in capsys.readouterr().err
    assert file.read_bytes() == TWO.read_bytes()
