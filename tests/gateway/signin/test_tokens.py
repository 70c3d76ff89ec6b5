"""Bearer tokens: what is believed, and everything that must not be.

Each hostile token has one fault, so the reason recorded is the check that found it.
"""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hmac
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from studiogate.aws.wire.transport import AiohttpTransport
from studiogate.errors import NotSignedIn
from studiogate.gateway.signin.shape import LONGEST_TOKEN, compact
from studiogate.gateway.signin.tokens import Trusted
from tests.kit.signin_idp import (
    CLIENT_ID,
    FakeIdp,
    SetClock,
    b64,
    ec_key,
    rsa_key,
    serving_idp,
)
from tests.kit.signin_room import idp_settings

RSA, EC = rsa_key("key-1"), ec_key("key-2")
NOW_S = int(SetClock()().timestamp())


@pytest.fixture
async def trusted(
    idp: FakeIdp, transport: AiohttpTransport, clock: SetClock
) -> AsyncIterator[Trusted]:
    idp.published = [RSA.jwk(), EC.jwk()]
    trusted = Trusted.of(idp_settings(idp), transport, clock)
    yield trusted
    await trusted.keys.close()


async def why(trusted: Trusted, token: str) -> str:
    """The code under which `token` is refused; the words are always the same."""
    with pytest.raises(NotSignedIn) as refusal:
        await trusted.verifier.access(compact(token))
    assert str(refusal.value) == "you are not signed in"
    assert refusal.value.reason == "not-signed-in"
    return refusal.value.recorded


@pytest.mark.parametrize("key", [RSA, EC], ids=["RS256", "ES256"])
async def test_a_good_access_token_names_its_person(
    trusted: Trusted, idp: FakeIdp, key: Any
) -> None:
    found = await trusted.verifier.access(compact(key.token(idp.access_claims("user-lob-b"))))

    assert (found.person, found.idp, found.way) == ("user-lob-b", "corporate", "bearer")
    assert found.subject == "sub-of-user-lob-b"
    assert found.until.timestamp() == NOW_S + 3600 + 60


@pytest.mark.parametrize(
    "header", [{"typ": "JWT"}, {"typ": "at+jwt"}, {"x5t": "a", "nonce": "b"}]
)
async def test_header_names_of_providers_do_no_harm(
    trusted: Trusted, idp: FakeIdp, header: dict[str, str]
) -> None:
    found = await trusted.verifier.access(compact(RSA.token(idp.access_claims(), **header)))

    assert found.person == "user-lob-a"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        pytest.param({"iss": "https://evil.example"}, "token-issuer", id="another issuer"),
        pytest.param({"iss": None}, "token-issuer", id="no issuer"),
        pytest.param({"iss": ["x"]}, "token-issuer", id="a list of issuers"),
        pytest.param({"token_use": "id"}, "token-use", id="an ID token"),
        pytest.param({"token_use": ["access"]}, "token-use", id="a list of uses"),
        pytest.param({"client_id": "another"}, "token-client", id="another client"),
        pytest.param({"client_id": None}, "token-client", id="no client"),
        pytest.param({"client_id": [CLIENT_ID]}, "token-client", id="a list of clients"),
        pytest.param({"client_id": CLIENT_ID.upper()}, "token-client", id="client in capitals"),
        pytest.param({"aud": "https://api.example"}, "token-audience", id="another resource's"),
        pytest.param({"exp": None}, "token-time", id="no end"),
        pytest.param({"exp": str(NOW_S + 60)}, "token-time", id="end as text"),
        pytest.param({"exp": True}, "token-time", id="end as a boolean"),
        pytest.param({"exp": (NOW_S + 60) * 1000}, "token-time", id="end in milliseconds"),
        pytest.param({"exp": [NOW_S + 60]}, "token-time", id="end as a list"),
        pytest.param({"exp": 0}, "token-time", id="end zero"),
        pytest.param({"exp": -NOW_S}, "token-time", id="end before all time"),
        pytest.param({"exp": NOW_S - 61, "iat": NOW_S - 3600}, "token-expired", id="over"),
        pytest.param({"exp": NOW_S - 60, "iat": NOW_S - 3600}, "token-expired", id="just over"),
        pytest.param({"iat": None}, "token-time", id="no beginning"),
        pytest.param({"iat": False}, "token-time", id="beginning as a boolean"),
        pytest.param({"iat": NOW_S + 61}, "token-not-yet", id="made in the future"),
        pytest.param({"nbf": NOW_S + 61}, "token-not-yet", id="good in the future"),
        pytest.param({"iat": NOW_S + 61, "nbf": NOW_S}, "token-not-yet", id="good before made"),
        pytest.param({"nbf": "soon"}, "token-time", id="good from some word on"),
        pytest.param(
            {"nbf": None, "iat": NOW_S + 10**9}, "token-time", id="ends before it began"
        ),
        pytest.param({"exp": NOW_S + 86_401}, "token-lifetime", id="lives over a day"),
        pytest.param({"sub": None}, "token-subject", id="nobody"),
        pytest.param({"sub": ""}, "token-subject", id="empty subject"),
        pytest.param({"sub": 7}, "token-subject", id="a number"),
        pytest.param({"sub": "s" * 256}, "token-subject", id="endless subject"),
        pytest.param({"sub": "a\nb"}, "token-subject", id="subject on two lines"),
        pytest.param({"username": None}, "token-username", id="no name"),
        pytest.param({"username": ["user-lob-a"]}, "token-username", id="a list of names"),
    ],
)
async def test_s2_07_s4_05_a_claim_that_is_wrong_is_refused_for_that_reason(
    trusted: Trusted, idp: FakeIdp, claims: dict[str, Any], reason: str
) -> None:
    token = RSA.token(idp.access_claims(**claims))

    assert await why(trusted, token) == reason


