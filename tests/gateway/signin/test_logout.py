"""Sessions that end because the provider says so, and every message that must end none."""

import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from studiogate.aws.wire.transport import AiohttpTransport
from studiogate.errors import Unreachable
from studiogate.gateway.ports import Kind, Mark
from tests.kit.signin_idp import (
    DISCOVERY,
    LOGOUT_EVENT,
    FakeIdp,
    Reply,
    SetClock,
    rsa_key,
    serving_idp,
)
from tests.kit.signin_room import (
    Portal,
    gateway_settings,
    idp_settings,
    portal,
    to_idp_and_back,
)

BACK, FRONT = "/signin/corporate/backchannel-logout", "/signin/corporate/frontchannel-logout"
THERE = "session-at-provider"
NOW_S = int(SetClock()().timestamp())
OWN_PAGE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
async def browser(site: Portal, idp: FakeIdp) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that is signed in, in a session the provider has named."""
    idp.claims = {"sid": THERE}
    async with site.browser() as browser:
        await browser.get(await to_idp_and_back(browser))
        yield browser


@pytest.fixture
async def provider(site: Portal) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever calls, without a cookie."""
    async with site.browser() as provider:
        yield provider


def ended(site: Portal) -> set[str]:
    """The kinds of what was ended."""
    kinds = {key.partition("#")[0] for key in site.marks.there}
    return kinds & {Kind.AT_PROVIDER, Kind.SUBJECT, Kind.SESSION}


def last(site: Portal) -> tuple[str, str, str, str | None]:
    record = site.ledger.sign_ins[-1]
    return record.deed, record.outcome, record.reason, record.idp


async def test_a_logout_token_ends_the_session_it_names_at_the_next_request(
    browser: httpx.AsyncClient, provider: httpx.AsyncClient, site: Portal, idp: FakeIdp
) -> None:
    assert (await browser.get("/me")).status_code == 200

    answer = await provider.post(BACK, data={"logout_token": idp.logout_token(), "other": "x"})

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["cache-control"] == "no-store"
    refusal = await browser.get("/me")
    assert (refusal.status_code, refusal.json()["why"]) == (401, "session-ended")
    assert last(site) == ("provider-sign-out", "done", "ok", "corporate")


async def test_a_session_it_does_not_name_goes_on(
    browser: httpx.AsyncClient, provider: httpx.AsyncClient, site: Portal, idp: FakeIdp
) -> None:
    for claims in ({"sid": "of-another"}, {"sid": None, "sub": "sub-of-another"}):
        token = idp.logout_token(**claims)
        assert (await provider.post(BACK, data={"logout_token": token})).status_code == 200

    assert (await browser.get("/me")).status_code == 200
    assert ended(site) == {Kind.AT_PROVIDER, Kind.SUBJECT}


async def test_a_subject_without_a_session_is_signed_out_everywhere(
    browser: httpx.AsyncClient, provider: httpx.AsyncClient, idp: FakeIdp
) -> None:
    token = idp.logout_token(sid=None, sub="sub-of-user-lob-a")

    await provider.post(BACK, data={"logout_token": token})

    assert (await browser.get("/me")).json()["why"] == "session-ended"


async def test_a_session_with_its_subject_ends_that_session_alone(
    browser: httpx.AsyncClient, provider: httpx.AsyncClient, site: Portal, idp: FakeIdp
) -> None:
    token = idp.logout_token(sub="sub-of-user-lob-a")

    await provider.post(BACK, data={"logout_token": token})

    assert (await browser.get("/me")).json()["why"] == "session-ended"
    assert ended(site) == {Kind.AT_PROVIDER}


async def test_a_session_the_provider_never_named_ends_with_any_of_its_subject(
    provider: httpx.AsyncClient, site: Portal, idp: FakeIdp
) -> None:
    async with site.browser() as unnamed, site.browser() as named:
        await unnamed.get(await to_idp_and_back(unnamed))
        idp.claims = {"sid": "another-of-theirs"}
        await named.get(await to_idp_and_back(named))

        token = idp.logout_token(sub="sub-of-somebody-else")
        await provider.post(BACK, data={"logout_token": token})
        assert (await unnamed.get("/me")).status_code == 200

        token = idp.logout_token(jti="second", sub="sub-of-user-lob-a")
        assert (await provider.post(BACK, data={"logout_token": token})).status_code == 200
        assert (await unnamed.get("/me")).json()["why"] == "session-ended"
        assert (await named.get("/me")).status_code == 200


