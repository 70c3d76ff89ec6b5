from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.local.idp.tokens import SignIn, Subject, access_claims, id_claims, readable

NOW = datetime(2030, 1, 15, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MAIL = {"email": "ada@acme.example", "email_verified": "true", "name": "Ada", "sub": "s"}
ADA = Subject("sub-1", "ada", ("b-group", "a-group"), MAIL)
API = SignIn("client", "ada", NOW - HOUR, origin_jti="o", event_id="e")
PAGE = SignIn("client", "ada", NOW, ("openid", "email"), "n", origin_jti="o", event_id="e")


def _id(sign_in: SignIn, **attributes: Any) -> dict[str, Any]:
    return id_claims(
        sign_in,
        ADA,
        issuer="https://issuer",
        now=NOW,
        lives=HOUR,
        attributes=attributes,
        access_token="an.access.token",
    )


def test_an_access_token_has_the_claims_of_cognito_and_no_audience() -> None:
    claims = access_claims(API, ADA, issuer="https://issuer", now=NOW, lives=HOUR)

    assert len(claims.pop("jti")) == 36
    assert claims == {
        "sub": "sub-1",
        "iss": "https://issuer",
        "client_id": "client",
        "origin_jti": "o",
        "event_id": "e",
        "token_use": "access",
        "scope": "aws.cognito.signin.user.admin",
        "auth_time": int(NOW.timestamp()) - 3600,
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 3600,
        "username": "ada",
        "cognito:groups": ["a-group", "b-group"],
    }


def test_an_identity_token_names_its_client_as_audience() -> None:
    claims = _id(PAGE, email="ada@acme.example")

    assert claims["aud"] == "client"
    assert claims["token_use"] == "id"
    assert claims["cognito:username"] == "ada"
    assert claims["nonce"] == "n"
    assert claims["email"] == "ada@acme.example"
    assert not {"client_id", "scope", "username"} & claims.keys()


@settings(deadline=None)
@given(st.sampled_from(["sub", "iss", "aud", "exp", "token_use", "cognito:groups"]))
def test_no_attribute_can_stand_in_for_a_claim_of_the_pool(claim: str) -> None:
    assert _id(API, **{claim: "forged"})[claim] != "forged"


def test_somebody_in_no_group_has_no_groups_claim() -> None:
    claims = access_claims(API, Subject("s", "ada"), issuer="i", now=NOW, lives=HOUR)

    assert "cognito:groups" not in claims


@pytest.mark.parametrize(
    ("scopes", "allowed", "seen"),
    [
        (("openid",), None, {"email", "email_verified", "name"}),
        (("openid", "email"), None, {"email", "email_verified"}),
        (("openid", "profile"), None, {"name"}),
        (("openid",), ["name"], {"name"}),
        (("openid", "email"), ["name"], set()),
    ],
)
def test_scopes_and_read_attributes_open_only_theirs(
    scopes: tuple[str, ...], allowed: list[str] | None, seen: set[str]
) -> None:
    assert set(readable(ADA, scopes, allowed)) == seen


def test_a_flag_is_a_boolean_in_a_token() -> None:
    assert readable(ADA, ("openid", "email"))["email_verified"] is True
