"""What `init`, `lock` and `check` share: the image, its folder, and how it is written."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from studiogate.cli.present import note, show, steps
from studiogate.errors import ImageError, LandscapeError, Problem
from studiogate.images.recipe.choices import Choices, chosen
from studiogate.images.recipe.folder import planned, read_pins, write
from studiogate.images.recipe.locking import pinned
from studiogate.images.recipe.pins import Pins
from studiogate.images.recipe.sources import Sources
from studiogate.images.recipe.writing import downloads, files
from studiogate.landscape.image import Image, RStudio
from studiogate.landscape.model import Landscape

LandscapeOption = Annotated[Path, typer.Option(help="The landscape that has the image.")]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Write over files that were changed by hand.")
]


@dataclass(frozen=True, slots=True)
class Folder:
    """An image of a landscape, and where its files are."""

    name: str
    image: Image
    path: Path
    rstudio: RStudio | None


def image_of(landscape: Landscape, name: str, file: Path) -> Folder:
    """The image called `name` of the landscape in `file`.

    Raises:
        LandscapeError: it has none of that name.
    """
    image = landscape.images.get(name)
    if image is None:
        remedy = f"Declare it, or make it: `studiogate images init {name} --kind KIND`."
        problem = Problem(f"images.{name}", "there is no image of that name", remedy)
        raise LandscapeError([problem], remedy="See `images:` of the landscape.")
    path = file.parent / (image.folder or f"images/{name}")
    settings = (landscape.domains[one].rstudio for one in image.domains)
    return Folder(name, image, path, next((one for one in settings if one), None))


def written(
    folder: Folder,
    *,
    base: str | None,
    anew: bool,
    force: bool,
    today: date,
    sources: Sources | None = None,
) -> None:
    """Write the folder of an image; `anew` looks everything up again that is pinned.

    Raises:
        ImageError: a choice is impossible, a download cannot be had, or a file was changed by
            hand and `force` is not given.  Nothing was written.
    """
    known = sources or Sources()
    image = _on(folder.image, base) if base else folder.image
    choices = chosen(folder.name, image, today=today, rstudio=folder.rstudio, sources=known)
    kept = None if anew else _kept(folder, choices, known)
    with steps(f"Looking up what {folder.name} is made of") as step:
        pins = kept or pinned(choices, known, today=today, tell=step)
    plan = planned(folder.path, files(choices, pins, known))
    if plan.changed and not force:
        show("\n".join(one.rstrip("\n") for one in plan.changed.values()))
    write(plan, force=force)
    note(f"{folder.path} has {', '.join(plan.files)}.")


def _kept(folder: Folder, choices: Choices, sources: Sources) -> Pins | None:
    """The pins that the folder has already, where they are those of the same choices."""
    try:
        pins = read_pins(folder.path)
    except ImageError:
        return None
    if pins is None or not set(downloads(choices, sources)) <= set(pins.files):
        return None
    name, _, digest = choices.base.partition("@")
    same = pins.base.partition("@")[0] == name and digest in {"", pins.digest}
    return pins if same else None


def _on(image: Image, base: str) -> Image:
    """`image` with another base."""
    return image.model_copy(update={"recipe": image.recipe.model_copy(update={"base": base})})
