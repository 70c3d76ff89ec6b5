"""Every route, asked in every way: the headers that tell a browser what it may do are on it.

The routes are the application's own, so a new one is looked at as soon as it is there.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from studiogate.aws.wire.transport import AiohttpTransport
from studiogate.errors import Busy, Denied, RecordError
from studiogate.gateway.edge import HEADERS
from tests.kit.gateway import House, aws_error
from tests.kit.jwt_attacks import Forge, good
from tests.kit.jwt_attacks_site import Site, attacked, every_way, named, spelt_out
from tests.kit.signin_idp import SetClock, serving_idp
from tests.kit.signin_room import PORTAL

PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
JSON = {"accept": "application/json"}
POLICY, CACHE = "Content-Security-Policy", "Cache-Control"
A_YEAR_S = 365 * 24 * 3600

KEPT = ("/static/", "/favicon.ico")
"""The style and the mark, which are the same for everybody."""

FRAMED = "/frontchannel-logout"
"""What the provider loads in a frame of its own sign-out page; see `signin.logout`."""

LEADS_TO_THE_COMMAND_LINE = "/cli"
"""Its form may lead to the loopback address that was asked for; see `program.consent`."""


@dataclass(frozen=True)
class Seen:
    """One answer, and what it answers."""

    method: str
    path: str
    answer: httpx.Response

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.answer.status_code}"


async def crawled(site: Site) -> list[Seen]:
    """Every route by every method, as nobody, by cookie and by token, for people and programs."""
    token = good(Forge(site.idp))
    found = []
    async with site.browser() as browser:
        cookie = named(await site.signed_in(browser))
        who: tuple[dict[str, str], ...] = (
            {},
            {"cookie": cookie},
            {"authorization": f"Bearer {token}"},
            {"cookie": "x"},
        )
        for method, path in ways(site):
            for shown, wanted in product(who, (PAGE, JSON)):
                browser.cookies.clear()
                headers = {**shown, **wanted, "origin": PORTAL}
                found.append(
                    Seen(method, path, await browser.request(method, path, headers=headers))
                )
    return found


def ways(site: Site) -> Iterator[tuple[str, str]]:
    """Every method of every route, and one that none has."""
    for route in site.routes:
        for method in [*sorted(route.methods or {"GET", "POST"}), "TRACE"]:
            yield method, spelt_out(route.path)


async def mishaps(site: Site) -> list[Seen]:
    """What goes wrong before, within and behind a route."""
    own = {"authorization": f"Bearer {good(Forge(site.idp))}"}
    asked: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("GET", "/%2e%2e/x", {}),
        ("GET", "/" + "a" * 1100, {}),
        ("GET", "/?" + "a" * 5000, {}),
        ("GET", "/", {"host": "evil.example"}),
        ("GET", "/", {"host": "a b"}),
        ("POST", "/api/open/forecasting", {"content-length": "99999999"}),
        ("GET", "/no/such/page", {}),
        ("GET", "/no/such/page", PAGE),
        ("GET", "/static/none.css", {}),
        ("GET", "/signin/none", {}),
    )
    found = []
    async with site.browser() as other:
        for method, path, headers in asked:
            answer = await other.request(method, path, headers=headers)
            found.append(Seen(method, path[:20], answer))
        for failing in (Busy, Denied, RuntimeError):
            error = RuntimeError("x") if failing is RuntimeError else aws_error(failing)
            site.house.aws.fails = {"presign": [error]}
            answer = await other.get("/open/forecasting", headers=own)
            found.append(Seen("GET", f"{failing.__name__}", answer))
        site.house.ledger.fail = True
        answer = await other.get("/open/forecasting", headers=own)
        found.append(Seen("GET", "unrecorded", answer))
        site.house.ledger.fail = False
    return found


async def _everything() -> list[Seen]:
    transport = AiohttpTransport(timeout_s=5.0)
    with serving_idp(SetClock()) as idp:
        async with attacked(idp, transport, settings=every_way(idp)) as site:
            found = [*await mishaps(site), *await crawled(site)]
    await transport.close()
    return found


@pytest.fixture(scope="module")
def every() -> list[Seen]:
    """All answers, asked for once."""
    with asyncio.Runner() as runner:
        return runner.run(_everything())


def test_asvs_3_4_every_answer_says_what_a_browser_may_do(every: list[Seen]) -> None:
    statuses = {seen.answer.status_code for seen in every}
    assert statuses >= {200, 302, 303, 400, 401, 403, 404, 405, 413, 414, 421, 500, 502, 503}

    for seen in every:
        expected = dict(HEADERS)
        if seen.path.startswith(KEPT) and seen.answer.status_code == 200:
            assert seen.answer.headers[CACHE] == "public, max-age=86400", seen
            del expected[CACHE]
        if seen.path.endswith(FRAMED) or seen.path == LEADS_TO_THE_COMMAND_LINE:
            del expected[POLICY]
        said = {name: seen.answer.headers.get(name) for name in expected}
        assert said == expected, seen


def test_asvs_3_4_1_hsts_is_for_a_year_at_least_and_for_every_subdomain() -> None:
    said = HEADERS["Strict-Transport-Security"]
    age = re.match(r"max-age=(\d+); includeSubDomains\Z", said)

    assert age is not None
    assert int(age[1]) >= A_YEAR_S


def test_asvs_3_4_3_3_4_6_every_policy_forbids_scripts_frames_and_another_base(
    every: list[Seen],
) -> None:
    for seen in every:
        policy = dict(
            part.strip().split(" ", 1) for part in seen.answer.headers[POLICY].split(";")
        )
        assert policy["default-src"] == "'none'", seen
        assert policy.keys().isdisjoint({"script-src", "object-src", "connect-src"}), seen
        if not seen.path.endswith(FRAMED) or seen.answer.status_code == 404:
            assert policy["base-uri"] == "'none'", seen
            assert policy["frame-ancestors"] == "'none'", seen
            assert policy["form-action"].startswith("'self'"), seen
        assert "unsafe" not in seen.answer.headers[POLICY], seen


def test_each_header_is_there_once(every: list[Seen]) -> None:
    for seen in every:
        for name in HEADERS:
            assert len(seen.answer.headers.get_list(name)) == 1, (seen, name)
        assert len(seen.answer.headers.get_list("x-request-id")) == 1, seen
        assert "server" not in seen.answer.headers, seen
        assert "x-powered-by" not in seen.answer.headers, seen


def test_asvs_4_1_1_a_body_says_what_it_is(every: list[Seen]) -> None:
    kinds = {
        "text/html; charset=utf-8", "application/json", "application/problem+json",
        "text/css; charset=utf-8", "image/svg+xml", "application/samlmetadata+xml",
        "application/scim+json", "text/plain; charset=utf-8",
        "text/plain; version=0.0.4; charset=utf-8",
    }  # fmt: skip
    for seen in every:
        if seen.answer.content and seen.method != "HEAD":
            assert seen.answer.headers.get("content-type") in kinds, seen


def test_asvs_3_3_every_cookie_is_for_this_host_alone(every: list[Seen]) -> None:
    """`__Host-`, Secure, HttpOnly, `Path=/`, no Domain, a purpose for SameSite, not too long."""
    lines = {line for seen in every for line in seen.answer.headers.get_list("set-cookie")}
    assert lines

    for line in lines:
        kept, *attributes = (part.strip() for part in line.split(";"))
        name, _, value = kept.partition("=")
        said = {part.partition("=")[0].lower(): part.partition("=")[2] for part in attributes}
        assert name.startswith("__Host-"), name
        assert said.keys() >= {"secure", "httponly", "path", "samesite"}, name
        assert "domain" not in said, name
        assert said["path"] == "/", name
        assert said["samesite"] == ("None" if "saml" in name else "Lax"), name
        assert len(name) + len(value) <= 4096, name


def test_asvs_3_7_2_every_redirect_leads_to_us_to_a_provider_or_to_studio(
    every: list[Seen],
) -> None:
    hosts = {
        httpx.URL(PORTAL).join(seen.answer.headers["location"]).host
        for seen in every
        if "location" in seen.answer.headers
    }

    assert hosts <= {
        httpx.URL(PORTAL).host,
        "127.0.0.1",
        "d-forecasting.studio.eu-west-1.sagemaker.aws",
    }
    assert {seen.answer.status_code for seen in every} & {301, 307, 308} == set()


def test_nothing_of_an_error_is_on_any_page(every: list[Seen]) -> None:
    for seen in every:
        if seen.answer.status_code >= 400:
            for word in ("Traceback", "RuntimeError", "arn:aws", "PresignedUrlGenerator"):
                assert word not in seen.answer.text, seen


async def _breaks(_request: Request) -> Response:
    raise RecordError("x", remedy="y")


async def test_an_answer_of_a_route_that_breaks_carries_them_too(house: House) -> None:
    app = house.app([Route("/signin/breaks", _breaks)])
    carried = httpx.ASGITransport(app=app)
    base = f"http://{next(iter(house.ports.origins)).removeprefix('http://')}"
    async with httpx.AsyncClient(transport=carried, base_url=base) as client:
        answer = await client.get("/signin/breaks")

    assert answer.status_code == 503
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
