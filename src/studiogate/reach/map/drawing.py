"""The map as one `svg` element: outside on the left, the hub between, accounts on the right.

A solid line is a route that is there and back, a dotted one a name that leads to a private
address, an amber one a way that is missing; each says its sentence to a pointer on it.  What
reaches a warehouse is tied to it at the right edge.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from studiogate.reach.map.sites import Hub, Kind, Map, Opens, Site, Tie
from studiogate.reach.picture.fold import counted
from studiogate.reach.picture.markup import tag, text
from studiogate.reach.picture.pieces import Piece, at, cut, said, stacked

_MARGIN, _GAP = 24.0, 16.0
_OUTSIDE, _HUB, _INSIDE = 270.0, 330.0, 330.0
_BETWEEN = 110.0
"""Width of the space that lines cross."""

_EDGE = 20.0
"""How far the first line at the right edge is drawn out."""

_PAD, _LINE, _CHIP = 14.0, 19.0, 27.0
_LETTERS = 42
"""Characters of 13 px text that a box of an account holds."""

_WIDTH = _MARGIN * 2 + _OUTSIDE + _HUB + _INSIDE + _BETWEEN * 2


@dataclass(frozen=True, slots=True)
class _Placed:
    """A site's box, and where it is."""

    site: Site
    piece: Piece
    y: float

    @property
    def middle(self) -> float:
        """Half-way down."""
        return self.y + self.piece.height / 2


def drawing(shown: Map, *, style: str = "") -> str:
    """The map; with `style`, its own sheet, it stands by itself and says what it is."""
    top = _MARGIN + (62.0 if style else 0.0)
    outside = list(_column(shown.outside, _OUTSIDE, top))
    inside = list(_column(shown.inside, _INSIDE, top))
    hub = _hub(shown.hub)
    ends = [one.y + one.piece.height for one in (*outside, *inside)] + [top + hub.height]
    foot = stacked(_foot(shown), x=_MARGIN, y=max(ends) + 22)
    height = ceil(max(ends) + 22 + _height(_foot(shown)) + _MARGIN)
    body = (
        *_lines(outside, inside, (top + 40, top + hub.height - 30)),
        *_beside(shown, inside),
        *(at(_MARGIN, one.y, one.piece.markup) for one in outside),
        at(_hub_x(), top, hub.markup),
        *(at(_inside_x(), one.y, one.piece.markup) for one in inside),
        foot.markup,
    )
    return _svg(shown, height, body, style)


def sentences(shown: Map) -> Iterator[str]:
    """What the map says, for those who read it or have it read to them."""
    for site in (*shown.outside, *shown.inside):
        if site.kind is not Kind.INTERNET:
            yield f"{site.route.said} {site.names.said}"
    yield _apart(shown)
    yield from (f"{one.said}." for one in shown.crossing)


def _svg(shown: Map, height: float, body: Sequence[str], style: str) -> str:
    name = f"The landscape: {shown.title}"
    attributes: dict[str, object] = {
        "class": "map",
        "xmlns": "http://www.w3.org/2000/svg",
        "width": ceil(_WIDTH),
        "height": height,
        "viewBox": f"0 0 {ceil(_WIDTH)} {height}",
        "role": "img",
        "aria-label": f"{name}. {_apart(shown)}",
    }
    if not style:
        return tag("svg", attributes, *body)
    paper = tag("rect", {"class": "paper", "width": ceil(_WIDTH), "height": height})
    head = (tag("title", {}, text(name)), tag("style", {}, style), paper)
    titles = (
        said(_MARGIN, _MARGIN + 16, name, "head"),
        said(_MARGIN, _MARGIN + 38, _apart(shown), "soft"),
    )
    return tag("svg", attributes, *head, *titles, *body)


def _apart(shown: Map) -> str:
    if not any(site.kind is Kind.LOB for site in shown.inside):
        return "There is no line of business yet."
    if shown.apart and shown.crossing:
        return (
            "No line of business reaches another; all meet the shared endpoints, and who reads "
            "a warehouse meets it."
        )
    if shown.apart:
        return "No line of business reaches another; everybody meets the shared endpoints only."
    return "Some networks reach each other past the hub: the sentences below say which."


