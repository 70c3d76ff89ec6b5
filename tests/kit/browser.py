"""A headless Chromium, as every test that looks at a page uses it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.kit.waiting import PATIENCE_S

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@contextmanager
def browsing(*more: str) -> Iterator[Browser]:
    """The system's Chromium, told `more`.  A machine without one fails: what nobody saw is not shown."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.fail("Chromium is missing: `make test` installs it, or names the package")
    # Five seconds by default, of whatever patience the context has: an app takes longer to start.
    expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*_QUIET, *more])
        yield browser
        browser.close()
