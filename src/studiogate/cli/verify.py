"""`studiogate verify`: is every invariant proved, and if not, by which request is it broken?"""

from pathlib import Path
from typing import Annotated

import typer

from studiogate.aws.session import Accounts
from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_if, telling
from studiogate.cli.findings import document, page
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import DONE, FOUND, Steps, show, show_json, steps
from studiogate.probe.live import NOT_READ, live_world
from studiogate.reach.table import table
from studiogate.reach.verify.compare import changes
from studiogate.reach.verify.report import report
from studiogate.reach.world import World, world


def verify(
    file: Annotated[Path, typer.Argument(help="The landscape to prove.")] = Path(
        "landscape.yaml"
    ),
    *,
    live: Annotated[
        bool, typer.Option("--live", help="Prove the accounts as AWS says they are now.")
    ] = False,
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    against: Annotated[
        Path | None,
        typer.Option(help="Another landscape: who gains and who loses, coming from it."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON document.")
    ] = False,
) -> None:
    """Prove every invariant, or show the request that breaks it; name weak policies."""
    landscape = landscape_of(file)
    before = None if against is None else landscape_of(against)
    accounts = accounts_if(live=live, region=landscape.region, profile=profile, role=role)
    with steps("Reading the landscape") as step:
        declared = world(landscape)
        asked = declared if accounts is None else _live(declared, accounts, step)
        step("Proving")
        found = report(asked, NOT_READ if live else ())
        differs = None if before is None else changes(table(world(before)), table(declared))
    if as_json:
        show_json(document(found, differs))
    else:
        source = "as AWS says it is" if live else "as declared"
        show(page(landscape, found, differs, source=source))
    raise typer.Exit(DONE if found.ok else FOUND)


def _live(declared: World, accounts: Accounts, step: Steps) -> World:
    step("Asking AWS")
    return live_world(declared, accounts, progress=telling(step, accounts))
