"""A page looked at as everybody might meet it: light, dark, on a phone, by keyboard, kept still.

It says what is wrong, as sentences; a page without one is a page for everybody.  Rows: WCAG 2.2,
1.4.10 (320 pixels wide, nothing slides sideways), 2.1.1 and 2.4.7 (every control reached, and
seen to be), 2.4.2, 2.4.6, and whatever axe-core knows.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from playwright.sync_api import Page, ViewportSize

from tests.kit.axe import violations

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
NARROWEST: ViewportSize = {"width": 320, "height": 568}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

_SLIDES = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_STICKS_OUT = """() => [...document.querySelectorAll('a, button, input:not([type=hidden])')]
    .filter(one => one.checkVisibility() && !one.closest('svg, .skip, .hidden'))
    .filter(one => {
        const [mine, around] = [one, one.parentElement].map(e => e.getBoundingClientRect());
        return mine.right > around.right + 0.5 || mine.left < around.left - 0.5;
    })
    .map(one => one.outerHTML.slice(0, 60))"""
_CONTROLS = """[...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), summary, [tabindex="0"]')]
    .filter(one => !one.disabled && one.checkVisibility({visibilityProperty: true}))"""
_FOCUSED = f"""() => {{
    const one = document.activeElement, style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    const ringed = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0;
    return [{_CONTROLS}.indexOf(one), ringed && inside, one.outerHTML.slice(0, 60)];
}}"""
_NAMED = """() => ({
    title: document.title.trim(),
    language: document.documentElement.lang,
    headings: document.querySelectorAll('h1').length,
    mains: document.querySelectorAll('main').length,
})"""

_SAFE = {
    "x-content-type-options": {"nosniff"},
    # A page with a form that is sent needs the second: of the first, browsers make the form's
    # origin `null` (Fetch, 3.3).  Neither tells another site anything.
    "referrer-policy": {"no-referrer", "same-origin"},
    "cache-control": {"no-store"},
}


def complaints(page: Page) -> list[str]:
    """Everything that is wrong with the page as it is shown now."""
    return [*_named(page), *_sides(page), *_moving(page), *_keys(page)]


def unsafe(headers: Mapping[str, str]) -> list[str]:
    """What `headers` of a page lack: nobody frames it, keeps it or sniffs at it (ASVS 3.4)."""
    policy = headers.get("content-security-policy", "")
    wanted = ("default-src 'none'", "frame-ancestors 'none'")
    lacking = [f"no {one} in the policy" for one in wanted if one not in policy]
    return lacking + [
        f"no {name}" for name, value in _SAFE.items() if headers.get(name) not in value
    ]


def _named(page: Page) -> Iterator[str]:
    found = page.evaluate(_NAMED)
    if not found["title"]:
        yield "no title"
    if found["language"] != "en":
        yield "no language"
    if (found["headings"], found["mains"]) != (1, 1):
        yield f"{found['headings']} first headings, {found['mains']} main landmarks"


def _sides(page: Page) -> Iterator[str]:
    """Light on a desk and dark on a phone; and on the narrowest screen there is."""
    for scheme, size in zip(SCHEMES, (DESK, PHONE), strict=True):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        for found in violations(page):
            yield f"{scheme}, {size['width']} wide: {found}"
    for size in (PHONE, NARROWEST):
        page.set_viewport_size(size)
        if (pixels := page.evaluate(_SLIDES)) > 0:
            yield f"{size['width']} wide: slides sideways by {pixels}"
        for control in page.evaluate(_STICKS_OUT):
            yield f"{size['width']} wide: sticks out: {control}"


def _moving(page: Page) -> Iterator[str]:
    page.emulate_media(reduced_motion="reduce")
    if count := page.evaluate("document.getAnimations().length"):
        yield f"{count} animations for somebody who wants none"
    page.emulate_media(reduced_motion="no-preference")


def _keys(page: Page) -> Iterator[str]:
    """Tab must come to every control, and it must be seen where one is."""
    missed = set(range(page.evaluate(f"() => {_CONTROLS}.length")))
    for _ in range(2 * len(missed) + 3):
        if not missed:
            return
        page.keyboard.press("Tab")
        control, seen, what = page.evaluate(_FOCUSED)
        if control in missed and not seen:
            yield f"focus is not seen on {what}"
        missed.discard(control)
    if missed:
        yield f"{len(missed)} controls that Tab does not reach"
