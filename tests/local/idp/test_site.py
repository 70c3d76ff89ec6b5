"""The sign-in page and the endpoints behind it, as a browser and an application use them."""

import re
from collections.abc import Mapping

import httpx
import pytest

from studiogate.local.idp.pool import Pool
from studiogate.local.idp.site import idp_site
from tests.kit.idp import (
    ADA,
    BASE,
    BO,
    CALLBACK,
    CLIENT_ID,
    GOODBYE,
    ISSUER,
    POOL_ID,
    Browser,
    StandingClock,
    answered,
    header,
    ticket,
    verified,
)


async def test_the_whole_dance_ends_with_tokens_of_the_person(
    browser: Browser, clock: StandingClock
) -> None:
    answer = answered(await browser.login(await browser.begin(), *ADA))
    assert answer["state"] == "state-0123456789"
    assert answer["iss"] == ISSUER
    clock.wait(seconds=59)

    tokens = (await browser.redeem(answer["code"])).json()

    keys = await browser.keys()
    identity = verified(tokens["id_token"], keys)
    access = verified(tokens["access_token"], keys)
    assert (identity["aud"], identity["nonce"]) == (CLIENT_ID, "nonce-0123456789")
    assert identity["cognito:username"] == access["username"] == ADA[0]
    assert identity["cognito:groups"] == ["all-ml", "ml-lob-a"]
    assert (access["scope"], access["version"]) == ("openid email", 2)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)


async def test_a_code_is_good_once_and_a_second_use_takes_back_what_it_gave(
    browser: Browser, pool: Pool
) -> None:
    code = await browser.code()
    tokens = (await browser.redeem(code)).json()

    second = await browser.redeem(code)

    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant")
    assert pool.pool.book.holder(tokens["access_token"]) is None
    assert (await refresh(browser, tokens["refresh_token"])).status_code == 400


async def refresh(browser: Browser, token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "refresh_token": token}
    return await browser.http.post("/oauth2/token", data=form)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "b" * 43}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_grant"),
        ({"code_verifier": "é" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": CALLBACK + "/"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_grant"),
        ({"client_id": "another"}, "invalid_client"),
        ({"client_id": ""}, "invalid_client"),
        ({"code": "guessed"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "unsupported_grant_type"),
    ],
)
async def test_a_wrong_redemption_gives_an_error_and_nothing_else(
    visitor: Browser, changed: dict[str, str], error: str
) -> None:
    answer = await visitor.redeem(await visitor.code(), **changed)

    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert answer.headers["cache-control"] == "no-store"


async def test_a_code_tried_with_a_wrong_verifier_is_spent(browser: Browser) -> None:
    code = await browser.code()
    await browser.redeem(code, code_verifier="b" * 43)

    assert (await browser.redeem(code)).json() == {"error": "invalid_grant"}


async def test_a_code_is_too_old_after_a_minute(browser: Browser, clock: StandingClock) -> None:
    code = await browser.code()
    clock.wait(seconds=60)

    assert (await browser.redeem(code)).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"grant_type": "refresh_token"}', "application/json"),
        (b"grant_type=a&grant_type=b", "application/x-www-form-urlencoded"),
        (b"a=%ff", "application/x-www-form-urlencoded"),
        (b"a=\xff", "application/x-www-form-urlencoded"),
        (b"a=" + b"x" * 20_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(99)), "application/x-www-form-urlencoded"),
    ],
)
async def test_a_body_that_is_no_form_is_an_invalid_request(
    visitor: Browser, body: bytes, kind: str
) -> None:
    for path in ("/oauth2/token", "/oauth2/revoke"):
        answer = await visitor.http.post(path, content=body, headers={"content-type": kind})

        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_refresh_gives_new_tokens_but_no_new_refresh_token(browser: Browser) -> None:
    tokens = (await browser.redeem(await browser.code())).json()

    again = (await refresh(browser, tokens["refresh_token"])).json()

    assert again["access_token"] != tokens["access_token"]
    assert "refresh_token" not in again


async def test_a_revoked_refresh_token_takes_its_access_tokens_along(browser: Browser) -> None:
    tokens = (await browser.redeem(await browser.code())).json()
    form = {"token": tokens["refresh_token"], "client_id": CLIENT_ID}

    assert (await browser.http.post("/oauth2/revoke", data=form)).status_code == 200
    assert (await browser.http.post("/oauth2/revoke", data=form)).status_code == 200
    assert (await refresh(browser, tokens["refresh_token"])).status_code == 400
    assert (await user_info(browser, tokens["access_token"])).status_code == 401


async def user_info(browser: Browser, token: str) -> httpx.Response:
    bearer = {"authorization": f"Bearer {token}"}
    return await browser.http.get("/oauth2/userInfo", headers=bearer)


async def test_user_info_says_what_the_scopes_open(visitor: Browser) -> None:
    tokens = (await visitor.redeem(await visitor.code())).json()

    told = (await user_info(visitor, tokens["access_token"])).json()

    assert told.keys() == {"sub", "username", "email", "email_verified"}
    assert (told["username"], told["email_verified"]) == (ADA[0], "true")


