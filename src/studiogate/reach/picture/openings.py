"""A large table by what opens: who, and a chip for each domain with its networks."""

from collections.abc import Iterator

from studiogate.reach.picture.fold import Alike, Group, Shown, counted, listed
from studiogate.reach.picture.markup import tag
from studiogate.reach.picture.pieces import LETTER, Piece, at, chip, label, said

_LABEL = 260.0
_LEFT = _LABEL + 26
_RIGHT = 700.0
"""Width that chips fill before they go on below."""

_LEAST = 46.0
_MOST_CHIPS = 120


def openings(shown: Shown) -> list[Piece]:
    """A line for each group that opens something; then those told together; then the rest."""
    pieces = [_line(group, _chips(group)) for group in shown.groups]
    pieces += [_alike(alike) for alike in shown.alike]
    if shown.closed:
        pieces.append(_closed(shown.closed))
    return pieces


def _line(group: Group, chips: Iterator[Piece]) -> Piece:
    drawn, x, y = [], _LEFT, 9.0
    for piece in chips:
        if x > _LEFT and x + piece.width > _LEFT + _RIGHT:
            x, y = _LEFT, y + piece.height
        drawn.append(at(x, y, piece.markup))
        x += piece.width
    height = max(_LEAST, y + 41)
    rule = tag("path", {"class": "rule", "d": f"M0 0h{_LEFT + _RIGHT:.0f}"})
    words = at(0, 5, label(group.title, group.people, width=_LABEL))
    return Piece(rule + words + "".join(drawn), _LEFT + _RIGHT, height)


def _chips(group: Group) -> Iterator[Piece]:
    for domain, networks in group.opens[:_MOST_CHIPS]:
        title = f"{group.title}: {domain} opens from {', '.join(networks)}."
        yield chip(domain, networks, title)
    more = len(group.opens) - _MOST_CHIPS
    if more > 0:
        words = f"and {counted(more, 'domain')} more, named in words below"
        yield Piece(said(0, 17.5, words, "soft"), len(words) * LETTER, 32)


def _alike(alike: Alike) -> Piece:
    people = [person for group in alike.groups for person in group.people]
    names = [group.title for group in alike.groups]
    title = counted(len(names), "line of business", "lines of business")
    words = f"each opens {alike.said}"
    return _told(title, people, words, f"{title}: {listed(names, most=30)}; {words}.")


def _closed(groups: tuple[Group, ...]) -> Piece:
    people = [person for group in groups for person in group.people]
    lobs = [lob or "no line of business" for group in groups for lob in group.lobs]
    title = listed(lobs, most=2) if len(lobs) <= 2 else f"{len(lobs):,} lines of business"  # noqa: PLR2004
    return _told(title, people, "open nothing", f"{listed(lobs, most=30)} open nothing.")


def _told(title: str, people: list[str], words: str, whole: str) -> Piece:
    rule = tag("path", {"class": "rule", "d": f"M0 0h{_LEFT + _RIGHT:.0f}"})
    drawn = at(0, 5, label(title, people, width=_LABEL))
    return Piece(rule + drawn + said(_LEFT, 26, words, whole=whole), _LEFT + _RIGHT, 52)
