"""The networks that the product builds: readers get to their warehouse, and nobody else does."""

import pytest
from hypothesis import given, settings

from studiogate.reach.network.route import between
from studiogate.reach.packets.crossing import REDSHIFT, crossing
from studiogate.topology.parts import Vpc
from tests.kit.described import APPS, NODES, described
from tests.kit.network_stacks import built
from tests.kit.thorough import examples
from tests.kit.topology import MANNERS, Laid, laid, landscapes


def judged(found: Laid) -> dict[tuple[str, str], tuple[bool, bool]]:
    """For every two VPCs: whether packets get across, and whether the topology says so."""
    whole = built(found.landscape)
    told = described(whole)
    vpcs = [name for name, one in whole.meant.places.items() if isinstance(one, Vpc)]
    facts = told.facts(*vpcs)
    return {
        (one, other): (
            crossing(
                facts, told.side(one, APPS), told.side(other, NODES), port=REDSHIFT
            ).arrives,
            between(whole.meant, one, other).reaches,
        )
        for one in vpcs
        for other in vpcs
        if one != other
    }


@pytest.mark.parametrize("manner", MANNERS)
def test_a_reader_gets_to_its_warehouse_and_another_lob_does_not(manner: str) -> None:
    found = judged(laid(connect=manner))

    assert found["lob-a", "data"] == (True, True)
    assert found["lob-b", "data"] == (False, False)
    assert found["lob-a", "lob-b"] == (False, False)


@given(landscapes())
@settings(max_examples=examples(25), deadline=None)
def test_what_the_templates_build_carries_exactly_what_the_topology_says(found: Laid) -> None:
    apart = {pair: said for pair, said in judged(found).items() if said[0] is not said[1]}

    assert apart == {}
