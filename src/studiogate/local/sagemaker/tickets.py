"""One-time tickets: what the token in a presigned URL stands for.

A ticket is looked at before it is used: the front asks the policies in between, and a refusal
must leave the ticket whole.  Tokens are kept as hashes only, so that no dump of this process
holds a URL that still works.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from studiogate.local.call import Caller, Place

_TOKEN_BYTES = 48


class Useless(StrEnum):
    """Why a token opens nothing; the browser is told the same words for each (S2-40)."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What one presigned URL is good for."""

    caller: Caller
    """Who created the URL; its policies are asked again at every use."""

    place: Place
    domain_id: str
    profile: str
    space: str | None
    landing: str
    """`studio::…` or `app:TYPE:…`, already checked."""

    expires_at: datetime
    """Aware UTC; from then on the URL is late."""

    session_s: int
    """Seconds the session lasts once opened."""


class Tickets:
    """The tickets that are out; one event loop uses it, so that redeeming is atomic."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Start with none."""
        self._clock = clock
        self._open: dict[bytes, Ticket] = {}
        self._used: dict[bytes, datetime] = {}

    def issue(self, ticket: Ticket) -> str:
        """The token that stands for `ticket`: 384 random bits, URL-safe."""
        self._forget()
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._open[_digest(token)] = ticket
        return token

    def look(self, token: str) -> Ticket | Useless:
        """What `token` stands for, without using it."""
        digest = _digest(token)
        if digest in self._used:
            return Useless.USED
        ticket = self._open.get(digest)
        if ticket is None:
            return Useless.UNKNOWN
        return ticket if self._clock() < ticket.expires_at else Useless.EXPIRED

    def redeem(self, token: str) -> Ticket | Useless:
        """What `token` stands for, once: whoever asks again is told it is used."""
        found = self.look(token)
        if isinstance(found, Ticket):
            digest = _digest(token)
            self._used[digest] = found.expires_at
            del self._open[digest]
        return found

    def _forget(self) -> None:
        """Drop what is late anyway, so that memory stays bounded by the last five minutes."""
        now = self._clock()
        self._open = {key: one for key, one in self._open.items() if one.expires_at > now}
        self._used = {key: until for key, until in self._used.items() if until > now}


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
