"""The reach: person × domain × network → decision; people who share an answer share a row."""

from collections.abc import Mapping
from dataclasses import dataclass

from studiogate.landscape.model import INTERNET
from studiogate.reach.alike import alike
from studiogate.reach.chain import Chain
from studiogate.reach.claims import grant_refusal, person_refusal
from studiogate.reach.trace import Answer, Layer
from studiogate.reach.world import World

_WORDS_OF_POLICIES = frozenset({Layer.API_POLICY, Layer.ROLE, Layer.CREATE, Layer.USE})
"""Layers whose sentences name the one person that was asked about."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One decision of the table."""

    allowed: bool
    layer: Layer
    """The layer that decided."""

    why: str
    """One sentence."""


@dataclass(frozen=True, slots=True)
class Row:
    """People whose every answer is the same: those of one lob, with a profile."""

    lob: str | None
    people: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]
    """By domain and network; every pair is there."""

    @property
    def opens(self) -> tuple[tuple[str, str], ...]:
        """The pairs that open, in the order of the landscape."""
        return tuple(where for where, cell in self.cells.items() if cell.allowed)


@dataclass(frozen=True, slots=True)
class Table:
    """The whole reach of a landscape."""

    name: str
    """Of the landscape."""

    domains: tuple[str, ...]
    networks: tuple[str, ...]
    """Those of the landscape in order, then `internet`."""

    rows: tuple[Row, ...]
    """Every person is in exactly one; rows in the order their first person has in the file."""

    def row_of(self, person: str) -> Row:
        """The row that `person` is in.

        Raises:
            KeyError: nobody is called that.
        """
        for row in self.rows:
            if person in row.people:
                return row
        raise KeyError(person)


def table(world: World) -> Table:
    """The whole reach of `world`: for each cell what `answer` says, each answer given once.

    The grant comes first, and where it is refused nothing else is asked; the layers after it
    could only refuse as well.
    """
    landscape = world.landscape
    networks = (*landscape.networks, INTERNET)
    return Table(
        name=landscape.name,
        domains=tuple(landscape.domains),
        networks=networks,
        rows=tuple(_row(world, people, networks) for people in alike(world)),
    )


def _row(world: World, people: tuple[str, ...], networks: tuple[str, ...]) -> Row:
    person = people[0]
    lob = world.landscape.people[person].lob
    none = person_refusal(world.landscape, person)
    cells: dict[tuple[str, str], Cell] = {}
    for domain in world.landscape.domains:
        chain = Chain(world, person, domain, evidence=False)
        for network in networks:
            if none:
                cell = Cell(allowed=False, layer=Layer.PERSON, why=none)
            elif refused := grant_refusal(world, lob, domain, network):
                cell = Cell(allowed=False, layer=Layer.GRANT, why=refused)
            else:
                cell = _cell(Answer(person, domain, network, chain.steps(network)))
            cells[domain, network] = cell
    return Row(lob, people, cells)


def _cell(answer: Answer) -> Cell:
    step = answer.decided
    own_words = step.ok or step.layer not in _WORDS_OF_POLICIES
    return Cell(
        answer.allowed, step.layer, step.said if own_words else f"Refused by {step.by}."
    )
