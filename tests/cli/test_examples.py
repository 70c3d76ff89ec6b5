"""Every example is sound, and everything it promises is proved."""

import json
from pathlib import Path

import pytest

from studiogate.cli.app import main
from tests.kit.starting import EXAMPLE, MANY_WAYS

EXAMPLES = sorted(EXAMPLE.parent.glob("*.yaml"))


def test_the_examples_are_those_the_tests_know() -> None:
    assert {*EXAMPLES} == {EXAMPLE, MANY_WAYS}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_is_sound_and_its_promises_are_proved(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(file)]) == 0
    capsys.readouterr()

    assert main(["verify", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"]
    assert {one["outcome"] for one in found["findings"]} == {"proved"}
