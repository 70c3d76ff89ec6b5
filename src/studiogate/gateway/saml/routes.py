"""POST /saml: a person comes from a SAML provider with an assertion, and begins a session.

Read `_arrived` top to bottom; each line is a check or a room.  Providers post assertions that
we asked for, and assertions that nobody asked for, when somebody clicks a tile there (S3-07).
Of the latter nothing ties the message to the browser that brings it: whoever has a fresh,
unused assertion of their own can have somebody else's browser post it, who is then signed in as
them and not as themselves.  The page says who is signed in, an assertion works once, and a
sign-in that begins here cannot be swapped so; where no tiles are used, the landscape has what
nobody asked for refused (`unsolicited: false`).  This one POST does not ask which page sent it:
it is always another site's.

Sources: saml-profiles-2.0-os §4.1; saml-bindings-2.0-os §3.5; OWASP SAML Security cheat sheet.
"""

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from studiogate.errors import NotAllowed, NotThere, StudioGateError
from studiogate.gateway.authorise import admit, not_yours
from studiogate.gateway.origin import own
from studiogate.gateway.ports import Clock, Identity, Kind, Mark, Ports
from studiogate.gateway.prefix import outward
from studiogate.gateway.providers import SamlSettings
from studiogate.gateway.saml import ours
from studiogate.gateway.saml.asking import COOKIE, Begun, Requests, asked
from studiogate.gateway.saml.attributes import About, about
from studiogate.gateway.saml.conditions import Expected, Stated, stated
from studiogate.gateway.saml.documents import Documents
from studiogate.gateway.saml.message import LARGEST_FORM, Posted, posted
from studiogate.gateway.saml.reading import ASSERTION, child, parsed, said
from studiogate.gateway.saml.signed import Believed, believed
from studiogate.gateway.saml.structure import Shaped, shaped
from studiogate.gateway.saml.trust import Known, Trust
from studiogate.gateway.signin import cookie
from studiogate.gateway.signin.arrival import Arrival, ports_of, see, unchosen
from studiogate.gateway.signin.cookie import Sealer
from studiogate.gateway.signin.noted import Note, noted
from studiogate.gateway.signin.pending import own_path
from studiogate.gateway.signin.session import LASTS
from studiogate.gateway.signin.why import Why, unfinished, unreadable
from studiogate.gateway.whom import owner