@pytest.mark.parametrize(
    "typ", ["logout+jwt", "Logout+JWT", "application/logout+jwt", "JWT", None]
)
async def test_a_logout_token_may_be_typed_as_the_standard_has_it(
    provider: httpx.AsyncClient, idp: FakeIdp, typ: str | None
) -> None:
    token = idp.logout_token(typ=typ)

    assert (await provider.post(BACK, data={"logout_token": token})).status_code == 200


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        pytest.param({"iss": "https://evil.example"}, "token-issuer", id="another issuer"),
        pytest.param({"iss": None}, "token-issuer", id="no issuer"),
        pytest.param({"aud": "another-client"}, "token-audience", id="for another client"),
        pytest.param({"aud": None}, "token-audience", id="for nobody"),
        pytest.param({"aud": ["x", "y"]}, "token-audience", id="for several"),
        pytest.param({"iat": None}, "token-time", id="no beginning"),
        pytest.param({"iat": NOW_S + 61, "exp": NOW_S + 99}, "token-not-yet", id="not yet"),
        pytest.param({"exp": None}, "token-time", id="no end"),
        pytest.param({"exp": NOW_S - 60, "iat": NOW_S - 90}, "token-expired", id="over"),
        pytest.param({"exp": NOW_S + 90_000}, "token-lifetime", id="lives over a day"),
        pytest.param({"jti": None}, "logout-id", id="no id"),
        pytest.param({"jti": ""}, "logout-id", id="an empty id"),
        pytest.param({"jti": 7}, "logout-id", id="an id that is a number"),
        pytest.param({"events": None}, "logout-event", id="no event"),
        pytest.param({"events": {}}, "logout-event", id="not this event"),
        pytest.param({"events": [LOGOUT_EVENT]}, "logout-event", id="a list of events"),
        pytest.param(
            {"events": {LOGOUT_EVENT: True}}, "logout-event", id="event without object"
        ),
        pytest.param({"events": {LOGOUT_EVENT: None}}, "logout-event", id="event of nothing"),
        pytest.param({"events": {f"{LOGOUT_EVENT}/": {}}}, "logout-event", id="its neighbour"),
        pytest.param({"nonce": "n-1"}, "token-nonce", id="a nonce"),
        pytest.param({"nonce": ""}, "token-nonce", id="an empty nonce"),
        pytest.param({"sid": None}, "logout-nobody", id="nobody"),
        pytest.param({"sid": 7}, "token-session", id="session as a number"),
        pytest.param({"sid": ["session-at-provider"]}, "token-session", id="several sessions"),
        pytest.param({"sid": None, "sub": ""}, "token-subject", id="an empty subject"),
        pytest.param({"sub": {"a": 1}}, "token-subject", id="subject as an object"),
        pytest.param({"azp": "another-client"}, "token-party", id="of another party"),
    ],
)
async def test_a_logout_token_with_one_fault_ends_nothing(
    provider: httpx.AsyncClient,
    site: Portal,
    idp: FakeIdp,
    claims: dict[str, Any],
    reason: str,
) -> None:
    answer = await provider.post(BACK, data={"logout_token": idp.logout_token(**claims)})

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert answer.headers["cache-control"] == "no-store"
    assert last(site) == ("provider-sign-out", "refused", reason, "corporate")
    assert ended(site) == set()


def unsigned(idp: FakeIdp) -> str:
    return idp.logout_token().rpartition(".")[0] + ".AAAA"


def of_a_thief(idp: FakeIdp) -> str:
    return rsa_key("key-of-thief").token(idp.logout_claims(), kid="key-1", typ="logout+jwt")


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (unsigned, "token-signature"),
        (of_a_thief, "token-signature"),
        (lambda idp: idp.logout_token(typ="at+jwt"), "token-type"),
        (lambda idp: idp.logout_token(typ="secevent+jwt"), "token-type"),
        (lambda idp: idp.signing.token(idp.logout_claims(), alg="none"), "token-algorithm"),
        (lambda idp: idp.signing.token(idp.logout_claims(), alg="HS256"), "token-algorithm"),
        (lambda idp: idp.signing.token(idp.logout_claims(), crit=["exp"]), "token-critical"),
        (lambda idp: idp.signing.token(idp.id_claims(sid=THERE, jti="x")), "logout-event"),
        (lambda idp: idp.access_token(sid=THERE), "token-audience"),
        (lambda _: "not a token", "token-malformed"),
        (lambda _: "a" * 17_000, "token-size"),
        (lambda idp: idp.signing.token(b'{"iss": NaN}'), "token-json"),
    ],
)
async def test_a_logout_token_that_is_none_ends_nothing(
    provider: httpx.AsyncClient,
    site: Portal,
    idp: FakeIdp,
    forge: Callable[[FakeIdp], str],
    reason: str,
) -> None:
    answer = await provider.post(BACK, data={"logout_token": forge(idp)})

    assert (answer.status_code, last(site)[2]) == (400, reason)
    assert ended(site) == set()


