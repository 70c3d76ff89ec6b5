"""A landscape with one more custom image, and not one other character changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from studiogate.landscape.edit import Entry, Plain, added
from studiogate.landscape.read import read


@dataclass(frozen=True, slots=True)
class NewImage:
    """What somebody says of an image that is to be made."""

    name: str
    kind: str
    domains: tuple[str, ...] = ()
    base: str | None = None
    r: tuple[str, ...] = ()
    """Versions of R, the default one first."""


def with_image(text: str, wanted: NewImage, *, source: str = "landscape.yaml") -> str:
    """`text` with `wanted` in it, comments and all; it has been read and is sound.

    Raises:
        LandscapeError: `text` is not sound, has an image of that name, or would not be sound
            with it.
    """
    read(text, source=source)
    grown = added(text, [Entry("images", wanted.name, _entry(wanted))], source=source)
    read(grown, source=source)
    return grown


def _entry(wanted: NewImage) -> Mapping[str, Plain]:
    said: dict[str, Plain] = {"kind": wanted.kind}
    if wanted.domains:
        said["domains"] = wanted.domains
    recipe: dict[str, Plain] = {}
    if wanted.base:
        recipe["base"] = wanted.base
    if wanted.r:
        recipe["r"] = wanted.r
    if recipe:
        said["recipe"] = recipe
    return said
