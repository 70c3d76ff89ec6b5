"""`studiogate status`: how is everything that apply has built?"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.deploying import FileArgument, JsonOption, stacks_of, world_of
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import DONE, FOUND, printable, show, show_json, steps
from studiogate.deploy.looking.checks import Check
from studiogate.deploy.looking.status import StackStatus, Status
from studiogate.deploy.looking.status import status as looked
from studiogate.deploy.provisioned import provisioned


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
        landscape = provisioned(world, landscape).landscape
        found = looked(world, landscape, stacks_of(landscape), with_drift=drift)
    if as_json:
        show_json(document(found))
    else:
        show(page(found))
    raise typer.Exit(DONE if found.ok else FOUND)


def document(found: Status) -> dict[str, Any]:
    """How everything is, for a program."""
    return {
        "ok": found.ok,
        "stacks": [asdict(one) for one in found.stacks],
        "checks": [asdict(one) for one in found.checks],
    }


def page(found: Status) -> str:
    """How everything is, for a person: what is well is counted, the rest is told whole."""
    by_place: dict[str, list[Check]] = {}
    for one in found.checks:
        by_place.setdefault(one.about, []).append(one)
    lines = [
        *_stacks(found.stacks),
        *(line for about, some in by_place.items() for line in _checks(about, some)),
    ]
    return "\n".join(map(printable, lines))


def _stacks(stacks: Sequence[StackStatus]) -> Iterator[str]:
    well = sum(one.ok for one in stacks)
    if well:
        yield f"✓ {well} stacks are as they should be"
    for one in stacks:
        if not one.ok:
            yield f"✗ {one.key}: {one.status}{f' ({one.reason})' if one.reason else ''}"
            for drifted in one.drifted:
                yield f"    {drifted.how.lower()}: {drifted.resource} ({drifted.type})"
                yield from (f"      {what}" for what in drifted.what)
            yield f"  → {one.remedy}"


def _checks(about: str, checks: list[Check]) -> Iterator[str]:
    well = sum(one.ok is True for one in checks)
    if well == len(checks):
        yield f"✓ {about}: {well} links are as they should be"
        return
    yield f"✗ {about}: {well} of {len(checks)} links are as they should be"
    for one in checks:
        if one.ok is not True:
            yield f"    {'✗' if one.ok is False else '?'} {one.what}: {one.found}"
            yield f"      → {one.remedy}"
