"""What a verified token must say before it names somebody: pure rules, one reason each.

Who somebody is: the issuer and its `sub`, with the sign-in name beside it exactly as signed,
neither trimmed nor folded (F-24).
The `exp` of an ID token says how long it may be *accepted* (Core §2), which is once, here.  How
long the sign-in lasts follows from when the person proved who they are, and from what the
provider says of its own session (decision 16).

Sources: Cognito developer guide, "Understanding user pool JSON web tokens": an access token
has `client_id`, `token_use` and `username`, and no `aud`; an ID token has `aud` and
`cognito:username`.  OpenID Connect Core §2, §3.1.3.7.  RFC 9068 §2, §4.  RFC 8725 §3.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from studiogate import names
from studiogate.gateway.ports import Identity
from studiogate.gateway.providers import IdpSettings
from studiogate.gateway.signin import groups, times
from studiogate.gateway.signin.shape import Compact
from studiogate.gateway.signin.why import Why, refused

LONGEST_SUBJECT = 255
"""Characters (OpenID Connect Core §2)."""

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
"""What a logout token says has happened (Back-Channel Logout 1.0 §2.4)."""

_COGNITO = re.compile(r"https://cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/[\w-]+\Z")
_SIGNS_OF_ID_TOKEN = frozenset({"nonce", "at_hash", "c_hash"})

Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SignedOut:
    """What a provider says has ended there."""

    token_id: str
    """Its `jti`."""

    until: datetime
    """Aware UTC: from then on the logout token counts for nothing."""

    at_provider: str | None
    """The one session that ended; `None`: every session of the subject."""

    subject: str | None


def is_cognito(issuer: str) -> bool:
    """Whether `issuer` is a Cognito user pool, whose tokens and sign-out are its own kind."""
    return _COGNITO.match(issuer) is not None


def of_access_token(token: Compact, idp: IdpSettings, now: datetime) -> Identity:
    """Who a verified access token speaks for.

    Raises:
        NotSignedIn: it is not an access token of `idp` for our client, or not now.
    """
    claims = token.claims
    _issued_by(claims, idp)
    _tells_no_event(claims)
    if "token_use" in claims or is_cognito(idp.issuer):
        _cognito_access(claims, idp)
    else:
        _plain_access(token, idp)
    until = times.until(claims, now)
    claim = "username" if idp.username_claim == "cognito:username" else idp.username_claim
    return _identity(claims, idp, claim, until=until, now=now)


def of_id_token(token: Compact, idp: IdpSettings, now: datetime, *, nonce: str) -> Identity:
    """Who a verified ID token says has just signed in, in answer to `nonce`.

    Raises:
        NotSignedIn: it is not an ID token of `idp` for our client and this sign-in, or not now.
    """
    claims = token.claims
    _issued_by(claims, idp)
    _tells_no_event(claims)
    if claims.get("token_use", "id") != "id" or token.type.endswith("at+jwt"):
        raise refused(Why.TOKEN_USE)
    _for_us_alone(claims, idp)
    if claims.get("nonce") != nonce:
        raise refused(Why.TOKEN_NONCE)
    times.until(claims, now)
    until = times.sign_in_until(claims, now)
    return _identity(claims, idp, idp.username_claim, until=until, now=now)


def of_logout_token(token: Compact, idp: IdpSettings, now: datetime) -> SignedOut:
    """What a verified logout token says has ended (Back-Channel Logout 1.0 §2.6).

    Raises:
        NotSignedIn: it is not a logout token of `idp` for our client, or not now.
    """
    claims = token.claims
    _issued_by(claims, idp)
    _for_us_alone(claims, idp)
    until = times.until(claims, now)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise refused(Why.LOGOUT_EVENT)
    if "nonce" in claims:
        raise refused(Why.TOKEN_NONCE)
    subject = _text(claims, "sub", Why.TOKEN_SUBJECT) if "sub" in claims else None
    session = _text(claims, "sid", Why.TOKEN_SESSION) if "sid" in claims else None
    if subject is None and session is None:
        raise refused(Why.LOGOUT_NOBODY)
    return SignedOut(_text(claims, "jti", Why.LOGOUT_ID), until, session, subject)


def is_of_client(claims: Claims, idp: IdpSettings) -> bool:
    """Whether an access token says that the client it was given to is the one of `idp`."""
    return idp.client_id in (claims.get("client_id"), claims.get("azp"))


def is_for(claims: Claims, idp: IdpSettings) -> bool:
    """Whether an access token is for one of those that those of `idp` may be for."""
    audience, ours = claims.get("aud"), idp.audiences or (idp.client_id,)
    if isinstance(audience, list):
        texts = all(isinstance(one, str) for one in audience)
        return texts and not set(ours).isdisjoint(audience)
    return audience in ours


def _issued_by(claims: Claims, idp: IdpSettings) -> None:
    if claims.get("iss") != idp.issuer:
        raise refused(Why.TOKEN_ISSUER)


def _tells_no_event(claims: Claims) -> None:
    # Logout tokens have the same keys and the same audience, and vouch for nobody.
    if "events" in claims:
        raise refused(Why.TOKEN_USE)


def _for_us_alone(claims: Claims, idp: IdpSettings) -> None:
    # Other audiences would be parties we do not know (Core §3.1.3.7, 3).
    if claims.get("aud") not in (idp.client_id, [idp.client_id]):
        raise refused(Why.TOKEN_AUDIENCE)
    if claims.get("azp", idp.client_id) != idp.client_id:
        raise refused(Why.TOKEN_PARTY)


def _cognito_access(claims: Claims, idp: IdpSettings) -> None:
    if claims.get("token_use") != "access":
        raise refused(Why.TOKEN_USE)
    if claims.get("client_id") != idp.client_id:
        raise refused(Why.TOKEN_CLIENT)
    # Bound to another resource (RFC 8707), though made by our client.
    if "aud" in claims and not is_for(claims, idp):
        raise refused(Why.TOKEN_AUDIENCE)


def _plain_access(token: Compact, idp: IdpSettings) -> None:
    """An access token where nothing says so but its form.

    An ID token is for the same audience, so the audience alone proves nothing: either the
    type is RFC 9068's, or there is a scope and none of the claims only ID tokens have.
    """
    claims = token.claims
    scoped = any(isinstance(claims.get(name), str | list) for name in ("scope", "scp"))
    is_access = token.type.endswith("at+jwt") or scoped
    if not is_access or _SIGNS_OF_ID_TOKEN & claims.keys() or claims.get("typ") == "ID":
        raise refused(Why.TOKEN_USE)
    if not is_for(claims, idp):
        raise refused(Why.TOKEN_AUDIENCE)


def _identity(
    claims: Claims, idp: IdpSettings, claim: str, *, until: datetime, now: datetime
) -> Identity:
    subject, person = _text(claims, "sub", Why.TOKEN_SUBJECT), claims.get(claim)
    # STS cannot carry any other name, and wildcards never get further than here (F-02).
    if not isinstance(person, str) or not names.is_person(person):
        raise refused(Why.TOKEN_USERNAME)
    # An address that anybody may type in is nobody's name (Core §5.7).
    verified = claims.get("email_verified", True)
    if claim == "email" and verified is not True and verified != "true":
        raise refused(Why.TOKEN_EMAIL)
    return Identity(
        person=person,
        idp=idp.name,
        subject=subject,
        until=until,
        way="bearer",
        at=times.proved_at(claims, now),
        groups=groups.told(claims, idp.groups_claim),
        at_provider=_text(claims, "sid", Why.TOKEN_SESSION) if "sid" in claims else None,
    )


def _text(claims: Claims, name: str, otherwise: Why) -> str:
    """The claim `name`: a short text in one line."""
    value = claims.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_SUBJECT:
        raise refused(otherwise)
    if not value.isascii() or not value.isprintable():
        raise refused(otherwise)
    return value
