"""All that is wrong with a built image, for the application it is for."""

from collections.abc import Iterator
from datetime import date

from studiogate.images.inside.app import app
from studiogate.images.inside.facts import Inside
from studiogate.images.inside.general import general, platform
from studiogate.images.inside.looking import looked
from studiogate.images.inside.python import python
from studiogate.images.inside.r import r
from studiogate.images.inside.rstudio import rstudio
from studiogate.images.parts import Builder, Built, Fault, Told
from studiogate.landscape.image import Image


def checked(
    builder: Builder, built: Built, image: Image, *, today: date, tell: Told
) -> tuple[Fault, ...]:
    """Faults of the built image; it is told what is looked at, for that can take minutes.

    Those that are advice keep nobody from publishing it.

    Raises:
        ImageError: the builder cannot open it, or a layer of it cannot be read.
    """
    return faults(looked(builder, built, image, tell=tell), image, today=today)


def faults(inside: Inside, image: Image, *, today: date) -> tuple[Fault, ...]:
    """Faults of what is known of an image; nothing is asked any more."""
    return tuple(_faults(inside, image, today))


def _faults(inside: Inside, image: Image, today: date) -> Iterator[Fault]:
    yield from general(inside, today)
    if any(platform(inside)):
        return  # nothing could be asked in it
    if image.kind == "rstudio":
        yield from rstudio(inside, image, today)
        yield from r(inside, image)
    else:
        yield from app(inside)
    yield from python(inside, image)
