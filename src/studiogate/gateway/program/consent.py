"""The pages on which somebody who is signed in lets a command line act for them, or does not.

`/cli` is where the command line of this same computer sends its browser; `/device` is where a
person types the code that a computer without one shows.  Both ask in so many words and do
nothing on GET; a yes is a form of our own page, from the session it was shown in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from studiogate.errors import Malformed, NotSignedIn
from studiogate.gateway.api import known
from studiogate.gateway.edge import HEADERS
from studiogate.gateway.origin import own
from studiogate.gateway.pages.render import page
from studiogate.gateway.ports import Clock, Identity, Ports, Source
from studiogate.gateway.prefix import outward
from studiogate.gateway.program.allowance import WAY, allowed
from studiogate.gateway.program.codes import Codes
from studiogate.gateway.program.devices import LASTS, Devices, Waiting
from studiogate.gateway.program.form import sent
from studiogate.gateway.program.letters import check, spaced, typed
from studiogate.gateway.program.loopback import Loopback, loopback_of
from studiogate.gateway.program.tries import Tries
from studiogate.gateway.signin.arrival import see
from studiogate.gateway.signin.cookie import BadSeal, Sealer
from studiogate.gateway.signin.csrf import require_own_form, require_own_page
from studiogate.gateway.signin.noted import noted
from studiogate.gateway.signin.session import Session, Sessions
from studiogate.gateway.signin.why import Why, refused, unfinished

ALLOW, DENY = "allow", "deny"
_POLICY = "Content-Security-Policy"
_TICKET = "program-ticket"


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who looks at the page, and in which session."""

    session: Session
    identity: Identity


class Consent:
    """The two pages, each shown and answered."""

    def __init__(
        self, sealer: Sealer, sessions: Sessions, codes: Codes, devices: Devices, clock: Clock
    ) -> None:
        self._sealer = sealer
        self._sessions = sessions
        self._codes = codes
        self._devices = devices
        self._clock = clock
        self._tries = Tries(clock)

    async def ask(self, request: Request) -> Response:
        """GET /cli: whether the command line of this computer may act for them."""
        wanted = loopback_of(_once(request))
        asker = await self._asker(request)
        facts = {"fields": wanted.fields, "letters": check(wanted.challenge)}
        headers = {_POLICY: _leading_to(wanted)}
        return page(request, "cli.html", self._facts(asker, facts), headers=headers)

    async def answer(self, request: Request) -> Response:
        """POST /cli: back to the command line, with a code or with a no."""
        asker, said = await self._answering(request)
        wanted = loopback_of(said)
        issuer = own(request) + outward(request, "")
        if _is_yes(said):
            allowance = allowed(asker.identity, browser=_source(request))
            return see(wanted.led_back(issuer, code=self._codes.given(allowance, wanted)))
        return see(wanted.led_back(issuer, error="access_denied"))

    async def ask_for_code(self, request: Request) -> Response:
        """GET /device: which code the other computer shows."""
        return self._code_page(request, await self._asker(request))

    async def answer_device(self, request: Request) -> Response:
        """POST /device: who asks under the code, then whether they may."""
        asker, said = await self._answering(request)
        if "ticket" in said:
            return await self._decide(request, asker, said)
        return await self._look_up(request, asker, said.get("user_code", ""))

    async def _look_up(self, request: Request, asker: _Asker, text: str) -> Response:
        try:
            waiting = await self._found(request, asker, text)
        except NotSignedIn:
            return self._code_page(request, asker, wrong=True)
        ticket = {"u": waiting.user_code, "s": asker.session.sid}
        facts = {
            "code": spaced(waiting.user_code),
            "source": waiting.source_ip,
            "ago": _ago(self._clock() - waiting.at),
            "same": waiting.source_ip == _source(request),
            "ticket": self._sealer.sealed(_TICKET, ticket),
        }
        return page(request, "device_asked.html", self._facts(asker, facts))

    async def _found(self, request: Request, asker: _Asker, text: str) -> Waiting:
        """Who waits under the code that was typed; a code that is none is recorded.

        Raises:
            NotSignedIn: nobody.
            NotAllowed: they have tried too often.
        """
        marks, identity = _ports(request).marks, asker.identity
        await self._tries.one_more(identity, _source(request), marks)
        code = typed(text)
        waiting = await self._devices.waiting(code, marks) if code else None
        if waiting is None:
            async with noted(request, WAY, idp=identity.idp) as note:
                note.person = identity.person
                raise unfinished(Why.DEVICE_UNKNOWN)
        return waiting

    async def _decide(self, request: Request, asker: _Asker, said: dict[str, str]) -> Response:
        marks = _ports(request).marks
        waiting = await self._devices.waiting(self._code_of(said["ticket"], asker), marks)
        if waiting is None:
            return self._code_page(request, asker, wrong=True)
        is_yes = _is_yes(said)
        yes = allowed(asker.identity, browser=_source(request)) if is_yes else None
        if not await self._devices.answered(waiting, yes, marks):
            return self._code_page(request, asker, wrong=True)
        return page(request, "device_done.html", self._facts(asker, {"allowed": is_yes}))

    def _code_of(self, ticket: str, asker: _Asker) -> str:
        """The code that this session has been shown who waits under.

        Raises:
            Malformed: it has not.
        """
        try:
            facts = self._sealer.opened(_TICKET, ticket)
        except BadSeal:
            facts = {}
        if facts.get("s") != asker.session.sid:
            raise Malformed(
                "this page was not made for your session",
                remedy="Type the code again.",
                reason="program-request",
            )
        return str(facts["u"])

    def _code_page(self, request: Request, asker: _Asker, *, wrong: bool = False) -> Response:
        lasts = f"{LASTS.total_seconds() / 60:.0f} minutes"
        facts = self._facts(asker, {"wrong": wrong, "lasts": lasts})
        return page(request, "device.html", facts, status=400 if wrong else 200)

    def _facts(self, asker: _Asker, more: Mapping[str, object]) -> dict[str, object]:
        return {
            "person": asker.identity.person,
            "token": self._sessions.csrf_token(asker.session),
            "lasts": _for_up_to(asker.identity.until - self._clock()),
            **more,
        }

    async def _asker(self, request: Request) -> _Asker:
        """Who is signed in in this browser, and may come in.

        Raises:
            NotSignedIn: nobody, or with a token, which cannot let another one be made.
            NotAllowed: nobody entered them, or they are revoked or expired.
            AwsError: the directory did not answer.
        """
        session = self._sessions.read(request)
        found = await known(request)
        if found.identity.way != "session":
            raise refused(Why.NOTHING_SHOWN)
        return _Asker(session, found.identity)

    async def _answering(self, request: Request) -> tuple[_Asker, dict[str, str]]:
        """Who answers, and what, once it is certain that a page of theirs asked.

        Raises:
            NotSignedIn: nobody does.
            NotAllowed: another page asked, or another session's.
            Malformed: the form cannot be read.
        """
        require_own_page(request)
        said = await sent(request)
        asker = await self._asker(request)
        await require_own_form(request, asker.session, self._sessions)
        if said is None:
            raise Malformed(
                "the form cannot be read",
                remedy="Load the page again.",
                reason="program-request",
            )
        return asker, said


