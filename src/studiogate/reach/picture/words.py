"""The table in words, as HTML: per line of business what opens from where, and what refuses."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from studiogate.landscape.model import INTERNET
from studiogate.reach.cells import Cell
from studiogate.reach.picture.fold import Alike, Group, Shown, counted, listed
from studiogate.reach.picture.markup import tag, text
from studiogate.reach.steps import step
from studiogate.reach.table import Table
from studiogate.reach.trace import Layer

_FEW = 6
"""Names that are all shown; more are folded, to be opened."""

_MOST_NETWORKS = 24
"""Networks that are told one by one where they are refused; more are counted."""

_HEADS = ("Domain", "Opens from", "Refused")


def words(shown: Shown) -> str:
    """Everything the picture shows, for reading, searching and listening."""
    parts = [_group(shown, group) for group in shown.groups]
    parts += [_alike(alike) for alike in shown.alike]
    if shown.closed:
        parts.append(_closed(shown.closed))
    return "".join(parts)


def _group(shown: Shown, group: Group) -> str:
    head = tag("tr", {}, *(tag("th", {"scope": "col"}, head) for head in _HEADS))
    rows = "".join(_rows(shown, group))
    caption = tag("caption", {}, tag("b", {}, text(group.title)), _people(group.people))
    return tag("table", {}, caption, tag("thead", {}, head), tag("tbody", {}, rows))


def _people(people: Sequence[str]) -> str:
    if len(people) == 1:
        return text(people[0])
    count = counted(len(people), "person", "people")
    if len(people) <= _FEW:
        return text(f"{count}: {', '.join(people)}")
    return _folded(f"{count}: {listed(people, most=3)}", [", ".join(people)])


def _folded(summary: str, lines: Sequence[str]) -> str:
    content = "<br>".join(map(text, lines))
    return tag("details", {}, tag("summary", {}, text(summary)), content)


def _rows(shown: Shown, group: Group) -> Iterator[str]:
    """A row for each domain; where only what opens is shown, one for all that do not."""
    opened = dict(group.opens)
    table = shown.table
    for domain in table.domains:
        if domain in opened or shown.whole:
            refused = "".join(_refused(table, group, domain))
            yield _row(domain, opened.get(domain, ()), refused)
    rest = [domain for domain in table.domains if domain not in opened]
    if rest and not shown.whole:
        title = "Every other domain" if opened else "Every domain"
        yield _row(f"{title} ({len(rest):,})", (), "".join(_by_layer(group, rest, "pair")))


def _refused(table: Table, group: Group, domain: str) -> Iterator[str]:
    if len(table.networks) > _MOST_NETWORKS:
        return _by_layer(group, [domain], "network")
    return _refusals({network: group.cells[domain, network] for network in table.networks})


def _row(title: str, networks: Sequence[str], refused: str) -> str:
    kind = "opens care" if INTERNET in networks else "opens"
    opens = tag("span", {"class": kind}, "✓ " + text(", ".join(networks)))
    return tag(
        "tr",
        {},
        tag("th", {"scope": "row"}, text(title)),
        tag("td", {"data-label": _HEADS[1]}, opens if networks else "✕ nowhere"),
        tag("td", {"data-label": _HEADS[2]}, refused or "from nowhere"),
    )


def _refusals(cells: Mapping[str, Cell]) -> Iterator[str]:
    """The networks that are refused, those with one layer and one sentence together."""
    for layer in Layer:
        found = {n: c.why for n, c in cells.items() if not c.allowed and c.layer is layer}
        for why, networks in _together(found).items():
            everywhere = len(networks) == len(cells) > 1
            yield _refusal("everywhere" if everywhere else ", ".join(networks), layer, why)


def _together(whys: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
    """Networks by sentence; sentences that differ in the network alone become one."""
    shortest = min(whys.values(), key=len, default="")
    if all(why.startswith(shortest.rstrip(".")) for why in whys.values()):
        return {shortest: list(whys)} if whys else {}
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for network, why in whys.items():
        alike[re.sub(rf"\bfrom {re.escape(network)}(?=[.;]|$)", "from there", why)].append(
            network
        )
    return {
        whys[networks[0]] if len(networks) == 1 else why: networks
        for why, networks in alike.items()
    }


def _by_layer(group: Group, domains: Sequence[str], of: str) -> Iterator[str]:
    """How many pairs each layer refuses; one sentence stands for all of a layer."""
    for layer, number, first in group.cells.refusing(domains):
        why = f"As: {first.why}" if number > 1 else first.why
        yield _refusal(counted(number, of), layer, why)


def _refusal(where: str, layer: Layer, why: str) -> str:
    which = tag("span", {"class": "step"}, f"{step(layer)}:")
    return tag("p", {}, tag("b", {}, text(where)), " — ", which, " ", text(why))


def _alike(alike: Alike) -> str:
    title = counted(len(alike.groups), "line of business", "lines of business")
    lines = [
        f"{group.title}: {', '.join(domain for domain, _ in group.opens)} "
        f"({counted(len(group.people), 'person', 'people')}: {', '.join(group.people)})"
        for group in alike.groups
    ]
    said = tag("p", {}, tag("b", {}, title), f" — each opens {text(alike.said)}.")
    return said + _folded("Which, and who", lines)


def _closed(groups: Sequence[Group]) -> str:
    lobs = [lob or "no line of business" for group in groups for lob in group.lobs]
    people = [person for group in groups for person in group.people]
    title = f"{listed(lobs, most=3)} ({counted(len(people), 'person', 'people')})"
    said = tag("p", {}, tag("b", {}, text(title)), " — open nothing.")
    return said + _folded("All of them", [", ".join(lobs), ", ".join(people)])
