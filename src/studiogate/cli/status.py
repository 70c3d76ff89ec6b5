"""`studiogate status`: how is everything that apply has built?"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.deploying import FileArgument, JsonOption, stacks_of, world_of
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import DONE, FOUND, show, show_json, steps
from studiogate.deploy.looking.checks import Check
from studiogate.deploy.looking.status import StackStatus, Status
from studiogate.deploy.looking.status import status as looked


def status(
    file: FileArgument = Path("landscape.yaml"),
    *,
    drift: Annotated[
        bool,
        typer.Option("--drift", help="Have CloudFormation find what was changed by hand, too."),
    ] = False,
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    as_json: JsonOption = False,
) -> None:
    """Show every stack, and for each lob whether it is shared, attached and resolving."""
    landscape = landscape_of(file)
    accounts = accounts_of(landscape.region, profile=profile, role=role)
    with steps("Asking AWS") as step:
        world = world_of(landscape, accounts, step)
        found = looked(world, landscape, stacks_of(landscape), with_drift=drift)
    if as_json:
        show_json(document(found))
    else:
        show(Text("\n".join(_lines(found))))
    raise typer.Exit(DONE if found.ok else FOUND)


def document(found: Status) -> dict[str, Any]:
    """How everything is, for a program."""
    return {
        "ok": found.ok,
        "stacks": [asdict(one) for one in found.stacks],
        "checks": [asdict(one) for one in found.checks],
    }


def _lines(found: Status) -> Iterator[str]:
    yield from _stacks(found.stacks)
    for about, some in groupby(found.checks, key=lambda one: one.about):
        yield from _checks(about, list(some))


def _stacks(stacks: Iterable[StackStatus]) -> Iterator[str]:
    """What is well is counted, what is not is told whole."""
    well = [one for one in stacks if one.ok]
    yield f"✓ {len(well)} stacks are as they should be"
    for one in stacks:
        if not one.ok:
            yield f"✗ {one.key}: {one.status}{f' ({one.reason})' if one.reason else ''}"
            for drifted in one.drifted:
                yield f"    {drifted.how.lower()}: {drifted.resource} ({drifted.type})"
                yield from (f"      {what}" for what in drifted.what)
            yield f"  → {one.remedy}"


def _checks(about: str, checks: list[Check]) -> Iterator[str]:
    yield about
    for one in checks:
        mark = {True: "✓", False: "✗", None: "?"}[one.ok]
        yield f"  {mark} {one.what}: {one.found}"
        if one.remedy:
            yield f"    → {one.remedy}"
