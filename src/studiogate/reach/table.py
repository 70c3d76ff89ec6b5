"""The reach: person × domain × network → decision; people who share an answer share a row."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from studiogate.landscape.model import INTERNET
from studiogate.reach.alike import alike
from studiogate.reach.cells import Cell, Cells, Others, Way
from studiogate.reach.chain import Chain
from studiogate.reach.claims import grants, person_refusal
from studiogate.reach.trace import Answer, Layer
from studiogate.reach.world import World

_WORDS_OF_POLICIES = frozenset({Layer.API_POLICY, Layer.ROLE, Layer.CREATE, Layer.USE})
"""Layers whose sentences name the one person that was asked about."""


@dataclass(frozen=True, slots=True)
class Row:
    """People whose every answer is the same: those of one lob, with a profile."""

    lob: str | None
    people: tuple[str, ...]
    cells: Cells
    """By domain and network; every pair is there."""

    @property
    def opens(self) -> tuple[Way, ...]:
        """The pairs that open, in the order of the landscape."""
        return tuple(way for way, cell in self.cells.granted.items() if cell.allowed)


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

    homes: Mapping[str, str] = field(default_factory=dict)
    """By domain, the network its apps run in."""

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
        homes={name: domain.network for name, domain in landscape.domains.items()},
    )


def _row(world: World, people: tuple[str, ...], networks: tuple[str, ...]) -> Row:
    person = people[0]
    lob = world.landscape.people[person].lob
    others = Others(lob, person_refusal(world, person), grants(world), networks)
    granted = {} if others.nobody else _granted(world, person, others)
    return Row(lob, people, Cells(granted, others))


def _granted(world: World, person: str, others: Others) -> dict[Way, Cell]:
    """What every layer says of the pairs that the directory grants, in their order."""
    found = {}
    for domain, opens_from in others.grants.granted(others.lob):
        chain = Chain(world, person, domain, evidence=False)
        for network in (one for one in others.networks if one in opens_from):
            asked = Answer(person, domain, network, chain.steps(network))
            found[domain, network] = _cell(asked)
    return found


def _cell(answer: Answer) -> Cell:
    step = answer.decided
    own_words = step.ok or step.layer not in _WORDS_OF_POLICIES
    return Cell(
        answer.allowed, step.layer, step.said if own_words else f"Refused by {step.by}."
    )