_ACS = "/saml"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A message that holds, before it is used up."""

    who: About
    identity: Identity
    facts: Stated
    begun: Begun | None
    """The sign-in it ends; `None`: nobody asked for it."""


class SamlSignIn:
    """The SAML service provider: where assertions arrive, and where people are sent for one."""

    def __init__(
        self,
        idps: Mapping[str, SamlSettings],
        documents: Documents,
        *,
        origins: Collection[str],
        sealer: Sealer,
        arrival: Arrival,
        clock: Clock,
    ) -> None:
        self._idps = idps
        self._trust = Trust(idps, documents, clock)
        self._origins = origins
        self._requests = Requests(sealer, clock)
        self._arrival = arrival
        self._clock = clock

    @property
    def routes(self) -> list[Route]:
        """For the application to serve; a message may be larger than anything else posted."""
        larger = Middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_FORM)
        return [
            Route(_ACS, self.take_in, methods=["POST"], name="saml", middleware=[larger]),
            Route("/saml/metadata", self.describe, methods=["GET"], name="saml-metadata"),
        ]

    async def send_away(self, request: Request, name: str) -> Response:
        """Send the browser to the sign-in page of `name`, if the person chose to go there."""
        next_path = own_path(request.query_params.get("next", "/"))
        if (to_portal := unchosen(request, next_path=next_path)) is not None:
            return to_portal
        known = await self._trust.named(name)
        there = known.provider.sso_redirect
        if there is None:
            raise NotThere(
                "a sign-in with this provider does not begin here",
                remedy="Begin at the provider: open its portal, and choose Studio there.",
                reason="idp-begins",
            )
        begun, kept = self._requests.begun(name, next_path=next_path)
        way = asked(
            begun,
            now=self._clock(),
            issuer=known.settings.audience,
            acs=self._acs(request),
            there=there,
        )
        return see(way, kept)

    async def take_in(self, request: Request) -> Response:
        """Begin the session of whoever the posted assertion is about."""
        async with noted(request, "saml") as note:
            return await self._arrived(request, note)

    async def describe(self, request: Request) -> Response:
        """Our own metadata, for whoever sets a provider up."""
        here = own(request)
        others = sorted(origin for origin in self._origins if origin != here)
        self._acs(request)
        places = [origin + outward(request, _ACS) for origin in (here, *others)]
        document = ours.described(self._audience(request), places)
        return Response(document, media_type=ours.MEDIA_TYPE)

    async def _arrived(self, request: Request, note: Note) -> Response:
        """The answer to a message that is believed; `note` learns as much as is known."""
        form = await posted(request)
        note.about = form.about
        with _unbroken():
            shape = shaped(parsed(form.message))
        known = await self._trust.issuing(_claimed(shape))
        note.idp = known.settings.name
        judged = self._judged(request, shape, known)
        note.person = judged.who.person
        way_on = await _way_on(ports_of(request), judged, form)
        await _use_up(ports_of(request), judged, known)
        clearing = cookie.clearing(COOKIE) if judged.begun is not None else ""
        return await self._arrival.welcomed(
            request, judged.identity, next_path=way_on, clearing=clearing
        )

    def _judged(self, request: Request, shape: Shaped, known: Known) -> _Judged:
        """What the message says, if the provider signed it, for us, for now."""
        now = self._clock()
        expected = Expected(
            known.provider.entity_id, known.settings.audience, self._acs(request)
        )
        certificates = self._trust.certificates(known)
        begun: Begun | None = None
        with _unbroken():
            message: Believed = believed(shape, certificates, now)
            facts = stated(message, expected, now)
            if facts.in_response_to is not None:
                begun = self._requests.answered(
                    request, known.settings.name, facts.in_response_to
                )
            elif not known.settings.unsolicited:
                raise unfinished(Why.SAML_UNSOLICITED)
            who = about(message.assertion, known.settings, unsolicited=begun is None)
        return _Judged(who, _identity(who, facts, known.settings.name, now), facts, begun)

    def _acs(self, request: Request) -> str:
        """Where assertions are posted, as the browser reached us.

        Raises:
            NotAllowed: it reached us by a name that is not ours.
        """
        origin = own(request)
        if origin not in self._origins:
            raise NotAllowed(
                "this gateway is not reached by that name",
                remedy="Use the address of the portal.",
                reason="unknown-origin",
            )
        return origin + outward(request, _ACS)

    def _audience(self, request: Request) -> str:
        """What the provider that is asked about calls us."""
        name = request.query_params.get("idp")
        found = {
            idp.audience for idp in self._idps.values() if name is None or idp.name == name
        }
        if len(found) != 1:
            raise NotThere(
                "it is not clear which identity provider this is for",
                remedy=f"Name one: /saml/metadata?idp= and one of {', '.join(self._idps)}.",
                reason="unknown-idp",
            )
        return found.pop()


def _claimed(shape: Shaped) -> str:
    """Whose assertion it claims to be; that is not yet believed."""
    if shape.assertion is None:
        raise unreadable(Why.SAML_STRUCTURE)
    issuer = said(child(shape.assertion, f"{{{ASSERTION}}}Issuer"))
    if not issuer:
        raise unfinished(Why.SAML_ISSUER)
    return issuer


def _identity(who: About, facts: Stated, idp: str, now: datetime) -> Identity:
    longest = now + LASTS
    return Identity(
        person=who.person,
        idp=idp,
        subject=who.subject,
        until=longest if facts.ends is None else min(facts.ends, longest),
        way="session",
        at=facts.authenticated,
        groups=who.groups,
        at_provider=facts.session_index,
    )


async def _way_on(ports: Ports, judged: _Judged, form: Posted) -> str:
    """Where the person goes from here: what they were about to do, else what they wish for.

    Raises:
        NotSignedIn: their sign-ins up to now were ended.
        NotAllowed: they wish for a domain that is not theirs, or may not come in.
    """
    wished = await _wished(ports, judged.who, judged.identity)
    asked_for = judged.begun.next if judged.begun is not None else own_path(form.relay or "/")
    return asked_for if asked_for != "/" else wished


async def _wished(ports: Ports, who: About, identity: Identity) -> str:
    person = await ports.directory.standing(identity)
    if who.wish is None:
        return "/"
    lob = await ports.directory.lob(person.lob) if person and person.lob else None
    row = admit(person, lob, identity, now=ports.clock(), contact=ports.contact)
    home = lob if lob is not None and lob.lob == row.lob else None
    for domain in home.domains if home is not None else ():
        if domain.domain_id == who.wish:
            return f"/open/{domain.name}"
    raise not_yours(who.wish, owner(home, ports.contact))


async def _use_up(ports: Ports, judged: _Judged, known: Known) -> None:
    """Use up the request that was answered, if any, and then the assertion.

    Raises:
        NotSignedIn: one of them was used before, here or at another instance.
        AwsError: whether it was is not known.
    """
    begun, facts = judged.begun, judged.facts
    if begun is not None and await ports.marks.claim(begun.mark, until=begun.ends):
        raise unfinished(Why.SAML_REQUEST_REPEATED)
    mark = Mark(Kind.ASSERTION, (known.provider.entity_id, facts.assertion_id))
    if await ports.marks.claim(mark, until=facts.usable_until):
        raise unfinished(Why.SAML_REPEATED)


@contextmanager
def _unbroken() -> Iterator[None]:
    """Checks of hostile input: what breaks one is refused, and nothing of it is told."""
    try:
        yield
    except StudioGateError:
        raise
    except Exception as broken:  # noqa: BLE001 - hostile input; what breaks a check is refused
        _log.warning("a SAML message broke a check: %s", type(broken).__name__)
    else:
        return
    # Outside the `except`: nothing of the message travels in a chained traceback.
    raise unreadable(Why.SAML_UNREADABLE)
