"""The cells of one row: those the directory grants, and how it refuses all the others.

A landscape of a thousand domains and networks has a million cells in every row, and nearly all
are the directory's no.  So only what is granted is worked out and kept; a refusal by the
directory is made when somebody looks at it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from studiogate.reach.claims import Grants
from studiogate.reach.trace import Layer

Way = tuple[str, str]
"""A domain and a network."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One decision of the table."""

    allowed: bool
    layer: Layer
    """The layer that decided."""

    why: str
    """One sentence."""


@dataclass(frozen=True, slots=True)
class Others:
    """What everybody of one lob is told of whatever the directory does not grant them."""

    lob: str | None
    nobody: str
    """Why they can have no domain at all; empty where they can."""

    grants: Grants
    networks: tuple[str, ...]

    @property
    def layer(self) -> Layer:
        """The layer that refuses all of it."""
        return Layer.PERSON if self.nobody else Layer.GRANT

    @property
    def why(self) -> str:
        """What can be said of all of it in one sentence."""
        return self.nobody or (
            "It is another line of business's, does not open from there, or is not there yet."
        )

    def cell(self, domain: str, network: str) -> Cell:
        """The refusal of one pair, in its own words."""
        said = self.nobody or self.grants.refusal(self.lob, domain, network)
        return Cell(allowed=False, layer=self.layer, why=said)

    def ways(self, domains: Iterable[str]) -> Iterator[Way]:
        """Each of `domains` with every network."""
        return ((domain, network) for domain in domains for network in self.networks)


class Cells(Mapping[Way, Cell]):
    """Every pair of domain and network of one row, in the order of the landscape."""

    def __init__(self, granted: Mapping[Way, Cell], others: Others | None = None) -> None:
        """Keep the decisions of `granted`; without `others` there are no other pairs."""
        self.granted = granted
        self.others = others

    def __getitem__(self, way: Way) -> Cell:
        found = self.granted.get(way)
        if found is not None:
            return found
        domain, network = way
        if self.others is None or domain not in self._domains:
            raise KeyError(way)
        if network not in self.others.networks:
            raise KeyError(way)
        return self.others.cell(domain, network)

    @property
    def _domains(self) -> Mapping[str, object]:
        return {} if self.others is None else self.others.grants.domains

    def __iter__(self) -> Iterator[Way]:
        return iter(self.granted if self.others is None else self.others.ways(self._domains))

    def __len__(self) -> int:
        if self.others is None:
            return len(self.granted)
        return len(self._domains) * len(self.others.networks)

    def refusing(self, domains: Sequence[str]) -> Iterator[tuple[Layer, int, Cell]]:
        """Of `domains`, how many pairs each layer refuses, with the first of them.

        In the order of the layers; only that one example of each is made.
        """
        wanted = frozenset(domains)
        asked = [cell for way, cell in self.granted.items() if way[0] in wanted]
        refused = [cell for cell in asked if not cell.allowed]
        count = Counter(cell.layer for cell in refused)
        first: dict[Layer, Cell] = {}
        for cell in refused:
            first.setdefault(cell.layer, cell)
        if self.others is not None:
            rest = (way for way in self.others.ways(domains) if way not in self.granted)
            for way in islice(rest, 1):
                layer = self.others.layer
                count[layer] += len(domains) * len(self.others.networks) - len(asked)
                first[layer] = self.others.cell(*way)
        yield from ((layer, count[layer], first[layer]) for layer in Layer if layer in count)