def _hub_x() -> float:
    return _MARGIN + _OUTSIDE + _BETWEEN


def _inside_x() -> float:
    return _hub_x() + _HUB + _BETWEEN


def _column(sites: Sequence[Site], width: float, y: float) -> Iterator[_Placed]:
    for site in sites:
        piece = _box(site, width)
        yield _Placed(site, piece, y)
        y += piece.height + _GAP


def _box(site: Site, width: float) -> Piece:
    """One network: whose it is, its addresses, and what opens there or from there."""
    inner = stacked(_inside(site, width), x=_PAD, y=_PAD)
    height = _height(_inside(site, width)) + _PAD * 2
    kind = "nowhere" if site.kind is Kind.INTERNET else "site"
    frame = tag("rect", {"class": kind, "width": width, "height": height, "rx": 12})
    return Piece(frame + inner.markup, width, height)


def _inside(site: Site, width: float) -> Iterator[Piece]:
    yield _line(_title(site), "bold")
    for note in (site.account, ", ".join(site.addresses), *site.notes):
        if note:
            yield _line(note, "soft")
    if site.opens or site.kind is not Kind.PRODUCER:
        yield Piece("", 0, 6)
    for one in site.opens[:6]:
        yield _chip(one, width - _PAD * 2, outside=site.kind in {Kind.CORPORATE, Kind.INTERNET})
    if len(site.opens) > 6:  # noqa: PLR2004 - as many as stand above it
        yield _line(f"and {len(site.opens) - 6} more", "soft")
    if not site.opens and site.kind in {Kind.CORPORATE, Kind.INTERNET}:
        yield _line("opens nothing", "soft")


def _title(site: Site) -> str:
    kinds = {
        Kind.CORPORATE: "outside AWS",
        Kind.INTERNET: "everybody else",
        Kind.LOB: "line of business",
        Kind.PRODUCER: "producer",
    }
    return f"{site.name} · {kinds[site.kind]}"


def _chip(one: Opens, width: float, *, outside: bool) -> Piece:
    people = counted(one.people, "person", "people")
    if outside:
        words = f"opens {one.domain} · {people}"
    elif one.networks:
        words = f"{one.domain} ← {', '.join(one.networks)} · {people}"
    else:
        words = f"{one.domain} · nobody opens it"
    drawn = tag(
        "g",
        {"class": "opens" if one.networks else "shut"},
        tag("title", {}, text(words)),
        tag("rect", {"width": width, "height": 22, "rx": 7}),
        said(9, 15.5, cut(words, int(width / 7.2)), "", whole=words),
    )
    return Piece(drawn, width, _CHIP)


def _hub(hub: Hub) -> Piece:
    inner = stacked(_hub_inside(hub), x=_PAD, y=_PAD)
    height = _height(_hub_inside(hub)) + _PAD * 2
    frame = tag("rect", {"class": "hub", "width": _HUB, "height": height, "rx": 12})
    return Piece(frame + inner.markup, _HUB, height)


def _hub_inside(hub: Hub) -> Iterator[Piece]:
    yield _line(f"{hub.name} · shared services", "bold")
    yield _line(f"{hub.account} · {', '.join(hub.addresses)}", "soft")
    yield Piece("", 0, 8)
    yield _inner(["private API → gateway", "signs in, decides, records, redirects"])
    yield _inner(["endpoints", *_few(hub.endpoints)])
    names = f"{hub.forwards} names are forwarded to"
    yield _inner(["DNS", names, f"the inbound resolver {', '.join(hub.inbound)}"])
    tables = [f"table {one}" for one in hub.tables] or ["a peering for each pair"]
    yield _inner(["transit gateway" if hub.tables else "VPC peering", *tables])


def _few(services: Sequence[str]) -> Iterator[str]:
    """Services on as many lines as they need."""
    line = ""
    for service in services:
        longer = f"{line}, {service}" if line else service
        if len(longer) > _LETTERS - 2:
            yield line
            longer = service
        line = longer
    if line:
        yield line


