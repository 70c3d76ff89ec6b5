"""Changes to the network: parts that the landscape plans and that are not there."""

from collections.abc import Iterator
from functools import partial

from studiogate.reach.change.edit import Edit
from studiogate.reach.world import World
from studiogate.topology.network import topology
from studiogate.topology.parts import Part


def missing_parts(known: World) -> Iterator[Edit]:
    """Every planned part that is missing, put back on its own."""
    there = set(known.topology.parts)
    for part in topology(known.landscape, known.ids).parts:
        if part not in there:
            said = "The landscape plans it, and the network lacks it."
            yield Edit("network", "add", str(part), said, partial(_having, known, part))


def _having(known: World, part: Part) -> World:
    return known.but(topology=known.topology.having(part))
