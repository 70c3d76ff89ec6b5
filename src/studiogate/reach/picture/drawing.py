"""The picture as one `svg` element: heading, lines, legend, and what was folded."""

from collections.abc import Iterator
from math import ceil
from textwrap import wrap

from studiogate.landscape.model import INTERNET
from studiogate.reach.picture.fold import Shown
from studiogate.reach.picture.markup import tag, text
from studiogate.reach.picture.matrix import matrix
from studiogate.reach.picture.openings import openings
from studiogate.reach.picture.pieces import BOX, LETTER, Piece, at, mark, said, stacked
from studiogate.reach.steps import QUESTIONS, step
from studiogate.reach.trace import Layer

_MARGIN = 20.0
_LONGEST = 120
"""Characters of the summary on one line."""


def drawing(shown: Shown, *, style: str = "") -> str:
    """The picture; with `style`, its own sheet, it stands by itself and says what it is."""
    body = stacked(_pieces(shown, alone=bool(style)), x=_MARGIN, y=_MARGIN)
    width, height = ceil(body.width + _MARGIN), ceil(body.height + _MARGIN)
    name = f"Who can open what: {shown.table.name}"
    attributes: dict[str, object] = {
        "class": "drawing",
        "xmlns": "http://www.w3.org/2000/svg",
        "width": width,
        "height": height,
        "viewBox": f"0 0 {width} {height}",
        "role": "img",
        "aria-label": f"{name}. {shown.summary}",
    }
    if not style:
        return tag("svg", attributes, body.markup)
    head = tag("title", {}, text(name)) + tag("style", {}, style)
    paper = tag("rect", {"class": "paper", "width": width, "height": height})
    return tag("svg", attributes, head, paper, body.markup)


def _pieces(shown: Shown, *, alone: bool) -> Iterator[Piece]:
    if alone:
        yield _line(f"Who can open what: {shown.table.name}", "head", 28)
        *lines, last = wrap(shown.summary, _LONGEST) or [""]
        yield from (_line(line, "soft", 20) for line in lines)
        yield _line(last, "soft", 34)
    yield from matrix(shown) if shown.whole else openings(shown)
    yield Piece("", 0, 18)
    yield from _legend(shown)
    if alone:
        yield from (_line(note, "soft", 20) for note in shown.notes)


def _line(words: str, kind: str, height: float) -> Piece:
    return Piece(said(0, height - 14, words, kind), len(words) * LETTER, height)


def _legend(shown: Shown) -> Iterator[Piece]:
    """What the marks mean; of the steps, those that refuse somewhere."""
    if not shown.whole:
        if shown.groups:
            yield _line("✓ a domain that opens · the networks it opens from", "soft", 22)
        return
    cells = [(where[1], cell) for group in shown.groups for where, cell in group.cells.items()]
    opening = {network for network, cell in cells if cell.allowed}
    refusing = {cell.layer for _, cell in cells if not cell.allowed}
    if opening - {INTERNET}:
        yield _entry(mark("", "opens", refused_by=None), "opens")
    if INTERNET in opening:
        yield _entry(mark(INTERNET, "opens", refused_by=None), "opens from the internet")
    for layer in (layer for layer in Layer if layer in refusing):
        words = f"refused at {step(layer)}: {QUESTIONS[layer]}"
        yield _entry(mark("", words, refused_by=layer), words)


def _entry(drawn: str, words: str) -> Piece:
    return Piece(at(0, 0, drawn) + said(BOX + 10, 13, words, "soft"), len(words) * LETTER, 24)
