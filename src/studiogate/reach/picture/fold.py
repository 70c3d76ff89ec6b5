"""What a picture shows of a table: people who share a line, what is folded, and one sentence.

A small table is shown whole, a mark for each network of each domain.  A large one is shown by
what opens: lines of business with equal rows share a line, and those that are alike in
everything but the names of their own domains, and of the networks these run in, are told
together.  A line of business that opens what another one opens too, or from other networks than
the rest, always has a line of its own: folding never hides what is out of the ordinary.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from studiogate.landscape.model import INTERNET
from studiogate.reach.cells import Cells
from studiogate.reach.table import Row, Table

MOST_COLUMNS = 72
"""Marks side by side that a page can hold: domains times networks."""

MOST_LINES = 48
MOST_SEPARATE = 60
"""Lines that open something, before those that are alike are told together."""

FEWEST_ALIKE = 3
MOST_PLACES = 5
"""Networks that the summary counts by name."""

OWN = "the network it runs in"
"""A domain's own network, where the names of domains are left out."""

Opened = tuple[tuple[str, tuple[str, ...]], ...]
"""Domains that open, each with the networks it opens from."""


@dataclass(frozen=True, slots=True)
class Group:
    """People who share a line."""

    lobs: tuple[str | None, ...]
    people: tuple[str, ...]
    cells: Cells
    opens: Opened

    @property
    def title(self) -> str:
        """The lines of business, the first few by name."""
        return listed([lob or "no line of business" for lob in self.lobs], most=3)


@dataclass(frozen=True, slots=True)
class Alike:
    """Groups that differ only in which domain is their own."""

    groups: tuple[Group, ...]
    said: str
    """What each of them opens."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as it is drawn."""

    table: Table
    summary: str
    whole: bool
    """Whether every pair of domain and network has a mark."""

    groups: tuple[Group, ...]
    """Those with a line of their own."""

    alike: tuple[Alike, ...] = ()
    closed: tuple[Group, ...] = ()
    """Those that open nothing, where only what opens is shown; empty otherwise."""

    notes: tuple[str, ...] = ()
    """What was folded, in sentences."""


def shown(table: Table) -> Shown:
    """What a picture of `table` shows; the same table always gives the same."""
    columns = len(table.domains) * len(table.networks)
    if columns <= MOST_COLUMNS and len(table.rows) <= MOST_LINES:
        groups = tuple(_group(table, [row]) for row in table.rows)
        return Shown(table, summary(table), whole=True, groups=groups)
    return _by_what_opens(table)


def summary(table: Table) -> str:
    """One sentence: how many may open how much, and from where."""
    people = sum(len(row.people) for row in table.rows)
    counts = (
        counted(people, "person", "people"),
        counted(len(table.domains), "domain"),
        counted(len(table.networks), "network"),
    )
    pairs = people * len(table.domains) * len(table.networks)
    places: Counter[str] = Counter()
    for row in table.rows:
        for _, network in row.opens:
            places[network] += len(row.people)
    from_where = _from_where(table, places)
    return f"{', '.join(counts)}: {places.total():,} of {pairs:,} open{from_where}."


def counted(number: int, one: str, many: str = "") -> str:
    """`1 domain`, `2,000 domains`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: Sequence[str], *, most: int) -> str:
    """The first `most` of `names`, and how many more there are."""
    first = ", ".join(names[:most])
    more = len(names) - most
    return f"{first} and {more:,} more" if more > 0 else first


def _from_where(table: Table, places: Counter[str]) -> str:
    if not places:
        return ""
    found = [network for network in table.networks if places[network]]
    if len(found) == 1:
        return f", all from {found[0]}"
    most = found
    if len(found) > MOST_PLACES:
        # The internet is told whatever else is: it is what one looks for.
        most = sorted(found, key=lambda one: (one != INTERNET, -places[one]))[:MOST_PLACES]
    counts = [f"{places[network]:,} from {network}" for network in found if network in most]
    rest = len(found) - len(most)
    if rest:
        others = sum(places[network] for network in found if network not in most)
        counts.append(f"{others:,} from {counted(rest, 'other network')}")
    return ": " + ", ".join(counts)


def _group(table: Table, rows: Iterable[Row]) -> Group:
    members = list(rows)
    lobs = tuple(dict.fromkeys(row.lob for row in members))
    people = tuple(person for row in members for person in row.people)
    return Group(lobs, people, members[0].cells, _opened(table, members[0]))


def _opened(table: Table, row: Row) -> Opened:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for domain, network in row.opens:
        found[domain].append(network)
    return tuple((domain, tuple(found[domain])) for domain in table.domains if domain in found)


def _by_what_opens(table: Table) -> Shown:
    equal: defaultdict[Hashable, list[Row]] = defaultdict(list)
    for row in table.rows:
        equal[_answers(row)].append(row)
    groups = [_group(table, rows) for rows in equal.values()]
    opening = [group for group in groups if group.opens]
    closed = tuple(group for group in groups if not group.opens)
    alike, separate = _alike(table, opening)
    return Shown(
        table,
        summary(table),
        whole=False,
        groups=tuple(separate),
        alike=tuple(alike),
        closed=closed,
        notes=tuple(_notes(table, equal.values(), opening)),
    )


def _answers(row: Row) -> Hashable:
    """What is the same for rows whose every cell is decided alike, by the same layer."""
    others = row.cells.others
    refusing = None if others is None else others.layer
    granted = ((way, cell.allowed, cell.layer) for way, cell in row.cells.granted.items())
    return refusing, tuple(granted)


def _alike(table: Table, groups: Sequence[Group]) -> tuple[list[Alike], list[Group]]:
    """Groups of one shape together, and those that have no like."""
    if len(groups) <= MOST_SEPARATE:
        return [], list(groups)
    openers = Counter(domain for group in groups for domain, _ in group.opens)
    shapes: defaultdict[str, list[Group]] = defaultdict(list)
    separate = []
    for group in groups:
        own = all(openers[domain] == 1 for domain, _ in group.opens)
        outside = any(INTERNET in networks for _, networks in group.opens)
        if own and not outside and len(group.lobs) == 1:
            shapes[_shape(table, group)].append(group)
        else:
            separate.append(group)
    alike = []
    for said, members in shapes.items():
        if len(members) >= FEWEST_ALIKE:
            alike.append(Alike(tuple(members), said))
        else:
            separate += members
    order = {id(group): number for number, group in enumerate(groups)}
    return alike, sorted(separate, key=lambda group: order[id(group)])


def _shape(table: Table, group: Group) -> str:
    """What a group opens, without the names of its domains and of the networks they are in."""
    places = Counter(
        tuple(OWN if network == table.homes.get(domain) else network for network in networks)
        for domain, networks in group.opens
    )
    parts = [
        f"{counted(number, 'domain')} from {' and '.join(networks)}"
        for networks, number in places.items()
    ]
    return f"{'; '.join(parts)}, which nobody else opens"


def _notes(
    table: Table, equal: Iterable[Sequence[Row]], opening: Sequence[Group]
) -> Iterable[str]:
    yield "Only what opens is drawn; whatever is not named here is refused."
    merged = sum(len(rows) for rows in equal if len(rows) > 1)
    if merged:
        yield f"{counted(merged, 'row')} equal to another share a line with it."
    opened = {domain for group in opening for domain, _ in group.opens}
    nobody = [domain for domain in table.domains if domain not in opened]
    if nobody:
        yield f"{counted(len(nobody), 'domain')} open to nobody: {listed(nobody, most=12)}."