async def test_a_logout_token_signs_nobody_in(site: Portal, idp: FakeIdp) -> None:
    async with site.browser() as program:
        for typ in ("logout+jwt", "JWT", None):
            token = idp.logout_token(typ=typ, sub="s", scope="openid", username="ada")
            answer = await program.get("/me", headers={"authorization": f"Bearer {token}"})
            assert answer.json()["why"] == (
                "token-type" if typ == "logout+jwt" else "token-use"
            )


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"content": b""}, id="nothing"),
        pytest.param({"data": {"logout_token": ""}}, id="empty"),
        pytest.param({"data": {"other": "TOKEN"}}, id="elsewhere"),
        pytest.param({"data": {"logout_token": ["TOKEN", "TOKEN"]}}, id="twice"),
        pytest.param({"params": {"logout_token": "TOKEN"}}, id="in the query"),
        pytest.param({"json": {"logout_token": "TOKEN"}}, id="as JSON"),
        pytest.param({"content": b"logout_token=TOKEN"}, id="as no form"),
        pytest.param({"files": {"logout_token": (None, "TOKEN")}}, id="in parts"),
        pytest.param({"data": {"logout_token": "TOKEN", "x": "x" * 30_000}}, id="too much"),
        pytest.param({"data": {f"x{n}": "1" for n in range(40)}}, id="too many"),
    ],
)
async def test_anything_but_one_token_in_a_form_is_refused(
    provider: httpx.AsyncClient, site: Portal, idp: FakeIdp, sent: dict[str, Any]
) -> None:
    filled = {
        name: json.loads(json.dumps(value).replace("TOKEN", idp.logout_token()))
        if name in {"data", "params", "json"}
        else value
        for name, value in sent.items()
    }

    answer = await provider.post(BACK, **filled)

    assert (answer.status_code, last(site)[2]) == (400, "logout-parameters")
    assert ended(site) == set()


async def test_a_logout_token_counts_once(
    browser: httpx.AsyncClient, provider: httpx.AsyncClient, site: Portal, idp: FakeIdp
) -> None:
    token = idp.logout_token(sid=None, sub="sub-of-user-lob-a")
    first = await provider.post(BACK, data={"logout_token": token})
    site.marks.there.pop(Mark(Kind.SUBJECT, ("corporate", "sub-of-user-lob-a")).key)

    again = await provider.post(BACK, data={"logout_token": token})

    assert (first.status_code, again.status_code) == (200, 400)
    assert last(site)[2] == "logout-repeated"
    assert (await browser.get("/me")).status_code == 200


async def test_a_sign_out_that_could_not_be_followed_is_a_failure_and_may_come_again(
    browser: httpx.AsyncClient, provider: httpx.AsyncClient, site: Portal, idp: FakeIdp
) -> None:
    token = idp.logout_token()
    site.marks.fails = Unreachable("no table", remedy="Wait.", action="dynamodb:x", about="t")
    failed = await provider.post(BACK, data={"logout_token": token})
    site.marks.fails = None

    assert (failed.status_code, failed.json()) == (400, {"error": "server_error"})
    assert last(site)[1] == "failed"
    assert (await provider.post(BACK, data={"logout_token": token})).status_code == 200
    assert (await browser.get("/me")).status_code == 401


async def test_what_is_ended_stays_ended_for_as_long_as_any_sign_in_lasts(
    provider: httpx.AsyncClient, site: Portal, idp: FakeIdp, clock: SetClock
) -> None:
    await provider.post(BACK, data={"logout_token": idp.logout_token()})
    mark = Mark(Kind.AT_PROVIDER, ("corporate", THERE))
    clock.advance(hours=24, minutes=59)

    assert await site.marks.found(mark)


