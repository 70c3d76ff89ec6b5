"""Signing in with a provider, whole, and every way it must not work."""

import json
import logging
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from studiogate.aws.wire.transport import AiohttpTransport
from studiogate.errors import RecordError
from tests.kit.signin_idp import DISCOVERY, FakeIdp, Reply, SetClock, rsa_key, serving_idp
from tests.kit.signin_room import (
    PORTAL,
    Portal,
    gateway_settings,
    idp_settings,
    portal,
    to_idp_and_back,
)


@pytest.fixture
async def browser(site: Portal) -> AsyncIterator[httpx.AsyncClient]:
    async with site.browser() as browser:
        yield browser


def changed(url: str, **parameters: str) -> str:
    """`url` with parameters replaced, or left out where empty."""
    base, _, query = url.partition("?")
    said = {name: values[0] for name, values in parse_qs(query).items()} | parameters
    return f"{base}?{urlencode({name: value for name, value in said.items() if value})}"


async def test_a_person_signs_in_and_lands_where_they_were_going(
    browser: httpx.AsyncClient,
) -> None:
    back = await to_idp_and_back(browser, query="?next=/open/forecasting")

    answer = await browser.get(back)

    assert (answer.status_code, answer.headers["location"]) == (303, "/open/forecasting")
    me = (await browser.get("/me")).json()
    assert (me["person"], me["idp"], me["way"]) == ("user-lob-a", "corporate", "session")


async def test_s4_18_below_a_prefix_the_provider_sends_back_there_and_the_person_lands_there(
    site: Portal,
) -> None:
    async with site.browser(below="/prod") as browser:
        back = await to_idp_and_back(browser, query="?next=/open/forecasting", below="/prod")
        answer = await browser.get(back)
        csrf = (await browser.get("/prod/me")).json()["csrf"]
        out = await browser.post(
            "/prod/signout", data={"csrf": csrf}, headers={"sec-fetch-site": "same-origin"}
        )

    assert back.startswith(f"{PORTAL}/prod/signin/corporate/callback?")
    assert (answer.status_code, answer.headers["location"]) == (303, "/prod/open/forecasting")
    lines = answer.headers.get_list("set-cookie")
    assert all("Path=/;" in line and line.startswith("__Host-") for line in lines)
    assert (out.status_code, out.headers["location"]) == (303, "/prod/")


async def test_the_browser_is_sent_with_code_pkce_state_nonce_and_no_more_scope_than_needed(
    browser: httpx.AsyncClient, idp: FakeIdp
) -> None:
    answer = await browser.get("/signin/corporate")

    there = urlsplit(answer.headers["location"])
    asked = {name: values[0] for name, values in parse_qs(there.query).items()}
    assert f"{there.scheme}://{there.netloc}{there.path}" == f"{idp.url}/authorize"
    assert asked["redirect_uri"] == f"{PORTAL}/signin/corporate/callback"
    assert (asked["response_type"], asked["scope"]) == ("code", "openid")
    assert asked["max_age"] == str(8 * 60 * 60)
    assert "claims" not in asked
    assert asked["code_challenge_method"] == "S256"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("whose", ["cross-site", "same-site", "whatever"])
async def test_asvs_7_6_2_no_other_site_begins_a_sign_in(
    browser: httpx.AsyncClient, idp: FakeIdp, whose: str
) -> None:
    begin = "/signin/corporate?next=/open/forecasting"

    led = await browser.get(begin, headers={"sec-fetch-site": whose})
    chosen = await browser.get(begin, headers={"sec-fetch-site": "same-origin"})
    typed = await browser.get(begin, headers={"sec-fetch-site": "none"})

    assert (led.status_code, led.headers["location"]) == (303, "/?next=%2Fopen%2Fforecasting")
    assert "set-cookie" not in led.headers
    assert led.headers["cache-control"] == "no-store"
    for answer in (chosen, typed):
        assert answer.headers["location"].startswith(f"{idp.url}/authorize?")


async def test_two_sign_ins_share_no_secret(browser: httpx.AsyncClient) -> None:
    links = [(await browser.get("/signin/corporate")).headers["location"] for _ in range(2)]

    first, second = [parse_qs(urlsplit(link).query) for link in links]
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


