"""What a Cognito user pool says in its tokens, claim by claim.

Source: Cognito developer guide, "Understanding the access token" and "Understanding the
identity (ID) token".  The library underneath differs from it in ways that matter (one published
key, no `event_id`, no e-mail in an identity token, a new `auth_time` at every refresh), so the
claims are made here.
"""

import base64
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

API_SCOPE = "aws.cognito.signin.user.admin"
"""The one scope of a token from InitiateAuth; what the self-service operations ask for."""

SCOPE_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "email": frozenset({"email", "email_verified"}),
    "phone": frozenset({"phone_number", "phone_number_verified"}),
    "profile": frozenset(
        {"address", "birthdate", "family_name", "gender", "given_name", "locale"}
        | {"middle_name", "name", "nickname", "picture", "preferred_username", "profile"}
        | {"updated_at", "website", "zoneinfo"}
    ),
}
"""Which standard attributes a scope opens."""

_STANDARD = frozenset().union(*SCOPE_ATTRIBUTES.values())
_BOOLEAN = frozenset({"email_verified", "phone_number_verified"})


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a token is about, as the pool knows them now."""

    sub: str
    username: str
    groups: tuple[str, ...] = ()
    attributes: Mapping[str, str] | None = None
    identities: tuple[Mapping[str, str], ...] = ()
    """Who vouches for them, if it is not the pool."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in; every token that follows from it carries its marks."""

    client_id: str
    username: str
    at: datetime
    scopes: tuple[str, ...] = (API_SCOPE,)
    nonce: str | None = None
    origin_jti: str = ""
    event_id: str = ""

    @property
    def by_page(self) -> bool:
        """Whether the sign-in page made it, and not InitiateAuth."""
        return API_SCOPE not in self.scopes


def readable(
    subject: Subject, scopes: Collection[str], allowed: Collection[str] | None = None
) -> dict[str, Any]:
    """The attributes an app client reads under `scopes`; flags as booleans.

    `allowed` is the client's ReadAttributes; without them it reads the standard attributes.
    `openid` alone opens all of them; beside other scopes it opens only theirs.
    """
    seen = frozenset(allowed) if allowed else _STANDARD
    opened = [SCOPE_ATTRIBUTES[scope] for scope in scopes if scope in SCOPE_ATTRIBUTES]
    if opened:
        seen &= frozenset().union(*opened)
    return {
        name: value == "true" if name in _BOOLEAN else value
        for name, value in sorted((subject.attributes or {}).items())
        if name in seen
    }


def access_claims(
    sign_in: SignIn, subject: Subject, *, issuer: str, now: datetime, lives: timedelta
) -> dict[str, Any]:
    """Claims of an access token.  It names its client as `client_id`; it has no `aud`."""
    version = {"version": 2} if sign_in.by_page else {}
    return {
        **_shared(sign_in, subject, issuer=issuer, now=now, lives=lives),
        **version,
        "token_use": "access",
        "client_id": sign_in.client_id,
        "scope": " ".join(sign_in.scopes),
        "username": subject.username,
    }


def id_claims(
    sign_in: SignIn,
    subject: Subject,
    *,
    issuer: str,
    now: datetime,
    lives: timedelta,
    attributes: Mapping[str, Any],
    access_token: str,
) -> dict[str, Any]:
    """Claims of an identity token; `attributes` can never stand in for a claim of the pool."""
    page: dict[str, Any] = {"at_hash": at_hash(access_token)} if sign_in.by_page else {}
    if sign_in.nonce is not None:
        page["nonce"] = sign_in.nonce
    if subject.identities:
        page["identities"] = [dict(one) for one in subject.identities]
    return {
        **attributes,
        **page,
        **_shared(sign_in, subject, issuer=issuer, now=now, lives=lives),
        "token_use": "id",
        "aud": sign_in.client_id,
        "cognito:username": subject.username,
    }


def _shared(
    sign_in: SignIn, subject: Subject, *, issuer: str, now: datetime, lives: timedelta
) -> dict[str, Any]:
    groups = {"cognito:groups": sorted(subject.groups)} if subject.groups else {}
    return {
        **groups,
        "sub": subject.sub,
        "iss": issuer,
        "origin_jti": sign_in.origin_jti,
        "event_id": sign_in.event_id,
        "auth_time": int(sign_in.at.timestamp()),
        "iat": int(now.timestamp()),
        "exp": int((now + lives).timestamp()),
        "jti": str(uuid4()),
    }


def at_hash(access_token: str) -> str:
    """Left half of the token's SHA-256, base64url (OpenID Connect Core 3.1.3.6, RS256)."""
    half = hashlib.sha256(access_token.encode("ascii")).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode("ascii")
