"""`studiogate images build`: from the folder of an image to the image, here or in AWS."""

import os
from typing import Annotated

import typer

from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.images.asking import (
    FILE,
    LandscapeOption,
    LobOption,
    NameArgument,
    world_of,
)
from studiogate.cli.images.built import WithOption, fault_lines, this_day
from studiogate.cli.images.recipes import Folder, image_of
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import FOUND, note, printable, show, steps
from studiogate.images import here
from studiogate.images.builders.found import builder
from studiogate.images.check import Wanted, judged_folder
from studiogate.images.in_aws import built_in_aws
from studiogate.images.places import places
from studiogate.landscape.model import Landscape


def build(
    name: NameArgument,
    *,
    landscape: LandscapeOption = FILE,
    with_builder: WithOption = None,
    in_aws: Annotated[
        bool, typer.Option("--in-aws", help="Build with CodeBuild, in each lob's own account.")
    ] = False,
    lob: LobOption = None,
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
) -> None:
    """Build a custom image, here or in AWS."""
    if in_aws and with_builder is not None:
        raise typer.BadParameter("--with names a builder of this machine; --in-aws needs none")
    if not in_aws and (lob or profile is not None or role != EVERYWHERE):
        raise typer.BadParameter("--lob, --profile and --role say where --in-aws builds")
    read = landscape_of(landscape)
    folder = image_of(read, name, landscape)
    _judge(folder)
    if in_aws:
        _in_aws(read, folder, lob or (), profile=profile, role=role)
    else:
        _here(folder, with_builder)


def _judge(folder: Folder) -> None:
    """Return if the Dockerfile may be built.

    Raises:
        Exit: it has faults; they were shown.
    """
    wanted = Wanted(folder.name, folder.image, rstudio=folder.rstudio)
    found = judged_folder(folder.path, wanted, today=this_day())
    if found.advice:
        note(fault_lines(found.advice))
    if found.faults:
        show(fault_lines(found.faults))
        note(f"{folder.path} is not built: mend what is named above first.")
        raise typer.Exit(FOUND)


def _here(folder: Folder, named: str | None) -> None:
    worker = builder(os.environ, named=named)
    note(f"{worker.name} builds {folder.path}")
    built = here.build(worker, folder.path, folder.name, tell=_told)
    show(f"{built.reference}  {built.id}")
    word = "" if named is None else f" --with {named}"
    note(f"→ See what is in it:  studiogate images check {folder.name} --built{word}")
    note(f"→ Give it to its lobs: studiogate images publish {folder.name}{word}")


def _in_aws(
    landscape: Landscape,
    folder: Folder,
    lobs: tuple[str, ...] | list[str],
    *,
    profile: str | None,
    role: str,
) -> None:
    accounts = accounts_of(landscape.region, profile=profile, role=role)
    with steps(f"Building {folder.name} in AWS") as step:
        world = world_of(landscape, accounts, step)
        found = [
            (place, built_in_aws(world, landscape, folder.name, place, folder.path))
            for place in places(landscape, folder.name, lobs)
        ]
    for place, built in found:
        show(f"{place.lob}  {built.uri}" + ("" if built.is_new else "  (built before)"))
    note(f"→ Give it to its lobs: studiogate images publish {folder.name} --in-aws")


def _told(line: str) -> None:
    note(printable(line))
