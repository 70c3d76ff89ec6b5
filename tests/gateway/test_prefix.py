"""Below the stage of a private API: every way the gateway shows leads back to it."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from studiogate.gateway.prefix import inward, outward, placed
from tests.kit.browser import browsing
from tests.kit.gateway import House, Stage, bearer, session

OUT = {"accept": "text/html"}
PAGES = [
    pytest.param("/", OUT, id="signed out"),
    pytest.param("/?next=%2Fopen%2Fforecasting", OUT, id="on the way to a domain"),
    pytest.param("/", session("two-domains"), id="my domains"),
    pytest.param("/", session("sam-security"), id="an administrator's"),
    pytest.param("/", session("revoked"), id="refused at the door"),
    pytest.param("/reach", session("sam-security"), id="the reach"),
    pytest.param("/open/fraud", session("user-lob-a"), id="a refusal"),
    pytest.param("/no/such/page", OUT, id="nothing there"),
    pytest.param("/%75ser", OUT, id="stopped at the edge"),
]


class Ways(HTMLParser):
    """Wherever a page leads, and whatever it fetches."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(answer.text)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {
            value or "" for name, value in attrs if name in {"href", "src", "action"}
        }


@pytest.fixture
def below(house: House, gateway: httpx.Client) -> httpx.Client:
    """The gateway behind somebody who takes `/prod` off every path."""
    house.prefix = "/prod"
    return gateway


@pytest.mark.parametrize(("path", "headers"), PAGES)
def test_s4_18_every_way_on_a_page_is_below_the_prefix(
    below: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    ways = Ways(below.get(path, headers=headers)).found

    ours = {way for way in ways if not way.startswith(("#", "mailto:"))}
    assert {"/prod/", "/prod/static/mark.svg"} <= ours
    assert [way for way in ours if not re.match(r"/prod/(?!prod/)", way)] == []


@pytest.mark.parametrize(("path", "headers"), PAGES)
def test_s4_18_a_page_is_the_same_but_for_its_ways(
    house: House, gateway: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    plain = gateway.get(path, headers=headers).text
    house.prefix = "/prod"

    below = gateway.get(path, headers=headers).text

    assert below.replace('"/prod/', '"/') == plain


@pytest.mark.parametrize("sheet", ["studiogate.css", "reach.css"])
def test_s4_18_style_sheets_are_fetched_where_the_page_says(
    below: httpx.Client, sheet: str
) -> None:
    ways = Ways(below.get("/reach", headers=session("sam-security"))).found
    (found,) = (way for way in ways if sheet in way)

    answer = below.get(found.removeprefix("/prod"))

    assert answer.headers["content-type"].startswith("text/css")


@pytest.mark.parametrize("path", ["/reach", "/open/forecasting"])
def test_s4_18_who_is_not_signed_in_is_led_to_the_portal_and_back(
    below: httpx.Client, path: str
) -> None:
    answer = below.get(path, headers=OUT)
    assert answer.status_code == 303
    there = answer.headers["location"]
    assert there.startswith("/prod/?next=%2F" + path[1:].partition("/")[0])

    ways = Ways(below.get(there.removeprefix("/prod"), headers=OUT)).found

    assert f"/prod/signin/corporate?{there.partition('?')[2]}" in ways


def test_s4_18_a_program_is_told_ways_that_lead_there(below: httpx.Client) -> None:
    domains = below.get("/api/domains", headers=bearer("user-lob-a")).json()["domains"]
    document = below.get("/api/openapi.json").json()

    assert [one["open"] for one in domains] == ["/prod/open/forecasting"]
    assert document["servers"] == [{"url": "/prod"}]


def test_without_a_prefix_the_document_names_no_server(gateway: httpx.Client) -> None:
    assert "servers" not in gateway.get("/api/openapi.json").json()


def test_below_api_there_are_no_pages_there_either(below: httpx.Client) -> None:
    answer = below.get("/api/me", headers=OUT)

    assert (answer.status_code, answer.headers["content-type"]) == (
        401,
        "application/problem+json",
    )


def test_health_is_asked_by_any_name_there_too(below: httpx.Client) -> None:
    by_address = {"host": "10.0.0.9"}

    assert below.get("/healthz", headers=by_address).status_code == 200
    assert below.get("/", headers=by_address).status_code == 421


def test_a_person_called_as_the_prefix_is_a_person(house: House, below: httpx.Client) -> None:
    house.directory.people["prod"] = replace(
        house.directory.people["user-lob-a"], person="prod"
    )

    assert below.get("/prod", headers=bearer("prod")).status_code == 302


def test_a_path_is_as_long_as_it_was_sent(below: httpx.Client) -> None:
    assert below.get("/" + "x" * 1023, headers=OUT).status_code == 404
    assert below.get("/" + "x" * 1024, headers=OUT).status_code == 414


def _request(path: str) -> Request:
    return Request({"type": "http", "path": path, "headers": []})


SEGMENT = st.text("abc-._~%/", min_size=0, max_size=12)


@given(SEGMENT, st.sampled_from(["", "/a", "/prod", "/a/b"]))
def test_what_is_put_below_a_prefix_comes_out_as_it_was(rest: str, prefix: str) -> None:
    request = _request(f"/{rest}")

    placed(request, prefix)

    assert inward(request) == f"/{rest}"
    assert outward(request, inward(request)) == request.scope["path"] == f"{prefix}/{rest}"


def taking_off(prefix: str, app: ASGIApp) -> ASGIApp:
    """`app` behind somebody who answers below `prefix` only, and takes it off."""

    async def answers(scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith(f"{prefix}/"):
            await Response(status_code=403)(scope, receive, send)
            return
        path, raw = scope["path"].removeprefix(prefix), scope["raw_path"]
        inner = {"path": path, "raw_path": raw.removeprefix(prefix.encode())}
        await app(dict(scope) | inner, receive, send)

    return answers


@pytest.mark.browser
def test_s4_18_a_browser_finds_everything_below_the_prefix(house: House, stage: Stage) -> None:
    house.prefix = "/prod"
    stage.app = taking_off("/prod", house.app(origins=frozenset({stage.url})))
    with browsing() as chromium:
        context = chromium.new_context(extra_http_headers={"x-session": "sam-security"})
        page = context.new_page()
        failed: list[str] = []
        page.on("response", lambda got: failed.append(got.url) if got.status != 200 else None)
        page.goto(f"{stage.url}/prod/")
        styled = page.evaluate("getComputedStyle(document.body).display")
        page.get_by_role("link", name="Look at who can open what").click()
        page.get_by_role("heading", name="Who can open what").wait_for()
        page.get_by_role("link", name="Back to the portal").click()
        page.get_by_role("heading", name="Your domains").wait_for()
        where = page.url
        context.close()

    assert (styled, where, failed) == ("flex", f"{stage.url}/prod/", [])
