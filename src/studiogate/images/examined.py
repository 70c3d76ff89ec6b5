"""What keeps people from the images and the RStudio that the landscape gives them.

For `studiogate doctor`: each with what to do about it.  Where the landscape has neither,
nothing is asked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from studiogate.images.licence import NO_LICENCE, REMEDY, licence_of
from studiogate.images.listing import (
    BEYOND,
    GONE,
    MISSING,
    NOT_PUBLISHED,
    NOT_READY,
    Row,
    rows,
)
from studiogate.images.places import Place, every_lob
from studiogate.images.tools import Version, too_old
from studiogate.images.world import World, side_by_side
from studiogate.landscape.model import Landscape

HERE: Final = "this machine"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one image, or about RStudio, and how it is mended."""

    about: str
    """The image; `RStudio`, or `AWS CLI`."""

    where: str
    """As `lob-a/forecasting`."""

    what: str
    remedy: str
    advice: bool = False
    """Whether it is only to be considered."""


def examined(
    world: World, landscape: Landscape, cli: Version | None = None
) -> tuple[Finding, ...]:
    """Everything that is amiss; `cli` is the AWS CLI of this machine.

    Raises:
        AwsError: AWS refused, or did not answer.
    """
    rstudio = any(one.rstudio is not None for one in landscape.domains.values())
    if not landscape.images and not rstudio:
        return ()
    places = tuple(one for one in every_lob(landscape) if one.domains)
    return (
        *_old(cli),
        *unlicensed(world, landscape),
        *(found for row in _rows(world, landscape, places) for found in of_row(row)),
    )


def unlicensed(world: World, landscape: Landscape) -> tuple[Finding, ...]:
    """The accounts in which RStudio is to run, and that have no licence for it (S6-03).

    Raises:
        AwsError: License Manager refused, or did not answer.
    """
    having = [
        place
        for place in every_lob(landscape)
        if any(landscape.domains[name].rstudio is not None for name in place.domains)
    ]
    looked = side_by_side(lambda place: tuple(_licences(world, place)), having)
    return tuple(found for some in looked for found in some)


def of_row(row: Row) -> Iterator[Finding]:
    """What is amiss with one image in one list of a domain."""
    where = f"{row.lob}/{row.domain}" + (f", of {row.profile}" if row.profile else "")
    attach = f"studiogate images attach {row.image} --domain {row.domain}"
    if row.status == MISSING:
        yield Finding(row.image, where, "it is not attached", f"Run `{attach}`.")
    elif row.status == NOT_PUBLISHED:
        publish = f"studiogate images publish {row.image}"
        what = "it is in no account yet"
        remedy = f"Run `{publish}`, then `{attach}`."
        yield Finding(row.image, where, what, remedy, advice=True)
    elif row.status == NOT_READY:
        number = "any" if row.version is None else str(row.version)
        what = f"no app starts from it: there is no version {number} that is ready"
        remedy = f"Attach one that is there, `{attach}`, or `studiogate images rollback`."
        yield Finding(row.image, where, what, remedy)
    elif row.status == GONE:
        what = f"no app starts from it: ECR has not what version {row.version or row.newest} is"
        remedy = (
            f"Run `studiogate images publish {row.image}`, which pushes what was built here "
            f"again; or attach another version, `{attach} --version NUMBER`."
        )
        yield Finding(row.image, where, what, remedy)
    elif row.status == BEYOND:
        what = "it is attached, and the landscape does not say so"
        remedy = f"Add the domain to images.{row.image}, or detach it if it is yours."
        yield Finding(row.image, where, what, remedy, advice=True)
    elif row.waits:
        what = f"version {row.version} is attached, and {row.newest} waits"
        yield Finding(row.image, where, what, f"Run `{attach}`.", advice=True)


def _rows(world: World, landscape: Landscape, places: Iterable[Place]) -> Iterator[Row]:
    yield from rows(world, landscape, tuple(places)) if landscape.images else ()


def _licences(world: World, place: Place) -> Iterator[Finding]:
    """What is amiss with the licence of one account in which RStudio is to run."""
    found = licence_of(world.account(place.account))
    if found is None:
        yield Finding("RStudio", place.lob, NO_LICENCE, REMEDY)
    elif not found.usable:
        what = f"its licence {found.name!r} cannot be used: {found.said}"
        remedy = "Accept and activate the grant in AWS License Manager, or ask Posit."
        yield Finding("RStudio", place.lob, what, remedy)


def _old(cli: Version | None) -> Iterator[Finding]:
    if cli is not None and (why := too_old(cli)):
        yield Finding("AWS CLI", HERE, why, "Install AWS CLI 2.6.2 or newer.")
