"""The table in words: what refuses is told once for all networks it refuses alike."""

import re
from html import unescape

import pytest

from studiogate.landscape.model import INTERNET
from studiogate.reach.cells import Cell, Cells
from studiogate.reach.picture.fold import shown
from studiogate.reach.picture.words import words
from studiogate.reach.table import Row, Table
from studiogate.reach.trace import Layer
from tests.kit.reach_table import many, row, two_lobs


def read(table: Table) -> str:
    """What somebody reads, without the markup."""
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", words(shown(table))).split()))


def refused(**whys: str) -> str:
    """What is said of one domain that is refused for these reasons, by network."""
    cells = {
        ("fraud", network): Cell(allowed=False, layer=Layer.GRANT, why=why)
        for network, why in whys.items()
    }
    rows = (Row("lob-a", ("ada",), Cells(cells)),)
    return read(Table("acme", ("fraud",), tuple(whys), rows)).partition("nowhere ")[2]


@pytest.mark.parametrize(
    ("whys", "said"),
    [
        (
            {"hub": "It is lob-b's.", "data": "It is lob-b's; it opens not from data."},
            "everywhere — step 2, grant: It is lob-b's.",
        ),
        (
            {"hub": "It opens not from hub.", "data": "It opens not from data."},
            "everywhere — step 2, grant: It opens not from there.",
        ),
        (
            {"hub": "It opens not from hub.", "data": "Another."},
            "hub — step 2, grant: It opens not from hub. data — step 2, grant: Another.",
        ),
        ({"hub": "It opens not from hub."}, "hub — step 2, grant: It opens not from hub."),
    ],
)
def test_sentences_that_differ_in_the_network_alone_become_one(
    whys: dict[str, str], said: str
) -> None:
    assert refused(**whys) == said


def test_every_domain_of_a_small_table_is_told_for_every_row() -> None:
    said = read(two_lobs())

    assert said.count("forecasting") == said.count("fraud") == 3
    assert "✓ office" in said
    assert "internet — step 3, API name: The name is private." in said


def test_many_names_are_folded_and_still_there() -> None:
    people = [f"person-{number}" for number in range(40)]
    table = Table("acme", ("a",), ("office",), (row("lob", people, {}, domains=("a",)),))

    said = words(shown(table))

    assert "<summary>40 people: person-0, person-1, person-2 and 37 more</summary>" in said
    assert all(person in said for person in people)


def test_of_a_large_table_what_does_not_open_is_told_by_the_step_that_refuses() -> None:
    table = many(60, 40, people=1)

    said = read(table)

    assert "Every other domain (39) ✕ nowhere 234 pairs — step 2, grant: As: " in said
    assert "domain-0007 ✓ office" in said


def test_lines_of_business_that_are_told_together_are_named_with_their_people() -> None:
    said = words(shown(many(300, 100, people=2)))

    assert "<b>100 lines of business</b>" in said
    assert "lob-0042: domain-0042 (2 people: p0042-0, p0042-1)" in said
    assert "lob-0299" in said


def test_what_opens_from_the_internet_asks_for_care() -> None:
    rows = (row("lob", ["ada"], {"a": [INTERNET]}, domains=("a",)),)

    said = words(shown(Table("acme", ("a",), ("office", INTERNET), rows)))

    assert '<span class="opens care">✓ internet</span>' in said


def test_where_there_are_many_networks_refusals_are_counted_and_not_listed() -> None:
    networks = tuple(f"n{number}" for number in range(40))
    rows = (row("lob", ["ada"], {"a": ["n7"]}, domains=("a", "b"), networks=networks),)

    said = read(Table("acme", ("a", "b"), networks, rows))

    assert "a ✓ n7 39 networks — step 2, grant: As: It does not open from there." in said
    assert "Every other domain (1) ✕ nowhere 40 pairs" in said
