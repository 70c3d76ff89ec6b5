"""What the templates build is what `topology` says, part for part."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.reach.network.route import between
from studiogate.topology.parts import Role, transit_table
from tests.kit.network_stacks import Built, built, ours, read_back
from tests.kit.thorough import examples
from tests.kit.topology import MANNERS, Laid, document, laid, landscapes

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.yaml"))


def attached(landscape: Landscape) -> Landscape:
    """The same, with every corporate network on the transit gateway, if there is one."""
    if landscape.connect != "transit-gateway":
        return landscape
    networks = {
        name: one.model_copy(update={"attachment": f"tgw-attach-{n:017x}"})
        if one.kind == "corporate"
        else one
        for n, (name, one) in enumerate(landscape.networks.items())
    }
    return landscape.model_copy(update={"networks": networks})


def agrees(found: Built) -> None:
    assert frozenset(read_back(found).parts) == ours(found)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda one: one.stem)
def test_templates_build_the_network_of_every_example(file: Path) -> None:
    landscape = read(file.read_text(encoding="utf-8"))

    agrees(built(landscape))
    agrees(built(attached(landscape)))


@given(landscapes())
@settings(max_examples=examples(25), deadline=None)
def test_templates_build_the_network_of_any_landscape(found: Laid) -> None:
    agrees(built(attached(found.landscape)))


def simulated() -> dict[str, Any]:
    networks = document()["networks"]
    office = {"cidrs": ["192.168.10.0/24"], "dns_servers": ["192.168.10.53"]}
    networks["office"] |= office | {"simulated_in": "data"}
    return {"networks": networks}


def test_s2_31_a_stand_in_is_linked_as_the_place_it_stands_for() -> None:
    found = built(laid(**simulated()).landscape)

    agrees(found)
    assert between(read_back(found), "office", "hub").reaches
    assert not between(read_back(found), "office", "lob-a").reaches


@pytest.mark.parametrize("manner", MANNERS)
def test_f_25_s2_43_lobs_cannot_reach_each_other_by_what_the_templates_build(
    manner: str,
) -> None:
    found = read_back(built(attached(laid(connect=manner).landscape)))

    reached = {
        (here, there)
        for here in ("lob-a", "lob-b", "data", "hub")
        for there in ("lob-a", "lob-b", "data", "hub")
        if here != there and between(found, here, there).reaches
    }
    assert reached == {
        *((here, "hub") for here in ("lob-a", "lob-b", "data")),
        *(("hub", there) for there in ("lob-a", "lob-b", "data")),
        ("lob-a", "data"),
        ("data", "lob-a"),
    }
    assert not [
        one
        for one in found.routes
        if one.table == transit_table(Role.LOBS) and "120" in str(one.to)
    ]
