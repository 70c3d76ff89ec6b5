"""Other people's pages: what they can have a signed-in browser send, and what that must not do.

Every route that takes a method which may change something is in the table below, with what
protects it; a new one that is not fails here.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from tests.kit.jwt_attacks_site import SESSION, Site, named, spelt_out
from tests.kit.signin_room import PORTAL

SAFE = frozenset({"GET", "HEAD"})
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")

BY_COOKIE = {
    "/signout": "/signout",
    "/cli": "/cli",
    "/device": "/device",
    "/api/open/{domain}": "/api/open/forecasting",
}
"""Whom the cookie speaks for is asked: each must come from a page of ours."""

BY_TOKEN = {
    "/api/people/{person}/canaries": "/api/people/user-lob-b/canaries",
    "/api/canary": "/api/canary",
    "/api/signout": "/api/signout",
    "/scim/v2/Users": "/scim/v2/Users",
    "/scim/v2/Users/{id}": "/scim/v2/Users/x",
    "/scim/v2/Groups": "/scim/v2/Groups",
    "/scim/v2/Groups/{id}": "/scim/v2/Groups/x",
    "/scim/v2/ServiceProviderConfig": "/scim/v2/ServiceProviderConfig",
    "/scim/v2/ResourceTypes": "/scim/v2/ResourceTypes",
    "/scim/v2/ResourceTypes/{id}": "/scim/v2/ResourceTypes/User",
    "/scim/v2/Schemas": "/scim/v2/Schemas",
    "/scim/v2/Schemas/{id}": "/scim/v2/Schemas/x",
    "/scim/v2/{rest:path}": "/scim/v2/Me",
}
"""A cookie counts for nothing here; no browser adds a token by itself."""

BY_MESSAGE = {
    "/saml": "/saml",
    "/signin/{idp}/backchannel-logout": "/signin/corporate/backchannel-logout",
    "/api/token": "/api/token",
}
"""What is sent proves itself, whoever sends it: signed, sealed, or with a code used once."""

BY_NOBODY = {"/api/device": "/api/device"}
"""Gives whoever asks a code that is worth nothing until somebody signed in allows it."""

GUARDED = BY_COOKIE | BY_TOKEN | BY_MESSAGE | BY_NOBODY

SENDERS = {
    "a form elsewhere": {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    "a form elsewhere, in an old browser": {"origin": "https://evil.example"},
    "a script elsewhere": {
        "origin": "https://evil.example",
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "no-cors",
        "content-type": "text/plain",
    },
    "a sandboxed frame": {"origin": "null", "sec-fetch-site": "cross-site"},
    "a sandboxed frame, in an old browser": {"origin": "null"},
    "a file on the person's disk": {"origin": "null", "sec-fetch-site": "none"},
    "a neighbour": {
        "origin": "https://wiki.acme.example",
        "sec-fetch-site": "same-site",
    },
    "us in the clear": {"origin": PORTAL.replace("https:", "http:")},
    "our name with more behind": {"origin": f"{PORTAL}.evil.example"},
    "our name with more before": {"origin": PORTAL.replace("studio.", "evilstudio.")},
    "our name at another port": {"origin": f"{PORTAL}:8443"},
    "our name in capitals": {"origin": PORTAL.upper()},
    "our name and a slash": {"origin": f"{PORTAL}/"},
    "our name as the user": {"origin": f"{PORTAL}@evil.example"},
    "two origins": {"origin": f"{PORTAL} https://evil.example"},
    "nobody who says so": {},
    "nobody, with a referrer of ours": {"referer": f"{PORTAL}/"},
    "a contradiction": {"origin": PORTAL, "sec-fetch-site": "cross-site"},
    "the other contradiction": {
        "origin": "https://evil.example",
        "sec-fetch-site": "same-origin",
    },
    "somebody who says our host in another header": {
        "origin": "https://evil.example",
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
    },
}


def doors(site: Site) -> Iterator[tuple[str, str]]:
    """Method and path of every way to change something."""
    for route in site.routes:
        for method in sorted((route.methods or set(METHODS)) - SAFE):
            yield method, route.path


@pytest.fixture
async def browser(whole: Site) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which user-lob-a is signed in."""
    async with whole.browser() as browser:
        await whole.signed_in(browser)
        yield browser


def form(site: Site, browser: httpx.AsyncClient) -> dict[str, Any]:
    """Everything a page of ours would send: the session's own token, and yes to all."""
    sessions = site.room.sign_in.sessions
    token = sessions.csrf_token(sessions._opened(browser.cookies[SESSION]))
    return {"csrf": token, "answer": "allow", "user_code": "BCDF-GHJK"}


async def test_every_way_to_change_something_is_known_here(whole: Site) -> None:
    assert {path for _, path in doors(whole)} - set(GUARDED) == set()


