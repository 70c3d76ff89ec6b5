"""`studiogate images refresh-rstudio`: RStudio of a domain anew, with everybody's consent."""

from typing import Annotated

import typer

from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.images.asking import (
    FILE,
    LandscapeOption,
    YesOption,
    refuse_unless_meant,
    world_of,
)
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import note, show, steps
from studiogate.images.attached.spots import studios
from studiogate.images.places import place_of
from studiogate.images.rstudio import refuse_without_rstudio, renew, workbench


def refresh_rstudio(
    domain: Annotated[str, typer.Argument(help="The domain, as the landscape calls it.")],
    *,
    yes: YesOption = False,
    landscape: LandscapeOption = FILE,
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
) -> None:
    """Make the RStudio application of a domain anew, so that it takes custom images.

    Everybody who works in an RStudio session of the domain is interrupted.
    """
    read = landscape_of(landscape)
    place = place_of(read, domain)
    accounts = accounts_of(read.region, profile=profile, role=role)
    with steps("Asking AWS") as step:
        world = world_of(read, accounts, step)
        (studio,) = studios(world, place)
        refuse_without_rstudio(world, studio)
        there = workbench(world, studio)
    for who, _ in there.sessions:
        note(f"{who} has a session there, and is interrupted: what is not saved is lost.")
    many = len(there.sessions)
    refuse_unless_meant(
        f"Make RStudio of {studio} anew and interrupt {many} session{'s' * (many != 1)}?",
        yes=yes,
    )
    with steps("Making RStudio anew") as step:
        renew(world_of(read, accounts, step), there)
    show(f"RStudio of {studio} is new, and takes the images that are attached.")