@pytest.mark.parametrize("which", ["id_token", "forged", "none"])
async def test_user_info_wants_an_access_token(visitor: Browser, which: str) -> None:
    tokens = (await visitor.redeem(await visitor.code())).json()

    answer = await user_info(visitor, tokens.get(which, ""))

    assert answer.status_code == 401
    assert "invalid_token" in answer.headers["www-authenticate"]


async def test_a_wrong_password_says_no_more_than_that(browser: Browser) -> None:
    known = await browser.login(await browser.begin(), ADA[0], "wrong")
    unknown = await browser.login(await browser.begin(), "nobody", "wrong")

    assert known.status_code == unknown.status_code == 403
    assert "do not belong together" in known.text
    plain = [
        re.sub(r'(ticket" value|value)="[^"]*"', "", page.text) for page in (known, unknown)
    ]
    assert plain[0] == plain[1]


async def test_too_many_wrong_passwords_must_wait(
    browser: Browser, clock: StandingClock
) -> None:
    page = await browser.begin()
    for _ in range(5):
        await browser.login(page, ADA[0], "wrong")

    locked = await browser.login(page, *ADA)
    assert (locked.status_code, locked.headers["retry-after"]) == (429, "1")
    assert "Wait 1 s" in locked.text

    clock.wait(seconds=1)
    assert answered(await browser.login(page, *ADA))["code"]


async def test_the_second_sign_in_is_one_click(browser: Browser, clock: StandingClock) -> None:
    await browser.code()
    clock.wait(minutes=59)

    page = await browser.begin()
    assert f"Continue as <strong>{ADA[0]}</strong>" in page.text
    code = answered(await browser.http.post("/continue", data={"ticket": ticket(page)}))["code"]

    tokens = (await browser.redeem(code)).json()
    claims = verified(tokens["id_token"], await browser.keys())
    assert claims["auth_time"] == int(clock.now.timestamp()) - 59 * 60


async def test_somebody_else_can_sign_in_in_the_same_browser(browser: Browser) -> None:
    await browser.code()
    page = await browser.begin()
    found = re.search(r'href="(/oauth2/authorize[^"]+)"', page.text)
    assert found

    other = await browser.http.get(found[1].replace("&amp;", "&"))
    code = answered(await browser.login(other, *BO))["code"]

    tokens = (await browser.redeem(code)).json()
    assert verified(tokens["id_token"], await browser.keys())["cognito:username"] == BO[0]


@pytest.mark.parametrize("way", ["hour", "disabled", "signed out", "another browser"])
async def test_a_browser_is_forgotten(
    browser: Browser, pool: Pool, clock: StandingClock, way: str
) -> None:
    await browser.code()
    match way:
        case "hour":
            clock.wait(hours=1)
        case "disabled":
            pool.backend.admin_disable_user(POOL_ID, ADA[0])
        case "signed out":
            asked = {"client_id": CLIENT_ID, "logout_uri": GOODBYE}
            gone = await browser.http.get("/logout", params=asked)
            assert gone.headers["location"] == GOODBYE
        case _:
            browser.http.cookies.clear()

    assert answered(await browser.begin(prompt="none"))["error"] == "login_required"
    assert 'type="password"' in (await browser.begin()).text


async def test_without_a_prompt_somebody_remembered_is_sent_straight_back(
    browser: Browser,
) -> None:
    await browser.code()

    assert answered(await browser.begin(prompt="none"))["code"]


@pytest.mark.parametrize(
    "asked",
    [
        {"client_id": CLIENT_ID, "logout_uri": "https://evil.example/"},
        {"client_id": CLIENT_ID, "logout_uri": GOODBYE + "x"},
        {"client_id": "another", "logout_uri": GOODBYE},
        {"client_id": CLIENT_ID},
    ],
)
async def test_signing_out_leads_to_registered_addresses_only(
    visitor: Browser, asked: Mapping[str, str]
) -> None:
    answer = await visitor.http.get("/logout", params=dict(asked))

    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "changed", [{"redirect_uri": "http://evil.example/"}, {"client_id": "x"}]
)
async def test_a_link_cannot_send_a_person_to_a_stranger(
    visitor: Browser, changed: dict[str, str]
) -> None:
    answer = await visitor.begin(**changed)

    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "openid phone"}, "invalid_scope"),
    ],
)
async def test_a_request_that_is_wrong_otherwise_goes_back_with_an_error(
    visitor: Browser, changed: dict[str, str], error: str
) -> None:
    answer = answered(await visitor.begin(**changed))

    assert (answer["error"], answer["state"]) == (error, "state-0123456789")
    assert "code" not in answer


async def test_a_parameter_given_twice_is_refused(visitor: Browser) -> None:
    page = await visitor.begin()
    twice = f"{page.request.url}&redirect_uri=http://evil.example/"

    answer = await visitor.http.get(twice)

    assert answer.status_code == 400
    assert "given twice" in answer.text


