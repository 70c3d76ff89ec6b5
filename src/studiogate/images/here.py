"""Building a custom image here: what it is called, and how it is found again."""

from pathlib import Path

from studiogate.errors import ImageError
from studiogate.images.parts import Builder, Built, Told

IMAGE_LABEL = "studiogate.image"
"""The label that says which image of the landscape it is."""


def reference_of(name: str) -> str:
    """What a builder calls the image `name` on this machine."""
    return f"studiogate/{name}:latest"


def build(builder: Builder, folder: Path, name: str, *, tell: Told) -> Built:
    """Build the image `name` from its folder.

    Raises:
        ImageError: it does not build, and why.
    """
    return builder.build(folder, reference_of(name), labels={IMAGE_LABEL: name}, tell=tell)


def built_here(builder: Builder, name: str) -> Built:
    """The image `name` as it was built last on this machine.

    Raises:
        ImageError: this builder has not built it.
    """
    found = builder.find(reference_of(name))
    if found is None:
        raise ImageError(
            f"{builder.name} has not built the image {name}",
            remedy=f"Run `studiogate images build {name}`, or name the builder that has it "
            "with --with.",
        )
    return found
