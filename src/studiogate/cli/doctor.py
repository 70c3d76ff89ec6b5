"""`studiogate doctor`: is every person the same in the landscape and on AWS?"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.deploying import world_of
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import DONE, FOUND, show, show_json, steps
from studiogate.deploy.provisioned import provisioned
from studiogate.landscape.model import Landscape
from studiogate.probe.people import Drift, drift
from studiogate.probe.reading import known


def doctor(
    file: Annotated[Path, typer.Argument(help="The landscape to compare with.")] = Path(
        "landscape.yaml"
    ),
    *,
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON document.")
    ] = False,
) -> None:
    """Compare people with user pool, directory and Studio profiles; name every difference."""
    landscape = landscape_of(file)
    with steps("Asking AWS") as step:
        accounts = accounts_of(landscape.region, profile=profile, role=role)
        world = world_of(landscape, accounts, step)
        landscape = provisioned(world, landscape).landscape
        there = known(landscape, lambda region: accounts_of(region, profile=profile, role=role))
    found = drift(landscape, there)
    if as_json:
        show_json({"ok": not found, "drift": [asdict(one) for one in found]})
    else:
        show(_table(found) if found else summary(landscape))
    raise typer.Exit(FOUND if found else DONE)


def summary(landscape: Landscape) -> str:
    """What was compared and found the same, in one line."""
    people, domains = len(landscape.people), len(landscape.domains)
    return f"Everybody is the same everywhere: {people} people, {domains} domains."


def _table(found: Sequence[Drift]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("person", "where", "what, and what to do"):
        table.add_column(heading, overflow="fold")
    for one in found:
        what = Text.assemble(_shown(one.what), f"\n→ {one.remedy}")
        table.add_row(_shown(one.person), _shown(one.where), what)
    return table


def _shown(text: str) -> Text:
    """`text` without power over the terminal: a name of a table may hold any character."""
    return Text(text if text.isprintable() else text.encode("unicode_escape").decode("ascii"))
