"""What a verified token must say before it names somebody: pure rules, one reason each.

Who somebody is: the issuer and its `sub`, with the sign-in name beside it exactly as signed,
neither trimmed nor folded (F-24).  Times have a leeway of a minute; a token may live a day.

Sources: Cognito developer guide, "Understanding user pool JSON web tokens": an access token
has `client_id`, `token_use` and `username`, and no `aud`; an ID token has `aud` and
`cognito:username`.  OpenID Connect Core §2, §3.1.3.7.  RFC 9068 §2, §4.  RFC 8725 §3.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from studiogate import names
from studiogate.gateway.ports import Identity
from studiogate.gateway.settings import IdpSettings
from studiogate.gateway.signin.shape import Compact
from studiogate.gateway.signin.why import Why, refused

LEEWAY_S = 60
LONGEST_LIFE_S = 24 * 60 * 60
LONGEST_SUBJECT = 255
"""Characters (OpenID Connect Core §2)."""

_EARLIEST_S, _LATEST_S = 1_000_000_000, 4_102_444_800
"""2001 and 2100: outside lie milliseconds, zero and other units."""

_COGNITO = re.compile(r"https://cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/[\w-]+\Z")
_SIGNS_OF_ID_TOKEN = frozenset({"nonce", "at_hash", "c_hash"})

Claims = Mapping[str, Any]


def of_access_token(token: Compact, idp: IdpSettings, now: datetime) -> Identity:
    """Who a verified access token speaks for.

    Raises:
        NotSignedIn: it is not an access token of `idp` for our client, or not now.
    """
    claims = token.claims
    _issued_by(claims, idp)
    if "token_use" in claims or _COGNITO.match(idp.issuer):
        _cognito_access(claims, idp)
    else:
        _plain_access(token, idp)
    until = _times(claims, now)
    claim = "username" if idp.username_claim == "cognito:username" else idp.username_claim
    return _identity(claims, idp, claim, until)


def of_id_token(token: Compact, idp: IdpSettings, now: datetime, *, nonce: str) -> Identity:
    """Who a verified ID token says has just signed in, in answer to `nonce`.

    Raises:
        NotSignedIn: it is not an ID token of `idp` for our client and this sign-in, or not now.
    """
    claims = token.claims
    _issued_by(claims, idp)
    if claims.get("token_use", "id") != "id" or token.type.endswith("at+jwt"):
        raise refused(Why.TOKEN_USE)
    # Other audiences would be parties we do not know (Core §3.1.3.7, 3).
    if claims.get("aud") not in (idp.client_id, [idp.client_id]):
        raise refused(Why.TOKEN_AUDIENCE)
    if claims.get("azp", idp.client_id) != idp.client_id:
        raise refused(Why.TOKEN_PARTY)
    if claims.get("nonce") != nonce:
        raise refused(Why.TOKEN_NONCE)
    until = _times(claims, now)
    return _identity(claims, idp, idp.username_claim, until)


def _issued_by(claims: Claims, idp: IdpSettings) -> None:
    if claims.get("iss") != idp.issuer:
        raise refused(Why.TOKEN_ISSUER)


def _cognito_access(claims: Claims, idp: IdpSettings) -> None:
    if claims.get("token_use") != "access":
        raise refused(Why.TOKEN_USE)
    if claims.get("client_id") != idp.client_id:
        raise refused(Why.TOKEN_CLIENT)
    # Bound to another resource (RFC 8707), though made by our client.
    if "aud" in claims and not _is_for(claims["aud"], idp.client_id):
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
    if not _is_for(claims.get("aud"), idp.client_id):
        raise refused(Why.TOKEN_AUDIENCE)


def _is_for(audience: object, client_id: str) -> bool:
    """Whether `audience`, a string or a list of strings, has `client_id` in it."""
    if isinstance(audience, list):
        return all(isinstance(one, str) for one in audience) and client_id in audience
    return audience == client_id


def _times(claims: Claims, now: datetime) -> datetime:
    """From when on the token counts for nothing; leeway included."""
    expires_s, issued_s = _second(claims, "exp"), _second(claims, "iat")
    starts_s = _second(claims, "nbf") if "nbf" in claims else issued_s
    now_s = now.timestamp()
    if expires_s <= issued_s:
        raise refused(Why.TOKEN_TIME)
    if expires_s - issued_s > LONGEST_LIFE_S:
        raise refused(Why.TOKEN_LIFETIME)
    if max(issued_s, starts_s) > now_s + LEEWAY_S:
        raise refused(Why.TOKEN_NOT_YET)
    if now_s >= expires_s + LEEWAY_S:
        raise refused(Why.TOKEN_EXPIRED)
    return datetime.fromtimestamp(expires_s + LEEWAY_S, UTC)


def _second(claims: Claims, name: str) -> float:
    """The time in claim `name`: a JSON number in a plausible year.

    Booleans (which are 0 and 1 here), NaN and infinity are in no year.
    """
    value = claims.get(name)
    if not isinstance(value, int | float) or not _EARLIEST_S <= value <= _LATEST_S:
        raise refused(Why.TOKEN_TIME)
    return float(value)


def _identity(claims: Claims, idp: IdpSettings, claim: str, until: datetime) -> Identity:
    subject, person = claims.get("sub"), claims.get(claim)
    if not isinstance(subject, str) or not 1 <= len(subject) <= LONGEST_SUBJECT:
        raise refused(Why.TOKEN_SUBJECT)
    if not subject.isascii() or not subject.isprintable():
        raise refused(Why.TOKEN_SUBJECT)
    # STS cannot carry any other name, and wildcards never get further than here (F-02).
    if not isinstance(person, str) or not names.is_person(person):
        raise refused(Why.TOKEN_USERNAME)
    return Identity(person=person, idp=idp.name, subject=subject, until=until, way="bearer")
