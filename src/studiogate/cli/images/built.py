"""What `images build` and `images check` share: faults as text, and those of a built image."""

import os
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from studiogate.cli.present import printable, steps
from studiogate.images.builders.found import NAMES, builder
from studiogate.images.here import built_here
from studiogate.images.inside.checked import checked
from studiogate.images.parts import Fault
from studiogate.landscape.image import Image

WithOption = Annotated[
    str | None,
    typer.Option(
        "--with",
        metavar="BUILDER",
        help=f"The builder: {', '.join(NAMES)}; else the first that works.",
    ),
]
BuiltOption = Annotated[
    bool, typer.Option("--built", help="Check the image as it was built, in place of its file.")
]


def faults_when_built(
    name: str, image: Image, named: str | None, *, today: date
) -> tuple[Fault, ...]:
    """What is wrong with the image that was built of `name`, and what had better be.

    Raises:
        ImageError: no builder has it, or it cannot be opened.
    """
    worker = builder(os.environ, named=named)
    built = built_here(worker, name)
    with steps(f"{worker.name} opens {built.reference}") as step:
        return checked(worker, built, image, today=today, tell=step)


def in_service(image: Image, session: str) -> Image:
    """`image` for a domain whose Workbench is of version `session`; as it is without one."""
    if not session:
        return image
    recipe = image.recipe.model_copy(update={"session": session})
    return image.model_copy(update={"recipe": recipe})


def fault_lines(faults: Iterable[Fault]) -> str:
    """Faults as a person reads them: where, what, and below it how it is mended."""
    return "\n".join(
        printable(f"{one.where}: {one.what} [{one.code}]") + f"\n    → {printable(one.remedy)}"
        for one in faults
    )


def this_day() -> date:
    """Today, by which systems come to their end."""
    now = datetime.now(UTC)  # noqa: TID251 - the command's clock is made here
    return now.date()