@pytest.mark.parametrize("name", ["__Host-studiogate", "__Host-studiogate-signin"])
async def test_cookies_are_for_this_host_over_tls_and_for_no_script(
    browser: httpx.AsyncClient, name: str
) -> None:
    sent = await browser.get("/signin/corporate")
    async with httpx.AsyncClient() as outside:
        back = (await outside.get(sent.headers["location"])).headers["location"]
    answers = [sent, await browser.get(back)]

    lines = [line for answer in answers for line in answer.headers.get_list("set-cookie")]
    mine = [line for line in lines if line.startswith(f"{name}=")]
    attributes = {part.strip() for line in mine for part in line.split(";")[1:]}
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} <= attributes
    assert not any(attribute.lower().startswith("domain") for attribute in attributes)
    assert max(len(line.split(";")[0]) for line in mine) <= 1024 + len(name) + 1


async def test_the_waiting_cookie_is_gone_after_the_return(browser: httpx.AsyncClient) -> None:
    await browser.get(await to_idp_and_back(browser))

    assert list(browser.cookies) == ["__Host-studiogate"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"state": ""}, "signin-state", id="no state"),
        pytest.param({"state": "x" * 43}, "signin-state", id="another state"),
        pytest.param({"code": ""}, "signin-parameters", id="no code"),
        pytest.param({"code": "x" * 5000}, "signin-parameters", id="endless code"),
        pytest.param({"code": "of-somebody-else"}, "signin-code", id="unknown code"),
        pytest.param({"iss": "https://evil.example"}, "signin-issuer", id="mix-up"),
        pytest.param({"error": "access_denied"}, "signin-idp-refused", id="the idp says no"),
    ],
)
async def test_a_wrong_return_is_refused_and_nobody_is_signed_in(
    browser: httpx.AsyncClient, change: dict[str, str], why: str
) -> None:
    back = await to_idp_and_back(browser)

    answer = await browser.get(changed(back, **change))

    assert (answer.status_code, answer.json()["why"]) == (401, why)
    assert answer.json()["detail"] == "the sign-in could not be finished"
    assert (await browser.get("/me")).status_code == 401


@pytest.mark.parametrize("name", ["state", "code", "iss", "error"])
async def test_a_parameter_said_twice_is_refused(browser: httpx.AsyncClient, name: str) -> None:
    back = await to_idp_and_back(browser)

    answer = await browser.get(f"{back}&{name}=a&{name}=b")

    assert (answer.status_code, answer.json()["why"]) == (401, "signin-parameters")


async def test_the_same_return_works_once(browser: httpx.AsyncClient, idp: FakeIdp) -> None:
    back = await to_idp_and_back(browser)
    kept = browser.cookies["__Host-studiogate-signin"]
    await browser.get(back)
    asked = idp.hits["/token"]
    browser.cookies.set("__Host-studiogate-signin", kept)

    again = await browser.get(back)

    assert (again.status_code, again.json()["why"]) == (401, "signin-repeated")
    assert idp.hits["/token"] == asked


async def test_a_code_is_good_once_at_the_provider_too(
    browser: httpx.AsyncClient, site: Portal
) -> None:
    used = await to_idp_and_back(browser)
    await browser.get(used)
    code = parse_qs(urlsplit(used).query)["code"][0]

    async with site.browser() as thief:
        back = await to_idp_and_back(thief)
        answer = await thief.get(changed(back, code=code))

    assert (answer.status_code, answer.json()["why"]) == (401, "signin-code")


async def test_another_browser_cannot_finish_it(
    browser: httpx.AsyncClient, site: Portal
) -> None:
    back = await to_idp_and_back(browser)

    async with site.browser() as other:
        answer = await other.get(back)

    assert (answer.status_code, answer.json()["why"]) == (401, "signin-not-begun")


async def test_another_browser_cannot_finish_it_with_a_sign_in_of_its_own(
    browser: httpx.AsyncClient, site: Portal, idp: FakeIdp
) -> None:
    """A stolen code with the thief's own state: PKCE is what says no."""
    stolen = parse_qs(urlsplit(await to_idp_and_back(browser)).query)["code"][0]

    async with site.browser() as other:
        back = await to_idp_and_back(other)
        answer = await other.get(changed(back, code=stolen))

    assert (answer.status_code, answer.json()["why"]) == (401, "signin-code")
    assert idp.hits["/token"] == 1


