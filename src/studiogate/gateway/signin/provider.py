"""An identity provider as the gateway speaks to it: discovery, key set, token endpoint.

Two ways to reach one.  Without `endpoint`, documents come from the issuer's own host, and the
key set must be there too.  With `endpoint` (a VPC endpoint, or the emulated organisation) every
request of ours goes to that address with the path the provider published, so that nothing
leaves the private network (S2-15, F-08).  The authorization endpoint is for the browser and is
used as published.  Redirects are never followed: the transport does not know how.

Sources: OpenID Connect Discovery 1.0 §3, §4; RFC 6749 §4.1.3, §5; RFC 7636 §4.5.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from studiogate.aws.wire.call import NoAnswer, Transport, WireAnswer, WireRequest
from studiogate.errors import AwsError, Busy, Invalid, Unreachable
from studiogate.gateway.settings import IdpSettings, is_loopback
from studiogate.gateway.signin.jwks import AdmittedKey, NoKeys, admitted
from studiogate.gateway.signin.shape import LONGEST_TOKEN, strict_object
from studiogate.gateway.signin.why import Why, unfinished

LARGEST_DOCUMENT = 256 * 1024
_OK, _BAD_REQUEST, _TOO_MANY, _SERVER_FAULT = 200, 400, 429, 500


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


@dataclass(frozen=True, slots=True)
class Provider:
    """Asks one identity provider; keeps nothing."""

    idp: IdpSettings
    transport: Transport

    async def published(self) -> Published:
        """The discovery document, if it is this issuer's.

        Raises:
            AwsError: no answer, or one that cannot be used; the message says which.
        """
        # A slash at the end of the issuer is dropped first (Discovery §4).
        url = self.idp.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = self._object(
            await self._get(self._reached(url), "idp:Discover"), "idp:Discover"
        )
        if found.get("issuer") != self.idp.issuer:
            raise self._unusable("idp:Discover", "its discovery document names another issuer")
        return Published(
            authorization_endpoint=self._web(found, "authorization_endpoint"),
            token_endpoint=self._reached(self._web(found, "token_endpoint")),
            jwks_uri=self._reached(self._own(self._web(found, "jwks_uri"))),
            names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        )

    async def keys(self, published: Published) -> dict[str, AdmittedKey]:
        """The keys that may vouch for tokens, by key id.

        Raises:
            AwsError: no answer, or no usable key in it.
        """
        document = await self._get(published.jwks_uri, "idp:Keys")
        try:
            return dict(admitted(document))
        except NoKeys as nothing:
            what = str(nothing)
        raise self._unusable("idp:Keys", what)

    async def redeemed(
        self, published: Published, *, code: str, verifier: str, redirect_uri: str
    ) -> str:
        """The ID token the one-time `code` is exchanged for, not yet verified.

        A public client: what proves us is the PKCE verifier (RFC 7636 §4.5), not a secret.

        Raises:
            NotSignedIn: the provider does not accept the code.
            AwsError: no answer, or one that is not a token answer.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self.idp.client_id,
            "code_verifier": verifier,
        }
        request = WireRequest(
            "POST",
            published.token_endpoint,
            {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
            urlencode(form).encode("ascii"),
        )
        answer = await self._sent(request, "idp:Token")
        if answer.status == _BAD_REQUEST and self._says(answer) == "invalid_grant":
            raise unfinished(Why.SIGNIN_CODE)
        token = self._object(self._good(answer, "idp:Token"), "idp:Token").get("id_token")
        if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
            raise self._unusable("idp:Token", "its token answer holds no ID token")
        return token

    async def _get(self, url: str, action: str) -> bytes:
        request = WireRequest("GET", url, {"accept": "application/json"}, b"")
        return self._good(await self._sent(request, action), action)

    async def _sent(self, request: WireRequest, action: str) -> WireAnswer:
        try:
            return await self.transport.send(request)
        except NoAnswer:
            host = urlsplit(request.url).netloc
        raise Unreachable(
            f"the idp {self.idp.name!r} did not answer at {host}",
            remedy="Check its name, route and security group from where the gateway runs.",
            action=action,
            about=self.idp.name,
        )

    def _good(self, answer: WireAnswer, action: str) -> bytes:
        """The body of an answer that is 200 and not too large."""
        if answer.status == _TOO_MANY or answer.status >= _SERVER_FAULT:
            raise Busy(
                f"the idp {self.idp.name!r} answered {answer.status}",
                remedy="Try again in a moment; if it lasts, ask who runs the idp.",
                action=action,
                about=self.idp.name,
                code=str(answer.status),
            )
        if answer.status != _OK:
            raise self._unusable(action, f"it answered {answer.status}", str(answer.status))
        if len(answer.body) > LARGEST_DOCUMENT:
            raise self._unusable(action, f"its answer is over {LARGEST_DOCUMENT} bytes")
        return answer.body

    def _object(self, body: bytes, action: str) -> dict[str, Any]:
        try:
            return strict_object(body)
        except ValueError:
            pass  # the text of a parse error may quote what it read
        raise self._unusable(action, "its answer is not a JSON object we can read")

    def _says(self, answer: WireAnswer) -> object:
        """The `error` of a token endpoint's refusal (RFC 6749 §5.2)."""
        try:
            return strict_object(answer.body[:LARGEST_DOCUMENT]).get("error")
        except ValueError:
            return None

    def _web(self, found: dict[str, Any], member: str) -> str:
        """The URL in `member`: https, or http on loopback."""
        url = found.get(member)
        if not isinstance(url, str) or not is_web(url):
            raise self._unusable("idp:Discover", f"its {member} is not an https URL")
        return url

    def _own(self, url: str) -> str:
        """`url`, if it is on the issuer's host or we go to our own endpoint anyway."""
        if self.idp.endpoint is None and _place(url) != _place(self.idp.issuer):
            raise self._unusable("idp:Discover", "its key set is on a host that is not its own")
        return url

    def _reached(self, url: str) -> str:
        if self.idp.endpoint is None:
            return url
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return self.idp.endpoint.rstrip("/") + parts.path + query

    def _unusable(self, action: str, what: str, code: str = "") -> AwsError:
        return Invalid(
            f"the idp {self.idp.name!r} cannot be used: {what}",
            remedy="Compare issuer, client id and endpoint with what the idp publishes.",
            action=action,
            about=self.idp.name,
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


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