@pytest.mark.parametrize(
    "name",
    ["*", "user-lob-?", "ad/min", "", "a", "user lob a", " user-lob-a", "user-lob-a ",
     "user-lob-a\n", "user-lob-a\u00a0", "üser", "\uff55ser-lob-a", "a" * 65, "../x", "a\x00b",
     "aws:admin", "${aws:username}", "user-lob-a\u200b"],
)  # fmt: skip
async def test_a_name_outside_the_alphabet_is_refused_and_never_mended(
    trusted: Trusted, idp: FakeIdp, name: str
) -> None:
    token = RSA.token(idp.access_claims(username=name))

    assert await why(trusted, token) == "token-username"


@pytest.mark.parametrize("name", ["User-LOB-A", "ada.lovelace@acme.example", "corp_ada+x=1,2"])
async def test_a_name_comes_through_as_it_was_signed(
    trusted: Trusted, idp: FakeIdp, name: str
) -> None:
    found = await trusted.verifier.access(compact(RSA.token(idp.access_claims(username=name))))

    assert found.person == name


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW_S - 59, "iat": NOW_S - 3600},
        {"iat": NOW_S + 60},
        {"nbf": NOW_S + 60},
        {"exp": NOW_S + 86_400},
        {"exp": NOW_S + 0.5, "iat": NOW_S - 0.5},
        {"aud": CLIENT_ID},
    ],
)
async def test_the_edge_of_the_leeway_is_inside(
    trusted: Trusted, idp: FakeIdp, claims: dict[str, Any]
) -> None:
    found = await trusted.verifier.access(compact(RSA.token(idp.access_claims(**claims))))

    assert found.person == "user-lob-a"


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5000])
async def test_a_number_that_is_none_is_refused(
    trusted: Trusted, idp: FakeIdp, literal: str
) -> None:
    text = json.dumps(idp.access_claims(exp=123456789)).replace("123456789", literal)

    assert await why(trusted, RSA.token(text.encode())) in {"token-json", "token-time"}


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"alg": "none"}, "token-algorithm"),
        ({"alg": "None"}, "token-algorithm"),
        ({"alg": "HS256"}, "token-algorithm"),
        ({"alg": "RS384"}, "token-algorithm"),
        ({"alg": "PS256"}, "token-algorithm"),
        ({"alg": "rs256"}, "token-algorithm"),
        ({"alg": ["RS256"]}, "token-algorithm"),
        ({"alg": None}, "token-algorithm"),
        ({"alg": "ES256"}, "token-key-algorithm"),
        ({"kid": "key-2"}, "token-key-algorithm"),
        ({"kid": None}, "token-no-key-id"),
        ({"kid": ""}, "token-no-key-id"),
        ({"kid": 1}, "token-no-key-id"),
        ({"kid": "k" * 257}, "token-no-key-id"),
        ({"kid": "../../../../dev/null"}, "token-unknown-key"),
        ({"kid": "key-1' or '1'='1"}, "token-unknown-key"),
        ({"kid": "https://evil.example/key"}, "token-unknown-key"),
        ({"kid": "KEY-1"}, "token-unknown-key"),
        ({"crit": ["exp"]}, "token-critical"),
        ({"crit": []}, "token-critical"),
        ({"b64": False}, "token-critical"),
        ({"b64": True}, "token-critical"),
        ({"zip": "DEF"}, "token-critical"),
        ({"typ": "logout+jwt"}, "token-type"),
        ({"typ": "secevent+jwt"}, "token-type"),
        ({"typ": 7}, "token-type"),
        ({"typ": None}, "token-type"),
        ({"typ": ""}, "token-type"),
        ({"x5c": "x" * 3000}, "token-malformed"),
    ],
)
async def test_a_header_that_is_wrong_is_refused_for_that_reason(
    trusted: Trusted, idp: FakeIdp, header: dict[str, Any], reason: str
) -> None:
    token = RSA.token(idp.access_claims(), **header)

    assert await why(trusted, token) == reason


