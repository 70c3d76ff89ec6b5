"""S2 and S5, a person's way: the portal, the sign-in page, Open, a notebook cell."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.kit.browser import browsing
from tests.kit.notebook import tidied
from tests.kit.organisation import Organisation
from tests.kit.portal import signed_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    context.set_default_timeout(60_000)
    yield context
    context.close()


def lab_of(page: Page, context: BrowserContext) -> Page:
    """JupyterLab, in the new tab that Open makes."""
    with context.expect_page() as opened:
        page.get_by_role("link", name="Open").first.click()
    lab = opened.value
    lab.wait_for_selector("#jp-main-dock-panel", timeout=60_000)
    return lab


def ran(lab: Page, code: str) -> str:
    """What `code` prints in the first cell of a new notebook of this JupyterLab."""
    tidied(lab).locator(".jp-LauncherCard[data-category=Notebook]").first.click()
    # Until its kernel is there, JupyterLab may redraw the cell and lose what was typed.
    expect(lab.get_by_role("button", name="| Idle")).to_be_visible(timeout=60_000)
    cell = lab.locator(".jp-Notebook .jp-Cell .cm-content").first
    cell.click()
    cell.press_sequentially(code)
    cell.press("Shift+Enter")
    output = lab.locator(".jp-Notebook .jp-OutputArea-output").first
    expect(output).to_be_visible(timeout=60_000)
    return output.inner_text()


@pytest.mark.parametrize("person", ["user-lob-a", "user-lob-b"])
def test_s5_06_s4_17_a_person_clicks_from_the_portal_to_a_cell_that_ran(
    acme: Organisation, context: BrowserContext, person: str
) -> None:
    portal = signed_in(acme, context, person)

    lab = lab_of(portal, context)

    assert ran(lab, "print(6*7)").strip() == "42"
    assert "token=" not in lab.url
    assert acme.people[person].domain in portal.content()


def test_s2_36_two_people_are_in_their_own_studios_in_one_browser(
    acme: Organisation, chromium: Browser
) -> None:
    contexts = [chromium.new_context(), chromium.new_context()]
    portals = [
        signed_in(acme, context, person)
        for context, person in zip(contexts, ("user-lob-a", "user-lob-b"), strict=True)
    ]

    labs = [lab_of(page, context) for page, context in zip(portals, contexts, strict=True)]

    assert len({lab.url.split("/")[2] for lab in labs}) == 2
    for context in contexts:
        context.close()


def test_no_token_or_presigned_url_stays_in_the_page_or_its_storage(
    acme: Organisation, context: BrowserContext
) -> None:
    portal = signed_in(acme, context, "user-lob-a")

    stored = portal.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")

    assert stored == "[{},{}]"
    assert portal.evaluate("document.cookie") == ""
    assert "authtoken" not in portal.content()
    assert "eyJ" not in portal.content()


def test_s2_30_s2_39_a_url_of_the_right_person_is_refused_in_a_browser_outside(
    acme: Organisation, context: BrowserContext
) -> None:
    url = urlsplit(acme.presigned("user-lob-a"))
    internet = urlsplit(acme.up["networks"]["internet"]["studio"])
    page = context.new_page()

    # The same name, led by the internet's DNS to the internet's side of Studio.
    answer = page.goto(url._replace(netloc=f"{url.hostname}:{internet.port}").geturl())

    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_text("Auth token containing insufficient permissions")).to_be_visible()
    assert context.cookies() == []


def test_a_wrong_password_is_told_so_and_lets_nobody_in(
    acme: Organisation, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(acme.up["portal"])
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_label("Name").fill("user-lob-a")
    page.get_by_label("Password").fill("not-it")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_be_visible()
    assert not page.url.startswith(acme.up["portal"])
