"""The page in a real browser: without scripts, by keyboard alone, through its own policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
import uvicorn
from playwright.sync_api import Page
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from studiogate.local.idp.pool import found_pool
from studiogate.local.idp.site import idp_site
from tests.kit.browser import browsing
from tests.kit.idp import ADA, StandingClock, landscape, question, spare_keys
from tests.kit.serving import running

pytestmark = pytest.mark.browser


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    config = uvicorn.Config(app, port=0, log_level="warning", lifespan="off")
    with running(uvicorn.Server(config)) as port:
        yield f"http://localhost:{port}"


@contextmanager
def page_of(base: str) -> Iterator[Page]:
    with browsing() as chromium:
        context = chromium.new_context(java_script_enabled=False, base_url=base)
        context.set_default_timeout(90_000)
        yield context.new_page()


def test_somebody_signs_in_by_keyboard_and_then_with_one_key() -> None:
    with serving(PlainTextResponse("The application")) as application:
        callback = f"{application}/callback"
        pool = found_pool(
            landscape(), callback_urls=[callback], clock=StandingClock(), make_key=spare_keys()
        )
        begin = f"/oauth2/authorize?{urlencode(question(redirect_uri=callback))}"
        # The site need not know its port: under `no-referrer` browsers say `Origin: null`.
        site = idp_site(pool, base="http://localhost", name="Acme")
        with serving(site) as base, page_of(base) as page:
            page.goto(begin)
            assert page.title() == "Sign in · Acme identity provider"
            page.wait_for_selector("#username:focus")
            page.keyboard.type(ADA[0])
            page.keyboard.press("Tab")
            page.keyboard.type(ADA[1])
            page.keyboard.press("Enter")
            page.wait_for_url(f"{callback}?**")
            assert "The application" in page.content()
            first = page.url

            page.goto(begin)
            page.wait_for_selector("button:focus")
            page.keyboard.press("Enter")
            page.wait_for_url(f"{callback}?**")
            assert page.url != first
