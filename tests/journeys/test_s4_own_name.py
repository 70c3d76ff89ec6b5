"""S4-18: the whole portal by the private API's own name, where every path is below the stage."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.kit.browser import browsing
from tests.kit.organisation import Organisation
from tests.kit.tls import tls_before

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def name(acme: Organisation) -> str:
    """What the private API is called on AWS."""
    return f"{acme.up['api_id']}.execute-api.{acme.up['region']}.amazonaws.com"


@pytest.fixture(scope="module")
def chromium(acme: Organisation, name: str) -> Iterator[Browser]:
    """A browser in the office, whose DNS leads that name to the endpoint there."""
    office = urlsplit(acme.up["networks"]["office"]["portal"]).port
    assert office is not None
    with (
        tls_before(office, name) as port,
        browsing(f"--host-resolver-rules=MAP {name} 127.0.0.1:{port}") as browser,
    ):
        yield browser


@pytest.fixture
def context(acme: Organisation, chromium: Browser, name: str) -> Iterator[BrowserContext]:
    with registered(acme, f"https://{name}/prod/signin/corporate/callback"):
        context = chromium.new_context(ignore_https_errors=True)
        context.set_default_timeout(60_000)
        yield context
        context.close()


@contextmanager
def registered(acme: Organisation, address: str) -> Iterator[None]:
    """With `address` among those the provider leads back to, as its administrator does it."""
    pool = acme.client("shared-services", "cognito-idp")
    which = {"UserPoolId": acme.up["user_pool_id"], "ClientId": acme.up["user_pool_client_id"]}
    before = pool.describe_user_pool_client(**which)["UserPoolClient"]
    addresses = [*before["CallbackURLs"], address]
    pool.update_user_pool_client(**before | {"CallbackURLs": addresses})
    try:
        yield
    finally:
        pool.update_user_pool_client(**before)


def signed_in(acme: Organisation, page: Page, person: str) -> None:
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_label("Name").fill(person)
    page.get_by_label("Password").fill(acme.people[person].password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text(person).first).to_be_visible()


def test_s4_18_a_person_signs_in_opens_and_signs_out_below_the_stage(
    acme: Organisation, context: BrowserContext, name: str
) -> None:
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"https://{name}/prod/")
    styled = page.evaluate("getComputedStyle(document.body).display")

    signed_in(acme, page, "user-lob-a")

    assert styled == "flex"
    expect(page).to_have_url(f"https://{name}/prod/")
    with context.expect_page() as opened:
        page.get_by_role("link", name="Open").first.click()
    opened.value.wait_for_url("**/jupyterlab/**")
    assert (urlsplit(opened.value.url).hostname or "").startswith("d-")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out here")).to_be_visible()
    expect(page).to_have_url(f"https://{name}/prod/signin/corporate/signed-out")
    page.get_by_role("link", name="Back to the portal").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    expect(page).to_have_url(f"https://{name}/prod/")
    assert complaints == []


def test_s4_18_who_asks_for_a_page_first_is_led_back_to_it(
    acme: Organisation, context: BrowserContext, name: str
) -> None:
    page = context.new_page()
    page.goto(f"https://{name}/prod/reach")

    signed_in(acme, page, "sam-security")

    expect(page).to_have_url(f"https://{name}/prod/reach")
    expect(page.get_by_role("heading", name="Who can open what: acme")).to_be_visible()
    expect(page.get_by_role("img", name="The landscape: acme")).to_be_visible()


def test_s4_18_the_session_is_this_host_s_alone(
    acme: Organisation, context: BrowserContext, name: str
) -> None:
    page = context.new_page()
    page.goto(f"https://{name}/prod/")
    signed_in(acme, page, "user-lob-a")

    (kept,) = [one for one in context.cookies() if one["name"] == "__Host-studiogate"]

    assert (kept["domain"], kept["path"], kept["secure"]) == (name, "/", True)
    assert kept["httpOnly"]
    page.goto(acme.up["portal"])
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


def test_s4_18_outside_the_stage_there_is_nothing(context: BrowserContext, name: str) -> None:
    answer = context.new_page().goto(f"https://{name}/")

    assert answer is not None
    assert (answer.status, answer.json()) == (403, {"message": "Forbidden"})
