"""Browser sessions: what a redeemed ticket leaves behind, and the cookie that names it."""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from studiogate.local.sagemaker.model import Owner
from studiogate.local.sagemaker.tickets import Ticket
from studiogate.local.studio.hosts import Named

COOKIE = "studio-session-"
"""Followed by the domain id, so that two domains on one loopback address do not collide."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser in one profile's Studio, until `expires_at` (aware UTC)."""

    ticket: Ticket
    expires_at: datetime

    @property
    def owner(self) -> Owner:
        """Whose app it opens: the space's where the ticket names one, else the profile's."""
        ticket = self.ticket
        if ticket.space is not None:
            return Owner("space", ticket.space)
        return Owner("user-profile", ticket.profile)


class AmbiguousSessionError(Exception):
    """Two sessions may be meant: two domains at a bare address, or one a neighbour planted."""


class Sessions:
    """The sessions that are open; kept by the hash of their cookie."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Start with none."""
        self._clock = clock
        self._open: dict[bytes, Session] = {}

    def begin(self, ticket: Ticket) -> tuple[Session, str]:
        """A session of the ticket's length, and the cookie value that names it."""
        now = self._clock()
        self._open = {key: one for key, one in self._open.items() if one.expires_at > now}
        value = secrets.token_urlsafe(32)
        session = Session(ticket, now + timedelta(seconds=ticket.session_s))
        self._open[_digest(value)] = session
        return session, value

    def live(self, session: Session) -> bool:
        """Whether the session has not reached its end."""
        return self._clock() < session.expires_at

    def of(self, cookies: Iterable[tuple[str, str]], host: Named) -> Session | None:
        """The live session the cookies name under this host; `None` when there is none.

        A cookie counts only under the name of its own domain.

        Raises:
            AmbiguousSessionError: the cookies name several.
        """
        found = {
            id(session): session
            for name, value in cookies
            if name.startswith(COOKIE)
            and (session := self._open.get(_digest(value))) is not None
            and name == COOKIE + session.ticket.domain_id
            and host.means(session.ticket.domain_id, session.ticket.place.region)
            and self.live(session)
        }
        if len(found) > 1:
            raise AmbiguousSessionError
        return next(iter(found.values()), None)


def _digest(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()
