"""What a provider's discovery document says, read as far as we use it and no further.

Two ways to reach a provider.  Without `endpoint`, documents come from the issuer's own host,
and the key set must be there too, or on the one host that was named for it (`keys_host`).
With `endpoint` (a VPC endpoint, or the emulated organisation) every request of ours goes to
that address with the path the provider published, so that nothing leaves the private network
(S2-15, F-08).  What is for the browser is used as published.

Sources: OpenID Connect Discovery 1.0 §3, §4.3; RFC 9207 §3; RP-Initiated Logout 1.0 §2.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from studiogate.errors import AwsError, Invalid
from studiogate.gateway.providers import IdpSettings
from studiogate.gateway.readers import is_loopback
from studiogate.gateway.signin.shape import strict_object

ACTION = "idp:Discover"
_PROOFS: Mapping[str, Literal["header", "form"]] = {
    "client_secret_basic": "header",
    "client_secret_post": "form",
}
"""The ways of a client with a secret that we speak; silence means the first (§3)."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a provider's discovery document says, as far as we use it."""

    authorization_endpoint: str
    """For the browser."""

    token_endpoint: str
    """As we reach it."""

    jwks_uri: str
    """As we reach it."""

    names_itself: bool = False
    """Whether every answer of the authorization endpoint carries `iss` (RFC 9207 §3)."""

    proof_in: Literal["header", "form"] | None = "header"
    """Where the token endpoint takes a client's secret; `None`: nowhere we can put it."""

    end_session_endpoint: str | None = None
    """For the browser: where somebody signs out of the provider itself."""

    scopes: frozenset[str] = frozenset()
    """The scopes it says it knows."""

    takes_claims: bool = False
    """Whether single claims can be asked for (Core §5.5)."""


def address(idp: IdpSettings) -> str:
    """Where the discovery document of `idp` is, as we reach it."""
    # A slash at the end of the issuer is dropped first (Discovery §4).
    return _reached(idp, idp.issuer.rstrip("/") + "/.well-known/openid-configuration")


def published(document: bytes, idp: IdpSettings) -> Published:
    """What `document` says, if it is the discovery document of this issuer.

    Raises:
        AwsError: it is not, or cannot be used; the message says why.
    """
    found = json_object(document, idp, ACTION)
    if found.get("issuer") != idp.issuer:
        raise unusable(idp, ACTION, "its discovery document names another issuer")
    return Published(
        authorization_endpoint=_web(found, idp, "authorization_endpoint"),
        token_endpoint=_reached(idp, _web(found, idp, "token_endpoint")),
        jwks_uri=_reached(idp, _own(idp, _web(found, idp, "jwks_uri"))),
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        proof_in=_proof_in(found),
        end_session_endpoint=_optional(found, "end_session_endpoint"),
        scopes=frozenset(_texts(found, "scopes_supported", [])),
        takes_claims=found.get("claims_parameter_supported") is True,
    )


def json_object(document: bytes, idp: IdpSettings, action: str) -> dict[str, Any]:
    """The JSON object in `document`, which `idp` gave in answer to `action`.

    Raises:
        AwsError: it is not one that can be read in one way only.
    """
    try:
        return strict_object(document)
    except ValueError:
        pass  # the text of a parse error may quote what it read
    raise unusable(idp, action, "its answer is not a JSON object we can read")


def unusable(idp: IdpSettings, action: str, what: str, code: str = "") -> AwsError:
    """The error that says `what` is wrong with an answer of `idp`."""
    return Invalid(
        f"the idp {idp.name!r} cannot be used: {what}",
        remedy="Compare issuer, client id, secret and endpoint with what the idp has.",
        action=action,
        about=idp.name,
        code=code,
    )


def is_web(url: str) -> bool:
    """Whether `url` is https, or http that cannot leave this machine; no user, no fragment."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        bare = parts.port is None or parts.port > 0
    except ValueError:
        return False
    plain = parts.scheme == "http" and is_loopback(host)
    clean = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    return bool(
        bare
        and host
        and clean
        and (plain or parts.scheme == "https")
        and not parts.fragment
        and parts.username is None
    )


def _web(found: Mapping[str, Any], idp: IdpSettings, member: str) -> str:
    """The URL in `member`: https, or http on loopback."""
    url = _optional(found, member)
    if url is None:
        raise unusable(idp, ACTION, f"its {member} is not an https URL")
    return url


def _optional(found: Mapping[str, Any], member: str) -> str | None:
    url = found.get(member)
    return url if isinstance(url, str) and is_web(url) else None


def _texts(found: Mapping[str, Any], member: str, otherwise: list[str]) -> list[str]:
    said = found.get(member, otherwise)
    return [one for one in said if isinstance(one, str)] if isinstance(said, list) else []


def _proof_in(found: Mapping[str, Any]) -> Literal["header", "form"] | None:
    listed = _texts(found, "token_endpoint_auth_methods_supported", list(_PROOFS))
    return next((place for way, place in _PROOFS.items() if way in listed), None)


def _own(idp: IdpSettings, url: str) -> str:
    """`url`, if it is on a host of the issuer's or we go to our own endpoint anyway."""
    hosts = {_place(idp.issuer), ("https", idp.keys_host)}
    if idp.endpoint is None and _place(url) not in hosts:
        raise unusable(idp, ACTION, "its key set is on a host that is not its own")
    return url


def _reached(idp: IdpSettings, url: str) -> str:
    if idp.endpoint is None:
        return url
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return idp.endpoint.rstrip("/") + parts.path + query


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
