"""What tokens say beside the name: algorithms, groups, times, sessions, audiences."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from studiogate.aws.wire.transport import AiohttpTransport
from studiogate.errors import NotSignedIn
from studiogate.gateway.providers import ALGORITHMS
from studiogate.gateway.signin.shape import compact
from studiogate.gateway.signin.tokens import Trusted, vouched
from tests.kit.signin_idp import CLIENT_ID, FakeIdp, SetClock, key_for, rsa_key
from tests.kit.signin_room import idp_settings

RSA = rsa_key("key-1")
NOW_S = int(SetClock()().timestamp())


@pytest.fixture
async def trusted(
    idp: FakeIdp, transport: AiohttpTransport, clock: SetClock
) -> AsyncIterator[Trusted]:
    trusted = Trusted.of(idp_settings(idp), transport, clock)
    yield trusted
    await trusted.keys.close()


async def why(trusted: Trusted, token: str) -> str:
    """The code under which `token` is refused."""
    with pytest.raises(NotSignedIn) as refusal:
        await trusted.verifier.access(compact(token))
    return refusal.value.recorded


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_token_is_verified_with_whatever_is_allowed_for_its_provider(
    idp: FakeIdp, transport: AiohttpTransport, clock: SetClock, algorithm: str
) -> None:
    idp.signing = key_for(algorithm)
    idp.published = [idp.signing.jwk()]
    settings = replace(idp_settings(idp), algorithms=(algorithm,))
    trusted = Trusted.of(settings, transport, clock)
    token = idp.access_token()
    head, _, signature = token.rpartition(".")
    spoilt = f"{head}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"

    assert (await trusted.verifier.access(compact(token))).person == "user-lob-a"
    assert await why(trusted, spoilt) == "token-signature"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_signature_that_is_not_allowed_asks_nobody_for_keys(
    idp: FakeIdp, transport: AiohttpTransport, clock: SetClock, algorithm: str
) -> None:
    idp.signing = key_for(algorithm)
    others = tuple(one for one in ALGORITHMS if one != algorithm)
    trusted = Trusted.of(replace(idp_settings(idp), algorithms=others), transport, clock)

    assert await why(trusted, idp.access_token()) == "token-algorithm"
    assert sum(idp.hits.values()) == 0


async def test_a_key_of_one_padding_does_not_verify_the_other(
    idp: FakeIdp, transport: AiohttpTransport, clock: SetClock
) -> None:
    """One RSA key, published for PS256, and a token it signed as RS256."""
    idp.published = [key_for("PS256").jwk()]
    settings = replace(idp_settings(idp), algorithms=("RS256", "PS256"))
    trusted = Trusted.of(settings, transport, clock)

    signed_otherwise = key_for("RS256").token(idp.access_claims())

    assert await why(trusted, signed_otherwise) == "token-key-algorithm"
    relabelled = key_for("RS256").token(idp.access_claims(), alg="PS256")
    assert await why(trusted, relabelled) == "token-signature"


@pytest.mark.parametrize(
    ("claims", "groups"),
    [
        ({}, None),
        ({"groups": []}, set()),
        ({"groups": ["ml-lob-a", "ml-lob-a", "x"]}, {"ml-lob-a", "x"}),
        ({"groups": [f"g{n}" for n in range(1000)]}, {f"g{n}" for n in range(1000)}),
        ({"_claim_names": {"photo": "src1"}}, None),
        ({"hasgroups": False}, None),
    ],
)
async def test_the_groups_a_token_lists_are_known_and_silence_is_not_none(
    trusted: Trusted, idp: FakeIdp, claims: dict[str, Any], groups: set[str] | None
) -> None:
    access = await trusted.verifier.access(compact(RSA.token(idp.access_claims(**claims))))
    id_token = RSA.token(idp.id_claims(nonce="n-1", **claims))

    assert access.groups == groups
    assert (await trusted.verifier.id_token(id_token, nonce="n-1")).groups == groups


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        pytest.param({"groups": "ml-lob-a"}, "token-groups", id="a text"),
        pytest.param({"groups": {"ml-lob-a": 1}}, "token-groups", id="an object"),
        pytest.param({"groups": ["ml-lob-a", 7]}, "token-groups", id="a number among them"),
        pytest.param({"groups": [""]}, "token-groups", id="one without a name"),
        pytest.param({"groups": ["g" * 513]}, "token-groups", id="one with an endless name"),
        pytest.param({"groups": False}, "token-groups", id="a boolean"),
        pytest.param({"_claim_names": "groups"}, "token-groups", id="claim names as a text"),
        pytest.param(
            {"groups": [f"g{n}" for n in range(1001)]}, "token-groups-untold", id="too many"
        ),
        pytest.param(
            {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {}}},
            "token-groups-untold",
            id="Entra: more than fit",
        ),
        pytest.param(
            {"hasgroups": True}, "token-groups-untold", id="Entra: more than fit a URL"
        ),
        pytest.param({"hasgroups": "true"}, "token-groups-untold", id="Entra: as a text"),
    ],
)
async def test_groups_that_are_there_and_cannot_be_told_are_no_silence(
    trusted: Trusted, idp: FakeIdp, claims: dict[str, Any], reason: str
) -> None:
    assert await why(trusted, RSA.token(idp.access_claims(**claims))) == reason


async def test_another_claim_of_groups_is_the_one_that_counts(
    idp: FakeIdp, transport: AiohttpTransport, clock: SetClock
) -> None:
    settings = replace(idp_settings(idp), groups_claim="cognito:groups")
    trusted = Trusted.of(settings, transport, clock)
    claims: dict[str, Any] = {"cognito:groups": ["ml-lob-a"], "groups": 7, "hasgroups": True}

    found = await trusted.verifier.access(compact(idp.access_token(**claims)))

    assert found.groups == frozenset({"ml-lob-a"})


async def signed_in(trusted: Trusted, idp: FakeIdp, **claims: Any) -> Any:
    token = RSA.token(idp.id_claims(nonce="n-1", **claims))
    return await trusted.verifier.id_token(token, nonce="n-1")


@pytest.mark.parametrize(
    ("claims", "until_s"),
    [
        pytest.param({}, 16 * 3600, id="nothing said: from when the token was made"),
        pytest.param({"exp": NOW_S + 60}, 16 * 3600, id="the end of the token is not ours"),
        pytest.param({"auth_time": NOW_S - 3600}, 15 * 3600, id="from the proof on"),
        pytest.param({"auth_time": NOW_S - 8 * 3600}, 8 * 3600, id="the oldest proof"),
        pytest.param({"auth_time": NOW_S + 30}, 16 * 3600, id="by a clock that is ahead"),
        pytest.param({"session_expiry": NOW_S + 900}, 900, id="with the provider's session"),
        pytest.param({"session_expiry": NOW_S + 10**7}, 16 * 3600, id="never later"),
    ],
)
async def test_a_sign_in_lasts_from_the_proof_and_not_from_the_token(
    trusted: Trusted, idp: FakeIdp, clock: SetClock, claims: dict[str, Any], until_s: int
) -> None:
    found = await signed_in(trusted, idp, **claims)

    assert found.until == clock() + timedelta(seconds=until_s)
    assert found.at <= clock()


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        pytest.param({"auth_time": NOW_S - 8 * 3600 - 61}, "token-proof", id="long ago"),
        pytest.param({"auth_time": NOW_S - 31_000_000}, "token-proof", id="a year ago"),
        pytest.param({"auth_time": NOW_S + 61}, "token-not-yet", id="not yet"),
        pytest.param({"auth_time": "now"}, "token-time", id="a word"),
        pytest.param({"auth_time": 0}, "token-time", id="zero"),
        pytest.param({"session_expiry": NOW_S}, "token-expired", id="their session is over"),
        pytest.param({"session_expiry": "soon"}, "token-time", id="their session, in words"),
        pytest.param({"sid": 7}, "token-session", id="session as a number"),
        pytest.param({"sid": ""}, "token-session", id="session without a name"),
        pytest.param({"sid": "s" * 256}, "token-session", id="an endless session"),
        pytest.param({"events": {}}, "token-use", id="what a logout token says"),
    ],
)
async def test_asvs_10_3_4_a_sign_in_without_a_fresh_proof_is_refused(
    trusted: Trusted, idp: FakeIdp, claims: dict[str, Any], reason: str
) -> None:
    with pytest.raises(NotSignedIn) as refusal:
        await signed_in(trusted, idp, **claims)
    assert refusal.value.recorded == reason


async def test_what_the_provider_says_of_its_own_session_is_known(
    trusted: Trusted, idp: FakeIdp, clock: SetClock
) -> None:
    found = await signed_in(trusted, idp, sid="s-1", auth_time=NOW_S - 60)
    token = compact(RSA.token(idp.access_claims(sid="s-1", auth_time=NOW_S - 60)))
    shown = await trusted.verifier.access(token)

    assert (found.at_provider, shown.at_provider) == ("s-1", "s-1")
    assert found.at == shown.at == clock() - timedelta(seconds=60)


@pytest.mark.parametrize(
    ("audience", "reason"),
    [
        ("api://studiogate", None),
        (["api://studiogate", "api://another"], None),
        ("urn:second", None),
        (CLIENT_ID, "token-audience"),
        (["api://another"], "token-audience"),
        ("api://studiogate/", "token-audience"),
        ([["api://studiogate"]], "token-audience"),
    ],
)
async def test_where_audiences_are_declared_bearer_tokens_are_for_them_and_not_the_client(
    idp: FakeIdp,
    transport: AiohttpTransport,
    clock: SetClock,
    audience: Any,
    reason: str | None,
) -> None:
    settings = replace(
        idp_settings(idp, username_claim="preferred_username"),
        audiences=("api://studiogate", "urn:second"),
    )
    trusted = Trusted.of(settings, transport, clock)
    facts = {"token_use": None, "client_id": "6any", "username": None, "aud": audience}
    token = idp.access_token(**facts, preferred_username="ada")

    if reason is None:
        assert (await trusted.verifier.access(compact(token))).person == "ada"
    else:
        assert await why(trusted, token) == reason


@pytest.mark.parametrize(
    ("claims", "idps"),
    [
        ({"client_id": "6terminal", "aud": "api://studiogate"}, "terminal"),
        ({"azp": "6terminal", "aud": "api://studiogate"}, "terminal"),
        ({"client_id": "7other", "aud": "api://studiogate"}, "portal"),
        ({"client_id": "7other", "aud": "urn:of-terminal"}, "terminal"),
    ],
)
async def test_several_clients_of_one_issuer_are_told_apart_by_client_and_by_audience(
    idp: FakeIdp,
    transport: AiohttpTransport,
    clock: SetClock,
    claims: dict[str, Any],
    idps: str,
) -> None:
    plain = idp_settings(idp, username_claim="preferred_username")
    portal = replace(plain, name="portal", audiences=("api://studiogate",))
    terminal = replace(
        plain,
        name="terminal",
        client_id="6terminal",
        audiences=("api://studiogate", "urn:of-terminal"),
    )
    known = {one.name: Trusted.of(one, transport, clock) for one in (portal, terminal)}
    facts = {"token_use": None, "client_id": None, "username": None}
    token = idp.access_token(**(facts | claims), preferred_username="ada")

    assert (await vouched(known, token)).idp == idps


@pytest.mark.parametrize(
    ("said", "code"),
    [
        pytest.param({"email_verified": True}, None, id="verified"),
        pytest.param({"email_verified": "true"}, None, id="verified, as a text"),
        pytest.param({}, None, id="a provider that does not say"),
        pytest.param({"email_verified": False}, "token-email", id="not verified"),
        pytest.param({"email_verified": "false"}, "token-email", id="not verified, as a text"),
        pytest.param({"email_verified": 1}, "token-email", id="a number"),
    ],
)
async def test_asvs_10_3_3_an_address_nobody_verified_is_nobodys_name(
    idp: FakeIdp,
    transport: AiohttpTransport,
    clock: SetClock,
    said: dict[str, Any],
    code: str | None,
) -> None:
    by_address = replace(idp_settings(idp), username_claim="email")
    trusted = Trusted.of(by_address, transport, clock)
    token = idp.access_token(email="ada@acme.example", **said)

    if code is None:
        found = await trusted.verifier.access(compact(token))
        assert found.person == "ada@acme.example"
    else:
        assert await why(trusted, token) == code
    await trusted.keys.close()
