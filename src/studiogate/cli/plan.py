"""`studiogate plan`: what would apply do, and who would gain or lose by it?"""

from pathlib import Path

import typer

from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.advice import advised, tell_advice
from studiogate.cli.deploying import (
    AllowOption,
    FileArgument,
    JsonOption,
    StopOption,
    holder_of,
    tell_left_out,
    wish_of,
    world_of,
)
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.licences import tell_licences
from studiogate.cli.planned import document, page
from studiogate.cli.present import DONE, FOUND, show, show_json, steps
from studiogate.deploy.applying import plan as planned
from studiogate.deploy.plan import objections
from studiogate.deploy.provisioned import provisioned


def plan(
    file: FileArgument = Path("landscape.yaml"),
    *,
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    allow_replacement: AllowOption = None,
    stop_apps: StopOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show what apply would do, account by account, and who gains and who loses by it."""
    landscape = landscape_of(file)
    accounts = accounts_of(landscape.region, profile=profile, role=role)
    with steps("Composing the stacks") as step:
        world = world_of(landscape, accounts, step)
        sent = provisioned(world, landscape)
        wish = wish_of(
            sent.landscape, holder_of(accounts), file=file, allowed=allow_replacement
        )
        found = planned(world, wish)
        tell_licences(landscape, accounts, step)
    against = objections(found, wish.allowed, stop_apps=stop_apps)
    if as_json:
        show_json(document(found, against))
    else:
        show(page(found, against))
    tell_left_out(sent)
    tell_advice(advised(landscape))
    raise typer.Exit(FOUND if against else DONE)
