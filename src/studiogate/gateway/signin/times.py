"""When a token counts, and how long what it begins may last.

Times have a leeway of a minute; a token may live a day.  A sign-in must be by somebody who
proved who they are within the last eight hours: providers are asked for that (`max_age`), and
one that says when it was (`auth_time`) is held to it.  What a sign-in begins ends at most
sixteen hours after that proof, and with the provider's own session where it says its end.

Sources: OpenID Connect Core §2, §3.1.2.1, §3.1.3.7 (11); RFC 7519 §4.1; decision 16.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from studiogate.gateway.signin.why import Why, refused

LEEWAY_S = 60
LONGEST_LIFE_S = 24 * 60 * 60
OLDEST_PROOF = timedelta(hours=8)
LONGEST_SINCE_PROOF = timedelta(hours=16)

_EARLIEST_S, _LATEST_S = 1_000_000_000, 4_102_444_800
"""2001 and 2100: outside lie milliseconds, zero and other units."""

Claims = Mapping[str, Any]


def until(claims: Claims, now: datetime) -> datetime:
    """From when on a token of `claims`, which counts now, counts for nothing; leeway included.

    Raises:
        NotSignedIn: it does not count now, or says no times we can judge.
    """
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


def proved_at(claims: Claims, now: datetime) -> datetime:
    """When the person proved who they are; where that is not said, when the token was made.

    Never later than `now`: a provider whose clock is ahead must not make a sign-in look younger
    than what ended it.

    Raises:
        NotSignedIn: a time that cannot be, or that has not come.
    """
    proved_s = _second(claims, "auth_time" if "auth_time" in claims else "iat")
    if proved_s > now.timestamp() + LEEWAY_S:
        raise refused(Why.TOKEN_NOT_YET)
    return min(now, datetime.fromtimestamp(proved_s, UTC))


def sign_in_until(claims: Claims, now: datetime) -> datetime:
    """From when on a sign-in that `claims` of an ID token begin counts for nothing.

    Raises:
        NotSignedIn: the proof is too old, or the provider's own session is over.
    """
    proved = proved_at(claims, now)
    if now - proved > OLDEST_PROOF + timedelta(seconds=LEEWAY_S):
        raise refused(Why.TOKEN_PROOF)
    ends = proved + LONGEST_SINCE_PROOF
    if "session_expiry" in claims:
        ends = min(ends, datetime.fromtimestamp(_second(claims, "session_expiry"), UTC))
    if now >= ends:
        raise refused(Why.TOKEN_EXPIRED)
    return ends


def _second(claims: Claims, name: str) -> float:
    """The time in claim `name`: a JSON number in a plausible year.

    Booleans (which are 0 and 1 here), NaN and infinity are in no year.
    """
    value = claims.get(name)
    if not isinstance(value, int | float) or not _EARLIEST_S <= value <= _LATEST_S:
        raise refused(Why.TOKEN_TIME)
    return float(value)