@pytest.mark.parametrize("path", ["/login", "/continue", "/new-password"])
async def test_a_form_from_another_browser_or_site_is_refused(
    browser: Browser, pool: Pool, path: str
) -> None:
    page = await browser.begin()
    form = {"ticket": ticket(page), "username": ADA[0], "password": ADA[1]}
    stranger = Browser(idp_site(pool, base=BASE, name="Acme"))

    answers = [
        await stranger.http.post(path, data=form),
        await browser.http.post(path, data=form, headers={"origin": "http://evil.example"}),
        await browser.http.post(path, data=form, headers={"sec-fetch-site": "cross-site"}),
        await browser.http.post(path, data={**form, "ticket": "guessed"}),
    ]
    browser.http.cookies.clear()
    answers.append(await browser.http.post(path, data=form))

    assert [answer.status_code for answer in answers] == [403] * 5
    assert not any("location" in answer.headers for answer in answers)


async def test_a_ticket_is_spent_by_the_sign_in(browser: Browser) -> None:
    page = await browser.begin()
    await browser.login(page, *ADA)

    assert (await browser.login(page, *ADA)).status_code == 403


async def test_a_new_password_wants_the_temporary_one_first(visitor: Browser) -> None:
    page = await visitor.begin()
    form = {"ticket": ticket(page), "password": "Stolen-1234!", "again": "Stolen-1234!"}

    answer = await visitor.http.post("/new-password", data=form)

    assert (answer.status_code, "Sign in first" in answer.text) == (403, True)


async def test_no_name_can_write_into_the_page(visitor: Browser) -> None:
    attack = '"><script>alert(1)</script>'

    page = await visitor.login(await visitor.begin(login_hint=attack), attack, "wrong")

    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/oauth2/authorize",
        "/oauth2/token",
        "/oauth2/userInfo",
        "/login",
        "/logout",
        "/idp.css",
        f"/{POOL_ID}/.well-known/jwks.json",
        "/nobody/.well-known/jwks.json",
    ],
)
async def test_every_answer_carries_the_headers_that_keep_it_private(
    visitor: Browser, path: str
) -> None:
    answer = await visitor.http.get(path)

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_the_forms_may_end_at_the_application_and_where_it_leads(pool: Pool) -> None:
    site = idp_site(pool, base=BASE, name="Acme", onward=["http://studio.localhost:4005"])

    page = await Browser(site).begin()

    assert page.headers["content-security-policy"].endswith(
        "form-action 'self' http://localhost:4000 http://studio.localhost:4005"
    )


@pytest.mark.parametrize("base", ["http://localhost:4009", "https://login.acme.example"])
async def test_cookies_are_kept_from_scripts_and_other_sites(pool: Pool, base: str) -> None:
    site = idp_site(pool, base=base, name="Acme")
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app=site), base_url=base)
    browser = Browser(site)
    browser.http = http

    signed_in = await browser.login(await browser.begin(), *ADA)

    cookies = signed_in.headers.get_list("set-cookie")
    assert len(cookies) == 1
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookies[0].split("; "))
    secure = base.startswith("https")
    assert ("Secure" in cookies[0], cookies[0].startswith("__Host-")) == (secure, secure)
    assert ("strict-transport-security" in signed_in.headers) is secure


async def test_discovery_names_the_issuer_of_the_landscape_and_addresses_that_answer(
    browser: Browser,
) -> None:
    told = (await browser.http.get(f"/{POOL_ID}/.well-known/openid-configuration")).json()

    assert told["issuer"] == ISSUER
    assert told["authorization_endpoint"] == f"{BASE}/oauth2/authorize"
    assert told["response_types_supported"] == ["code"]
    assert told["jwks_uri"] == f"{ISSUER}/.well-known/jwks.json"
    assert (await browser.http.get(told["jwks_uri"])).json()["keys"]


@pytest.mark.parametrize("document", ["jwks.json", "openid-configuration"])
async def test_a_pool_that_is_not_there_has_no_documents(
    visitor: Browser, document: str
) -> None:
    answer = await visitor.http.get(f"/eu-west-1_Another/.well-known/{document}")

    assert answer.status_code == 404
    assert answer.headers["x-amzn-errortype"] == "ResourceNotFoundException"


async def test_after_a_rotation_old_and_new_tokens_verify(browser: Browser, pool: Pool) -> None:
    old = (await browser.redeem(await browser.code())).json()["access_token"]
    pool.pool.keys.rotate()
    new = (await browser.redeem(await browser.code())).json()["access_token"]

    keys = await browser.keys()

    assert header(old)["kid"] != header(new)["kid"]
    assert verified(old, keys)["sub"] == verified(new, keys)["sub"]


async def test_no_secret_is_in_any_repr(browser: Browser, pool: Pool) -> None:
    code = await browser.code()
    tokens = (await browser.redeem(code)).json()

    shown = repr(pool) + repr(pool.pool.book) + repr(pool.pool.keys)

    assert ADA[1] not in shown
    assert tokens["refresh_token"] not in shown
