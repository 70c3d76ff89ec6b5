"""What a landscape says will happen, in a form that can be held against what does."""

from studiogate.landscape.model import Landscape
from studiogate.reach.cells import Cell
from studiogate.reach.table import table
from studiogate.reach.world import world

Where = tuple[str, str, str]
"""Person, domain and network."""


def predicted(landscape: Landscape) -> dict[Where, Cell]:
    """What the table says of every person, domain and network."""
    return {
        (person, domain, network): cell
        for row in table(world(landscape)).rows
        for person in row.people
        for (domain, network), cell in row.cells.items()
    }
