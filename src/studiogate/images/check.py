"""An image's folder, checked before anything is built of it.

The built image is checked by `images.inside`; the two know nothing of each other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from studiogate.errors import ImageError
from studiogate.images.dockerfile.facts import Subject, facts_of
from studiogate.images.dockerfile.judging import Judged, judged
from studiogate.images.parts import Fault
from studiogate.images.recipe.choices import chosen
from studiogate.images.recipe.folder import read_pins
from studiogate.images.recipe.pins import LOCK
from studiogate.images.recipe.sources import Sources
from studiogate.images.recipe.workbench import standing
from studiogate.images.recipe.writing import dockerfile
from studiogate.landscape.image import Image, Kind, RStudio

DOCKERFILE = "Dockerfile"
_LARGEST_BYTES = 1024 * 1024
_MOST_FILES = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known of an image beside its folder; of one of nobody's, nothing is."""

    name: str = ""
    image: Image | None = None
    kind: Kind | None = None
    """The application, where there is no `image`."""

    session: str = ""
    """Version of Workbench; else the image's recipe's, else what the service has today."""

    rstudio: RStudio | None = None


def judged_folder(folder: Path, wanted: Wanted, *, today: date) -> Judged:
    """What must be mended in `folder`, and what had better be; `folder` may be a Dockerfile.

    Raises:
        ImageError: there is no Dockerfile, or it cannot be read.
    """
    file = folder if folder.is_file() else folder / DOCKERFILE
    text = _text(file)
    if text is None:
        raise ImageError(
            f"{file} is not there, or is no text",
            remedy="Write one: `studiogate images init NAME --kind KIND`; or name its folder.",
        )
    subject = Subject(
        where=str(file),
        today=today,
        name=wanted.name,
        kind=wanted.image.kind if wanted.image else wanted.kind or _kind_said(text),
        session=_session(wanted, today),
        python=wanted.image.recipe.python if wanted.image else True,
        files=_files(file),
    )
    found = judged(text, subject)
    behind = tuple(_behind(file, text, wanted, today))
    return Judged(found.faults, (*found.advice, *behind))


def _session(wanted: Wanted, today: date) -> str:
    recipe = wanted.image.recipe.session if wanted.image else None
    return wanted.session or recipe or standing(today).version


def _kind_said(text: str) -> Kind | None:
    """The application that the label of a written Dockerfile names."""
    image = facts_of(text).image
    labels = [one.text for one in image.steps if one.word == "LABEL"] if image else []
    kinds: tuple[Kind, ...] = ("rstudio", "jupyterlab", "codeeditor")
    said = " ".join(labels)
    return next((kind for kind in kinds if f'studiogate.recipe="{kind}"' in said), None)


def _files(file: Path) -> Mapping[str, str]:
    """The other files of the folder that are text, by name; a great many are not looked at."""
    there = sorted(file.parent.iterdir()) if file.parent.is_dir() else []
    found = ((one.name, _text(one)) for one in there[:_MOST_FILES] if one != file)
    return {name: text for name, text in found if text is not None}


def _behind(file: Path, text: str, wanted: Wanted, today: date) -> Iterator[Fault]:
    """That the landscape's recipe has changed since the Dockerfile was written."""
    if wanted.image is None:
        return
    try:
        pins = read_pins(file.parent)
        if pins is None:
            return
        choices = chosen(wanted.name, wanted.image, today=today, rstudio=wanted.rstudio)
        same = choices.base.partition("@")[0] == pins.base.partition("@")[0]
        if same and dockerfile(choices, pins, Sources()) == text:
            return
    except ImageError as error:
        what, remedy = str(error), error.remedy
    else:
        what = f"it is not what the landscape's recipe and {LOCK} would make"
        remedy = "Write it again: `studiogate images init NAME`; changes by hand are kept."
    yield Fault("recipe-changed", f"{file}:1", what, remedy, advice=True)


def _text(file: Path) -> str | None:
    """What a file says; `None` where it is no text, or no file, or too large for one."""
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST_BYTES:
            return None
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
