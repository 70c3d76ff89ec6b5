"""`studiogate images attach`: offer an image in launchers, by merging."""

from typing import Annotated

import typer

from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.images.asking import (
    FILE,
    DomainOption,
    JsonOption,
    LandscapeOption,
    LobOption,
    NameArgument,
    PersonOption,
    SharedOption,
    wanted_of,
    world_of,
)
from studiogate.cli.images.changes import concluded
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import note, steps
from studiogate.images.attached.changing import Changed
from studiogate.images.attaching import attachment, carried_out
from studiogate.images.places import image_of
from studiogate.images.rstudio import workbench
from studiogate.images.world import World
from studiogate.landscape.image import Image


def attach(
    name: NameArgument,
    *,
    domain: DomainOption = None,
    lob: LobOption = None,
    person: PersonOption = None,
    shared: SharedOption = False,
    version: Annotated[
        int | None, typer.Option(min=1, help="The version; else the newest that is ready.")
    ] = None,
    everywhere: Annotated[
        bool,
        typer.Option("--everywhere", help="In every domain of it, once the canary has it."),
    ] = False,
    landscape: LandscapeOption = FILE,
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    as_json: JsonOption = False,
) -> None:
    """Offer a published image in Studio domains; what else is attached stays as it is."""
    read = landscape_of(landscape)
    image = image_of(read, name)
    wanted = wanted_of(domain, lob, person, shared=shared, everywhere=everywhere)
    if everywhere and wanted.is_named:
        raise typer.BadParameter(
            "it is everywhere, or where you say", param_hint="--everywhere"
        )
    accounts = accounts_of(read.region, profile=profile, role=role)
    with steps("Asking AWS") as step:
        world = world_of(read, accounts, step)
        plan = attachment(world, read, name, wanted, version)
        done = carried_out(world, plan)
        older = _older(world, image, done)
    concluded(done, plan.remarks, as_json=as_json)
    for one in older:
        note(one)


def _older(world: World, image: Image, done: tuple[Changed, ...]) -> list[str]:
    """What there is to say of domains whose RStudio does not show the image by its age."""
    if image.kind != "rstudio":
        return []
    studios = dict.fromkeys(one.change.spot.studio for one in done)
    return [
        f"{studio}: its RStudio was made before custom images like this one could run in it; "
        f"`studiogate images refresh-rstudio {studio.domain}` makes it anew."
        for studio in studios
        if workbench(world, studio).is_older_than(image.recipe.session)
    ]
