"""`studiogate images publish`: from an image that was built to one that lobs can attach."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.images.asking import (
    FILE,
    JsonOption,
    LandscapeOption,
    LobOption,
    NameArgument,
    world_of,
)
from studiogate.cli.images.built import WithOption, fault_lines, this_day
from studiogate.cli.images.recipes import Folder, image_of
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import FOUND, note, printable, show, show_json, steps
from studiogate.errors import ImageError
from studiogate.images.builders.found import builder
from studiogate.images.fetched import AS_BEFORE, CHECKED, Fetched
from studiogate.images.here import built_here
from studiogate.images.in_aws import built_into
from studiogate.images.inside.checked import checked
from studiogate.images.parts import Builder, Built, Fault
from studiogate.images.places import places
from studiogate.images.published.repository import Repository
from studiogate.images.publishing import (
    Published,
    Source,
    from_builder,
    from_registry,
    is_everywhere,
)
from studiogate.images.publishing import publish as made_known
from studiogate.images.world import World
from studiogate.landscape.image import Image

_LETTERS = 19
"""Of a digest: `sha256:` and as many as a tag has."""


def publish(
    name: NameArgument,
    *,
    lob: LobOption = None,
    built: Annotated[
        str | None,
        typer.Option(metavar="IMAGE", help="What the builder calls it; else as `build` did."),
    ] = None,
    with_builder: WithOption = None,
    in_aws: Annotated[
        bool, typer.Option("--in-aws", help="The one CodeBuild makes of its folder.")
    ] = False,
    digest: Annotated[
        str | None,
        typer.Option(metavar="SHA256", help="One that is in the repositories already."),
    ] = None,
    landscape: LandscapeOption = FILE,
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    as_json: JsonOption = False,
) -> None:
    """Push an image to every account that has it, and make it known to SageMaker there.

    The canary comes first.  An image that was built here is checked before it is pushed, and
    one that was not is fetched and checked where this machine has a builder.  The same content
    is neither checked nor pushed nor made a version again.
    """
    local = built is not None or with_builder is not None
    if sum((local, in_aws, digest is not None)) > 1:
        raise typer.BadParameter(
            "--in-aws, --digest, or an image that was built here: one only"
        )
    read = landscape_of(landscape)
    folder = image_of(read, name, landscape)
    wanted = places(read, name, lob or ())
    accounts, said = accounts_of(read.region, profile=profile, role=role), AS_BEFORE
    with steps(f"Publishing {name}") as step:
        world = world_of(read, accounts, step)
        if digest is not None or in_aws:
            found = from_registry(digest) if digest is not None else _in_aws(folder.path)
            source: Source = _fetched(folder, found, as_json=as_json)
        else:
            worker, image = _local(folder, with_builder, built)
            if not is_everywhere(world, read, name, image, wanted):
                _look(world, worker, image, folder.image, as_json=as_json)
                said = CHECKED
            source = from_builder(world, worker, image)
        done = made_known(world, read, name, source, wanted)
    _told(done, source, said, as_json=as_json)
    note(f"→ Attach it: studiogate images attach {name}")


def _told(done: Sequence[Published], source: Source, said: str, *, as_json: bool) -> None:
    """Show what was published, and beside it what was done and what nobody looked at.

    `said` is whether the image was looked into; one that was fetched knows by itself.
    """
    inside = source.said if isinstance(source, Fetched) else said
    show_json(document(done, (), inside)) if as_json else show(table(done))
    if isinstance(source, Fetched) and source.why_not:
        note(printable(f"Nobody looked at what is inside: {source.why_not}"))
    for one in done:
        for what in one.done:
            note(printable(f"{one.lob}: {what}"))


def document(
    done: Sequence[Published], faults: Sequence[Fault], inside: str = CHECKED
) -> dict[str, Any]:
    """What an image is in each account, or why it is in none, for a program."""
    return {
        "ok": not faults,
        "inside": inside,
        "published": [{**asdict(one), "outcome": one.outcome} for one in done],
        "faults": [asdict(one) for one in faults],
    }


def table(done: Sequence[Published]) -> Table:
    """What an image is in each account, for people."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("lob", "account", "repository", "digest", "version", "outcome"):
        shown.add_column(heading, overflow="fold")
    for one in done:
        shown.add_row(
            one.lob,
            one.account,
            one.repository,
            one.digest[:_LETTERS],
            str(one.version),
            one.outcome,
        )
    return shown


def _local(folder: Folder, named: str | None, reference: str | None) -> tuple[Builder, Built]:
    """The builder of this machine, and the image that it has built.

    Raises:
        ImageError: no builder has it.
    """
    worker = builder(os.environ, named=named)
    if reference is None:
        return worker, built_here(worker, folder.name)
    return worker, _found(worker, reference)


def _look(world: World, worker: Builder, built: Built, image: Image, *, as_json: bool) -> None:
    """Return if the image that was built here may be published.

    Raises:
        ImageError: it cannot be opened.
        Exit: it has faults; they were shown.
    """
    world.tell(f"{worker.name} opens {built.reference}")
    faults = checked(worker, built, image, today=this_day(), tell=world.tell)
    _judge(built.reference, faults, as_json=as_json)


def _fetched(folder: Folder, source: Source, *, as_json: bool) -> Fetched:
    """An image that was not built here, and is looked at where this machine can."""
    return Fetched(
        source,
        folder.image,
        worker=lambda: builder(os.environ),
        judge=lambda uri, faults: _judge(uri, faults, as_json=as_json),
        today=this_day(),
    )


def _judge(what: str, faults: Sequence[Fault], *, as_json: bool) -> None:
    """Return if `what` may be published.

    Raises:
        Exit: it has faults; they were shown.
    """
    if advice := [one for one in faults if one.advice]:
        note(fault_lines(advice))
    if wrong := [one for one in faults if not one.advice]:
        show_json(document((), wrong)) if as_json else show(fault_lines(wrong))
        note(f"{what} is not published: mend what is named above, and build again.")
        raise typer.Exit(FOUND)


def _found(worker: Builder, reference: str) -> Built:
    found = worker.find(reference)
    if found is None:
        raise ImageError(
            f"{worker.name} has no image {reference}",
            remedy="Name it as the builder lists it, or leave --built out.",
        )
    return found


def _in_aws(folder: Path) -> Source:
    """The image that CodeBuild makes of `folder`; what it has made already is taken."""

    def source(repository: Repository) -> tuple[str, bool]:
        made = built_into(repository, folder)
        return made.digest, made.is_new

    return source
