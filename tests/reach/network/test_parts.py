"""Nothing is built that nothing needs: without any one part something does not work."""

import pytest
from hypothesis import given, settings

from studiogate.reach.network.dns import lookup
from studiogate.reach.network.route import between, path
from studiogate.topology.network import Topology
from studiogate.topology.parts import Part
from tests.kit.thorough import examples
from tests.kit.topology import MANNERS, Laid, every_name, laid, landscapes


def working(topology: Topology) -> set[tuple[str, str]]:
    """Everything that works, as a network and what it reaches or is told."""
    networks, services = list(topology.places), list(topology.endpoints)
    return {
        *((n, s) for n in networks for s in services if path(topology, n, s).reaches),
        *((n, m) for n in networks for m in networks if between(topology, n, m).reaches),
        *(
            (n, name)
            for n in networks
            for name in every_name(topology)
            if lookup(topology, n, name).private
        ),
    }


def resting_on(topology: Topology) -> set[Part]:
    """Every part that an answer says it rests on."""
    networks, services = list(topology.places), list(topology.endpoints)
    return {
        *(part for n in networks for s in services for part in path(topology, n, s).used),
        *(part for n in networks for m in networks for part in between(topology, n, m).used),
        *(
            part
            for n in networks
            for name in every_name(topology)
            for part in lookup(topology, n, name).used
        ),
    }


@pytest.mark.parametrize("manner", MANNERS)
def test_without_any_one_part_something_does_not_work_and_nothing_new_does(
    manner: str,
) -> None:
    topology = laid(connect=manner).topology
    whole = working(topology)

    for part in topology.parts:
        assert working(topology.without(part)) < whole, part


@given(landscapes())
@settings(max_examples=examples(40), deadline=None)
def test_every_part_carries_something(found: Laid) -> None:
    assert resting_on(found.topology) == set(found.topology.parts)
