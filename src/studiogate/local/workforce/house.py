"""What the handlers of the access portal share: who is signed in, and what may be said."""

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from studiogate.gateway.ports import Clock
from studiogate.landscape.model import AttributeUse
from studiogate.local.sites.cookies import Cookies, fingerprint
from studiogate.local.sites.shelf import Shelf
from studiogate.local.workforce.accounts import Account, Accounts, Application
from studiogate.local.workforce.asked import Asked, Known
from studiogate.local.workforce.assertion import SESSION_LASTS, Said, response
from studiogate.local.workforce.certificates import Certificates
from studiogate.local.workforce.pages import PortalPages
from studiogate.local.workforce.published import metadata

TICKET_LIVES = timedelta(minutes=10)

_ATTRIBUTES: Mapping[AttributeUse, str] = {
    "person": "username",
    "domain": "domain-id",
    "groups": "groups",
}
"""What attributes are called where the landscape maps none."""


@dataclass(frozen=True, slots=True)
class Registered:
    """The provider as one application sees it, and that application, as they were set up."""

    entity_id: str
    audience: str
    """What the application calls itself."""

    attributes: Mapping[AttributeUse, str]
    """What the application calls the attributes it needs."""

    asked_at: str
    """The path its requests come to: each application has one of its own."""

    metadata_at: str
    """The path that its administrator gets the metadata from."""

    location: str
    """Where requests are received, for the metadata."""

    locations: Callable[[], Collection[str]]
    """That address, and the same place as other networks reach it."""

    consumers: Callable[[], Collection[str]]
    """Every address of the application that assertions may be posted to."""

    consumer_at: Callable[[int], str]
    """The one a browser reaches that came in by this port."""

    onward: Collection[str]
    """Origins that the application leads to when it has signed somebody in."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A wish for an application, by its name."""

    name: str


Wish = Tile | Asked | None
"""What somebody signs in for; `None` is to see what there is."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A sign-in that has begun in one browser."""

    wish: Wish
    visit: str
    """Hash of the cookie of the browser it began in."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who signed in in this browser."""

    name: str
    at: datetime
    index: str = field(default_factory=lambda: f"_{secrets.token_hex(16)}")
    """What assertions call this session."""

    form: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    """What forms of ours hold, so that no other site's form is taken for one."""


class House:
    """One access portal."""

    def __init__(
        self,
        registered: Registered,
        accounts: Accounts,
        certificates: Certificates,
        pages: PortalPages,
        clock: Clock,
        *,
        others: Collection[Registered] = (),
    ) -> None:
        """`registered` is the application of the tiles; `others` have none."""
        self.registered = registered
        self.others = tuple(others)
        self.accounts = accounts
        self.certificates = certificates
        self.pages = pages
        self.cookies = Cookies("workforce")
        self.clock = clock
        self._tickets: Shelf[Ticket] = Shelf(lives=TICKET_LIVES, clock=clock)
        self._sessions: Shelf[Session] = Shelf(lives=SESSION_LASTS, clock=clock)

    def asking(self, wish: Application | Asked) -> Registered:
        """The application that `wish` is for."""
        audience = wish.audience if isinstance(wish, Asked) else self.registered.audience
        every = (self.registered, *self.others)
        return next(one for one in every if one.audience == audience)

    def known(self, ours: Registered) -> Known:
        """What a request of that application is held against now."""
        return Known(ours.audience, ours.consumers(), ours.locations(), self.clock())

    def published(self, ours: Registered) -> bytes:
        """The metadata for that application, as it is now."""
        pairs = self.certificates.published
        return metadata(ours.entity_id, ours.location, [one.certificate for one in pairs])

    def said(
        self, account: Account, session: Session, consumer: str, *, wish: Application | Asked
    ) -> bytes:
        """A response about `account` for `consumer`.

        It names a domain only if the person came by that domain's tile.
        """
        ours = self.asking(wish)
        named = {**_ATTRIBUTES, **ours.attributes}
        wanted = (wish.domain_id,) if isinstance(wish, Application) else ()
        said = Said(
            issuer=ours.entity_id,
            audience=ours.audience,
            consumer=consumer,
            subject=account.mail,
            attributes={
                named["person"]: (account.name,),
                named["domain"]: wanted,
                named["groups"]: account.groups,
            },
            signed_in_at=session.at,
            session=session.index,
            in_response_to=wish.id if isinstance(wish, Asked) else None,
        )
        return response(said, self.certificates.signing, now=self.clock())

    def begin(self, wish: Wish, *, visit: str) -> str:
        """A ticket for a sign-in that begins in the browser holding the cookie `visit`."""
        return self._tickets.put(Ticket(wish, fingerprint(visit)))

    def ticket(self, name: str, request: Request) -> Ticket | None:
        """The ticket called `name`, if it began in the browser that sends `request`."""
        found = self._tickets.look(name)
        same = found is not None and self.cookies.is_from(request, "visit", found.visit)
        return found if same else None

    def spend(self, name: str) -> None:
        """Take the ticket called `name`: it has brought somebody in."""
        self._tickets.take(name)

    def session(self, request: Request) -> tuple[Session, Account] | None:
        """Who is signed in in this browser, if they still have an account."""
        found = self._sessions.look(self.cookies.value(request, "session"))
        account = self.accounts.account(found.name) if found else None
        return (found, account) if found and account else None

    def remember(self, account: Account) -> tuple[Session, str]:
        """A new session of `account`, and the cookie it goes by."""
        session = Session(account.name, self.clock())
        return session, self._sessions.put(session)

    def forget(self, request: Request, response: Response) -> None:
        """End the session of the browser that sent `request`."""
        self._sessions.take(self.cookies.value(request, "session"))
        self.cookies.take(response, "session")