def _inner(lines: Sequence[str]) -> Piece:
    width, height = _HUB - _PAD * 2, len(lines) * _LINE + 12
    frame = tag("rect", {"class": "inner", "width": width, "height": height, "rx": 8})
    first, *rest = lines
    words = said(10, 20, first, "bold") + "".join(
        said(10, 20 + _LINE * (number + 1), cut(line, _LETTERS + 4), "soft", whole=line)
        for number, line in enumerate(rest)
    )
    return Piece(frame + words, width, height + 8)


def _line(words: str, kind: str) -> Piece:
    return Piece(said(0, 13, cut(words, _LETTERS), kind, whole=words), 0, _LINE)


def _height(pieces: Iterator[Piece]) -> float:
    return sum(piece.height for piece in pieces)


def _lines(
    outside: Sequence[_Placed], inside: Sequence[_Placed], span: tuple[float, float]
) -> Iterator[str]:
    """A route and a name line between each site and the hub, spread over the hub's side."""
    left, right = _MARGIN + _OUTSIDE, _hub_x() + _HUB
    for side, start, end in ((outside, left, _hub_x()), (inside, _inside_x(), right)):
        for number, one in enumerate(side):
            share = (number + 0.5) / len(side)
            y = span[0] + share * (span[1] - span[0])
            if one.site.route.there or one.site.names.there:
                yield _tie(one.site.names, (start, one.middle + 7), (end, y + 7), "names")
            yield _tie(one.site.route, (start, one.middle - 5), (end, y - 5), "route")


def _beside(shown: Map, inside: Sequence[_Placed]) -> Iterator[str]:
    """A line at the right edge between two networks that reach each other; amber: no reason."""
    boxes = {one.site.name: one for one in inside}
    drawn = [one for one in shown.crossing if one.here in boxes and one.there in boxes]
    # The shorter is drawn inside the longer.
    drawn.sort(key=lambda one: abs(boxes[one.here].y - boxes[one.there].y))
    x = _inside_x() + _INSIDE
    for number, one in enumerate(drawn):
        out = x + min(_EDGE + number * 7, _MARGIN * 1.25)
        y, v = boxes[one.here].middle + number * 5, boxes[one.there].middle + number * 5
        curve = f"M{x:.1f} {y:.1f}C{out:.1f} {y:.1f} {out:.1f} {v:.1f} {x:.1f} {v:.1f}"
        path = tag("path", {"class": "route" if one.why else "cut", "d": curve})
        yield tag("g", {}, tag("title", {}, text(one.said)), path)


def _tie(tie: Tie, here: tuple[float, float], there: tuple[float, float], kind: str) -> str:
    (x, y), (u, v) = here, there
    bend = (x + u) / 2
    curve = f"M{x:.1f} {y:.1f}C{bend:.1f} {y:.1f} {bend:.1f} {v:.1f} {u:.1f} {v:.1f}"
    path = tag("path", {"class": kind if tie.there else "cut", "d": curve})
    title = tag("title", {}, text(tie.said))
    if tie.there:
        return tag("g", {}, title, path)
    cx, cy = bend, (y + v) / 2
    cross = f"M{cx - 6:.1f} {cy - 6:.1f}l12 12m0-12l-12 12"
    return tag("g", {}, title, path, tag("path", {"class": "sign", "d": cross}))


def _foot(shown: Map) -> Iterator[Piece]:
    """What lines mean, and what was left out."""
    for kind, words in (
        ("route", "a route, there and back, and a security group that lets in"),
        ("names", "names of Studio lead to private addresses"),
        ("cut", "does not: a pointer on the line says why"),
    ):
        sample = tag("path", {"class": kind, "d": "M0 9H44"})
        yield Piece(sample + said(54, 13, words, "soft"), 0, _LINE)
    for number, what in ((shown.more_outside, "outside AWS"), (shown.more_inside, "in AWS")):
        if number:
            more = counted(number, "network", "networks")
            yield _line(f"and {more} more {what}; draw one with --lob", "soft")
    for one in shown.crossing:
        yield Piece(said(0, 13, one.said, "soft" if one.why else "care"), 0, _LINE)
