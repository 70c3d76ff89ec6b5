"""The access portal in a real browser: by keyboard, with and without scripts, through its policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
import uvicorn
from playwright.sync_api import Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from studiogate.local.listeners import PORTAL, WORKFORCE
from tests.kit.axe import violations
from tests.kit.browser import browsing
from tests.kit.ports import free_ports
from tests.kit.serving import running
from tests.kit.workforce import ADA, SAM, Founded, founded

pytestmark = pytest.mark.browser


@contextmanager
def serving(app: ASGIApp, port: int) -> Iterator[None]:
    config = uvicorn.Config(app, port=port, log_level="warning", lifespan="off")
    with running(uvicorn.Server(config)):
        yield


@contextmanager
def world(folder: Path) -> Iterator[tuple[str, Founded, list[str]]]:
    """The access portal's address in the office, the portal, and who came to the gateway's."""
    came: list[str] = []

    async def take_in(request: Request) -> Response:
        form = await request.form()
        came.append("SAMLResponse" if form.get("SAMLResponse") else "nothing")
        return RedirectResponse("/open/forecasting", status_code=303)

    async def opened(_: Request) -> Response:
        return PlainTextResponse("The application")

    application = Starlette(
        routes=[
            Route("/saml", take_in, methods=["POST"]),
            Route("/open/forecasting", opened),
        ]
    )
    first = free_ports()
    portal = founded(folder, port=first)
    office = portal.places.known[WORKFORCE, "office"]

    async def site(scope: Scope, receive: Receive, send: Send) -> None:
        await portal.site(scope, receive, send)

    with (
        serving(application, portal.places.known[PORTAL, "office"].port),
        serving(site, office.port),
    ):
        yield office.url, portal, came


@contextmanager
def page_of(base: str, *, scripts: bool) -> Iterator[Page]:
    with browsing() as chromium:
        context = chromium.new_context(
            java_script_enabled=scripts,
            base_url=base,
            viewport={"width": 360, "height": 740},
            color_scheme="dark" if scripts else "light",
        )
        context.set_default_timeout(60_000)
        yield context.new_page()


def signed_in(page: Page, person: tuple[str, str]) -> None:
    """Sign `person` in by keyboard alone."""
    page.goto("/")
    page.wait_for_selector("#username:focus")
    page.keyboard.type(person[0])
    page.keyboard.press("Tab")
    page.keyboard.type(person[1])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Applications")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_s3_07_a_tile_leads_to_the_application_with_and_without_scripts(
    tmp_path: Path, *, scripts: bool
) -> None:
    with world(tmp_path) as (base, _, came), page_of(base, scripts=scripts) as page:
        signed_in(page, ADA)
        page.get_by_role("link", name="forecasting").press("Enter")
        if not scripts:
            page.wait_for_selector("button:focus")
            page.keyboard.press("Enter")
        # Not by its words alone: the page that hands over speaks of the application, too.
        page.wait_for_url("**/open/forecasting")
        expect(page.get_by_text("The application")).to_be_visible()

        assert came == ["SAMLResponse"]


def test_an_administrator_rolls_the_certificate_over_at_phone_width(tmp_path: Path) -> None:
    with world(tmp_path) as (base, portal, _), page_of(base, scripts=False) as page:
        before = portal.published
        signed_in(page, SAM)
        page.get_by_role("link", name="Certificates").click()
        for name in ("Publish a new one", "Switch to it", "Retire the old one"):
            page.get_by_role("button", name=name).click()
            expect(page.get_by_role("button", name=name)).to_be_disabled()

        # Nothing sticks out of a phone's screen.
        width = page.locator("html").bounding_box()
        assert width is not None
        assert width["width"] <= 360
        for each in page.locator("main *").all():
            box = each.bounding_box()
            assert box is None or box["x"] + box["width"] <= 360
        assert len(portal.published) == 1
        assert portal.published != before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_any_page(
    tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    found = {}
    with world(tmp_path) as (base, _, _), browsing() as chromium:
        context = chromium.new_context(base_url=base, bypass_csp=True, color_scheme=scheme)
        # The page that leaves stays, so that it can be looked at.
        context.add_init_script("HTMLFormElement.prototype.submit = () => {}")
        page = context.new_page()
        for person in (ADA, SAM):
            signed_in(page, person)
            for path in (
                "/",
                "/applications/forecasting",
                "/applications/fraud",
                "/certificates",
            ):
                page.goto(path)
                found[person[0], path] = violations(page)
            context.clear_cookies()
        page.goto("/")
        found["nobody", "/"] = violations(page)
        page.get_by_label("Name").fill("nobody")
        page.get_by_label("Password").fill("wrong")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        found["nobody", "/sign-in"] = violations(page)

    assert {where: what for where, what in found.items() if what} == {}
