"""`studiogate images check`: what is wrong with an image before it is built."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from studiogate.cli.images.built import (
    BuiltOption,
    WithOption,
    fault_lines,
    faults_when_built,
    in_service,
    this_day,
)
from studiogate.cli.images.init import KindChoice
from studiogate.cli.images.recipes import LandscapeOption, image_of
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import DONE, FOUND, note, show, show_json
from studiogate.images.check import Wanted, judged_folder
from studiogate.images.dockerfile.judging import Judged


def check(
    what: Annotated[
        str, typer.Argument(help="An image of the landscape; or a folder, or a Dockerfile.")
    ],
    *,
    landscape: LandscapeOption = Path("landscape.yaml"),
    kind: Annotated[
        KindChoice | None, typer.Option(help="The application, where no landscape says it.")
    ] = None,
    service_version: Annotated[
        str, typer.Option(help="Posit Workbench of the domain; else the recipe's, or today's.")
    ] = "",
    built: BuiltOption = False,
    with_builder: WithOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON document.")
    ] = False,
) -> None:
    """Report everything that is wrong with an image's Dockerfile, or with what was built.

    A path has a slash in it, or is that of a file; anything else names an image.
    """
    if with_builder is not None and not built:
        raise typer.BadParameter("--with names who has the built image: give --built, too")
    folder, wanted = _found(what, landscape, kind, service_version)
    if built:
        found = _built(what, wanted, with_builder, service_version)
    else:
        found = judged_folder(folder, wanted, today=this_day())
    _tell(found, str(folder), as_json=as_json)
    raise typer.Exit(FOUND if found.faults else DONE)


def _built(what: str, wanted: Wanted, named: str | None, session: str) -> Judged:
    """What is wrong with the image that was built; only one of the landscape has a name."""
    if wanted.image is None:
        raise typer.BadParameter(
            f"{what} is a path: what was built is called by its name in the landscape"
        )
    image = in_service(wanted.image, session)
    found = faults_when_built(wanted.name, image, named, today=this_day())
    return Judged(
        tuple(one for one in found if not one.advice),
        tuple(one for one in found if one.advice),
    )


def _found(
    what: str, landscape: Path, kind: KindChoice | None, session: str
) -> tuple[Path, Wanted]:
    path = Path(what)
    if "/" in what or path.is_file():
        return path, Wanted(kind=kind.value if kind else None, session=session)
    declared = landscape_of(landscape)
    if path.is_dir() and what not in declared.images:
        raise typer.BadParameter(
            f"the landscape has no image {what}; if the folder is meant: {what}/"
        )
    one = image_of(declared, what, landscape)
    wanted = Wanted(one.name, one.image, session=session, rstudio=one.rstudio)
    return one.path, wanted


def _tell(found: Judged, where: str, *, as_json: bool) -> None:
    if as_json:
        show_json(
            {
                "ok": not found.faults,
                "faults": [asdict(one) for one in found.faults],
                "advice": [asdict(one) for one in found.advice],
            }
        )
        return
    show(fault_lines(found.faults) if found.faults else f"{where}: nothing is wrong with it.")
    if found.advice:
        note(fault_lines(found.advice))
