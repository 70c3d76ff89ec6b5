"""Tables of reach made by hand, as `reach.table` makes them from a landscape."""

from collections.abc import Iterable, Mapping, Sequence

from studiogate.landscape.model import INTERNET
from studiogate.reach.cells import Cell, Cells
from studiogate.reach.table import Row, Table
from studiogate.reach.trace import Layer

OPENS = Cell(allowed=True, layer=Layer.USE, why="Every layer says yes.")
FOREIGN = Cell(allowed=False, layer=Layer.GRANT, why="It is not one of their domains.")
ELSEWHERE = Cell(allowed=False, layer=Layer.GRANT, why="It does not open from there.")
OUTSIDE = Cell(allowed=False, layer=Layer.API_DNS, why="The name is private.")
NETWORKS = ("office", "hub", "lob-a", "lob-b", "data", INTERNET)


def row(
    lob: str | None,
    people: Iterable[str],
    opens: Mapping[str, Sequence[str]],
    *,
    domains: Sequence[str],
    networks: Sequence[str] = NETWORKS,
) -> Row:
    """People who open what `opens` says: networks by domain, and nothing else."""
    cells = {
        (domain, network): _cell(domain, network, opens)
        for domain in domains
        for network in networks
    }
    return Row(lob, tuple(people), Cells(cells))


def two_lobs() -> Table:
    """The example of two lines of business, and an administrator who opens nothing."""
    domains = ("forecasting", "fraud")
    people_a = ("user-lob-a", "ada.lovelace@acme.example")
    rows = (
        row("lob-a", people_a, {"forecasting": ["office"]}, domains=domains),
        row("lob-b", ("user-lob-b",), {"fraud": ["office"]}, domains=domains),
        row(None, ("sam-security",), {}, domains=domains),
    )
    return Table("acme", domains, NETWORKS, rows)


def many(lobs: int, domains: int, *, people: int = 10) -> Table:
    """Lines of business of which the first `domains` have one domain each, from the office."""
    names = tuple(f"domain-{number:04}" for number in range(domains))
    rows = tuple(
        row(
            f"lob-{number:04}",
            [f"p{number:04}-{one}" for one in range(people)],
            {names[number]: ["office"]} if number < domains else {},
            domains=names,
        )
        for number in range(lobs)
    )
    return Table("large", names, NETWORKS, rows)


def _cell(domain: str, network: str, opens: Mapping[str, Sequence[str]]) -> Cell:
    if network in opens.get(domain, ()):
        return OPENS
    if network == INTERNET and domain in opens:
        return OUTSIDE
    return ELSEWHERE if domain in opens else FOREIGN
