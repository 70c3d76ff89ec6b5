"""`studiogate draw`: the landscape as one picture."""

from pathlib import Path
from typing import Annotated

import typer

from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import show
from studiogate.reach.map.page import svg
from studiogate.reach.map.sites import mapped
from studiogate.reach.table import table
from studiogate.reach.world import world


def draw(
    file: Annotated[Path, typer.Argument(help="The landscape to draw.")] = Path(
        "landscape.yaml"
    ),
    *,
    out: Annotated[Path, typer.Option(help="The SVG file to write.")] = Path("landscape.svg"),
    lob: Annotated[
        str | None, typer.Option(help="Only what concerns this line of business.")
    ] = None,
) -> None:
    """Draw accounts, VPCs, endpoints, routes, names and who opens what, as one SVG."""
    landscape = landscape_of(file)
    if lob is not None and lob not in landscape.lobs:
        raise typer.BadParameter(f"{lob} is none of {', '.join(landscape.lobs)}")
    known = world(landscape)
    drawn = svg(mapped(known, table(known), lob=lob))
    try:
        out.write_text(drawn, encoding="utf-8")
    except OSError as error:
        why = (error.strerror or "it cannot be written").lower()
        raise typer.BadParameter(f"{out}: {why}") from error
    show(f"Written: {out}")