async def test_each_provider_speaks_for_its_own_sessions_only(
    idp: FakeIdp, transport: AiohttpTransport, clock: SetClock
) -> None:
    with serving_idp(clock) as other:
        settings = gateway_settings(idp_settings(idp), idp_settings(other, "workforce"))
        site = portal(settings, transport, clock)
        async with site.browser() as provider:
            swapped = await provider.post(BACK, data={"logout_token": other.logout_token()})
            own = await provider.post(
                BACK.replace("corporate", "workforce"),
                data={"logout_token": other.logout_token()},
            )
        await site.room.close()

    assert (swapped.status_code, own.status_code) == (400, 200)
    assert set(site.marks.there) >= {Mark(Kind.AT_PROVIDER, ("workforce", THERE)).key}
    assert Mark(Kind.AT_PROVIDER, ("corporate", THERE)).key not in site.marks.there


async def test_a_frame_of_the_provider_ends_the_session_it_names_without_our_cookie(
    browser: httpx.AsyncClient, provider: httpx.AsyncClient, site: Portal, idp: FakeIdp
) -> None:
    answer = await provider.get(FRONT, params={"iss": idp.issuer, "sid": THERE})

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert f"frame-ancestors {idp.issuer}" in answer.headers["content-security-policy"]
    assert (await browser.get("/me")).json()["why"] == "session-ended"
    assert last(site) == ("provider-sign-out", "done", "ok", "corporate")


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({}, "logout-parameters"),
        ({"iss": "ISSUER"}, "logout-parameters"),
        ({"sid": THERE}, "logout-parameters"),
        ({"iss": "ISSUER", "sid": [THERE, THERE]}, "logout-parameters"),
        ({"iss": ["ISSUER", "ISSUER"], "sid": THERE}, "logout-parameters"),
        ({"iss": "https://evil.example", "sid": THERE}, "logout-issuer"),
        ({"iss": "ISSUER/", "sid": THERE}, "logout-issuer"),
        ({"iss": "", "sid": THERE}, "logout-issuer"),
        ({"iss": "ISSUER", "sid": ""}, "logout-nobody"),
        ({"iss": "ISSUER", "sid": "s" * 256}, "logout-nobody"),
        ({"iss": "ISSUER", "sid": "a\nb"}, "logout-nobody"),
    ],
)
async def test_a_frame_that_does_not_name_issuer_and_session_ends_nothing(
    provider: httpx.AsyncClient,
    site: Portal,
    idp: FakeIdp,
    query: dict[str, Any],
    reason: str,
) -> None:
    text = json.dumps(query).replace("ISSUER", idp.issuer)
    asked = urlencode(json.loads(text), doseq=True)

    answer = await provider.get(f"{FRONT}?{asked}")

    assert (answer.status_code, last(site)[2]) == (400, reason)
    assert ended(site) == set()


async def test_a_frame_that_guesses_ends_nobodys_session(
    browser: httpx.AsyncClient, provider: httpx.AsyncClient, idp: FakeIdp
) -> None:
    await provider.get(FRONT, params={"iss": idp.issuer, "sid": "a-guess"})

    assert (await browser.get("/me")).status_code == 200


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
async def test_a_frame_is_asked_for_by_get_alone(
    provider: httpx.AsyncClient, site: Portal, idp: FakeIdp, method: str
) -> None:
    asked = {"iss": idp.issuer, "sid": THERE}

    assert (await provider.request(method, FRONT, params=asked)).status_code == 405
    assert ended(site) == set()


@pytest.mark.parametrize("path", [BACK, FRONT, "/signin/corporate/signed-out"])
async def test_an_idp_nobody_declared_is_not_there(
    provider: httpx.AsyncClient, site: Portal, path: str
) -> None:
    method = "POST" if path == BACK else "GET"

    answer = await provider.request(method, path.replace("corporate", "nobody"))

    assert answer.status_code == 404
    assert site.ledger.sign_ins == []


async def signed_out(browser: httpx.AsyncClient) -> httpx.Response:
    csrf = (await browser.get("/me")).json()["csrf"]
    return await browser.post("/signout", data={"csrf": csrf}, headers=OWN_PAGE)


