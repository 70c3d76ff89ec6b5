"""Sign-ins that begin here: the request a browser carries to the provider, and its way back.

The answer is posted from the provider's site, so no `Lax` cookie comes with it.  What binds it
to the browser is a cookie of its own that other sites' forms do carry; it is sealed, holds the
id that the answer must name, counts for ten minutes and once.  Requests are not signed: they
ask for nothing that anybody could not ask for.

Sources: saml-profiles-2.0-os §4.1.4.1; saml-bindings-2.0-os §3.4.4; RFC 6265bis §5.6.7.
"""

import hmac
import secrets
import zlib
from base64 import b64encode
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from starlette.requests import Request

from studiogate.gateway.ports import Clock, Kind, Mark
from studiogate.gateway.saml.reading import ASSERTION, PROTOCOL
from studiogate.gateway.signin import cookie
from studiogate.gateway.signin.cookie import BadSeal, Sealer
from studiogate.gateway.signin.pending import LASTS
from studiogate.gateway.signin.why import Why, unfinished

COOKIE = "__Host-studiogate-saml"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_PURPOSE = "saml"
_RANDOM_BYTES = 20
"""Of a request's id: more than the 128 bits of saml-core §1.3.4."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What is remembered between sending a browser away and its return."""

    idp: str
    id: str = field(repr=False)
    next: str
    ends_s: int
    """Seconds since 1970."""

    @property
    def ends(self) -> datetime:
        """When it can no longer be finished."""
        return datetime.fromtimestamp(self.ends_s, UTC)

    @property
    def mark(self) -> Mark:
        """The mark of its having come back."""
        return Mark(Kind.BEGUN, (self.idp, self.id))


class Requests:
    """Begins sign-ins, and knows those that come back."""

    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        self._sealer = sealer
        self._clock = clock

    def begun(self, idp: str, *, next_path: str) -> tuple[Begun, str]:
        """A new sign-in at `idp`, and the `Set-Cookie` that binds it to the browser."""
        begun = Begun(
            idp=idp,
            id=f"_{secrets.token_hex(_RANDOM_BYTES)}",
            next=next_path,
            ends_s=int((self._clock() + LASTS).timestamp()),
        )
        value = self._sealer.sealed(_PURPOSE, asdict(begun))
        age_s = int(LASTS.total_seconds())
        return begun, cookie.setting(COOKIE, value, max_age_s=age_s, same_site="None")

    def answered(self, request: Request, idp: str, answers: str) -> Begun:
        """The sign-in whose request had the id `answers`; it may have come back already.

        Raises:
            NotSignedIn: this browser began none at `idp`, or not this one, or it is over.
        """
        values = cookie.shown(request, COOKIE)
        if len(values) != 1:
            raise unfinished(Why.SAML_REQUEST)
        begun = self._opened(values[0])
        if begun.idp != idp or self._clock() >= begun.ends:
            raise unfinished(Why.SAML_REQUEST)
        if not hmac.compare_digest(answers.encode(), begun.id.encode()):
            raise unfinished(Why.SAML_REQUEST)
        return begun

    def _opened(self, value: str) -> Begun:
        try:
            return Begun(**self._sealer.opened(_PURPOSE, value))
        except (BadSeal, TypeError):
            raise unfinished(Why.SAML_REQUEST) from None


def asked(begun: Begun, *, now: datetime, issuer: str, acs: str, there: str) -> str:
    """The URL that carries the request of `begun` to `there`, the provider's sign-in page."""
    at = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    xml = (
        f'<samlp:AuthnRequest xmlns:samlp="{PROTOCOL}" xmlns:saml="{ASSERTION}" '
        f'ID="{begun.id}" Version="2.0" IssueInstant="{at}" '
        f"Destination={quoteattr(there)} AssertionConsumerServiceURL={quoteattr(acs)} "
        f'ProtocolBinding="{POST}"><saml:Issuer>{escape(issuer)}</saml:Issuer>'
        "</samlp:AuthnRequest>"
    )
    deflated = zlib.compress(xml.encode("utf-8"), level=9, wbits=-zlib.MAX_WBITS)
    link = "&" if "?" in there else "?"
    return there + link + urlencode({"SAMLRequest": b64encode(deflated).decode("ascii")})
