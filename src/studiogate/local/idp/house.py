"""What the handlers of the identity provider share: its pool, and what it remembers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from studiogate.local.idp.authorize import Asked, Client
from studiogate.local.idp.pool import SCOPES, Pool
from studiogate.local.idp.providers import Offer, offered
from studiogate.local.sites.cookies import Cookies, fingerprint
from studiogate.local.sites.pages import Pages, origin
from studiogate.local.sites.shelf import Shelf

_TEMPLATES = Path(__file__).parent / "templates"

CODE_LIVES = timedelta(seconds=60)
TICKET_LIVES = timedelta(minutes=10)
AWAY_LIVES = timedelta(minutes=5)
"""How long a provider may take to answer (developer guide, "SP-initiated SAML sign-in")."""

SESSION_LIVES = timedelta(hours=1)
"""How long a browser is remembered; managed login of Cognito remembers for an hour."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A sign-in that has begun in one browser."""

    asked: Asked
    visit: str
    """Hash of the cookie of the browser it began in."""

    username: str | None = None
    """Whose temporary password was right; only a new password is missing."""


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for."""

    asked: Asked
    username: str
    at: datetime
    """When the person gave their password, which may be before the code was asked for."""


@dataclass(frozen=True, slots=True)
class Away:
    """A sign-in that has left for another provider."""

    asked: Asked
    provider: str
    request_id: str
    """What its answer must name."""

    journey: str
    """Hash of the cookie of the browser that left."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Somebody who signed in in this browser."""

    username: str
    at: datetime


class House:
    """One identity provider at one address."""

    def __init__(self, pool: Pool, *, base: str, name: str, onward: Iterable[str]) -> None:
        self.pool = pool
        self.base = base.rstrip("/")
        self.pages = Pages(_TEMPLATES, provider=f"{name} identity provider")
        self.https = self.base.startswith("https://")
        self.cookies = Cookies("idp", https=self.https)
        self._onward = frozenset(onward)
        clock = pool.clock
        self.tickets: Shelf[Ticket] = Shelf(lives=TICKET_LIVES, clock=clock)
        self.codes: Shelf[Code] = Shelf(lives=CODE_LIVES, clock=clock)
        self.spent: Shelf[str | None] = Shelf(lives=SESSION_LIVES, clock=clock)
        self._sessions: Shelf[Remembered] = Shelf(lives=SESSION_LIVES, clock=clock)
        self._away: Shelf[Away] = Shelf(lives=AWAY_LIVES, clock=clock)

    @property
    def client(self) -> Client:
        """The application, as it is registered now."""
        callbacks = self.pool.callbacks
        return Client(self.pool.client_id, callbacks, frozenset(SCOPES), self.offer)

    @property
    def offer(self) -> Offer:
        """With whom people may sign in, as it is configured now."""
        return offered(self.pool.pool, self.pool.client_id)

    @property
    def leads_to(self) -> frozenset[str]:
        """Origins that a sign-in may end at."""
        return self._onward | {origin(url) for url in self.pool.callbacks}

    def begin(self, asked: Asked, *, visit: str) -> str:
        """A ticket for a sign-in that begins in the browser holding the cookie `visit`."""
        return self.tickets.put(Ticket(asked, fingerprint(visit)))

    def ticket(self, name: str, request: Request) -> Ticket | None:
        """The ticket called `name`, if it began in the browser that sends `request`."""
        found = self.tickets.look(name)
        same = found is not None and self.cookies.is_from(request, "visit", found.visit)
        return found if same else None

    def with_name(self, ticket: Ticket, username: str) -> str:
        """A new ticket that says whose temporary password was right."""
        return self.tickets.put(replace(ticket, username=username))

    def leave(self, asked: Asked, *, provider: str, request_id: str, journey: str) -> str:
        """The relay state of a sign-in that leaves from the browser of the cookie `journey`."""
        return self._away.put(Away(asked, provider, request_id, fingerprint(journey)))

    def returned(self, relay: str, request: Request) -> Away | None:
        """The sign-in that left as `relay` from the browser that sends `request`; once."""
        found = self._away.look(relay)
        if found is None or not self.cookies.is_from(request, "journey", found.journey):
            return None
        return self._away.take(relay)

    def remembered(self, request: Request) -> Remembered | None:
        """Who signed in in this browser within the hour, if they still may."""
        found = self._sessions.look(self.cookies.value(request, "session"))
        return found if found and self.pool.pool.subject(found.username) else None

    def remember(self, response: Response, username: str, at: datetime) -> None:
        """Remember the browser `response` goes to; under a new name at each sign-in."""
        self.cookies.give(response, "session", self._sessions.put(Remembered(username, at)))

    def forget(self, request: Request, response: Response) -> None:
        """Forget the browser that sent `request`."""
        self._sessions.take(self.cookies.value(request, "session"))
        self.cookies.take(response, "session")
