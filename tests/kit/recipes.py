"""Recipes with every choice open, and pins for them that nobody had to download."""

from datetime import date
from string import ascii_lowercase

from hypothesis import strategies as st

from studiogate.images.recipe.choices import Choices
from studiogate.images.recipe.pins import Pin, Pins
from studiogate.images.recipe.sources import Sources
from studiogate.images.recipe.writing import downloads
from studiogate.landscape.image import Image, Recipe, RStudio

TODAY = date(2026, 11, 22)
SOURCES = Sources()
DIGEST = "sha256:" + "d" * 64

_texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).map(str.strip)
_packages = st.lists(
    st.text(ascii_lowercase, min_size=2, max_size=9).filter(lambda one: one != "odbc"),
    max_size=2,
    unique=True,
)


def pins_for(choices: Choices, *, digest: str = DIGEST) -> Pins:
    """Pins of every download, each with a checksum of its own."""
    urls = downloads(choices, SOURCES)
    files = {url: Pin(f"{number:064x}", number, TODAY) for number, url in enumerate(urls, 1)}
    return Pins(choices.base, digest, TODAY, files)


@st.composite
def images(draw: st.DrawFn) -> Image:
    """Any image that the landscape takes, with any part of its recipe on or off."""
    kind = draw(st.sampled_from(["rstudio", "jupyterlab", "codeeditor"]))
    is_r = kind == "rstudio"
    versions = st.lists(st.sampled_from(["4.6.1", "4.5.1", "4.4.3"]), max_size=3, unique=True)
    return Image(
        kind=kind,
        description=draw(st.none() | _texts.filter(lambda one: bool(one) and "\n" not in one)),
        uid=draw(st.sampled_from([None, 1000])),
        recipe=Recipe(
            base=draw(
                st.sampled_from(
                    [None, "ubuntu:22.04", "ubuntu:noble", f"ubuntu:24.04@{DIGEST}"]
                )
            ),
            r=tuple(draw(versions)) if is_r else (),
            session="2025.05.1+513.pro3" if is_r and draw(st.booleans()) else None,
            drivers=draw(st.booleans()),
            python=draw(st.booleans()),
            r_packages=tuple(draw(_packages)) if is_r else (),
            python_packages=tuple(draw(_packages)),
        ),
    )


rstudios = st.none() | st.builds(
    RStudio,
    connect_url=st.none() | st.just('https://connect.acme.example/$x?a="b"'),
    package_manager_url=st.none() | st.just("https://packages.acme.example/cran/latest"),
)
