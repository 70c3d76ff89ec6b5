import ast
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from studiogate import __version__
from studiogate.cli import app, present, reference
from studiogate.cli.app import COMMANDS, IMAGES, main
from studiogate.errors import (
    Absent,
    LandscapeError,
    NotAllowed,
    PolicyError,
    Problem,
    RecordError,
    SettingsError,
    StartError,
    StudioGateError,
)
from studiogate.landscape.schema import schema
from tests.kit.landscape import SOUND

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "cli.md"
RENEW = (
    'python -c "from studiogate.cli.reference import reference; '
    "print(reference(), end='')\" > docs/reference/cli.md"
)
HEAVY = {"moto", "boto3", "botocore", "starlette", "aiohttp", "uvicorn", "jupyter_server"}


def loaded_by(*arguments: str) -> set[str]:
    """The heavy packages a fresh interpreter has loaded after a run."""
    program = (
        "import json, sys; from studiogate.cli.app import main; main(sys.argv[1:]);"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return HEAVY & set(json.loads(run.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("check", "examples/two-lobs.yaml"),
        ("schema",),
        ("images", "--help"),
    ],
)
def test_a_light_command_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded_by(*arguments) == set()


def test_the_version_is_told_by_the_command_and_by_the_module(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "studiogate", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == run.stdout == f"studiogate {__version__}\n"


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2

    shown = capsys.readouterr()
    words = " ".join((shown.out + shown.err).split())
    assert all(f" {command.name} {command.says}" in words for command in COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [["chek"], ["--nope"], ["check", "--nope"], ["schema", "x"], ["images", "x"]],
)
def test_a_command_given_wrongly_leaves_with_two_and_says_nothing_on_stdout(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2

    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Error" in shown.err


def test_without_a_verb_those_of_a_group_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["images"]) == 2

    shown = capsys.readouterr()
    words = " ".join((shown.out + shown.err).split())
    assert all(f" {verb.name} {verb.says}" in words for verb in IMAGES)


def test_a_verb_is_none_of_its_group_where_another_command_is_asked_for() -> None:
    assert loaded_by("check", "examples/two-lobs.yaml", "--json") == set()


def test_a_mistyped_command_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["chck"])

    assert "Did you mean 'check'" in capsys.readouterr().err


def test_schema_prints_the_json_schema_and_nothing_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["schema"]) == 0

    shown = capsys.readouterr()
    assert json.loads(shown.out) == schema()
    assert shown.err == ""


DOING = [one for command in COMMANDS for one in command.verbs or (command,)]
"""Every command that does something: a group does what its verbs do."""


@pytest.mark.parametrize("command", DOING, ids=lambda one: f"{one.group} {one.name}".strip())
def test_the_help_of_a_command_is_the_first_line_of_its_docstring(command: app.Command) -> None:
    module = (ROOT / "src").joinpath(*command.module.split(".")).with_suffix(".py")
    tree = ast.parse(module.read_text(encoding="utf-8"))

    (function,) = (
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == command.word
    )
    assert (ast.get_docstring(function) or "").splitlines()[0] == command.says


def test_the_reference_page_is_what_the_commands_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference.reference(), f"renew it: {RENEW}"


REMEDY = "Do [bold]this[/bold]."


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LandscapeError([Problem("a.b", "is wrong", REMEDY)]), 2),
        (SettingsError("x", remedy=REMEDY), 2),
        (PolicyError("$.Statement", "x", remedy=REMEDY), 2),
        (NotAllowed("x", remedy=REMEDY, reason="no"), 3),
        (Absent("x", remedy=REMEDY, action="sts:AssumeRole"), 4),
        (StartError("x", remedy=REMEDY), 5),
        (RecordError("x", remedy=REMEDY), 1),
        (StudioGateError("x", remedy=REMEDY), 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_family_has_its_exit_code_and_its_remedy_is_shown_as_it_is(
    error: StudioGateError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert present.complain(error) == code

    shown = capsys.readouterr()
    assert shown.out == ""
    assert REMEDY in shown.err


def test_an_arn_is_not_wrapped_and_its_brackets_are_not_a_colour(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arn = "arn:aws:sagemaker:eu-west-1:222222222222:user-profile/d-1/[red]" + "x" * 200

    present.complain(NotAllowed(arn, remedy=arn, reason="no"))
    present.show(arn)
    present.note(arn)

    shown = capsys.readouterr()
    assert shown.err == f"{arn}\n→ {arn}\n{arn}\n"
    assert shown.out == f"{arn}\n"


def test_steps_are_lines_of_a_log_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with present.steps("Starting") as tell:
        tell("the [first] thing")
        tell.stop()

    shown = capsys.readouterr()
    assert shown.out == ""
    assert "the [first] thing\n" in shown.err


def test_a_traceback_does_not_show_the_values_of_variables(tmp_path: Path) -> None:
    file = tmp_path / "landscape.yaml"
    file.write_text(SOUND, encoding="utf-8")
    program = (
        "import studiogate.cli.check as check\n"
        "def broken(*_): raise ZeroDivisionError\n"
        "check.summary = broken\n"
        "from studiogate.cli.app import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, "check", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1
    assert "ZeroDivisionError" in run.stderr
    assert "UserLobA1!" not in run.stderr
    assert "444444444444" not in run.stderr


@pytest.mark.parametrize("say", [present.show, present.note])
def test_no_line_of_what_is_laid_out_ends_in_spaces(
    say: Callable[[RenderableType], None], capsys: pytest.CaptureFixture[str]
) -> None:
    say(Padding(Text("one two three " * 20), (0, 0, 0, 4)))

    lines = "".join(capsys.readouterr()).splitlines()
    assert len(lines) > 1
    assert lines == [line.rstrip() for line in lines]
