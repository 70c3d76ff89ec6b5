"""Who is asking: the header first, then the cookie, and which provider a token is from."""

from collections.abc import AsyncIterator

import httpx
import pytest

from studiogate.aws.wire.transport import AiohttpTransport
from tests.kit.signin_idp import FakeIdp, SetClock, rsa_key, serving_idp
from tests.kit.signin_room import (
    Portal,
    gateway_settings,
    idp_settings,
    portal,
    to_idp_and_back,
)


@pytest.fixture
async def program(site: Portal) -> AsyncIterator[httpx.AsyncClient]:
    async with site.browser() as program:
        yield program


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "Bearer   "])
async def test_a_bearer_token_is_read_however_the_header_is_written(
    program: httpx.AsyncClient, idp: FakeIdp, name: str, scheme: str
) -> None:
    answer = await program.get("/me", headers={name: scheme + idp.access_token()})

    assert (answer.status_code, answer.json()["way"]) == (200, "bearer")
    assert answer.json()["csrf"] is None


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "bearer-scheme"),
        ("Basic dXNlcjpwYXNz", "bearer-scheme"),
        ("AWS4-HMAC-SHA256 Credential=x", "bearer-scheme"),
        ("Bearerx TOKEN", "bearer-scheme"),
        ("TOKEN", "bearer-scheme"),
        ("Bearer", "bearer-malformed"),
        ("Bearer TOKEN TOKEN", "bearer-malformed"),
        ("Bearer TOKEN, Bearer TOKEN", "bearer-malformed"),
        ('Bearer "TOKEN"', "bearer-malformed"),
        ("Bearer\tTOKEN", "bearer-scheme"),
        ("Bearer x", "token-malformed"),
        ("Bearer TOKEN=", "token-malformed"),
    ],
)
async def test_a_header_that_is_not_exactly_one_bearer_token_is_refused(
    program: httpx.AsyncClient, idp: FakeIdp, value: str, why: str
) -> None:
    shown = value.replace("TOKEN", idp.access_token())

    answer = await program.get("/me", headers={"authorization": shown})

    assert (answer.status_code, answer.json()["why"]) == (401, why)


async def test_two_headers_are_one_too_many(program: httpx.AsyncClient, idp: FakeIdp) -> None:
    line = ("authorization", f"Bearer {idp.access_token()}")

    answer = await program.get("/me", headers=[line, line])

    assert (answer.status_code, answer.json()["why"]) == (401, "bearer-repeated")


async def test_a_bad_token_is_never_answered_as_whoever_the_cookie_says(
    program: httpx.AsyncClient, idp: FakeIdp
) -> None:
    await program.get(await to_idp_and_back(program))
    assert (await program.get("/me")).json()["way"] == "session"

    for shown in ("Bearer x", "Basic eA==", f"Bearer {idp.access_token(exp=1)}"):
        assert (await program.get("/me", headers={"authorization": shown})).status_code == 401


async def test_a_good_token_goes_before_the_cookie(
    program: httpx.AsyncClient, idp: FakeIdp
) -> None:
    await program.get(await to_idp_and_back(program))
    token = idp.access_token("user-lob-b")

    answer = await program.get("/me", headers={"authorization": f"Bearer {token}"})

    assert answer.json()["person"] == "user-lob-b"


async def test_tokens_elsewhere_are_not_looked_at(
    program: httpx.AsyncClient, idp: FakeIdp
) -> None:
    answer = await program.get("/me", params={"access_token": idp.access_token()})

    assert (answer.status_code, answer.json()["why"]) == (401, "nothing-shown")


async def test_an_id_token_is_no_bearer_token(program: httpx.AsyncClient, idp: FakeIdp) -> None:
    token = idp.signing.token(idp.id_claims())

    answer = await program.get("/me", headers={"authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json()["why"]) == (401, "token-use")


async def test_each_provider_vouches_with_its_own_keys_only(
    idp: FakeIdp, transport: AiohttpTransport, clock: SetClock
) -> None:
    with serving_idp(clock) as other:
        other.signing = rsa_key("key-1", 3072)
        other.published = [other.signing.jwk()]
        settings = gateway_settings(idp_settings(idp), idp_settings(other, "workforce"))
        site = portal(settings, transport, clock)
        tokens = {
            "corporate": idp.access_token(),
            "workforce": other.access_token(),
            "forged": other.access_token(iss=idp.issuer),
        }
        async with site.browser() as program:
            answers = {
                name: await program.get("/me", headers={"authorization": f"Bearer {token}"})
                for name, token in tokens.items()
            }
        await site.room.close()

    assert answers["corporate"].json()["idp"] == "corporate"
    assert answers["workforce"].json()["idp"] == "workforce"
    assert answers["forged"].json()["why"] == "token-signature"


@pytest.mark.parametrize("change", ["x", "/", ".evil.example", ""])
async def test_a_token_of_an_issuer_nobody_declared_asks_nobody_for_keys(
    program: httpx.AsyncClient, idp: FakeIdp, change: str
) -> None:
    issuer = idp.issuer + change if change else idp.issuer[:-1]

    shown = f"Bearer {idp.access_token(iss=issuer)}"
    answer = await program.get("/me", headers={"authorization": shown})

    assert (answer.status_code, answer.json()["why"]) == (401, "token-issuer")
    assert sum(idp.hits.values()) == 0


async def test_several_clients_of_one_issuer_are_told_apart(
    idp: FakeIdp, transport: AiohttpTransport, clock: SetClock
) -> None:
    portal_client = idp_settings(idp)
    idp.client_id = "6client-of-the-command-line"
    settings = gateway_settings(portal_client, idp_settings(idp, "terminal"))
    site = portal(settings, transport, clock)

    async with site.browser() as program:
        answers = [
            await program.get(
                "/me", headers={"authorization": f"Bearer {idp.access_token(client_id=client)}"}
            )
            for client in (portal_client.client_id, idp.client_id, "7unknown")
        ]
    await site.room.close()

    assert [answer.json().get("idp") for answer in answers] == ["corporate", "terminal", None]
    assert answers[2].json()["why"] == "token-client"


async def test_a_provider_that_is_down_is_a_failure_and_not_a_refusal(
    transport: AiohttpTransport, clock: SetClock
) -> None:
    with serving_idp(clock) as idp:
        site = portal(gateway_settings(idp_settings(idp)), transport, clock)
        token = idp.access_token()
    async with site.browser() as program:
        answer = await program.get("/me", headers={"authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json()["why"]) == (503, "Unreachable")
