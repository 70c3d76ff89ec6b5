"""The portal in a real browser, as somebody who signs in at the identity provider sees it."""

from playwright.sync_api import BrowserContext, Page, expect

from tests.kit.organisation import Organisation


def typed(page: Page, acme: Organisation, person: str) -> None:
    """What `person` types at the identity provider."""
    page.get_by_label("Name").fill(person)
    page.get_by_label("Password").fill(acme.people[person].password)
    page.get_by_role("button", name="Sign in").click()


def signed_in(acme: Organisation, context: BrowserContext, person: str) -> Page:
    """The portal, after `person` typed their password at the identity provider."""
    page = context.new_page()
    page.goto(acme.up["portal"])
    page.get_by_role("link", name="Sign in").first.click()
    typed(page, acme, person)
    expect(page.get_by_role("heading", name="Your domains")).to_be_visible()
    expect(page.get_by_text(person).first).to_be_visible()
    return page
