"""The picture and its page: sound, quiet, escaped, and readable in any light and at any size."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, Request

from studiogate.landscape.model import INTERNET
from studiogate.reach.cells import Cell, Cells
from studiogate.reach.picture import look
from studiogate.reach.picture.page import page, section, sheet, svg
from studiogate.reach.table import Row, Table
from studiogate.reach.trace import Layer
from tests.kit.browser import browsing
from tests.kit.reach_table import NETWORKS, many, row, two_lobs

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"'&]]><!--\x00\x1b\u202e"


def drawn(table: Table) -> ET.Element:
    return ET.fromstring(svg(table))  # noqa: S314 - our own picture


def marks(picture: ET.Element, kind: str) -> list[str]:
    """What a pointer on each mark of that kind reads out."""
    groups = [g for g in picture.iter(f"{SVG}g") if kind in (g.get("class") or "").split()]
    return [title.text or "" for g in groups if (title := g.find(f"{SVG}title")) is not None]


def test_every_pair_of_a_small_table_has_one_mark_that_says_all_of_it() -> None:
    picture = drawn(two_lobs())

    opens, refused = marks(picture, "yes"), marks(picture, "no")

    assert [title for title in opens if "office" in title] == [
        "lob-a: forecasting from office opens. Every layer says yes.",
        "lob-b: fraud from office opens. Every layer says yes.",
    ]
    assert (
        "lob-a: forecasting from internet is refused at step 3, API name. The name is private."
        in refused
    )
    assert len(opens) + len(refused) == 3 * 2 * 6 + 3  # and the three of the legend


def test_open_and_refused_differ_in_shape_and_text_and_not_in_colour_alone() -> None:
    picture = drawn(two_lobs())

    groups = list(picture.iter(f"{SVG}g"))
    yes = [g for g in groups if g.get("class") == "yes"]
    no = [g for g in groups if g.get("class") == "no"]
    assert all(g.find(f"{SVG}path") is not None and g.find(f"{SVG}text") is None for g in yes)
    assert all(g.find(f"{SVG}path") is None for g in no)
    assert {text.text for g in no if (text := g.find(f"{SVG}text")) is not None} == {"2", "3"}


def test_the_picture_says_what_it_is_to_who_cannot_see_it() -> None:
    picture = drawn(two_lobs())

    assert picture.get("role") == "img"
    assert picture.get("aria-label") == (
        "Who can open what: acme. "
        "4 people, 2 domains, 6 networks: 3 of 48 open, all from office."
    )
    title = picture.find(f"{SVG}title")
    assert title is not None
    assert title.text == "Who can open what: acme"


def test_what_opens_from_the_internet_stands_out() -> None:
    opens = {"a": ["office", INTERNET]}
    small = Table("t", ("a",), NETWORKS, (row("lob", ["ada"], opens, domains=("a",)),))
    care = [g for g in drawn(small).iter(f"{SVG}g") if g.get("class") == "yes care"]
    many_domains = tuple(f"d{number}" for number in range(30))
    rows = (row("lob", ["ada"], {"d7": [INTERNET]}, domains=many_domains),)

    assert "lob: a from internet opens. Every layer says yes." in marks(drawn(small), "care")
    assert {"".join(g.itertext())[-1] for g in care} == {"!"}
    assert marks(drawn(Table("t", many_domains, NETWORKS, rows)), "care") == [
        "lob: d7 opens from internet."
    ]


def test_a_thousand_lines_of_business_still_make_a_picture_one_can_use() -> None:
    table = many(1000, 100)

    picture, whole = drawn(table), page(table)

    assert float(picture.get("width") or 0) < 1200
    assert float(picture.get("height") or 0) < 1000
    assert "Only what opens is drawn" in whole
    assert len(svg(table)) < 10_000
    assert all(f"p{number:04}-3" in whole for number in range(1000))


def test_many_domains_of_one_line_of_business_wrap_and_none_is_lost() -> None:
    names = tuple(f"domain-number-{number:03}" for number in range(200))
    opens = {name: ["office", "hub"] for name in names}
    table = Table("t", names, NETWORKS, (row("lob", ["ada"], opens, domains=names),))

    picture, whole = drawn(table), page(table)

    assert float(picture.get("width") or 0) < 1200
    assert "and 80 domains more, named in words below" in svg(table)
    assert all(f">{name}<" in whole for name in names)


words = st.text(max_size=60) | st.just(HOSTILE)
cells = st.builds(Cell, allowed=st.booleans(), layer=st.sampled_from(Layer), why=words)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Tables with any names at all, small and large."""
    domains = tuple(draw(st.lists(words, unique=True, max_size=15)))
    networks = tuple(draw(st.lists(words, unique=True, min_size=1, max_size=7)))
    pairs = [(domain, network) for domain in domains for network in networks]
    cell = draw(cells)
    rows = tuple(
        Row(lob, tuple(people), Cells(dict.fromkeys(pairs, cell)))
        for lob, people in draw(
            st.lists(
                st.tuples(st.none() | words, st.lists(words, min_size=1, max_size=9)),
                max_size=8,
            )
        )
    )
    return Table(draw(words), domains, networks, rows)


