"""`studiogate images init`: the folder of a custom image, ready to be built."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from studiogate.cli.editing import difference, replace
from studiogate.cli.images.built import this_day
from studiogate.cli.images.recipes import ForceOption, LandscapeOption, image_of, written
from studiogate.cli.landscape_file import text_of
from studiogate.cli.present import note, show
from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.grow_image import NewImage, with_image
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read


class KindChoice(StrEnum):
    """The applications that have custom images."""

    RSTUDIO = "rstudio"
    JUPYTERLAB = "jupyterlab"
    CODEEDITOR = "codeeditor"


def init(
    name: Annotated[str, typer.Argument(help="The image: small letters, digits, . and -.")],
    *,
    kind: Annotated[
        KindChoice | None, typer.Option(help="The application; needed for a new image.")
    ] = None,
    r: Annotated[
        list[str] | None, typer.Option(help="A version of R, the default first; repeatable.")
    ] = None,
    base: Annotated[
        str | None, typer.Option(help="What it is built on, perhaps NAME@sha256:….")
    ] = None,
    domain: Annotated[
        list[str] | None, typer.Option(help="A domain it is attached to; repeatable.")
    ] = None,
    landscape: LandscapeOption = Path("landscape.yaml"),
    force: ForceOption = False,
) -> None:
    """Write the Dockerfile of a custom image, with every download pinned.

    A new image is also written into the landscape.  Each download is had once, to know its
    checksum; of an image that has them all pinned, none is.
    """
    before = text_of(landscape)
    known = read(before, source=str(landscape))
    after = before
    if name not in known.images:
        after = with_image(
            before, _new(name, kind, r=r, base=base, domain=domain), source=str(landscape)
        )
        known = read(after, source=str(landscape))
    else:
        _require_same(known, name, kind, more=[*(r or ()), *(domain or ())])
    folder = image_of(known, name, landscape)
    written(folder, base=base, anew=False, force=force, today=this_day())
    if after != before:
        show(difference(before, after, landscape))
        replace(landscape, after)
    note(f"What is wrong with it: studiogate images check {name} --landscape {landscape}")


def _new(
    name: str,
    kind: KindChoice | None,
    *,
    r: list[str] | None,
    base: str | None,
    domain: list[str] | None,
) -> NewImage:
    if kind is None:
        raise typer.BadParameter(
            f"the landscape has no image {name}: say what it is for", param_hint="--kind"
        )
    return NewImage(name, kind.value, tuple(domain or ()), base, tuple(r or ()))


def _require_same(
    known: Landscape, name: str, kind: KindChoice | None, *, more: list[str]
) -> None:
    """What the landscape says of an image, it says; the options are for a new one."""
    there = known.images[name].kind
    if (kind is not None and kind.value != there) or more:
        what = f"this image is there already, for {there}"
        remedy = "Change it in the landscape, and run the command without these options."
        raise LandscapeError([Problem(f"images.{name}", what, remedy)])
