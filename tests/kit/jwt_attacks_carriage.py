"""Attacks in how a good token is shown: which header, how often, under which scheme, where else."""

from collections.abc import Callable
from urllib.parse import urlencode

from tests.kit.jwt_attacks import Attack, Group, Shown, attack, good

_NOTHING = "nothing-shown|no-bearer"
"""Nobody looked where it was; the private API says so in its own word."""


def _lines(*lines: tuple[str, str]) -> Callable[[str], Shown]:
    """Headers with the token where they say TOKEN."""
    return lambda token: Shown([(name, value.replace("TOKEN", token)) for name, value in lines])


def _shown(name: str, reason: str, *lines: tuple[str, str]) -> Attack:
    return attack(name, reason, good, show=_lines(*lines))


def _authorization(value: str, reason: str) -> Attack:
    return _shown(f"Authorization: {value!a}", reason, ("authorization", value))


def _in_query(name: str) -> Attack:
    return attack(
        f"in the query as {name}", _NOTHING, good, show=lambda t: Shown(query={name: t})
    )


def _in_cookie(name: str, reason: str = _NOTHING) -> Attack:
    return _shown(f"in the cookie {name}", reason, ("cookie", f"{name}=TOKEN"))


def _in_body(token: str) -> Shown:
    form = urlencode({"access_token": token}).encode()
    return Shown([("content-type", "application/x-www-form-urlencoded")], body=form)


_SCHEME, _FORM, _TWICE = "bearer-scheme", "bearer-malformed", "bearer-repeated"
CARRIAGE = Group(
    "how it is shown",
    good,
    (
        _shown("two headers alike", _TWICE, *[("authorization", "Bearer TOKEN")] * 2),
        _shown("two headers, a bad one first", _TWICE,
               ("authorization", "Bearer x"), ("authorization", "Bearer TOKEN")),
        _shown("two headers, a bad one last", _TWICE,
               ("authorization", "Bearer TOKEN"), ("authorization", "Bearer x")),
        _shown("two headers, one for a proxy's password", _TWICE,
               ("authorization", "Basic eDp5"), ("authorization", "Bearer TOKEN")),
        _shown("an empty header and a good one", _TWICE,
               ("authorization", ""), ("authorization", "Bearer TOKEN")),
        _authorization("Bearer TOKEN, Bearer TOKEN", _FORM),
        _authorization("Bearer TOKEN TOKEN", _FORM),
        _authorization("Bearer", _FORM),
        _authorization("Bearer ", _FORM),
        _authorization('Bearer "TOKEN"', _FORM),
        _authorization("Bearer token=TOKEN", "bearer-malformed|token-malformed"),
        _authorization("Bearer Bearer TOKEN", _FORM),
        _authorization("Bearer\tTOKEN", _SCHEME),
        _authorization("Bearer\u00a0TOKEN", _SCHEME),
        _authorization("Bearer:TOKEN", _SCHEME),
        _authorization("BearerTOKEN", _SCHEME),
        _authorization("TOKEN", _SCHEME),
        _authorization("", _SCHEME),
        _authorization("Basic TOKEN", _SCHEME),
        _authorization("Basic dXNlci1sb2ItYTp4", _SCHEME),
        _authorization("Digest username=user-lob-a", _SCHEME),
        _authorization("Negotiate TOKEN", _SCHEME),
        _authorization("DPoP TOKEN", _SCHEME),
        _authorization("Token TOKEN", _SCHEME),
        _authorization("JWT TOKEN", _SCHEME),
        _authorization("AWS4-HMAC-SHA256 Credential=x", _SCHEME),
        _authorization("Bearer TOKEN\r\nx-evil: 1", "bearer-malformed|token-malformed"),
        *(_in_query(name) for name in ("access_token", "token", "id_token", "jwt", "authorization")),
        attack("in a form", _NOTHING, good, show=_in_body),
        *(_in_cookie(name) for name in ("access_token", "authorization", "jwt", "id_token")),
        _in_cookie("__Host-studiogate", "session-seal|no-bearer"),
        *(
            _shown(f"in the header {name}", _NOTHING, (name, value))
            for name, value in (
                ("x-authorization", "Bearer TOKEN"), ("proxy-authorization", "Bearer TOKEN"),
                ("x-forwarded-authorization", "Bearer TOKEN"), ("x-access-token", "TOKEN"),
                ("x-amzn-oidc-data", "TOKEN"), ("x-amzn-oidc-accesstoken", "TOKEN"),
                ("x-amzn-oidc-identity", "user-lob-a"), ("x-forwarded-user", "user-lob-a"),
                ("x-forwarded-email", "user-lob-a"), ("x-remote-user", "user-lob-a"),
                ("remote-user", "user-lob-a"), ("x-user-id", "user-lob-a"),
                ("x-ms-client-principal-name", "user-lob-a"), ("x-goog-iap-jwt-assertion", "TOKEN"),
                ("sec-websocket-protocol", "bearer, TOKEN"), ("x-original-url", "/user-lob-a"),
                ("x-http-method-override", "POST"), ("cf-access-jwt-assertion", "TOKEN"),
            )
        ),
    ),
)  # fmt: skip
