"""A client with a secret: where it is shown, and that it is shown nowhere else."""

import logging
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from studiogate.aws.wire.transport import AiohttpTransport
from studiogate.gateway.told import Secret
from tests.kit.signin_idp import FakeIdp, SetClock
from tests.kit.signin_room import (
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


@pytest.mark.parametrize(
    ("methods", "secret"),
    [
        (None, "a plain secret"),
        (["client_secret_basic", "client_secret_post"], "s:e+c/r=e%t&"),
        (["private_key_jwt", "client_secret_post"], "s:e+c/r=e%t&"),
    ],
)
async def test_a_confidential_client_shows_its_secret_in_the_one_place_the_provider_names(
    idp: FakeIdp,
    transport: AiohttpTransport,
    clock: SetClock,
    methods: list[str] | None,
    secret: str,
) -> None:
    idp.secret = secret
    if methods is not None:
        idp.discovery = {"token_endpoint_auth_methods_supported": methods}
    settings = replace(
        gateway_settings(idp_settings(idp)),
        client_secrets={"corporate": Secret(secret.encode())},
    )
    site = portal(settings, transport, clock)
    async with site.browser() as browser:
        await browser.get(await to_idp_and_back(browser))

        assert (await browser.get("/me")).json()["person"] == "user-lob-a"


@pytest.mark.parametrize("methods", [["client_secret_basic"], ["client_secret_post"], ["tls"]])
async def test_a_secret_that_is_not_taken_is_a_failure_and_shown_to_nobody(
    idp: FakeIdp,
    transport: AiohttpTransport,
    clock: SetClock,
    methods: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="studiogate")
    idp.secret, wrong = "of-this-year", "of-last-year"
    idp.discovery = {"token_endpoint_auth_methods_supported": methods}
    settings = replace(
        gateway_settings(idp_settings(idp)),
        client_secrets={"corporate": Secret(wrong.encode())},
    )
    site = portal(settings, transport, clock)
    async with site.browser() as browser:
        answer = await browser.get(await to_idp_and_back(browser))
        nobody = await browser.get("/me")

    assert (answer.status_code, answer.json()["why"], nobody.status_code) == (
        503,
        "Invalid",
        401,
    )
    said = f"{answer.text} {caplog.text} {settings!r} {site.ledger.sign_ins!r}"
    basic = b64encode(f"{idp.client_id}:{wrong}".encode()).decode()
    assert wrong not in said
    assert basic not in said


async def test_a_provider_that_demands_a_secret_we_do_not_have_is_a_failure(
    browser: httpx.AsyncClient, idp: FakeIdp
) -> None:
    idp.secret = "of-this-year"

    answer = await browser.get(await to_idp_and_back(browser))

    assert (answer.status_code, answer.json()["why"]) == (503, "Invalid")
