"""What an application may ask of `/oauth2/authorize`, read and judged without the world.

Authorization code with PKCE (S256) and nothing else: the implicit flow and plain challenges are
refused (RFC 9700, 2.1).  A wrong client or redirect address is never answered by a redirect:
that would make the sign-in page send people wherever a link says (RFC 6749, 4.1.2.1).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from studiogate.local.idp.providers import NATIVE, Offer

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_LONGEST = 1024
"""Characters of a state or nonce; longer ones are nobody's."""


@dataclass(frozen=True, slots=True)
class Client:
    """An app client, as far as the sign-in page must know it."""

    client_id: str
    callbacks: frozenset[str]
    scopes: frozenset[str]
    offer: Offer = field(default_factory=Offer)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a code that can be answered."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    challenge: str
    nonce: str | None = None
    prompt: str | None = None
    hint: str | None = None
    provider: str = NATIVE
    """Whom the browser is sent to; `NATIVE` is our own page."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A request that cannot be answered.

    `redirect_uri` is absent when nobody may be told but the person in front of the page.
    """

    error: str
    description: str
    redirect_uri: str | None = None
    state: str | None = None


def read_request(given: Mapping[str, str], client: Client) -> Asked | Complaint:
    """The request in the query parameters `given`, or what is wrong with it."""
    if given.get("client_id") != client.client_id:
        return Complaint(
            "invalid_request", "No application is registered under this client_id."
        )
    redirect_uri = given.get("redirect_uri", "")
    if redirect_uri not in client.callbacks:
        return Complaint(
            "redirect_mismatch", "The redirect_uri is not, letter for letter, a registered one."
        )
    wrong = _wrong(given, client)
    if wrong is not None:
        return Complaint(*wrong, redirect_uri=redirect_uri, state=given.get("state"))
    return Asked(
        client_id=client.client_id,
        redirect_uri=redirect_uri,
        scopes=_scopes(given, client),
        state=given["state"],
        challenge=given["code_challenge"],
        nonce=given.get("nonce"),
        prompt=given.get("prompt"),
        hint=given.get("login_hint"),
        provider=client.offer.chosen(given) or NATIVE,
    )


def _scopes(given: Mapping[str, str], client: Client) -> tuple[str, ...]:
    asked = given.get("scope", " ".join(sorted(client.scopes))).split()
    return tuple(dict.fromkeys(asked))


def _wrong(given: Mapping[str, str], client: Client) -> tuple[str, str] | None:
    """The first thing wrong with a request whose client and address are right."""
    scopes = _scopes(given, client)
    checks = (
        (
            given.get("response_type") == "code",
            "unsupported_response_type",
            "Only response_type=code is served; there is no implicit flow.",
        ),
        (
            "openid" in scopes and set(scopes) <= client.scopes,
            "invalid_scope",
            "The scope must hold openid, and nothing the client is not registered for.",
        ),
        (
            0 < len(given.get("state", "")) <= _LONGEST
            and len(given.get("nonce", "")) <= _LONGEST,
            "invalid_request",
            "A state is required; state and nonce have at most 1024 characters.",
        ),
        (
            given.get("code_challenge_method") == "S256"
            and _CHALLENGE.match(given.get("code_challenge", "")) is not None,
            "invalid_request",
            "A code_challenge with code_challenge_method=S256 is required.",
        ),
        (
            given.get("prompt") in {None, "login", "none"},
            "invalid_request",
            "The prompt must be login or none, if it is given.",
        ),
        (
            client.offer.chosen(given) is not None,
            "invalid_request",
            "This application does not offer that identity_provider.",
        ),
    )
    return next(((code, words) for holds, code, words in checks if not holds), None)


def address(redirect_uri: str, /, **answer: str | None) -> str:
    """`redirect_uri` with `answer` in its query; parameters that are `None` are left out."""
    query = urlencode({name: value for name, value in answer.items() if value is not None})
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{query}"


def at_provider(asked: Asked, name: str) -> str:
    """The link by which what was `asked` goes on at the provider called `name`."""
    return address(
        "/oauth2/authorize",
        response_type="code",
        client_id=asked.client_id,
        redirect_uri=asked.redirect_uri,
        scope=" ".join(asked.scopes),
        state=asked.state,
        nonce=asked.nonce,
        code_challenge=asked.challenge,
        code_challenge_method="S256",
        prompt=asked.prompt,
        identity_provider=name,
    )