@given(tables())
def test_whatever_people_wrote_the_picture_is_sound_and_holds_no_markup_of_theirs(
    table: Table,
) -> None:
    picture = drawn(table)
    whole = page(table)

    assert {element.tag.removeprefix(SVG) for element in picture.iter()} <= {
        "svg", "title", "style", "rect", "g", "text", "path",
    }  # fmt: skip
    assert "<script" not in whole
    assert "<!--" not in whole
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", whole)
    ET.fromstring(section(table).replace("<br>", "<br/>"))  # noqa: S314 - our own


@given(tables())
def test_the_same_table_is_always_the_same_picture(table: Table) -> None:
    again = Table(table.name, table.domains, table.networks, tuple(table.rows))

    assert (svg(table), page(table)) == (svg(again), page(again))


def test_nothing_runs_and_nothing_is_fetched() -> None:
    for text in (svg(two_lobs()), page(two_lobs())):
        quiet = text.replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not re.search(r"://|@import|url\(|<script|<link|<img|\son\w+=", quiet)


def test_the_section_brings_no_colours_and_no_style_of_its_own() -> None:
    said = section(two_lobs())

    assert "style" not in said
    used = set(re.findall(r"var\((--[a-z-]+)\)", sheet()))
    assert used == set(re.findall(r"(--[a-z-]+):", look.COLOURS)) - {"--paper"}
    assert not re.search(r"#[0-9a-f]{3}", sheet())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


def opened(browser: Browser, file: Path, **how: object) -> tuple[Page, list[Request]]:
    context = browser.new_context(**how)  # type: ignore[arg-type]  # options by name
    found = context.new_page()
    asked: list[Request] = []
    found.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - it is marked
    found.goto(file.as_uri())
    return found, asked


@pytest.mark.browser
@pytest.mark.parametrize("table", [two_lobs(), many(300, 100)], ids=["small", "large"])
def test_the_page_fits_a_phone_without_script_and_asks_for_nothing(
    browser: Browser, tmp_path: Path, table: Table
) -> None:
    file = tmp_path / "reach.html"
    file.write_text(page(table), encoding="utf-8")

    found, asked = opened(
        browser, file, viewport={"width": 320, "height": 640}, java_script_enabled=False
    )

    outside = found.locator("body *:visible:not(.scroller *)")
    widest = max(
        box["x"] + box["width"] for one in outside.all() if (box := one.bounding_box())
    )
    found.context.close()
    assert widest <= 320
    assert [one.url for one in asked] == [file.as_uri()]


@pytest.mark.browser
def test_the_keyboard_reaches_the_picture_and_slides_it(
    browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "reach.html"
    file.write_text(page(two_lobs()), encoding="utf-8")
    found, _ = opened(browser, file, viewport={"width": 320, "height": 640})

    found.keyboard.press("Tab")
    focused = found.locator(":focus")
    outline = focused.evaluate("e => getComputedStyle(e).outlineStyle")
    found.keyboard.press("ArrowRight")
    found.wait_for_function("document.activeElement.scrollLeft > 0")
    found.context.close()

    assert outline != "none"


@pytest.mark.browser
def test_dark_and_print_have_their_own_colours(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "reach.svg"
    file.write_text(svg(two_lobs()), encoding="utf-8")
    ground = "getComputedStyle(document.querySelector('.paper')).fill"
    found, _ = opened(browser, file, color_scheme="dark")

    dark = found.evaluate(ground)
    found.emulate_media(media="print")
    printed = found.evaluate(ground)
    found.context.close()

    assert (dark, printed) == ("rgb(24, 34, 38)", "rgb(255, 254, 251)")