async def test_ten_minutes_are_the_end_of_it(
    browser: httpx.AsyncClient, clock: SetClock
) -> None:
    back = await to_idp_and_back(browser)
    clock.advance(minutes=10)

    answer = await browser.get(back)

    assert (answer.status_code, answer.json()["why"]) == (401, "signin-not-begun")


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        pytest.param({"nonce": "another"}, "token-nonce", id="another nonce"),
        pytest.param({"nonce": None}, "token-nonce", id="no nonce"),
        pytest.param({"aud": "another-client"}, "token-audience", id="for another client"),
        pytest.param({"token_use": "access"}, "token-use", id="an access token"),
        pytest.param({"iss": "https://evil.example"}, "token-issuer", id="of another issuer"),
        pytest.param({"cognito:username": "*"}, "token-username", id="a wildcard name"),
        pytest.param({"exp": 1_000_000_001}, "token-time", id="before it began"),
    ],
)
async def test_an_id_token_that_is_not_the_answer_signs_nobody_in(
    browser: httpx.AsyncClient, idp: FakeIdp, claims: dict[str, object], why: str
) -> None:
    idp.claims = claims
    back = await to_idp_and_back(browser)

    answer = await browser.get(back)

    assert (answer.status_code, answer.json()["why"]) == (401, why)
    assert "__Host-studiogate" not in browser.cookies


async def test_an_id_token_signed_by_somebody_else_signs_nobody_in(
    browser: httpx.AsyncClient, idp: FakeIdp
) -> None:
    back = await to_idp_and_back(browser)
    idp.signing = rsa_key("key-of-another")
    idp.signing = type(idp.signing)("key-1", idp.signing.private)

    answer = await browser.get(back)

    assert (answer.status_code, answer.json()["why"]) == (401, "token-signature")


async def test_a_provider_that_always_names_itself_must_do_so(
    browser: httpx.AsyncClient, idp: FakeIdp
) -> None:
    idp.discovery = {"authorization_response_iss_parameter_supported": True}

    silent = await browser.get(await to_idp_and_back(browser))
    idp.answer = {"iss": idp.issuer}
    named = await browser.get(await to_idp_and_back(browser))

    assert (silent.status_code, silent.json()["why"]) == (401, "signin-issuer")
    assert named.status_code == 303


async def test_the_answer_of_one_provider_is_not_taken_for_anothers(
    idp: FakeIdp, transport: AiohttpTransport, clock: SetClock
) -> None:
    with serving_idp(clock) as other:
        settings = gateway_settings(idp_settings(idp), idp_settings(other, "workforce"))
        site = portal(settings, transport, clock)
        async with site.browser() as browser:
            back = await to_idp_and_back(browser)

            answer = await browser.get(back.replace("/corporate/", "/workforce/"))

    assert (answer.status_code, answer.json()["why"]) == (401, "signin-not-begun")
    assert other.hits["/token"] == 0


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "https:/evil.example",
        "javascript:alert(1)",
        "/open/x//evil.example",
        "/%0d%0aset-cookie:%20a=b\r\n",
        "/open/x#fragment",
        "open/x",
        "",
        "/signin/corporate",
        "/" + "a" * 300,
    ],
)
async def test_a_link_leads_nowhere_but_to_our_own_pages(
    browser: httpx.AsyncClient, evil: str
) -> None:
    back = await to_idp_and_back(browser, query=f"?{urlencode({'next': evil})}")

    answer = await browser.get(back)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_redirect_goes_back_only_to_an_origin_of_ours(
    browser: httpx.AsyncClient, idp: FakeIdp
) -> None:
    answer = await browser.get("/signin/corporate", headers={"host": "evil.example"})

    assert (answer.status_code, answer.json()["why"]) == (403, "unknown-origin")
    assert "location" not in answer.headers
    assert idp.hits["/authorize"] == 0


