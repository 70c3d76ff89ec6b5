"""The map says what was walked: every tie, every cut, and who opens what."""

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.reach.map.drawing import sentences
from studiogate.reach.map.page import section, svg
from studiogate.reach.map.sites import MOST, Map, mapped
from studiogate.reach.table import table
from studiogate.reach.world import World, world
from studiogate.topology.parts import TRANSIT, Attachment, Route
from tests.kit.large import large

EXAMPLES = Path(__file__).parents[3] / "examples"
TWO = read((EXAMPLES / "two-lobs.yaml").read_text(encoding="utf-8"))
MANY = read((EXAMPLES / "many-ways.yaml").read_text(encoding="utf-8"))


def shown(landscape: Landscape | World, **more: Any) -> Map:
    known = landscape if isinstance(landscape, World) else world(landscape)
    return mapped(known, table(known), **more)


def of(found: Map, name: str) -> Any:
    return next(one for one in (*found.outside, *found.inside) if one.name == name)


@pytest.mark.parametrize("landscape", [TWO, MANY], ids=["two lobs", "many ways"])
def test_every_network_is_on_the_map_once(landscape: Landscape) -> None:
    found = shown(landscape)

    sites = [one.name for one in (*found.outside, *found.inside)]
    assert sorted([*sites, found.hub.name]) == sorted([*landscape.networks, "internet"])


def test_people_in_the_office_open_and_those_on_the_internet_do_not() -> None:
    found = shown(TWO)

    assert [(one.domain, one.people) for one in of(found, "office").opens] == [
        ("forecasting", 2),
        ("fraud", 1),
    ]
    assert of(found, "internet").opens == ()
    assert of(found, "lob-a").opens[0].networks == ("office",)


def test_a_route_that_is_taken_away_is_cut_on_the_map() -> None:
    whole = world(TWO)
    hub = whole.topology.places["hub"].cidrs
    (gone,) = [r for r in whole.topology.routes if r.table == "lob-a" and r.to in hub]
    cut = whole.but(topology=whole.topology.without(gone))

    assert of(shown(whole), "lob-a").route.there
    tie = of(shown(cut), "lob-a").route
    assert not tie.there
    assert str(gone) in tie.said


def said(found: Map) -> tuple[str, ...]:
    return tuple(one.said for one in found.crossing)


def test_f_25_lobs_that_reach_each_other_are_said_to() -> None:
    whole = world(TWO)
    wanted = [
        route
        for here, there in (("lob-a", "lob-b"), ("lob-b", "lob-a"))
        for cidr in whole.topology.places[there].cidrs
        for route in (
            Route(here, cidr, Attachment(here)),
            Route(f"{TRANSIT}/lobs", cidr, Attachment(there)),
        )
    ]
    open_ = whole.but(topology=whole.topology.having(*wanted))

    reads = tuple(
        f"{lob} and data reach each other: {lob} reads warehouse sales"
        for lob in ("lob-a", "lob-b")
    )
    assert (shown(whole).apart, said(shown(whole))) == (True, reads)
    assert not shown(open_).apart
    assert {*said(shown(open_))} == {"lob-a and lob-b reach each other", *reads}
    assert "lob-a and lob-b reach each other." in list(sentences(shown(open_)))
    # What nobody wants is amber; who reads a warehouse is meant to reach it.
    assert '"care">lob-a and lob-b reach each other<' in svg(shown(open_))
    assert "care" not in svg(shown(whole)).partition("</style>")[2]


def test_s1_24_s1_25_readers_are_tied_to_the_warehouse_they_read() -> None:
    text = svg(shown(TWO))

    for lob in ("lob-a", "lob-b"):
        tied = f"<title>{lob} and data reach each other: {lob} reads warehouse sales</title>"
        assert f'{tied}<path class="route"' in text
    assert "who reads a warehouse meets it" in text
    assert "Redshift Data API" in text


def test_the_map_of_a_lob_shows_no_other() -> None:
    found = shown(TWO, lob="lob-b")

    # Its own network, and that of the warehouse it reads.
    assert [one.name for one in found.inside] == ["lob-b", "data"]
    assert [one.domain for one in of(found, "office").opens] == ["fraud"]
    with pytest.raises(KeyError):
        shown(TWO, lob="lob-z")


def test_many_lobs_are_counted_and_not_drawn() -> None:
    landscape = read(large(30))
    found = shown(landscape)

    inside = [n for n, one in landscape.networks.items() if one.kind == "vpc"]
    assert len(found.inside) == MOST
    assert found.more_inside == len(inside) - 1 - MOST
    assert f"and {found.more_inside} networks more in AWS" in svg(found)


@pytest.mark.parametrize("landscape", [TWO, MANY], ids=["two lobs", "many ways"])
def test_the_picture_is_whole_xml_and_the_same_every_time(landscape: Landscape) -> None:
    text = svg(shown(landscape))

    assert ET.fromstring(text).tag.endswith("svg")  # noqa: S314 - our own text
    assert text == svg(shown(landscape))
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_what_people_wrote_is_text_and_nothing_else() -> None:
    contact = TWO.model_copy(update={"name": "<script>alert(1)</script>"})

    assert "<script>" not in svg(shown(contact)) + section(shown(contact))


def test_the_section_says_in_words_what_the_lines_say() -> None:
    text = section(shown(TWO))

    assert "The map in words" in text
    assert "office reaches endpoint" in text


def test_whose_warehouse_is_where_and_who_reads_it() -> None:
    found = shown(MANY)

    notes = [note for one in found.inside for note in one.notes]
    assert notes == ["warehouse ticks, read by research"]
    assert said(found) == (
        "research and trading reach each other: research reads warehouse ticks",
    )
