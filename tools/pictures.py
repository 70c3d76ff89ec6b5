"""Take the pictures of the README from a running `make up`.

Run as `python -m tools.pictures` beside `make up`; needs Debian's Chromium, and buildah for
the images.  The pictures that are drawn, and not taken, are `tools.reach_picture`'s.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tools.images_shown import images_shown

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
CELL = (
    "import json, pathlib\n"
    'json.loads(pathlib.Path("/opt/ml/metadata/resource-metadata.json").read_text())'
)


def main() -> None:
    """The portal and JupyterLab of the first person, and what an administrator sees."""
    state = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".studiogate"
    up = json.loads((state / "up.json").read_text(encoding="utf-8"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        portal = _signed_in(context, up, up["people"][0])
        portal.get_by_role("link", name="Open").first.wait_for()
        _lab(context, portal).screenshot(path=PICTURES / "jupyterlab.png")
        portal.reload()
        portal.get_by_text("has been running").wait_for()
        portal.screenshot(path=PICTURES / "portal.png")
        another = browser.new_context(viewport={"width": 1280, "height": 940})
        _story(another, _signed_in(another, up, up["people"][1]), "sales.ipynb").screenshot(
            path=PICTURES / "warehouse.png"
        )
        another = browser.new_context(viewport={"width": 1280, "height": 720})
        _reach(_signed_in(another, up, _administrator(up))).screenshot(
            path=PICTURES / "reach.png"
        )
        with images_shown(up):
            # Of somebody whose apps do not run yet: they have everything to choose from.
            another = browser.new_context(viewport={"width": 1280, "height": 720})
            _images(another, _signed_in(another, up, up["people"][2]))
        browser.close()


def _administrator(up: dict[str, Any]) -> dict[str, str]:
    """Of the people, the one without a line of business."""
    found: dict[str, str] = next(one for one in up["people"] if not one["lob"])
    return found


def _signed_in(context: BrowserContext, up: dict[str, Any], person: dict[str, str]) -> Page:
    page = context.new_page()
    page.goto(str(up["portal"]))
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_label("Name").fill(person["name"])
    page.get_by_label("Password").fill(person["password"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Your domains").wait_for()
    return page


def _reach(portal: Page) -> Page:
    portal.get_by_role("link", name="Look").click()
    portal.get_by_role("heading", name="Who can open what").wait_for()
    drawn = portal.get_by_role("region", name="Picture of who can open what")
    # With the line above it that counts, and without the end of the map above that.
    drawn.evaluate("drawn => window.scrollTo(0, drawn.offsetTop - 90)")
    return portal


def _images(context: BrowserContext, portal: Page) -> None:
    """The portal with a domain's images, and Studio's home, where they are chosen."""
    portal.get_by_role("link", name="Choose one").wait_for()
    portal.screenshot(path=PICTURES / "portal-images.png")
    with context.expect_page() as opened:
        portal.get_by_role("link", name="Choose one").click()
    home = opened.value
    home.get_by_role("button", name="Start").first.wait_for(timeout=60_000)
    home.screenshot(path=PICTURES / "launcher.png", full_page=True)


def _lab(context: BrowserContext, portal: Page) -> Page:
    with context.expect_page() as opened:
        portal.get_by_role("link", name="Open").first.click()
    lab = opened.value
    lab.locator(".jp-LauncherCard[data-category=Notebook]").first.click(timeout=60_000)
    lab.get_by_role("button", name="| Idle").wait_for(timeout=60_000)
    cell = lab.locator(".jp-Notebook .jp-Cell .cm-content").first
    cell.click()
    lab.keyboard.insert_text(CELL)
    cell.press("Shift+Enter")
    lab.locator(".jp-Notebook .jp-OutputArea-output").first.wait_for(timeout=60_000)
    lab.wait_for_timeout(1000)
    return lab


def _story(context: BrowserContext, portal: Page, name: str) -> Page:
    """The notebook `name`, run from top to bottom, where it shows the plot."""
    with context.expect_page() as opened:
        portal.get_by_role("link", name="Open").first.click()
    lab = opened.value
    lab.locator("#jp-main-dock-panel").wait_for(timeout=60_000)
    lab.goto(f"{lab.url.split('/lab')[0]}/lab/tree/{name}")
    lab.get_by_role("button", name="| Idle").wait_for(timeout=60_000)
    lab.locator("#jp-MainMenu").get_by_text("Run", exact=True).click()
    lab.locator("[data-command='runmenu:run-all']").click()
    lab.get_by_text("[11]:").wait_for(timeout=60_000)
    plot = lab.locator(".jp-RenderedImage").first
    while not plot.count():  # only what is in sight is drawn
        lab.locator(".jp-WindowedPanel-outer").evaluate("seen => seen.scrollBy(0, -200)")
        lab.wait_for_timeout(300)
    plot.evaluate("drawn => drawn.scrollIntoView({block: 'end'})")
    lab.wait_for_timeout(1500)
    return lab


if __name__ == "__main__":
    main()