async def test_an_idp_nobody_declared_is_not_there(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/signin/nobody")).status_code == 404
    assert (await browser.get("/signin/nobody/callback?code=a&state=b")).status_code == 404


@pytest.mark.parametrize(
    ("path", "reply", "error"),
    [
        (DISCOVERY, Reply(b"", 503), "Busy"),
        (DISCOVERY, Reply(b"", 404), "Invalid"),
        (DISCOVERY, Reply(b"{", 200), "Invalid"),
        ("/token", Reply(b"", 500), "Busy"),
        ("/token", Reply(b'{"error": "invalid_client"}', 401), "Invalid"),
        ("/token", Reply(b'{"error": "unauthorized_client"}', 400), "Invalid"),
        ("/token", Reply(b"{}", 200), "Invalid"),
        ("/token", Reply(b'{"id_token": 7}', 200), "Invalid"),
        ("/token", Reply(b"[" * 5000, 200), "Invalid"),
        ("/token", Reply(b"", 302, {"location": "http://127.0.0.1:1/"}), "Invalid"),
    ],
)
async def test_a_provider_that_fails_is_a_failure_and_not_a_refusal(
    browser: httpx.AsyncClient, idp: FakeIdp, path: str, reply: Reply, error: str
) -> None:
    idp.replies[path] = reply
    begun = await browser.get("/signin/corporate")
    if path == "/token":
        async with httpx.AsyncClient() as outside:
            back = (await outside.get(begun.headers["location"])).headers["location"]
        begun = await browser.get(back)

    assert (begun.status_code, begun.json()["why"]) == (503, error)


async def test_a_provider_that_is_down_is_unreachable(
    transport: AiohttpTransport, clock: SetClock
) -> None:
    with serving_idp(clock) as idp:
        settings = gateway_settings(idp_settings(idp))
    site = portal(settings, transport, clock)

    async with site.browser() as browser:
        answer = await browser.get("/signin/corporate")

    assert (answer.status_code, answer.json()["why"]) == (503, "Unreachable")


async def test_s2_15_behind_a_private_endpoint_only_the_browser_sees_the_public_addresses(
    transport: AiohttpTransport, clock: SetClock
) -> None:
    pool = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AcmeDemo1"
    with serving_idp(clock, issuer=pool) as idp:
        idp.discovery = {"token_endpoint": "https://acme.auth.example/token"}
        settings = gateway_settings(idp_settings(idp, endpoint=idp.url))
        site = portal(settings, transport, clock)
        async with site.browser() as browser:
            answer = await browser.get(await to_idp_and_back(browser))

    assert answer.status_code == 303
    assert idp.hits[f"/eu-west-1_AcmeDemo1{DISCOVERY}"] == 1
    assert idp.hits["/eu-west-1_AcmeDemo1/jwks.json"] == 1
    assert idp.hits["/token"] == 1


async def test_nothing_secret_is_logged(
    browser: httpx.AsyncClient, idp: FakeIdp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="studiogate")
    back = await to_idp_and_back(browser)
    cookies = list(browser.cookies.values())
    await browser.get(back)
    await browser.get(back)
    await browser.get("/me", headers={"authorization": f"Bearer {idp.access_token()}x"})
    cookies += browser.cookies.values()
    said = parse_qs(urlsplit(back).query)

    logged = "\n".join(
        caplog.handler.format(line)
        for line in caplog.records
        if line.name.startswith("studiogate")
    )
    assert "signed in" in logged
    for secret in [*cookies, *idp.handed_out, said["code"][0], said["state"][0]]:
        assert secret not in logged


async def test_where_the_provider_knows_of_it_groups_are_asked_for_by_scope_and_by_claim(
    browser: httpx.AsyncClient, idp: FakeIdp
) -> None:
    idp.discovery = {
        "scopes_supported": ["openid", "groups", 7],
        "claims_parameter_supported": True,
    }

    there = urlsplit((await browser.get("/signin/corporate")).headers["location"])

    asked = {name: values[0] for name, values in parse_qs(there.query).items()}
    assert asked["scope"] == "openid groups"
    wanted = {"cognito:username": {"essential": True}, "groups": None}
    assert json.loads(asked["claims"]) == {"id_token": wanted}


async def test_each_return_is_one_record_that_names_the_person_only_if_it_was_believed(
    browser: httpx.AsyncClient, site: Portal, idp: FakeIdp
) -> None:
    await browser.get(await to_idp_and_back(browser))
    await browser.get(changed(await to_idp_and_back(browser), state="x" * 43))
    await browser.get(changed(await to_idp_and_back(browser), code="of-somebody-else"))
    idp.replies["/token"] = Reply(b"", 503)
    await browser.get(await to_idp_and_back(browser))

    said = [(one.outcome, one.reason, one.person) for one in site.ledger.sign_ins]
    assert said[:3] == [
        ("done", "ok", "user-lob-a"),
        ("refused", "signin-state", None),
        ("refused", "signin-code", None),
    ]
    assert said[3][0] == "failed"
    assert {(one.deed, one.way, one.idp) for one in site.ledger.sign_ins} == {
        ("sign-in", "oidc", "corporate")
    }


async def test_no_record_no_session(browser: httpx.AsyncClient, site: Portal) -> None:
    back = await to_idp_and_back(browser)
    site.ledger.fail = True

    with pytest.raises(RecordError):
        await browser.get(back)

    assert "__Host-studiogate" not in browser.cookies
