"""`studiogate check`: is this landscape sound?"""

from pathlib import Path
from typing import Annotated

import typer

from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import DONE, complain, exit_code, show, show_json
from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.model import Landscape

_COUNTED = ("accounts", "networks", "lobs", "domains", "people")


def check(
    file: Annotated[Path, typer.Argument(help="The landscape to read.")] = Path(
        "landscape.yaml"
    ),
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON document.")
    ] = False,
) -> None:
    """Read a landscape and report everything that is wrong with it."""
    try:
        landscape = landscape_of(file)
    except LandscapeError as error:
        raise typer.Exit(_report(error, as_json=as_json)) from error
    if as_json:
        show_json({"ok": True, "problems": []})
    else:
        show(summary(file, landscape))
    raise typer.Exit(DONE)


def summary(file: Path, landscape: Landscape) -> str:
    """What a sound landscape holds, in one line."""
    counts = ", ".join(f"{len(getattr(landscape, what))} {what}" for what in _COUNTED)
    return f"{file} is sound: {landscape.name} ({landscape.environment}) has {counts}."


def _report(error: LandscapeError, *, as_json: bool) -> int:
    if not as_json:
        return complain(error)
    show_json({"ok": False, "problems": [_plain(problem) for problem in error.problems]})
    return exit_code(error)


def _plain(problem: Problem) -> dict[str, str | int | None]:
    return {
        "where": problem.where,
        "line": problem.line,
        "what": problem.what,
        "remedy": problem.remedy,
    }
