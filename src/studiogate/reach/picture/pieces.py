"""The parts a picture is put together from: pieces of known size, marks, chips and labels.

Sizes are in pixels.  Widths of text are estimates on the wide side, because nothing here can
measure a font; what is longer than its place is cut, and read out in full by a pointer on it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from studiogate.landscape.model import INTERNET
from studiogate.reach.picture.fold import counted, listed
from studiogate.reach.picture.markup import tag, text
from studiogate.reach.steps import NUMBERS
from studiogate.reach.trace import Layer

LETTER = 7.6
"""Of 13 px text, on average."""

SMALL = 6.7
"""Of 12 px text."""

BOX = 17.0
CHIP = 26.0

_TICK = "M4.2 8.9l3 3.1 5.6-6.6"


@dataclass(frozen=True, slots=True)
class Piece:
    """Markup drawn from its own upper left corner."""

    markup: str
    width: float
    height: float


def stacked(pieces: Iterable[Piece], *, x: float = 0.0, y: float = 0.0) -> Piece:
    """`pieces` below one another, from (`x`, `y`) on."""
    markup, width = [], 0.0
    for piece in pieces:
        markup.append(at(x, y, piece.markup))
        width = max(width, x + piece.width)
        y += piece.height
    return Piece("".join(markup), width, y)


def at(x: float, y: float, markup: str) -> str:
    """`markup`, moved."""
    return tag("g", {"transform": f"translate({x:.1f} {y:.1f})"}, markup)


def said(x: float, y: float, words: str, kind: str = "", *, whole: str = "") -> str:
    """A line of text on the baseline `y`; `whole` is read out where `words` were cut."""
    attributes: dict[str, object] = {"x": x, "y": y}
    if kind:
        attributes["class"] = kind
    title = tag("title", {}, text(whole)) if whole and whole != words else ""
    return tag("text", attributes, title, text(words))


def cut(words: str, most: int) -> str:
    """`words`, with an ellipsis where there are more than `most` characters."""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def mark(network: str, title: str, *, refused_by: Layer | None) -> str:
    """A filled box with a tick, or an empty one with the number of the step that refuses.

    What opens from the internet has an exclamation mark for a tick.
    """
    kind = "no" if refused_by else _kind("yes", [network])
    box = tag("rect", {"width": BOX, "height": BOX, "rx": 4})
    drawn = (tag("title", {}, text(title)), box, _sign(network, refused_by))
    return tag("g", {"class": kind}, *drawn)


def _sign(network: str, refused_by: Layer | None) -> str:
    if refused_by is None and network != INTERNET:
        return tag("path", {"d": _TICK})
    sign = str(NUMBERS[refused_by]) if refused_by else "!"
    return tag("text", {"x": BOX / 2, "y": 12.6}, sign)


def chip(domain: str, networks: Sequence[str], title: str) -> Piece:
    """A domain that opens, with the networks it opens from."""
    words = f"{cut(domain, 40)} · {cut(', '.join(networks), 60)}"
    width = 34 + len(words) * LETTER
    drawn = tag(
        "g",
        {"class": _kind("chip", networks)},
        tag("title", {}, text(title)),
        tag("rect", {"width": width, "height": CHIP, "rx": 8}),
        at(6, 5, tag("path", {"d": _TICK})),
        said(27, 17.5, words),
    )
    return Piece(drawn, width + 8, CHIP + 6)


def who(people: Sequence[str]) -> str:
    """How many, and the first of them by name."""
    count = counted(len(people), "person", "people")
    more = " …" if len(people) > 2 else ""  # noqa: PLR2004 - the count before it says the rest
    return f"{count}: {', '.join(people[:2])}{more}"


def label(title: str, people: Sequence[str], *, width: float) -> str:
    """Who a line is about: their line of business, and people below it."""
    count = counted(len(people), "person", "people")
    above = said(0, 17, cut(title, int(width / LETTER)), "bold", whole=title)
    short = cut(who(people), int(width / SMALL))
    return above + said(0, 34, short, "soft", whole=f"{count}: {listed(people, most=30)}")


def _kind(kind: str, networks: Sequence[str]) -> str:
    """Class of a mark; what opens from the internet asks for care."""
    return f"{kind} care" if INTERNET in networks else kind
