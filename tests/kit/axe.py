"""axe-core over a page in a real browser: what keeps people with a disability out of it.

The page's context must be made with `bypass_csp=True`: the checker is a script, and pages here
let none run.
"""

import pytest
from playwright.sync_api import Page

from tests.kit.starting import ROOT

_AXE = ROOT / ".tools" / "peers" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """axe
    .run({rules: {'target-size': {enabled: true}}})
    .then(found => found.violations.map(one => `${one.id}: ${one.help}`))"""
"""Every rule that is on by itself, and how small a thing to press may be (WCAG 2.2, 2.5.8)."""


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it is shown now."""
    if not _AXE.exists():
        pytest.fail("axe-core is missing: `make setup` fetches it")
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_RUN)
    return found
