"""`images init` writes a new image into the landscape, and changes nothing else of it."""

from pathlib import Path

import pytest

from studiogate.errors import LandscapeError
from studiogate.landscape.grow_image import NewImage, with_image
from studiogate.landscape.read import read

TWO = (Path(__file__).parents[2] / "examples" / "two-lobs.yaml").read_text(encoding="utf-8")
NEW = NewImage("lab-2.1", "jupyterlab", ("forecasting",), base="ubuntu:24.04")


def test_s6_01_the_image_is_in_the_landscape_and_every_other_line_is_still_there() -> None:
    grown = with_image(TWO, NEW)
    image = read(grown).images["lab-2.1"]

    assert (image.kind, image.domains, image.recipe.base) == (
        "jupyterlab",
        ("forecasting",),
        "ubuntu:24.04",
    )
    gone = [line for line in TWO.splitlines() if line not in grown.splitlines()]
    assert [line for line in gone if not line.startswith("images:")] == []


def test_a_second_image_joins_the_first() -> None:
    twice = with_image(with_image(TWO, NEW), NewImage("editor", "codeeditor"))

    assert list(read(twice).images) == [*read(TWO).images, "lab-2.1", "editor"]


def test_the_first_image_of_a_landscape_makes_the_section() -> None:
    before, _, images = TWO.partition("images:  ")
    without = f"{before}images: {{}}\n\n{images[images.index('invariants:') :]}"

    assert list(read(with_image(without, NEW)).images) == ["lab-2.1"]


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        (NewImage("Lab", "jupyterlab"), "images.Lab"),
        (NewImage("lab", "notebook"), "images.lab.kind"),
        (NewImage("lab", "jupyterlab", ("nowhere",)), "images.lab.domains[0]"),
        (NEW, "images.lab-2.1"),
    ],
)
def test_what_would_not_be_sound_is_refused_by_its_key(wanted: NewImage, where: str) -> None:
    text = with_image(TWO, NEW)

    with pytest.raises(LandscapeError) as caught:
        with_image(text, wanted)

    assert where in [problem.where for problem in caught.value.problems]
