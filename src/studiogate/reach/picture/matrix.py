"""The whole of a small table: a line for each row, a column for each network of each domain."""

from math import ceil

from studiogate.reach.picture.fold import Group, Shown
from studiogate.reach.picture.markup import tag
from studiogate.reach.picture.pieces import (
    BOX,
    LETTER,
    SMALL,
    Piece,
    at,
    cut,
    label,
    mark,
    said,
    who,
)
from studiogate.reach.steps import step

_NARROWEST, _WIDEST = 120.0, 240.0
"""Of the labels at the left."""

_LONGEST_NETWORK = 22
_STEP = 25.0
_GAP = 22.0
_LINE = 46.0


class Grid:
    """Where the columns of a table are."""

    def __init__(self, shown: Shown) -> None:
        table = shown.table
        self.table = table
        self.label = _label_width(shown)
        self.left = self.label + 22
        names = max((len(name) for name in table.domains), default=0)
        wanted = min(names, 40) * LETTER + 6
        self.step = max(_STEP, float(ceil(wanted / max(len(table.networks), 1))))
        longest = max((len(name) for name in table.networks), default=0)
        # Names of networks lean by 60 degrees: sine and cosine of that.
        self.lean = min(longest, _LONGEST_NETWORK) * SMALL
        self.head = 34 + self.lean * 0.87 + 10
        columns = len(table.domains) * (len(table.networks) * self.step + _GAP)
        self.width = self.left + columns - _GAP + self.lean * 0.5

    def column(self, domain: int, network: int) -> float:
        """The left of a column of marks, by the places of its domain and network."""
        block = len(self.table.networks) * self.step + _GAP
        return self.left + domain * block + network * self.step

    def block(self) -> float:
        """How wide the columns of one domain are."""
        return len(self.table.networks) * self.step - (self.step - BOX)


def matrix(shown: Shown) -> list[Piece]:
    """The head of the columns, and a line for each group."""
    grid = Grid(shown)
    lines = [_line(grid, group, number) for number, group in enumerate(shown.groups)]
    return [_head(grid), *lines]


def _label_width(shown: Shown) -> float:
    titles = max((len(group.title) * LETTER for group in shown.groups), default=0.0)
    people = max((len(who(group.people)) * SMALL for group in shown.groups), default=0.0)
    return min(max(titles, people, _NARROWEST), _WIDEST)


def _head(grid: Grid) -> Piece:
    drawn = []
    most = int(grid.block() / LETTER)
    for place, domain in enumerate(grid.table.domains):
        x = grid.column(place, 0)
        drawn.append(said(x, 16, cut(domain, max(most, 4)), "bold", whole=domain))
        drawn.append(tag("path", {"class": "rule", "d": f"M{x:.1f} 24h{grid.block():.1f}"}))
        for number, network in enumerate(grid.table.networks):
            words = said(0, 0, cut(network, _LONGEST_NETWORK), "soft", whole=network)
            turned = tag("g", {"transform": "rotate(-60)"}, words)
            drawn.append(at(grid.column(place, number) + 11, grid.head - 6, turned))
    return Piece("".join(drawn), grid.width, grid.head)


def _line(grid: Grid, group: Group, number: int) -> Piece:
    drawn = []
    if number % 2 == 0:
        band = {"class": "band", "x": -8, "width": grid.width + 8, "height": _LINE, "rx": 6}
        drawn.append(tag("rect", band))
    drawn.append(at(0, 1, label(group.title, group.people, width=grid.label)))
    for place, domain in enumerate(grid.table.domains):
        for column, network in enumerate(grid.table.networks):
            x, y = grid.column(place, column), (_LINE - BOX) / 2
            drawn.append(at(x, y, _mark(group, domain, network)))
    return Piece("".join(drawn), grid.width, _LINE)


def _mark(group: Group, domain: str, network: str) -> str:
    cell = group.cells[domain, network]
    where = f"{group.title}: {domain} from {network}"
    if cell.allowed:
        return mark(network, f"{where} opens. {cell.why}", refused_by=None)
    title = f"{where} is refused at {step(cell.layer)}. {cell.why}"
    return mark(network, title, refused_by=cell.layer)
