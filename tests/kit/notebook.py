"""A notebook in a real JupyterLab in a real browser, as whoever types into it sees it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page, expect

from tests.kit.organisation import Organisation
from tests.kit.waiting import PATIENCE_S, awaited

_PATIENCE_MS = PATIENCE_S * 1000
_RAN = re.compile(r"\[\d+\]:")


class Notebook:
    """One notebook with one cell, which is written and run again and again."""

    def __init__(self, lab: Page) -> None:
        """Make a new notebook in the JupyterLab that `lab` shows."""
        self.lab = tidied(lab)
        lab.locator(".jp-LauncherCard[data-category=Notebook]").first.click()
        # Until its kernel is there, JupyterLab may redraw the cell and lose what was typed.
        expect(lab.get_by_role("button", name="| Idle")).to_be_visible(timeout=_PATIENCE_MS)

    @property
    def cell(self) -> Locator:
        """The one cell."""
        return self.lab.locator(".jp-Notebook .jp-Cell").first

    def begin(self, code: str) -> None:
        """Run `code`, and return while it runs."""
        self.write(code)
        self.lab.keyboard.press("Control+Enter")

    def write(self, code: str) -> None:
        """Put `code` into the cell in place of what was there."""
        self.cell.locator(".cm-content").click()
        self.lab.keyboard.press("Control+a")
        self.lab.keyboard.insert_text(code)

    def completed(self, code: str, offer: str) -> str:
        """What becomes of `code` with Tab, and with Enter at the first that is offered."""
        self.write(code)
        self.lab.keyboard.press("Tab")
        offered = self.lab.locator(".jp-Completer-item.jp-mod-active")
        expect(offered).to_contain_text(offer, timeout=_PATIENCE_MS)
        self.lab.keyboard.press("Enter")
        return self.cell.locator(".cm-content").inner_text()

    def run(self, code: str) -> str:
        """What `code` shows below the cell once it has run: text, errors, tables."""
        before = self.prompt
        self.begin(code)
        return self.finished(before)

    def finished(self, before: str = "") -> str:
        """What the cell shows, once it has run; `before` is its prompt of an earlier run."""
        prompt = self.cell.locator(".jp-InputPrompt")
        expect(prompt).to_have_text(_RAN, timeout=_PATIENCE_MS)
        if before:
            expect(prompt).not_to_have_text(before, timeout=_PATIENCE_MS)
            expect(prompt).to_have_text(_RAN, timeout=_PATIENCE_MS)
        return "\n".join(self.cell.locator(".jp-OutputArea-output").all_inner_texts()).strip()

    def story(self, name: str) -> str:
        """Whatever the cells of the notebook `name` show, run in a row and saved."""
        lab = self.lab.context.new_page()
        lab.goto(f"{self.lab.url.split('/lab')[0]}/lab/tree/{name}")
        expect(lab.get_by_role("button", name="| Idle")).to_be_visible(timeout=_PATIENCE_MS)
        lab.locator("#jp-MainMenu").get_by_text("Run", exact=True).click()
        lab.locator("[data-command='runmenu:run-all']").click()
        said = awaited(
            lambda: _said(lab, name),
            pause_s=0.2,
            pause=lambda pause_s: lab.wait_for_timeout(pause_s * 1000),
        )
        lab.close()
        return "\n".join(said)

    @property
    def prompt(self) -> str:
        """What stands before the cell: `[3]:` after its third run."""
        return self.cell.locator(".jp-InputPrompt").inner_text().strip()

    def stop(self) -> None:
        """Press the stop button, once the kernel is at work."""
        expect(self.lab.get_by_role("button", name="| Busy")).to_be_visible()
        self.lab.locator("[data-command='notebook:interrupt-kernel']").first.click()


def tidied(lab: Page) -> Page:
    """The JupyterLab that `lab` shows, with its launcher and nothing that was left open there."""
    lab.goto(f"{lab.url.split('/lab')[0]}/lab?reset")
    lab.wait_for_selector(".jp-LauncherCard[data-category=Notebook]")
    return lab


def _said(lab: Page, name: str) -> list[str]:
    """What the cells of `name` have put out, saved just now; nothing until all have run."""
    lab.keyboard.press("Control+s")
    where = f"{lab.url.split('/lab')[0]}/api/contents/{name}"
    # Nothing, while it is being written: then there is no such file, or no cells are in it.
    found = lab.evaluate(f"fetch('{where}').then(it => it.ok ? it.json() : {{}})")
    content = found.get("content") or {}
    cells = [one for one in content.get("cells", []) if "outputs" in one]
    if not cells or any(one["execution_count"] is None for one in cells):
        return []
    outputs = [one for cell in cells for one in cell["outputs"]]
    return [str(one.get("text") or one.get("data") or one.get("evalue")) for one in outputs]


@contextmanager
def notebook(
    acme: Organisation, chromium: Browser, person: str, *, url: str | None = None
) -> Iterator[Notebook]:
    """A new notebook in the JupyterLab of `person`, opened by a URL of theirs."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(_PATIENCE_MS)
    page = context.new_page()
    page.goto(url or acme.presigned(person))
    page.wait_for_selector("#jp-main-dock-panel", timeout=_PATIENCE_MS)
    try:
        yield Notebook(page)
    finally:
        context.close()
