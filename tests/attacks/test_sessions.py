"""Hostile session cookies: touched, planted, repeated, replayed, outlived; none speaks for anybody."""

import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import httpx
import pytest

from studiogate.audit.record import Outcome
from studiogate.aws.wire.transport import AiohttpTransport
from studiogate.gateway.signin.cookie import LARGEST_COOKIE
from tests.kit.jwt_attacks import OPENING, Forge, good
from tests.kit.jwt_attacks_shape import ALPHABET
from tests.kit.jwt_attacks_site import SESSION, SIGNIN, Site, attacked, named
from tests.kit.signin_idp import FakeIdp
from tests.kit.signin_room import KEY, OLD_KEY, PORTAL, to_idp_and_back

OWN_PAGE = {"origin": PORTAL, "sec-fetch-site": "same-origin"}


@pytest.fixture
async def browser(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which user-lob-a is signed in."""
    async with site.browser() as browser:
        await site.signed_in(browser)
        yield browser


async def why(site: Site, *cookies: str) -> str:
    """What the record says of an opening that is asked for with those cookies."""
    before = len(site.records)
    answer = await site.holding(*cookies, path=OPENING)
    assert answer.status_code == 401
    assert "location" not in answer.headers
    assert len(site.records) == before + 1
    assert site.records[-1].outcome is Outcome.REFUSED
    assert site.leaks(cookies[0].partition("=")[2], answer) == []
    return site.records[-1].reason


async def test_the_cookie_as_it_was_given_named(site: Site, browser: httpx.AsyncClient) -> None:
    answer = await site.holding(named(browser.cookies[SESSION]))

    assert (answer.status_code, answer.json()["person"]) == (200, "user-lob-a")


async def test_no_character_of_it_can_be_changed(
    site: Site, browser: httpx.AsyncClient
) -> None:
    value = browser.cookies[SESSION]
    asked = len(site.asked_of_aws)

    for place, old in enumerate(value):
        other = ALPHABET[(ALPHABET.find(old) + 1) % len(ALPHABET)]
        answer = await site.holding(named(value[:place] + other + value[place + 1 :]))
        assert (answer.status_code, place) == (401, place)

    assert len(site.asked_of_aws) == asked


async def test_it_cannot_be_cut_at_any_place_nor_made_longer(
    site: Site, browser: httpx.AsyncClient
) -> None:
    value = browser.cookies[SESSION]
    shorter = (value[:end] for end in range(0, len(value), 3))
    longer = (value + more for more in ("A", "AA", "=", ".", " A", "\xe9", value))

    for changed in itertools.chain(shorter, (value[:-1],), longer):
        assert (await site.holding(named(changed))).status_code == 401


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(lambda value: value.replace("v1.", "v2.", 1), "session-seal", id="version"),
        pytest.param(lambda value: value[3:], "session-seal", id="no version"),
        pytest.param(lambda value: value.swapcase(), "session-seal", id="in other letters"),
        pytest.param(lambda value: f'"{value}"', "session-seal", id="quoted"),
        pytest.param(lambda value: value.replace("-", "+").replace("_", "/") + "+",
                     "session-seal", id="base64"),
        pytest.param(lambda value: ".".join(value.split(".")[::-1]), "session-seal", id="turned"),
        pytest.param(lambda _: "", "session-seal", id="empty"),
        pytest.param(lambda _: "v1.." + "A" * 200, "session-seal", id="no key"),
        pytest.param(lambda _: "v1." + "A" * 8000, "session-seal", id="oversized"),
        pytest.param(lambda _: "eyJzIjoiYSIsInAiOiJ1c2VyLWxvYi1hIn0", "session-seal", id="JSON"),
        pytest.param(lambda _: "null", "session-seal", id="null"),
    ],
)  # fmt: skip
async def test_what_is_not_exactly_sealed_here_is_nobody(
    site: Site, browser: httpx.AsyncClient, spoil: Callable[[str], str], reason: str
) -> None:
    assert await why(site, named(spoil(browser.cookies[SESSION]))) == reason


@pytest.mark.parametrize(
    "purpose",
    ["signin", "saml", "saml-request", "canary", "csrf", "program", "program-token",
     "program-ticket", "program-code", "device", "Session", "session ", "session|v1", ""],
)  # fmt: skip
async def test_what_is_sealed_for_anything_else_is_no_session(
    site: Site, browser: httpx.AsyncClient, purpose: str
) -> None:
    facts = site.room.sealer.opened("session", browser.cookies[SESSION])

    assert await why(site, named(site.room.sealer.sealed(purpose, facts))) == "session-seal"


async def test_a_session_is_no_sign_in_that_is_waited_for(
    site: Site, browser: httpx.AsyncClient
) -> None:
    back = await to_idp_and_back(browser)
    path = back.removeprefix(PORTAL)

    answer = await site.holding(f"{SIGNIN}={browser.cookies[SESSION]}", path=path)

    assert (answer.status_code, answer.json()["reason"]) == (401, "signin-unfinished")


@pytest.mark.parametrize("missing", list("spiueab"))
async def test_a_session_that_lacks_a_fact_is_nobody_and_breaks_nothing(
    site: Site, browser: httpx.AsyncClient, missing: str
) -> None:
    facts = site.room.sealer.opened("session", browser.cookies[SESSION])
    del facts[missing]

    assert await why(site, named(site.room.sealer.sealed("session", facts))) == "session-seal"


@pytest.mark.parametrize("order", ["mine first", "mine last"])
@pytest.mark.parametrize("lines", [1, 2])
async def test_two_of_one_name_are_one_too_many_in_one_line_or_two(
    site: Site, browser: httpx.AsyncClient, order: str, lines: int
) -> None:
    """A planted cookie must not decide, wherever the browser puts it (RFC 6265 §5.4)."""
    mine = named(browser.cookies[SESSION])
    async with site.browser() as thief:
        site.idp.person = "user-lob-b"
        planted = named(await site.signed_in(thief))
    both = [mine, planted] if order == "mine first" else [planted, mine]

    shows = both if lines == 2 else ["; ".join(both)]
    assert await why(site, *shows) == "session-repeated"


@pytest.mark.parametrize(
    "name",
    ["studiogate", "__host-studiogate", "__HOST-STUDIOGATE", "__Secure-studiogate",
     "__Host-studiogate ", "__Host-studiogate2", "$Version=1; x__Host-studiogate", "session"],
)  # fmt: skip
async def test_a_session_under_another_name_is_not_looked_at(
    site: Site, browser: httpx.AsyncClient, name: str
) -> None:
    """Only a name that begins `__Host-`, letter for letter, is the browser's promise."""
    assert await why(site, f"{name}={browser.cookies[SESSION]}") == "nothing-shown"


async def test_a_session_in_the_query_or_a_header_is_not_looked_at(
    site: Site, browser: httpx.AsyncClient
) -> None:
    value = browser.cookies[SESSION]
    async with site.browser() as other:
        asked = await other.get(OPENING, params={SESSION: value})
        told = await other.get(OPENING, headers={"x-session": value, SESSION: value})

    assert (asked.status_code, told.status_code) == (401, 401)
    assert [line.reason for line in site.records] == ["nothing-shown"] * 2


async def test_asvs_7_2_4_signing_in_never_keeps_the_session_that_was_there(
    site: Site,
) -> None:
    """Fixation: what a thief planted before somebody signed in is of no use after."""
    async with site.browser() as thief:
        site.idp.person = "user-lob-b"
        planted = await site.signed_in(thief)
    async with site.browser() as victim:
        victim.cookies.set(SESSION, planted, domain="studio.acme.example")
        site.idp.person = "user-lob-a"
        fresh = await site.signed_in(victim)

    facts = [site.room.sealer.opened("session", value) for value in (planted, fresh)]
    assert facts[0]["s"] != facts[1]["s"]
    assert await why(site, named(planted)) == "session-ended"
    assert (await site.holding(named(fresh))).json()["person"] == "user-lob-a"


async def test_asvs_7_2_4_signing_in_again_ends_the_session_before(
    site: Site, browser: httpx.AsyncClient
) -> None:
    before = browser.cookies[SESSION]
    await site.signed_in(browser)

    assert await why(site, named(before)) == "session-ended"


async def test_a_thief_cannot_finish_their_sign_in_in_somebody_elses_browser(
    site: Site, browser: httpx.AsyncClient
) -> None:
    async with site.browser() as thief:
        site.idp.person = "user-lob-b"
        back = await to_idp_and_back(thief)

        answer = await browser.get(back)
        own = await thief.get(back)

    assert (answer.status_code, answer.json()["reason"]) == (401, "signin-unfinished")
    assert (await browser.get("/api/me")).json()["person"] == "user-lob-a"
    assert own.status_code == 303


async def test_a_sign_in_comes_back_once(site: Site) -> None:
    async with site.browser() as browser:
        back = await to_idp_and_back(browser)
        waiting = browser.cookies[SIGNIN]
        first = await browser.get(back)
        browser.cookies.set(SIGNIN, waiting, domain="studio.acme.example")
        second = await browser.get(back)

    assert (first.status_code, second.status_code) == (303, 401)
    assert "location" not in second.headers


async def signed_out(site: Site, browser: httpx.AsyncClient) -> httpx.Response:
    token = site.room.sign_in.sessions.csrf_token(
        site.room.sign_in.sessions._opened(browser.cookies[SESSION])
    )
    return await browser.post("/signout", data={"csrf": token}, headers=OWN_PAGE)


async def test_asvs_7_4_1_a_copied_cookie_ends_with_the_session(
    site: Site, browser: httpx.AsyncClient
) -> None:
    copy = browser.cookies[SESSION]
    site.advance(minutes=2)
    await browser.get("/api/me")
    renewed = browser.cookies[SESSION]
    assert renewed != copy

    answer = await signed_out(site, browser)

    assert answer.status_code == 303
    assert SESSION not in browser.cookies
    for value in (copy, renewed):
        assert await why(site, named(value)) == "session-ended"
        assert (await site.holding(named(value))).status_code == 401
    assert site.house.aws.asked == []


async def test_asvs_7_3_2_a_session_is_over_at_its_end_however_much_it_is_used(
    site: Site, browser: httpx.AsyncClient
) -> None:
    for _ in range(23):
        site.advance(minutes=20)
        assert (await browser.get("/api/me")).status_code == 200
    last = browser.cookies[SESSION]
    site.advance(minutes=20)

    assert await why(site, named(last)) == "session-over"


async def test_asvs_7_3_1_a_session_nobody_uses_is_over(
    site: Site, browser: httpx.AsyncClient
) -> None:
    site.advance(minutes=29, seconds=59)
    held = named(browser.cookies[SESSION])
    assert (await site.holding(held)).status_code == 200
    site.advance(seconds=1)

    assert await why(site, held) == "session-idle"


async def test_asvs_7_4_2_a_person_who_is_revoked_is_out_at_the_next_request(
    site: Site, browser: httpx.AsyncClient
) -> None:
    assert (await browser.get("/api/me")).status_code == 200
    people = site.house.directory.people
    people["user-lob-a"] = replace(people["user-lob-a"], revoked=True)

    for path in ("/api/me", "/api/domains", OPENING, "/reach"):
        assert (await browser.get(path)).status_code == 403
    assert site.house.aws.asked == []
    del people["user-lob-a"]
    assert (await browser.get("/api/me")).status_code == 403


async def test_asvs_8_3_2_somebody_who_moved_is_let_in_where_they_are_now(
    site: Site, browser: httpx.AsyncClient
) -> None:
    assert (await browser.get(OPENING)).status_code == 302
    people = site.house.directory.people
    people["user-lob-a"] = replace(people["user-lob-a"], lob="lob-b")

    assert (await browser.get(OPENING)).status_code == 403
    assert (await browser.get("/open/fraud")).status_code == 302


async def test_keys_that_are_gone_take_their_sessions_along(
    idp: FakeIdp, transport: AiohttpTransport
) -> None:
    async with attacked(idp, transport, keys=[OLD_KEY]) as before, before.browser() as browser:
        old = named(await before.signed_in(browser))
    async with attacked(idp, transport, keys=[KEY, OLD_KEY]) as during:
        assert (await during.holding(old)).status_code == 200
    async with attacked(idp, transport, keys=[KEY]) as after:
        assert await why(after, old) == "session-seal"


async def test_a_good_token_beside_a_bad_cookie_and_the_other_way_round(
    site: Site, browser: httpx.AsyncClient
) -> None:
    token = good(Forge(site.idp))
    async with site.browser() as other:
        bad_cookie = await other.get(
            "/api/me", headers={"authorization": f"Bearer {token}", "cookie": named("x")}
        )
    bad_token = await browser.get("/api/me", headers={"authorization": "Bearer x"})

    assert (bad_cookie.status_code, bad_cookie.json()["way"]) == (200, "bearer")
    assert bad_token.status_code == 401


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda value: value, id="the cookie"),
        pytest.param(lambda value: f"sgp_{value}", id="the cookie as the command line's token"),
        pytest.param(lambda value: value.replace(".", "", 1), id="the cookie in two parts"),
        pytest.param(lambda _: "sgp_", id="an empty token of the command line's"),
        pytest.param(lambda _: "sgp_v1..", id="nothing sealed"),
        pytest.param(lambda _: "SGP_v1.x.y", id="in capitals"),
    ],
)
async def test_a_session_is_no_bearer_token(
    site: Site, browser: httpx.AsyncClient, spoil: Callable[[str], str]
) -> None:
    shows = {"authorization": f"Bearer {spoil(browser.cookies[SESSION])}"}
    async with site.browser() as program:
        answers = [await program.get(path, headers=shows) for path in (OPENING, "/user-lob-a")]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert len(site.records) == 2
    assert all(line.reason.startswith(("token-", "program-")) for line in site.records)


async def test_a_session_never_opens_the_private_api(
    site: Site, browser: httpx.AsyncClient
) -> None:
    """`GET /{person}` is for bearer tokens: a link on any page would carry the cookie."""
    answer = await browser.get("/user-lob-a")

    assert answer.status_code == 401
    assert [line.reason for line in site.records] == ["no-bearer"]


async def test_no_cookie_outgrows_what_a_browser_keeps(site: Site) -> None:
    """RFC 6265 §6.1: 4096 bytes for name, value and attributes."""
    async with site.browser() as browser:
        away = await browser.get("/signin/corporate", params={"next": "/open/" + "a" * 240})
        back = await browser.get(await to_idp_and_back(browser))

    lines = [*away.headers.get_list("set-cookie"), *back.headers.get_list("set-cookie")]
    assert lines
    assert max(map(len, lines)) <= 4096
    assert max(len(line.partition(";")[0]) for line in lines) <= LARGEST_COOKIE + 40
