"""The pages as people meet them: contrast, a phone, a keyboard, no script at all."""

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files

import pytest
from playwright.sync_api import Browser

from studiogate.gateway.app import create_app
from tests.kit.browser import browsing
from tests.kit.gateway import NOW, House, Stage, have_images
from tests.kit.looked import complaints

SHEET = files("studiogate.gateway.pages").joinpath("static/studiogate.css").read_text("utf-8")


def _palettes() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\}", SHEET, re.DOTALL)
    found = {}
    for name, block in (("light", light), ("dark", dark)):
        found[name] = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    return found


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "paper"), ("ink", "card"), ("ink", "wash"), ("soft", "paper"), ("soft", "card"),
        ("soft", "wash"), ("teal", "wash"), ("teal", "card"), ("teal", "paper"), ("amber", "card"),
        ("on-teal", "teal"), ("on-teal", "teal-deep"), ("focus", "paper"), ("focus", "card"),
    ],
)  # fmt: skip
def test_every_pair_of_text_and_ground_can_be_read(scheme: str, text: str, ground: str) -> None:
    palette = _palettes()[scheme]

    assert _contrast(palette[text], palette[ground]) >= 4.5


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.mark.browser
@pytest.mark.parametrize(
    ("path", "person"),
    [
        ("/?next=%2Fopen%2Fforecasting", ""),
        ("/", "two-domains"),
        ("/open/" + "x" * 60, "two-domains"),
        ("/", "sam-security"),
        ("/reach", "sam-security"),
        ("/reach", "user-lob-a"),
    ],
)
def test_a_page_fits_a_phone_and_works_without_script(
    house: House, stage: Stage, browser: Browser, path: str, person: str
) -> None:
    have_images(house.aws, "d-forecasting")
    stage.app = create_app(replace(house.ports, origins=frozenset({stage.url})))
    headers = {"x-session": person} if person else {}
    context = browser.new_context(
        viewport={"width": 320, "height": 640},
        java_script_enabled=False,
        extra_http_headers=headers,
    )
    page = context.new_page()
    page.goto(stage.url + path)

    widest = max(
        box["x"] + box["width"]
        for element in page.locator("body *:visible:not(.scroller *)").all()
        if (box := element.bounding_box())
    )
    context.close()
    assert widest <= 320


@pytest.mark.browser
def test_the_keyboard_reaches_the_door_and_sees_where_it_is(
    house: House, stage: Stage, browser: Browser
) -> None:
    stage.app = create_app(replace(house.ports, origins=frozenset({stage.url})))
    context = browser.new_context(extra_http_headers={"x-session": "user-lob-a"})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(stage.url)
    reached = []
    for _ in range(5):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        reached.append(focused.inner_text().split("\n")[0])
        outline = focused.evaluate("e => getComputedStyle(e).outlineStyle")
        assert outline != "none"
    context.close()

    assert reached[0] == "Skip to the content"
    assert reached[2] == "Sign out"
    assert reached[3].startswith("Choose one in Studio")
    assert reached[4].startswith("Open")
    assert complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(
    ("shown", "tabs", "drawn"),
    [
        ("Map of the landscape", 5, "The landscape: acme"),
        ("Picture of who can open what", 7, "Who can open what"),
    ],
)
def test_the_reach_can_be_read_without_seeing_and_slid_without_a_pointer(
    house: House,
    stage: Stage,
    browser: Browser,
    *,
    width: int,
    shown: str,
    tabs: int,
    drawn: str,
) -> None:
    stage.app = create_app(replace(house.ports, origins=frozenset({stage.url})))
    context = browser.new_context(
        viewport={"width": width, "height": 640},
        extra_http_headers={"x-session": "sam-security"},
    )
    page = context.new_page()
    page.goto(f"{stage.url}/reach")
    table = page.get_by_role("table").first
    heads = table.get_by_role("rowheader").count()
    rows = table.get_by_role("row").count()
    picture = page.get_by_role("img", name=drawn)
    frame = page.get_by_role("region", name=shown)
    for _ in range(tabs):
        page.keyboard.press("Tab")
    focused = frame.evaluate("e => e === document.activeElement")
    page.keyboard.press("ArrowRight")
    slides = frame.evaluate("e => e.scrollWidth > e.clientWidth")
    outline = frame.evaluate("e => getComputedStyle(e).outlineStyle")
    said = picture.get_attribute("aria-label") or ""
    context.close()

    assert (heads, rows) == (2, 3)
    assert drawn in said
    assert focused
    assert outline != "none"
    assert slides is (width == 320)


@pytest.mark.browser
def test_the_map_is_read_in_words_by_keyboard_and_without_script(
    house: House, stage: Stage, browser: Browser
) -> None:
    stage.app = create_app(replace(house.ports, origins=frozenset({stage.url})))
    context = browser.new_context(
        extra_http_headers={"x-session": "sam-security"}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(f"{stage.url}/reach")
    words = page.get_by_role("listitem").filter(has_text="No line of business reaches another")
    before = words.is_visible()
    for _ in range(6):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    after = words.is_visible()
    context.close()

    assert (before, after) == (False, True)


LONG = "a-name-as-long-as-names-of-domains-can-be"[:40]


@pytest.mark.browser
def test_many_doors_long_names_and_what_is_starting_are_for_every_screen(
    house: House, stage: Stage, browser: Browser
) -> None:
    lob = house.directory.lobs["lob-two"]
    known, churn = lob.domains
    rows = known, replace(known, name=LONG), churn, replace(churn, name="new", opens_from={})
    house.directory.lobs["lob-two"] = replace(lob, domains=rows)
    house.aws.apps[known.domain_id] = [
        {
            "AppType": "JupyterLab",
            "UserProfileName": "two-domains",
            "Status": status,
            "CreationTime": NOW.timestamp() - 40,
        }
        for status in ("Pending", "InService")
    ]
    stage.app = create_app(replace(house.ports, origins=frozenset({stage.url})))
    # The checker is a script, and the page's policy lets none run.
    context = browser.new_context(
        bypass_csp=True, extra_http_headers={"x-session": "two-domains"}
    )
    page = context.new_page()
    page.goto(stage.url)
    turning = page.evaluate("document.getAnimations().length")
    shut = page.get_by_text("Does not open from any network yet.").count()
    apps = page.locator(".apps").first.inner_text()
    found = complaints(page)
    context.close()

    assert "JupyterLab has been starting for 40 seconds. Look again" in apps
    assert "JupyterLab has been running for 40 seconds." in apps
    assert (turning, shut) == (2, 1)
    assert found == []