def _is_yes(said: dict[str, str]) -> bool:
    """Whether the form allows it; whatever is not a plain no, or a plain yes, is nothing.

    Raises:
        Malformed: it is neither.
    """
    if said.get("answer") not in {ALLOW, DENY}:
        raise Malformed(
            "the form says neither yes nor no",
            remedy="Load the page again.",
            reason="program-request",
        )
    return said["answer"] == ALLOW


def _once(request: Request) -> dict[str, str]:
    """The parameters of the query, none of them twice.

    Raises:
        Malformed: one is.
    """
    pairs = request.query_params.multi_items()
    found = dict(pairs)
    if len(found) != len(pairs):
        found = {}
    return found


def _leading_to(wanted: Loopback) -> str:
    """The policy of a page whose form may lead to that address, besides to us.

    A policy cannot name an IPv6 address (CSP 3, host-source), so there it names the scheme.
    """
    there = "http:" if "[" in wanted.origin else wanted.origin
    return HEADERS[_POLICY].replace("form-action 'self'", f"form-action 'self' {there}")


def _for_up_to(left: timedelta) -> str:
    """How long that is, in the words of the page: never less than it is."""
    minutes = -(-int(left.total_seconds()) // 60)
    if minutes < 60:  # noqa: PLR2004 - minutes of an hour
        return f"{minutes} minutes" if minutes != 1 else "1 minute"
    hours = -(-minutes // 60)
    return f"{hours} hours" if hours != 1 else "1 hour"


def _ago(passed: timedelta) -> str:
    minutes = int(passed.total_seconds()) // 60
    if minutes == 0:
        return "less than a minute ago"
    return f"{minutes} minutes ago" if minutes != 1 else "1 minute ago"


def _source(request: Request) -> str:
    source: Source = request.state.source
    return source.ip


def _ports(request: Request) -> Ports:
    ports: Ports = request.app.state.ports
    return ports
