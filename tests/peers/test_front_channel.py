"""Front-channel sign-out, and links from elsewhere, in a real browser between two sites."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.kit.browser import browsing
from tests.kit.peer_oidc import Gateway, gateway
from tests.kit.signin_idp import FakeIdp, Reply, SetClock, serving_idp
from tests.kit.signin_room import idp_settings

pytestmark = pytest.mark.browser
THERE = "session-at-provider"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture
def ours() -> Iterator[Gateway]:
    with gateway() as ours:
        yield ours


@pytest.fixture
def idp(ours: Gateway) -> Iterator[FakeIdp]:
    """A provider on another site than ours: `localhost`, where we are `127.0.0.1`."""
    with serving_idp(SetClock(ours.clock())) as idp:
        idp.issuer = idp.url = idp.url.replace("127.0.0.1", "localhost")
        idp.claims = {"sid": THERE}
        ours.begin(idp_settings(idp, "peer"))
        yield idp


def frame_of(idp: FakeIdp, ours: Gateway, session: str) -> Reply:
    """The provider's page after a sign-out, which tells us by a frame."""
    there = f"{ours.url}/signin/peer/frontchannel-logout?iss={idp.issuer}&amp;sid={session}"
    page = f'<!doctype html><title>Bye</title><iframe src="{there}"></iframe>'
    return Reply(page.encode(), headers={"content-type": "text/html"})


def status(context: BrowserContext, ours: Gateway) -> int:
    page = context.new_page()
    answer = page.goto(f"{ours.url}/api/me")
    assert answer is not None
    page.close()
    return answer.status


@pytest.mark.parametrize(("session", "after"), [(THERE, 401), ("of-another", 200)])
def test_a_frame_on_a_page_of_the_provider_ends_the_session_it_names_and_no_other(
    chromium: Browser, ours: Gateway, idp: FakeIdp, session: str, after: int
) -> None:
    idp.replies["/bye"] = frame_of(idp, ours, session)
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(f"{ours.url}/signin/peer?next=/")
        assert status(context, ours) == 200

        with page.expect_response(lambda one: "frontchannel-logout" in one.url) as told:
            page.goto(f"{idp.issuer}/bye")

        assert told.value.status == 200
        assert "cookie" not in told.value.request.all_headers()
        assert status(context, ours) == after
        assert page.frames[1].title() == "Sign-out"


def test_asvs_7_6_2_a_link_elsewhere_leads_to_the_portal_and_signs_nobody_in(
    chromium: Browser, ours: Gateway, idp: FakeIdp
) -> None:
    link = f'<a href="{ours.url}/signin/peer?next=/open/forecasting">Look!</a>'
    wiki = f"<!doctype html><title>Wiki</title>{link}".encode()
    idp.replies["/wiki"] = Reply(wiki, headers={"content-type": "text/html"})
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(f"{idp.issuer}/wiki")
        page.click("a")
        page.wait_for_url(f"{ours.url}/?next=%2Fopen%2Fforecasting")

        assert page.title() != "Wiki"
        assert (idp.hits["/authorize"], context.cookies()) == (0, [])

        page.evaluate("location.assign('/signin/peer?next=/')")
        page.wait_for_url(f"{ours.url}/")
        assert status(context, ours) == 200
