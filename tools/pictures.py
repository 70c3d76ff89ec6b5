"""Take the two pictures of the README from a running `make up`.

Run as `python -m tools.pictures` beside `make up`; needs Debian's Chromium.
"""

import json
import shutil
import sys
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
CELL = (
    "import json, pathlib\n"
    'json.loads(pathlib.Path("/opt/ml/metadata/resource-metadata.json").read_text())'
)


def main() -> None:
    """Sign in as the first person, open their domain, run a cell; keep both pictures."""
    state = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".studiogate"
    up = json.loads((state / "up.json").read_text(encoding="utf-8"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        portal = _signed_in(context, up)
        portal.screenshot(path=PICTURES / "portal.png")
        _lab(context, portal).screenshot(path=PICTURES / "jupyterlab.png")
        browser.close()


def _signed_in(context: BrowserContext, up: dict[str, object]) -> Page:
    people = up["people"]
    assert isinstance(people, list)  # noqa: S101 - a script for ourselves
    page = context.new_page()
    page.goto(str(up["portal"]))
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_label("Name").fill(people[0]["name"])
    page.get_by_label("Password").fill(people[0]["password"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Open").first.wait_for()
    return page


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


if __name__ == "__main__":
    main()
