"""The map as an SVG that stands alone, and as a section for a page that has its own colours."""

from studiogate.reach.map import look
from studiogate.reach.map.drawing import drawing, sentences
from studiogate.reach.map.sites import Map
from studiogate.reach.picture.markup import tag, text


def svg(shown: Map) -> str:
    """The map as one SVG document, in UTF-8, light and dark; equal maps, equal text."""
    return f"{drawing(shown, style=look.STANDALONE)}\n"


def section(shown: Map) -> str:
    """The map in a frame that scrolls sideways where it must, and its sentences in words."""
    name = "Map of the landscape; what it says is below"
    frame = {"class": "scroller", "role": "region", "aria-label": name, "tabindex": 0}
    lines = "".join(tag("li", {}, text(line)) for line in sentences(shown))
    words = tag("details", {}, tag("summary", {}, "The map in words"), tag("ul", {}, lines))
    hint = tag("p", {"class": "hint"}, "The map slides sideways.")
    drawn = tag("div", frame, drawing(shown))
    return tag("section", {"class": "reach"}, drawn, hint, words)


def sheet() -> str:
    """The rules that `section` needs beside those of the picture of reach."""
    return look.MAP + look.SECTION
