"""The cells of a row: what is granted is kept, everything else is said when it is looked at."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.landscape.model import INTERNET, Landscape
from studiogate.landscape.read import read
from studiogate.reach.cells import Cell, Cells, Others
from studiogate.reach.claims import grants
from studiogate.reach.plain import MOST_CELLS, plain
from studiogate.reach.table import Table, table
from studiogate.reach.trace import Layer
from studiogate.reach.world import world
from tests.kit.large import large
from tests.kit.reach_world import ACME, WORLD, landscapes
from tests.kit.thorough import examples

NETWORKS = (*ACME.networks, INTERNET)
OFFICE = ("forecasting", "office")
OPENS = Cell(allowed=True, layer=Layer.USE, why="Every layer says yes.")


def cells(nobody: str = "") -> Cells:
    """Those of lob-a, who open forecasting from the office."""
    granted = {} if nobody else {OFFICE: OPENS}
    return Cells(granted, Others("lob-a", nobody, grants(WORLD), NETWORKS))


def test_every_pair_is_there_in_the_order_of_the_landscape() -> None:
    found = cells()

    assert list(found) == [(domain, one) for domain in ACME.domains for one in NETWORKS]
    assert len(found) == len(list(found)) == 12
    assert found[OFFICE] is OPENS
    assert found["fraud", "hub"] == Cell(
        allowed=False,
        layer=Layer.GRANT,
        why="fraud is lob-b's, not lob-a's; fraud opens from office, not from hub.",
    )


@pytest.mark.parametrize("way", [("froud", "hub"), ("fraud", "hubb")])
def test_a_pair_that_is_not_in_the_landscape_is_none(way: tuple[str, str]) -> None:
    assert way not in cells()
    with pytest.raises(KeyError):
        cells()[way]


def test_whoever_can_have_no_domain_is_told_the_same_everywhere() -> None:
    found = cells("They belong to no line of business.")

    assert set(found.values()) == {
        Cell(allowed=False, layer=Layer.PERSON, why="They belong to no line of business.")
    }


@settings(max_examples=examples(30), deadline=None)
@given(landscapes(), st.data())
def test_refusals_are_counted_as_if_each_were_looked_at(
    landscape: Landscape, data: st.DataObject
) -> None:
    for row in table(world(landscape)).rows:
        every = [*landscape.domains]
        domains = data.draw(st.lists(st.sampled_from(every), unique=True)) if every else []
        looked_at = [cell for (one, _), cell in row.cells.items() if one in domains]

        counted = {layer: number for layer, number, _ in row.cells.refusing(domains)}

        assert counted == Counter(cell.layer for cell in looked_at if not cell.allowed)
        assert all(cell in looked_at for _, _, cell in row.cells.refusing(domains))


def reach(lobs: int) -> Table:
    return table(world(read(large(lobs, people=2))))


def test_of_a_large_landscape_only_what_is_granted_is_kept() -> None:
    found = reach(60)

    assert sum(len(row.cells) for row in found.rows) == 61 * 60 * 66
    assert sum(len(row.cells.granted) for row in found.rows) == 60 * 2


def test_a_document_that_leaves_cells_out_says_so_and_how_they_are_refused() -> None:
    small, great = plain(reach(3)), plain(reach(60))

    assert small["complete"]
    assert {len(row["cells"]) for row in small["rows"]} == {3 * 9}
    assert {str(row["others"]) for row in small["rows"]} == {"None"}
    assert MOST_CELLS < 61 * 60 * 66
    assert not great["complete"]
    assert [len(row["cells"]) for row in great["rows"]] == [0, *[2] * 60]
    assert all(cell["allowed"] for row in great["rows"] for cell in row["cells"])
    assert [row["others"]["layer"] for row in great["rows"]] == ["person", *["grant"] * 60]
    assert great["rows"][0]["others"]["why"].endswith("belong to no line of business.")