async def test_our_own_sign_out_is_recorded_and_ends_every_copy(
    browser: httpx.AsyncClient, site: Portal
) -> None:
    kept = dict(browser.cookies)

    answer = await signed_out(browser)
    async with site.browser() as copy:
        copy.cookies.update(kept)
        refusal = await copy.get("/me")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert refusal.json()["why"] == "session-ended"
    record = site.ledger.sign_ins[-1]
    assert (record.deed, record.outcome, record.way) == ("sign-out", "done", "portal")
    assert (record.idp, record.person) == ("corporate", "user-lob-a")


async def test_a_sign_out_that_is_refused_is_recorded_and_ends_nothing(
    browser: httpx.AsyncClient, site: Portal
) -> None:
    forged = await browser.post("/signout", data={"csrf": "x"}, headers=OWN_PAGE)
    foreign = await browser.post("/signout", headers={"sec-fetch-site": "cross-site"})

    assert (forged.status_code, foreign.status_code) == (403, 403)
    assert [one.reason for one in site.ledger.sign_ins[-2:]] == ["csrf-token", "cross-site"]
    assert (await browser.get("/me")).status_code == 200


async def test_a_sign_out_without_a_session_leads_to_the_portal(
    provider: httpx.AsyncClient, site: Portal
) -> None:
    answer = await provider.post("/signout", headers=OWN_PAGE)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert last(site)[:3] == ("sign-out", "refused", "nothing-shown")


@pytest.mark.parametrize(
    ("issuer", "back"),
    [
        (None, "post_logout_redirect_uri"),
        ("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AcmeDemo1", "logout_uri"),
    ],
)
async def test_where_the_provider_has_a_way_out_the_person_is_offered_it(
    transport: AiohttpTransport, clock: SetClock, issuer: str | None, back: str
) -> None:
    with serving_idp(clock, issuer=issuer) as idp:
        idp.discovery = {"end_session_endpoint": "https://idp.example/logout?tenant=a"}
        endpoint = idp.url if issuer else None
        site = portal(gateway_settings(idp_settings(idp, endpoint=endpoint)), transport, clock)
        async with site.browser(below="/prod") as browser:
            await browser.get(await to_idp_and_back(browser, below="/prod"))
            csrf = (await browser.get("/prod/me")).json()["csrf"]
            answer = await browser.post("/prod/signout", data={"csrf": csrf}, headers=OWN_PAGE)
            page = await browser.get(answer.headers["location"])
        await site.room.close()

    assert answer.headers["location"] == "/prod/signin/corporate/signed-out"
    found = re.search(r'href="(https://idp[^"]+)"', page.text)
    assert found is not None
    there = urlsplit(found[1].replace("&amp;", "&"))
    assert (there.netloc, there.path) == ("idp.example", "/logout")
    assert parse_qs(there.query) == {
        "tenant": ["a"],
        "client_id": [idp.client_id],
        back: ["https://studio.acme.example/prod/"],
    }


@pytest.mark.parametrize("way_out", ["javascript:alert(1)", "http://idp.example/", 7, None])
async def test_a_way_out_that_is_no_https_address_is_not_offered(
    site: Portal, idp: FakeIdp, way_out: Any
) -> None:
    idp.discovery = {"end_session_endpoint": way_out}
    async with site.browser() as browser:
        await browser.get(await to_idp_and_back(browser))

        assert (await signed_out(browser)).headers["location"] == "/"
        assert (await browser.get("/signin/corporate/signed-out")).headers["location"] == "/"


async def test_a_provider_that_is_down_keeps_nobody_from_signing_out_here(
    browser: httpx.AsyncClient,
    idp: FakeIdp,
    transport: AiohttpTransport,
    clock: SetClock,
) -> None:
    another = portal(gateway_settings(idp_settings(idp)), transport, clock)
    idp.replies[DISCOVERY] = Reply(b"", 503)
    async with another.browser() as there:
        there.cookies.update(browser.cookies)
        answer = await signed_out(there)
    await another.room.close()

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert ended(another) == {Kind.SESSION}


async def test_nothing_of_a_logout_token_is_in_the_record_or_the_log(
    provider: httpx.AsyncClient, site: Portal, idp: FakeIdp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="studiogate")
    tokens = [idp.logout_token(), idp.logout_token(nonce="x"), idp.logout_token(aud="x")]
    for token in tokens:
        await provider.post(BACK, data={"logout_token": token})

    said = caplog.text + repr(site.ledger.sign_ins)
    assert all(token not in said and token[:40] not in said for token in tokens)
    assert THERE not in said
