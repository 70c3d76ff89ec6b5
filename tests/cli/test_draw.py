"""`studiogate draw` writes one picture, and says where."""

from pathlib import Path

import pytest

from studiogate.cli.app import main

TWO = str(Path(__file__).parents[2] / "examples" / "two-lobs.yaml")


def test_the_picture_is_in_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = tmp_path / "acme.svg"

    assert main(["draw", TWO, "--out", str(there)]) == 0
    assert there.read_text(encoding="utf-8").startswith("<svg")
    assert str(there) in capsys.readouterr().out


def test_a_lob_nobody_declared_is_named_with_those_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["draw", TWO, "--lob", "lob-z", "--out", str(tmp_path / "x.svg")]) == 2
    assert "lob-a, lob-b" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
