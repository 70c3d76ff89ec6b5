"""A sign-in that has been sent to the provider and is waited for.

What it must come back with (`state`), what the token must hold (`nonce`) and the PKCE verifier
are sealed into a cookie of the browser that began it: another browser cannot finish it.  Ten
minutes, one use whatever instance takes it back, one at a time per browser.
Sources: RFC 9700 §2.1, §4.7; RFC 7636 §4.
"""

import hmac
import re
import secrets
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from starlette.requests import Request

from studiogate.gateway.ports import Clock, Kind, Mark, Marks
from studiogate.gateway.signin import cookie
from studiogate.gateway.signin.cookie import BadSeal, Sealer
from studiogate.gateway.signin.shape import to_base64url
from studiogate.gateway.signin.why import Why, unfinished

COOKIE = "__Host-studiogate-signin"
LASTS = timedelta(minutes=10)
_PURPOSE = "signin"
_RANDOM_BYTES = 32
_OWN_PATH = re.compile(r"/(?:{0}(?:/{0})*/?)?\Z".format("[A-Za-z0-9_.~@+=,:&?%-]+"))
_LONGEST_PATH = 256


@dataclass(frozen=True, slots=True)
class Pending:
    """What is remembered between sending a browser away and its return."""

    idp: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str
    next: str
    ends_s: int
    """Seconds since 1970."""

    @property
    def challenge(self) -> str:
        """The S256 code challenge of the verifier (RFC 7636 §4.2)."""
        return to_base64url(sha256(self.verifier.encode("ascii")).digest())

    @property
    def ends(self) -> datetime:
        """When it can no longer be finished."""
        return datetime.fromtimestamp(self.ends_s, UTC)


class PendingSignIns:
    """Begins sign-ins and takes each back once."""

    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        self._sealer = sealer
        self._clock = clock

    def begun(self, idp: str, *, redirect_uri: str, next_path: str) -> tuple[Pending, str]:
        """A new sign-in at `idp`, and the `Set-Cookie` that binds it to the browser."""
        pending = Pending(
            idp=idp,
            state=secrets.token_urlsafe(_RANDOM_BYTES),
            nonce=secrets.token_urlsafe(_RANDOM_BYTES),
            verifier=secrets.token_urlsafe(_RANDOM_BYTES),
            redirect_uri=redirect_uri,
            next=next_path,
            ends_s=int((self._clock() + LASTS).timestamp()),
        )
        value = self._sealer.sealed(_PURPOSE, asdict(pending))
        age_s = int(LASTS.total_seconds())
        return pending, cookie.setting(COOKIE, value, max_age_s=age_s)

    async def taken(self, request: Request, idp: str, state: str, marks: Marks) -> Pending:
        """The sign-in `request` comes back from; it cannot be taken again, at any instance.

        Raises:
            NotSignedIn: this browser began none at `idp`, or not this one, or it is over.
            AwsError: whether it was taken before is not known.
        """
        values = cookie.shown(request, COOKIE)
        if len(values) != 1:
            raise unfinished(Why.SIGNIN_NOT_BEGUN)
        pending = self._opened(values[0])
        if pending.idp != idp or self._clock() >= pending.ends:
            raise unfinished(Why.SIGNIN_NOT_BEGUN)
        if not hmac.compare_digest(state.encode(), pending.state.encode()):
            raise unfinished(Why.SIGNIN_STATE)
        if await marks.claim(Mark(Kind.BEGUN, (pending.state,)), until=pending.ends):
            raise unfinished(Why.SIGNIN_REPEATED)
        return pending

    def _opened(self, value: str) -> Pending:
        try:
            return Pending(**self._sealer.opened(_PURPOSE, value))
        except (BadSeal, TypeError):
            raise unfinished(Why.SIGNIN_NOT_BEGUN) from None


def own_path(path: str) -> str:
    """`path`, if it is one of this gateway's own; else the portal, `/`.

    No scheme, no host, no `//`, no backslash: a link to us must not lead away from us
    (RFC 9700 §4.11).  Nor back into the sign-in, which would go round in circles.
    """
    inside = len(path) <= _LONGEST_PATH and _OWN_PATH.match(path) is not None
    return path if inside and not path.startswith(("/signin", "/signout")) else "/"