def hs256(secret: bytes, idp: FakeIdp, alg: str) -> str:
    """A token "signed" with our public key as if it were a shared secret."""
    signed = RSA.raw_token(
        json.dumps({"alg": alg, "kid": "key-1"}).encode(),
        json.dumps(idp.access_claims()).encode(),
    ).rpartition(".")[0]
    mac = hmac.HMAC(secret, SHA256())
    mac.update(signed.encode())
    return f"{signed}.{b64(mac.finalize())}"


@pytest.mark.parametrize(
    ("alg", "reason"), [("HS256", "token-algorithm"), ("RS256", "token-signature")]
)
async def test_the_public_key_is_no_shared_secret(
    trusted: Trusted, idp: FakeIdp, alg: str, reason: str
) -> None:
    pem = RSA.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    assert await why(trusted, hs256(pem, idp, alg)) == reason


async def test_keys_offered_by_the_token_are_never_fetched_or_used(
    trusted: Trusted, idp: FakeIdp, clock: SetClock
) -> None:
    thief = rsa_key("key-of-thief")
    with serving_idp(clock) as canary:
        canary.published = [thief.jwk(kid="key-1")]
        for header in (
            {"jku": f"{canary.url}/jwks.json"},
            {"x5u": f"{canary.url}/cert.pem"},
            {"jwk": thief.jwk(kid="key-1")},
            {"x5c": [b64(b"certificate")]},
        ):
            token = thief.token(idp.access_claims(), kid="key-1", **header)
            assert await why(trusted, token) == "token-signature"

    assert sum(canary.hits.values()) == 0


async def test_a_token_of_another_pool_with_our_key_id_is_refused(
    trusted: Trusted, idp: FakeIdp
) -> None:
    token = rsa_key("key-1", 3072).token(idp.access_claims())

    assert await why(trusted, token) == "token-signature"


@pytest.mark.parametrize(
    "signature", [b"", b"\0" * 64, b"\0" * 63, b"\xff" * 64, b"\0" * 31 + b"\1" + b"\0" * 32]
)
async def test_a_zero_or_odd_signature_of_ecdsa_is_refused(
    trusted: Trusted, idp: FakeIdp, signature: bytes
) -> None:
    body = EC.token(idp.access_claims()).rpartition(".")[0]

    assert await why(trusted, f"{body}.{b64(signature)}") in {
        "token-signature",
        "token-malformed",
    }


