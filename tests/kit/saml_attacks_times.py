"""Messages of another time: each time of a message, before and after it may be.

Skew is 60 seconds and a message is ten minutes old at most; the neighbours on the other side of
each limit are in the tests.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.kit.saml_attacks import Family, says
from tests.kit.saml_idp import OF_RESPONSE

_TIME = Family.TIME
SKEW_S, FRESH_S = 60, 600


def seconds(away: float) -> timedelta:
    """So many seconds from now."""
    return timedelta(seconds=away)


_OLD, _TO_COME = seconds(-FRESH_S - SKEW_S), seconds(SKEW_S + 1)
_LONG_AGO = timedelta(days=-400)

LIMITS: Mapping[str, tuple[Any, Any]] = {
    "confirmed_until": (seconds(-SKEW_S), seconds(-SKEW_S + 1)),
    "valid_until": (seconds(-SKEW_S), seconds(-SKEW_S + 1)),
    "valid_from": (_TO_COME, seconds(SKEW_S)),
    "issued": (_TO_COME, seconds(SKEW_S)),
    "assertion_issued": (_TO_COME, seconds(SKEW_S)),
    "session_until": (seconds(-SKEW_S), seconds(3600)),
    "authenticated": (_TO_COME, seconds(SKEW_S)),
}
"""Each time: the first that is refused, and one that is not."""

_OTHERWISE = {
    "without a zone": "2030-01-01T12:00:00",
    "in another calendar": "2573-01-01T12:00:00Z",
    "as a number": "1893499200",
    "empty": "",
    "of a day": "2030-01-01",
    "with a space": " 2030-01-01T12:00:00Z",
    "in other digits": "２０３０-01-01T12:00:00Z",
    "that is none": "2030-13-41T25:61:61Z",
    "without end": f"2030-01-01T12:00:00.{'0' * 5000}Z",
    "before all times": "0001-01-01T00:00:00+14:00",
}
_EVERYWHERE = ("issued", "assertion_issued", "confirmed_until", "valid_from", "authenticated")

TIMES = (
    *(says(f"{name}, a second too far", _TIME, **{name: far}) for name, (far, _) in LIMITS.items()),
    says("a response issued too long ago", _TIME, issued=_OLD),
    says("an assertion issued too long ago", _TIME, assertion_issued=_OLD),
    says("a signed response issued too long ago", _TIME, sign=OF_RESPONSE, issued=_OLD),
    says("an assertion of last year", _TIME, issued=_LONG_AGO, assertion_issued=_LONG_AGO),
    says("an authentication of last year", _TIME, authenticated=_LONG_AGO),
    says("no time of the response", (_TIME, Family.SHAPE), issued=None),
    says("no time of the assertion", (_TIME, Family.SHAPE), assertion_issued=None),
    says("no time of the authentication", (_TIME, Family.SHAPE), authenticated=None),
    says("times the wrong way round", _TIME, valid_from=seconds(300), valid_until=seconds(-300)),
    *(
        says(f"{name}: a time {what}", (_TIME, Family.SHAPE), **{name: text})
        for name in ("confirmed_until", "assertion_issued")
        for what, text in _OTHERWISE.items()
        if not (name == "confirmed_until" and what == "in another calendar")
    ),
    *(
        says(f"{name}: a time without a zone", (_TIME, Family.SHAPE), **{name: text})
        for name in _EVERYWHERE
        for text in ("2030-01-01T12:00:00",)
        if name not in {"confirmed_until", "assertion_issued"}
    ),
)  # fmt: skip
