"""An identity provider as the gateway speaks to it: documents, and the token endpoint.

Redirects are never followed: the transport does not know how.  The secret of a confidential
client is in one header or form of one request, and in no error, log or `repr`.

Sources: RFC 6749 §2.3.1, §4.1.3, §5; RFC 7636 §4.5; RFC 9110 §13.1.2; RFC 9111 §5.2.2.1.
"""

import re
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote_plus, urlencode, urlsplit

from studiogate.aws.wire.call import NoAnswer, Transport, WireAnswer, WireRequest
from studiogate.errors import Busy, Unreachable
from studiogate.gateway.providers import IdpSettings
from studiogate.gateway.signin import discovery
from studiogate.gateway.signin.discovery import Published, unusable
from studiogate.gateway.signin.jwks import AdmittedKey, NoKeys, admitted
from studiogate.gateway.signin.shape import LONGEST_TOKEN, strict_object
from studiogate.gateway.signin.why import Why, unfinished
from studiogate.gateway.told import Secret

LARGEST_DOCUMENT = 256 * 1024
_OK, _NOT_MODIFIED, _BAD_REQUEST, _TOO_MANY, _SERVER_FAULT = 200, 304, 400, 429, 500
_KEYS, _TOKEN = "idp:Keys", "idp:Token"
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=([0-9]{1,9})(?:$|[\s,])", re.IGNORECASE)
_ETAG = re.compile(r'(?:W/)?"[!#-~]{0,200}"\Z')


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a provider, and how long it says it is good for."""

    body: bytes = field(repr=False)
    etag: str | None = None
    good_for: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """Asks one identity provider; keeps nothing."""

    idp: IdpSettings
    transport: Transport
    secret: Secret | None = None
    """What proves us beside PKCE, where the provider demands it."""

    async def discovery(self, held: Document | None = None) -> Document:
        """The discovery document, not yet read; `held` itself where it is still that one.

        Raises:
            AwsError: no answer, or one that is not a document.
        """
        return await self._document(discovery.address(self.idp), discovery.ACTION, held)

    async def key_set(self, published: Published, held: Document | None = None) -> Document:
        """The key set, not yet read; `held` itself where it is still that one.

        Raises:
            AwsError: no answer, or one that is not a document.
        """
        return await self._document(published.jwks_uri, _KEYS, held)

    def keys(self, document: bytes) -> dict[str, AdmittedKey]:
        """The keys in `document` that may vouch for tokens, by key id.

        Raises:
            AwsError: there is no usable key in it.
        """
        try:
            return dict(admitted(document, self.idp.algorithms))
        except NoKeys as nothing:
            what = str(nothing)
        raise unusable(self.idp, _KEYS, what)

    async def redeemed(
        self, published: Published, *, code: str, verifier: str, redirect_uri: str
    ) -> str:
        """The ID token the one-time `code` is exchanged for, not yet verified.

        What proves us is the PKCE verifier (RFC 7636 §4.5), and the secret if there is one.

        Raises:
            NotSignedIn: the provider does not accept the code.
            AwsError: no answer, or one that is not a token answer.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers, proof = self._proof(published)
        request = WireRequest(
            "POST",
            published.token_endpoint,
            {
                "content-type": "application/x-www-form-urlencoded",
                "accept": "application/json",
                **headers,
            },
            urlencode(form | proof).encode("ascii"),
        )
        answer = await self._sent(request, _TOKEN)
        if answer.status == _BAD_REQUEST and self._says(answer) == "invalid_grant":
            raise unfinished(Why.SIGNIN_CODE)
        self._know_us(answer)
        found = discovery.json_object(self._good(answer, _TOKEN), self.idp, _TOKEN)
        token = found.get("id_token")
        if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
            raise unusable(self.idp, _TOKEN, "its token answer holds no ID token")
        return token

    def _proof(self, published: Published) -> tuple[dict[str, str], dict[str, str]]:
        """The header and the fields of a form that say who we are, and prove it."""
        client = {"client_id": self.idp.client_id}
        if self.secret is None:
            return {}, client
        secret = self.secret.get_secret_value().decode("utf-8")
        if published.proof_in is None:
            raise unusable(self.idp, _TOKEN, "it takes no client secret, in a way we speak")
        if published.proof_in == "form":
            return {}, client | {"client_secret": secret}
        # Each part is encoded as in a form before they are joined (RFC 6749 §2.3.1).
        pair = f"{quote_plus(self.idp.client_id)}:{quote_plus(secret)}"
        return {"authorization": f"Basic {b64encode(pair.encode('ascii')).decode()}"}, {}

    def _know_us(self, answer: WireAnswer) -> None:
        """Return unless the provider says that we are not its client, or did not prove it."""
        if answer.status != _OK and self._says(answer) == "invalid_client":
            raise unusable(
                self.idp,
                _TOKEN,
                "it does not take us for its client",
                f"{answer.status} invalid_client",
            )

    async def _document(self, url: str, action: str, held: Document | None) -> Document:
        asked = {"accept": "application/json"}
        if held is not None and held.etag is not None:
            asked["if-none-match"] = held.etag
        answer = await self._sent(WireRequest("GET", url, asked, b""), action)
        if held is not None and held.etag is not None and answer.status == _NOT_MODIFIED:
            return held
        body = self._good(answer, action)
        mark = answer.headers.get("etag", "")
        good_for = _good_for(answer.headers.get("cache-control", ""))
        return Document(body, mark if _ETAG.match(mark) else None, good_for)

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
            said = f"it answered {answer.status}"
            raise unusable(self.idp, action, said, str(answer.status))
        if len(answer.body) > LARGEST_DOCUMENT:
            raise unusable(self.idp, action, f"its answer is over {LARGEST_DOCUMENT} bytes")
        return answer.body

    def _says(self, answer: WireAnswer) -> object:
        """The `error` of a token endpoint's refusal (RFC 6749 §5.2)."""
        try:
            return strict_object(answer.body[:LARGEST_DOCUMENT]).get("error")
        except ValueError:
            return None


def _good_for(cache_control: str) -> timedelta | None:
    said = _MAX_AGE.search(cache_control)
    return timedelta(seconds=int(said[1])) if said else None