def doubled(token: str) -> str:
    return f"{token}.{token}"


def padded(token: str) -> str:
    return token + "="


def shortened(token: str) -> str:
    return token[:-1]


def respelled(token: str) -> str:
    """The same bytes in another spelling: the spare bits of the last character set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


@pytest.mark.parametrize(
    ("spoil", "reasons"),
    [
        (doubled, {"token-malformed"}),
        (padded, {"token-malformed"}),
        (shortened, {"token-encoding", "token-signature"}),
        (respelled, {"token-encoding"}),
        (lambda token: token + "\n", {"token-malformed"}),
        (lambda token: " " + token, {"token-malformed"}),
        (lambda token: token.replace(".", "..", 1), {"token-malformed"}),
        (lambda token: token.rpartition(".")[0] + ".", {"token-malformed"}),
        (lambda token: token.rpartition(".")[0], {"token-malformed"}),
        (lambda token: token.replace(".", ".+", 1), {"token-malformed"}),
        (lambda token: "." + token, {"token-malformed"}),
        (lambda token: token + ".a.b", {"token-malformed"}),
        (lambda _: "", {"token-malformed"}),
        (lambda _: "a" * (LONGEST_TOKEN + 1), {"token-size"}),
        (lambda _: "é.é.é", {"token-malformed"}),
    ],
)
async def test_a_token_has_one_spelling(
    trusted: Trusted, idp: FakeIdp, spoil: Callable[[str], str], reasons: set[str]
) -> None:
    assert await why(trusted, spoil(RSA.token(idp.access_claims()))) in reasons


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"[]", id="a list"),
        pytest.param(b'"text"', id="a text"),
        pytest.param(b"null", id="nothing"),
        pytest.param(b"{", id="cut short"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"\xef\xbb\xbf{}", id="with a byte order mark"),
        pytest.param(b'{"exp": 1, "exp": 2}', id="a claim twice"),
        pytest.param(b'{"a": {"b": 1, "b": 2}}', id="an inner member twice"),
        pytest.param(b'{"a":' * 1900 + b"1" + b"}" * 1900, id="very deep objects"),
        pytest.param(
            b'{"a":' * 18 + b"1" + b"}" * 18, id="deep objects that every Python reads"
        ),
        pytest.param(b"[" * 5500 + b"]" * 5500, id="very deep lists"),
    ],
)
async def test_json_that_can_be_read_two_ways_is_not_read(
    trusted: Trusted, payload: bytes
) -> None:
    assert await why(trusted, RSA.token(payload)) == "token-json"


async def test_a_claim_twice_is_refused_even_when_both_say_the_same(
    trusted: Trusted, idp: FakeIdp
) -> None:
    text = json.dumps(idp.access_claims())
    twice = text[:-1] + f', "username": "user-lob-a"{text[-1]}'

    assert await why(trusted, RSA.token(twice.encode())) == "token-json"


async def test_a_check_that_breaks_is_a_refusal_and_says_nothing_of_the_token(
    idp: FakeIdp, transport: AiohttpTransport, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Any:
        raise ZeroDivisionError(RSA.token(idp.access_claims()))

    trusted = Trusted.of(idp_settings(idp), transport, broken)

    assert await why(trusted, RSA.token(idp.access_claims())) == "token-unreadable"
    assert "ZeroDivisionError" in caplog.text
    assert "eyJ" not in caplog.text


@pytest.fixture
def plain(idp: FakeIdp, transport: AiohttpTransport, clock: SetClock) -> Trusted:
    """A provider that is no user pool."""
    return Trusted.of(idp_settings(idp, username_claim="preferred_username"), transport, clock)


@pytest.mark.parametrize(
    ("claims", "header", "reason"),
    [
        pytest.param({}, {"typ": "at+jwt"}, None, id="RFC 9068"),
        pytest.param({"scope": "openid"}, {}, None, id="with a scope"),
        pytest.param({"scp": ["openid"]}, {}, None, id="with scopes as a list"),
        pytest.param(
            {"scope": "x", "aud": ["api", CLIENT_ID]}, {}, None, id="several audiences"
        ),
        pytest.param({}, {}, "token-use", id="nothing says it is an access token"),
        pytest.param({"scope": "x", "nonce": "n"}, {}, "token-use", id="it has a nonce"),
        pytest.param({"scope": "x", "at_hash": "h"}, {}, "token-use", id="it has an at_hash"),
        pytest.param(
            {"scope": "x", "typ": "ID"}, {}, "token-use", id="it says it is an ID token"
        ),
        pytest.param({"scope": "x", "aud": "other"}, {}, "token-audience", id="for another"),
        pytest.param({"scope": "x", "aud": None}, {}, "token-audience", id="for nobody"),
        pytest.param(
            {"scope": "x", "aud": [CLIENT_ID, 7]}, {}, "token-audience", id="odd list"
        ),
        pytest.param({"scope": "x", "token_use": "id"}, {}, "token-use", id="Cognito's word"),
    ],
)
async def test_s4_14_a_provider_that_is_not_cognito_must_show_an_access_token_too(
    plain: Trusted,
    idp: FakeIdp,
    claims: dict[str, Any],
    header: dict[str, Any],
    reason: str | None,
) -> None:
    facts: dict[str, Any] = {
        "token_use": None,
        "client_id": None,
        "username": None,
        "scope": None,
    }
    facts |= {"aud": CLIENT_ID, "preferred_username": "ada"}
    token = RSA.token(idp.access_claims(**(facts | claims)), **header)

    if reason is None:
        assert (await plain.verifier.access(compact(token))).person == "ada"
    else:
        assert await why(plain, token) == reason


async def test_a_user_pool_must_say_token_use(
    transport: AiohttpTransport, clock: SetClock
) -> None:
    pool = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AcmeDemo1"
    with serving_idp(clock, issuer=pool) as idp:
        trusted = Trusted.of(idp_settings(idp, endpoint=idp.url), transport, clock)
        good = idp.access_token()
        silent = idp.access_token(token_use=None, aud=CLIENT_ID, scope="openid")

        assert (await trusted.verifier.access(compact(good))).person == "user-lob-a"
        assert await why(trusted, silent) == "token-use"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({}, None),
        ({"aud": [CLIENT_ID]}, None),
        ({"azp": CLIENT_ID}, None),
        ({"token_use": None}, None),
        ({"aud": [CLIENT_ID, "another"]}, "token-audience"),
        ({"aud": [CLIENT_ID, CLIENT_ID]}, "token-audience"),
        ({"aud": {CLIENT_ID: 1}}, "token-audience"),
        ({"aud": None}, "token-audience"),
        ({"azp": "another"}, "token-party"),
        ({"azp": None, "nonce": "other"}, "token-nonce"),
        ({"nonce": None}, "token-nonce"),
        ({"token_use": "access"}, "token-use"),
    ],
)
async def test_an_id_token_is_for_us_and_for_this_sign_in(
    trusted: Trusted, idp: FakeIdp, claims: dict[str, Any], reason: str | None
) -> None:
    token = RSA.token(idp.id_claims(**({"nonce": "n-1"} | claims)))

    if reason is None:
        assert (await trusted.verifier.id_token(token, nonce="n-1")).person == "user-lob-a"
        return
    with pytest.raises(NotSignedIn) as refusal:
        await trusted.verifier.id_token(token, nonce="n-1")
    assert refusal.value.recorded == reason


async def test_an_access_token_is_no_id_token_whatever_it_claims(
    trusted: Trusted, idp: FakeIdp
) -> None:
    token = RSA.token(idp.id_claims(nonce="n-1", token_use=None), typ="at+jwt")

    with pytest.raises(NotSignedIn) as refusal:
        await trusted.verifier.id_token(token, nonce="n-1")
    assert refusal.value.recorded == "token-use"


async def test_no_token_is_in_a_repr(idp: FakeIdp) -> None:

    shape = compact(RSA.token(idp.access_claims()))

    assert "eyJ" not in repr(shape)
    assert "user-lob-a" not in repr(shape)
