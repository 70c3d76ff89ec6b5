"""`studiogate check`: is this landscape sound?"""

from pathlib import Path
from typing import Annotated

import typer

from studiogate.cli.advice import advised, beyond_limits, tell_advice
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
    """Read a landscape and report everything that is wrong with it.

    What is sound and had better be otherwise is told as advice, on standard error; so is a
    limit of AWS that nobody can raise, and that `plan` and `apply` would stop at.
    """
    try:
        landscape = landscape_of(file)
    except LandscapeError as error:
        raise typer.Exit(_report(error, as_json=as_json)) from error
    advice = (*advised(landscape), *beyond_limits(landscape))
    if as_json:
        found = [_plain(one) for one in advice]
        show_json({"ok": True, "problems": [], "advice": found})
    else:
        show(summary(file, landscape))
        tell_advice(advice)
    raise typer.Exit(DONE)


def summary(file: Path, landscape: Landscape) -> str:
    """What a sound landscape holds, in one line."""
    counts = ", ".join(f"{len(getattr(landscape, what))} {what}" for what in _COUNTED)
    return f"{file} is sound: {landscape.name} ({landscape.environment}) has {counts}."


def _report(error: LandscapeError, *, as_json: bool) -> int:
    if not as_json:
        return complain(error)
    problems = [_plain(problem) for problem in error.problems]
    show_json({"ok": False, "problems": problems, "advice": []})
    return exit_code(error)


def _plain(problem: Problem) -> dict[str, str | int | None]:
    return {
        "where": problem.where,
        "line": problem.line,
        "what": problem.what,
        "remedy": problem.remedy,
    }
