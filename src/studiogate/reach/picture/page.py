"""The reach at a glance: an SVG that stands alone, a page that needs no network, and a section.

Nothing runs in them and nothing is fetched; whatever people wrote is escaped.  The same table
always gives the same text.  The section is for a page that brings its own colours; `sheet` is
what that page's style sheet needs beside them.
"""

from studiogate.reach.picture import look
from studiogate.reach.picture.drawing import drawing
from studiogate.reach.picture.fold import Shown, shown
from studiogate.reach.picture.markup import tag, text
from studiogate.reach.picture.words import words
from studiogate.reach.table import Table


def svg(table: Table) -> str:
    """The picture of `table` as one SVG document, in UTF-8, light and dark."""
    return f"{drawing(shown(table), style=look.COLOURS + look.DRAWING)}\n"


def page(table: Table) -> str:
    """The picture and the table in words, as one HTML file."""
    title = f"Who can open what: {table.name}"
    end = "Computed by studiogate from the landscape alone. To compare with the accounts: "
    head = (
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        tag("title", {}, text(title)),
        tag("style", {}, look.COLOURS + look.PAGE + look.SHEET),
    )
    command = tag("code", {}, "studiogate verify --live")
    foot = tag("p", {"class": "end"}, end, command)
    body = (tag("h1", {}, text(title)), section(table), foot)
    whole = tag("html", {"lang": "en"}, tag("head", {}, *head), tag("body", {}, *body))
    return f"<!doctype html>\n{whole}\n"


def section(table: Table) -> str:
    """The summary, the picture and the words, as one `section` element."""
    folded = shown(table)
    return tag(
        "section",
        {"class": "reach"},
        tag("p", {"class": "summary"}, text(folded.summary)),
        _figure(folded),
        _notes(folded),
        tag("h2", {}, "In words"),
        words(folded),
    )


def sheet() -> str:
    """The rules that `section` needs, over the variables a page of ours defines."""
    return look.SHEET


def _figure(folded: Shown) -> str:
    """The picture in a frame that scrolls sideways, by keyboard too, where it is too wide."""
    name = "Picture of who can open what; the table in words is below"
    frame = {"class": "scroller", "role": "region", "aria-label": name, "tabindex": 0}
    hint = tag("p", {"class": "hint"}, "The picture slides sideways.")
    return tag("div", frame, drawing(folded)) + hint


def _notes(folded: Shown) -> str:
    if not folded.notes:
        return ""
    return tag("ul", {"class": "notes"}, *(tag("li", {}, text(note)) for note in folded.notes))