@pytest.mark.parametrize("sender", SENDERS.values(), ids=SENDERS)
async def test_asvs_3_5_1_another_page_changes_nothing_even_with_the_token_of_ours(
    whole: Site, browser: httpx.AsyncClient, sender: dict[str, str]
) -> None:
    begun = len(whole.house.aws.asked)
    for path in BY_COOKIE.values():
        answer = await browser.post(path, data=form(whole, browser), headers=sender)

        assert (answer.status_code, path) == (403, path)
        assert answer.json()["reason"] == "cross-site"
        assert "location" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers
    assert len(whole.house.aws.asked) == begun
    assert (await whole.holding(named(browser.cookies[SESSION]))).status_code == 200


@pytest.mark.parametrize("token", [None, "", "x" * 43, "another's"])
async def test_asvs_3_5_1_our_own_page_must_show_its_sessions_token(
    whole: Site, browser: httpx.AsyncClient, token: str | None
) -> None:
    """Where a form changes something.  A program of ours that posts JSON has no form."""
    sent = form(whole, browser)
    async with whole.browser() as other:
        await whole.signed_in(other)
        sent["csrf"] = form(whole, other)["csrf"] if token == "another's" else token
    own = {"origin": PORTAL, "sec-fetch-site": "same-origin"}

    for path in ("/signout", "/cli", "/device"):
        said = {name: value for name, value in sent.items() if value is not None}
        answer = await browser.post(path, data=said, headers=own)

        assert (answer.status_code, answer.json()["reason"]) == (403, "cross-site")
    assert (await whole.holding(named(browser.cookies[SESSION]))).status_code == 200


async def test_a_cookie_is_nobody_where_tokens_are_asked_for(
    whole: Site, browser: httpx.AsyncClient
) -> None:
    own = {"origin": PORTAL, "sec-fetch-site": "same-origin"}
    for method, path in doors(whole):
        if path in BY_TOKEN:
            answer = await browser.request(method, BY_TOKEN[path], headers=own, json={})
            assert (answer.status_code, path, method) == (401, path, method)
    assert whole.house.aws.asked == []
    assert (await whole.holding(named(browser.cookies[SESSION]))).status_code == 200


@pytest.mark.parametrize("path", BY_MESSAGE.values())
async def test_a_message_that_proves_nothing_changes_nothing(
    whole: Site, browser: httpx.AsyncClient, path: str
) -> None:
    before = browser.cookies[SESSION]
    answer = await browser.post(path, data={"SAMLResponse": "PHg+", "logout_token": "x"})

    assert answer.status_code in {400, 401}
    assert "location" not in answer.headers
    assert browser.cookies[SESSION] == before
    assert (await whole.holding(named(before))).status_code == 200


async def test_asvs_3_5_3_every_other_method_is_refused(
    whole: Site, browser: httpx.AsyncClient
) -> None:
    """No way in by a method nobody thought of: no HEAD, OPTIONS, TRACE that does what GET does."""
    spoken: dict[str, set[str]] = {}
    for route in whole.routes:
        spoken.setdefault(route.path, set()).update(route.methods or METHODS)
    for path, methods in spoken.items():
        where = spelt_out(path)
        for method in set(METHODS) - methods:
            answer = await browser.request(method, where)
            assert answer.status_code in {401, 403, 404, 405}, (method, where)
            assert "location" not in answer.headers
    assert whole.house.aws.asked == []


@pytest.mark.parametrize("path", ["/open/forecasting", "/user-lob-a"])
async def test_a_head_request_uses_no_opening_up(
    whole: Site, browser: httpx.AsyncClient, path: str
) -> None:
    assert (await browser.head(path)).status_code == 405
    assert whole.house.aws.asked == []


async def test_no_script_of_another_page_reads_an_answer(browser: httpx.AsyncClient) -> None:
    """No CORS anywhere: a page elsewhere may have a request sent, and never sees what came."""
    asking = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    for path in ("/", "/api/me", "/api/domains", "/api/open/forecasting", "/metrics"):
        for answer in (
            await browser.get(path, headers=asking),
            await browser.options(path, headers=asking),
        ):
            assert not [name for name in answer.headers if name.startswith("access-control")]
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "where",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example",
        "javascript:alert(1)", "data:text/html,x", "https:evil.example", "/%2F/evil.example",
        "\\\\evil.example", "/.evil.example//x", "http://studio.acme.example@evil.example",
        "/open/forecasting\r\nlocation: https://evil.example", "///evil.example", "x", "",
        "/signin/corporate", "/signout", "/../..//evil.example",
    ],
)  # fmt: skip
async def test_asvs_3_7_2_a_sign_in_never_leads_away(whole: Site, where: str) -> None:
    async with whole.browser() as browser:
        begun = await browser.get("/signin/corporate", params={"next": where})
        async with httpx.AsyncClient() as outside:
            approved = await outside.get(begun.headers["location"])
        answer = await browser.get(approved.headers["location"])

    assert answer.status_code == 303
    there = answer.headers["location"]
    assert there.startswith("/")
    assert not there.startswith(("//", "/\\"))
    assert httpx.URL(PORTAL).join(there).host == "studio.acme.example"
