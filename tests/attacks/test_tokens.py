"""Hostile bearer tokens at the front door: every one refused, recorded once, and shown to nobody.

The catalogue is in `tests/kit/jwt_attacks*.py`.
"""

from datetime import datetime

import pytest

from studiogate.audit.record import Outcome
from studiogate.aws.wire.transport import AiohttpTransport
from studiogate.gateway.signin.why import Why
from tests.kit.jwt_attacks import MARKER, OPENING, OWN, Attack, Forge, Group, bearing, good
from tests.kit.jwt_attacks_all import ATTACKS, BEFORE_KEYS, GROUPS
from tests.kit.jwt_attacks_site import Site, attacked
from tests.kit.signin_idp import FakeIdp


@pytest.mark.parametrize(
    "attack", [pytest.param(one, id=f"{group}: {one.name}") for group, one in ATTACKS]
)
async def test_s4_05_s2_07_it_opens_nothing_and_is_recorded_once(
    site: Site, canary: FakeIdp, attack: Attack
) -> None:
    if attack.keys is not None:
        site.idp.published = attack.keys()
    token = attack.make(Forge(site.idp, canary.url))

    for number, path in enumerate(attack.paths, start=1):
        answer = await site.shown(path, attack.show(token))

        assert answer.status_code == attack.status, answer.text
        assert "location" not in answer.headers
        assert "set-cookie" not in answer.headers
        assert answer.json()["remedy"]
        assert len(site.records) == number
        assert site.records[-1].outcome is Outcome.REFUSED
        assert site.records[-1].reason in attack.reasons
        assert site.leaks(token, answer) == []
    if attack.status == 401:
        assert site.asked_of_aws == []
        assert all(line.person is None for line in site.records)
    assert site.house.aws.asked == []
    assert sum(canary.hits.values()) == 0


@pytest.mark.parametrize("group", [pytest.param(group, id=group.name) for group in GROUPS])
async def test_they_are_told_nothing_about_anybody_either(site: Site, group: Group) -> None:
    refused = [one for one in group.attacks if one.status == 401 and one.keys is None]
    for attack in refused:
        token = attack.make(Forge(site.idp))
        for path in ("/api/me", "/api/domains"):
            answer = await site.shown(path, attack.show(token))

            assert (answer.status_code, answer.json()["reason"]) == (401, "not-signed-in")
            assert answer.json()["detail"] == "You are not signed in."
            assert site.leaks(token, answer) == []
    assert site.asked_of_aws == []
    assert site.records == []


@pytest.mark.parametrize("group", [pytest.param(group, id=group.name) for group in GROUPS])
async def test_what_is_like_them_and_good_opens(
    site: Site, canary: FakeIdp, group: Group
) -> None:
    if group.keys is not None:
        site.idp.published = group.keys()
    token = group.control(Forge(site.idp, canary.url))

    for path in (OPENING, OWN):
        answer = await site.shown(path, bearing(token))

        assert answer.status_code == 302, [line.reason for line in site.records]
        assert site.records[-1].outcome is Outcome.OPENED
        assert site.leaks(token, answer) == []
    assert sum(canary.hits.values()) == 0


def test_there_are_more_than_sixty_of_them_and_no_two_alike() -> None:
    names = [f"{group}: {attack.name}" for group, attack in ATTACKS]

    assert len(set(names)) == len(names) >= 500
    assert all(len(group.attacks) >= 10 for group in GROUPS)


def test_every_check_of_a_token_finds_something() -> None:
    """A check that no attack meets is one that nobody would miss."""
    found = {reason for _, attack in ATTACKS for reason in attack.reasons}
    elsewhere = {"token-nonce", "token-party", "token-proof"}
    """Of ID tokens; see tests/gateway/signin."""

    elsewhere |= {"token-unreadable"}
    """What breaks a check; see below."""

    elsewhere |= {"token-email"}
    """Of providers that know people by their address; see tests/gateway/signin."""

    checks = {why.value for why in Why if why.value.startswith(("token-", "bearer-"))}

    assert checks - elsewhere <= found


async def test_a_flood_of_unknown_keys_costs_the_provider_one_question(site: Site) -> None:
    forge = Forge(site.idp)
    for number in range(200):
        token = forge.headed(kid=f"unknown-{number}")
        assert (await site.shown(OPENING, bearing(token))).status_code == 401

    assert site.idp.hits["/jwks.json"] <= 2
    assert len(site.records) == 200
    assert (await site.shown(OPENING, bearing(good(forge)))).status_code == 302


async def test_what_is_no_token_of_ours_never_makes_us_ask_the_provider(site: Site) -> None:
    forge = Forge(site.idp)
    for group in BEFORE_KEYS:
        for attack in group.attacks:
            await site.shown(OPENING, attack.show(attack.make(forge)))

    assert sum(site.idp.hits.values()) == 0


async def test_a_token_that_breaks_a_check_is_refused_and_not_shown(
    idp: FakeIdp, transport: AiohttpTransport
) -> None:
    token = good(Forge(idp))

    def broken() -> datetime:
        raise ZeroDivisionError(MARKER)

    async with attacked(idp, transport, judging_by=broken) as site:
        answer = await site.shown(OPENING, bearing(token))

        assert answer.status_code == 401
        assert [line.reason for line in site.records] == ["token-unreadable"]
        assert site.leaks(token, answer) == []
