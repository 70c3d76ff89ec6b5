"""The session: a sealed cookie that says who signed in, where and until when.

It ends at the absolute limit counted from the sign-in, no later than the provider's word for
it, and earlier when nobody used it for the idle limit.  Use moves the idle limit: `who` seals a
fresh cookie at most once a minute, and `Renewing`, wrapped around the application, sends it
along with whatever is answered.  Every sign-in makes a new session id; one that was signed out
is marked, and whoever asks for the person's row asks for that mark with it.

Sources: OWASP ASVS 5.0, V7.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studiogate.gateway.ports import Clock, Identity, Kind, Mark, Marks
from studiogate.gateway.signin import cookie
from studiogate.gateway.signin.cookie import BadSeal, Sealer
from studiogate.gateway.signin.why import Why, refused

COOKIE = "__Host-studiogate"
LASTS = timedelta(hours=8)
IDLE = timedelta(minutes=30)
RENEWED_EVERY = timedelta(minutes=1)
_PURPOSE, _CSRF = "session", "csrf"
_FRESH = "studiogate_session"


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in of one person, as the cookie keeps it."""

    sid: str = field(repr=False)
    person: str
    idp: str
    subject: str
    ends: datetime
    seen: datetime
    """When it was last used, as far as the cookie knows."""

    began: datetime
    """When the provider vouched for them, which may be long after they typed a password."""

    groups: frozenset[str] | None = None
    at_provider: str | None = field(default=None, repr=False)

    def identity(self) -> Identity:
        """Who it speaks for."""
        return Identity(
            person=self.person,
            idp=self.idp,
            subject=self.subject,
            until=self.ends,
            way="session",
            at=self.began,
            groups=self.groups,
            session=self.sid,
            at_provider=self.at_provider,
        )


class Sessions:
    """Begins, reads, renews and ends sessions."""

    def __init__(
        self,
        sealer: Sealer,
        clock: Clock,
        idps: Collection[str],
        *,
        lasts: timedelta = LASTS,
        idle: timedelta = IDLE,
    ) -> None:
        self._sealer = sealer
        self._clock = clock
        self.idps = frozenset(idps)
        """The providers whose sessions count."""

        self._lasts = lasts
        self._idle = idle

    def begun(self, identity: Identity) -> str:
        """The `Set-Cookie` of a new session for `identity`, who has just signed in.

        Raises:
            NotSignedIn: the names are too long for a cookie.
        """
        now = self._clock()
        return self._setting(
            Session(
                sid=secrets.token_urlsafe(16),
                person=identity.person,
                idp=identity.idp,
                subject=identity.subject,
                ends=min(now + self._lasts, identity.until),
                seen=now,
                began=now,
                groups=identity.groups,
                at_provider=identity.at_provider,
            )
        )

    def read(self, request: Request) -> Session:
        """The session of `request`, if it holds.

        Raises:
            NotSignedIn: there is none, or it does not hold.
        """
        values = cookie.shown(request, COOKIE)
        if not values:
            raise refused(Why.NOTHING_SHOWN)
        if len(values) > 1:
            raise refused(Why.SESSION_REPEATED)
        session = self._opened(values[0])
        self._check(session)
        return session

    def renew(self, request: Request, session: Session) -> None:
        """Have the answer to `request` carry a fresh cookie, if the old one is old enough."""
        now = self._clock()
        if now - session.seen >= RENEWED_EVERY:
            setattr(request.state, _FRESH, self._setting(replace(session, seen=now)))

    async def end(self, session: Session, marks: Marks) -> None:
        """End `session` before its time, for every copy of its cookie, at every instance.

        Raises:
            AwsError: it is not known to have ended.
        """
        await marks.make(Mark(Kind.SESSION, (session.sid,)), until=session.ends)

    def csrf_token(self, session: Session) -> str:
        """What a form of `session` must carry to change anything."""
        return self._sealer.tag(_CSRF, session.sid)

    def is_csrf_token(self, token: str, session: Session) -> bool:
        """Whether `token` was made for a form of `session`."""
        return self._sealer.is_tag(token, _CSRF, session.sid)

    def _check(self, session: Session) -> None:
        now = self._clock()
        if session.idp not in self.idps:
            raise refused(Why.SESSION_IDP)
        if now >= session.ends:
            raise refused(Why.SESSION_OVER)
        if now >= session.seen + self._idle:
            raise refused(Why.SESSION_IDLE)

    def _setting(self, session: Session) -> str:
        facts: dict[str, Any] = {
            "s": session.sid,
            "p": session.person,
            "i": session.idp,
            "u": session.subject,
            "e": int(session.ends.timestamp()),
            "a": int(session.seen.timestamp()),
            "b": session.began.timestamp(),
        }
        if session.groups is not None:
            facts["g"] = sorted(session.groups)
        if session.at_provider is not None:
            facts["x"] = session.at_provider
        value = self._sealer.sealed(_PURPOSE, facts)
        if len(value) > cookie.LARGEST_COOKIE:
            raise refused(Why.SESSION_SIZE)
        return cookie.setting(COOKIE, value)

    def _opened(self, value: str) -> Session:
        try:
            facts = self._sealer.opened(_PURPOSE, value)
            return Session(
                sid=facts["s"],
                person=facts["p"],
                idp=facts["i"],
                subject=facts["u"],
                ends=datetime.fromtimestamp(facts["e"], UTC),
                seen=datetime.fromtimestamp(facts["a"], UTC),
                began=datetime.fromtimestamp(facts["b"], UTC),
                groups=frozenset(facts["g"]) if "g" in facts else None,
                at_provider=facts.get("x"),
            )
        except (BadSeal, KeyError):
            raise refused(Why.SESSION_SEAL) from None


class Renewing:
    """ASGI application around `app` that sends a renewed session cookie with the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as `app` does, and add the cookie unless the answer sets its own."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Made here, so that routers which copy the scope share it.
        state = scope.setdefault("state", {})

        async def with_cookie(message: Message) -> None:
            fresh = state.get(_FRESH)
            if message["type"] == "http.response.start" and fresh is not None:
                headers = MutableHeaders(scope=message)
                if not any(
                    value.startswith(f"{COOKIE}=") for value in headers.getlist("set-cookie")
                ):
                    headers.append("set-cookie", fresh)
            await send(message)

        await self._app(scope, receive, with_cookie)
