"""`studiogate images lock`: everything that an image pins, looked up again."""

from pathlib import Path
from typing import Annotated

import typer

from studiogate.cli.images.built import this_day
from studiogate.cli.images.recipes import ForceOption, LandscapeOption, image_of, written
from studiogate.cli.landscape_file import landscape_of


def lock(
    name: Annotated[str, typer.Argument(help="The image.")],
    *,
    landscape: LandscapeOption = Path("landscape.yaml"),
    force: ForceOption = False,
) -> None:
    """Look every download of an image up again, and pin what is there now.

    Its base's digest, every checksum, and the day of its packages; the files are written anew.
    """
    folder = image_of(landscape_of(landscape), name, landscape)
    written(folder, base=None, anew=True, force=force, today=this_day())
