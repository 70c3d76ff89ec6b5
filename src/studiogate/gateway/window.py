"""A window into Studio: whether a session that the gateway itself holds still lives.

The session is a canary.  It is opened with a URL made as its person, so whatever AWS says to it
AWS would say to them.  What it consists of, Studio's cookies, is sealed with the gateway's own
keys and handed out: any process of the gateway can look again, and nobody can use it.

A look is one GET of Studio's root, which starts nothing.  Refused is only what AWS's policies
refuse, in the words that Studio has for it: a session at its own end, cookies that no longer
count, or somebody on the way with a 403 of his own say nothing about anybody else's session.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, urlsplit

from studiogate import __version__
from studiogate.audit.revocation import Vital
from studiogate.aws.wire.call import NoAnswer, Transport, WireAnswer, WireRequest
from studiogate.errors import NotAllowed
from studiogate.gateway.limits import LARGEST_SEAL
from studiogate.gateway.ports import Clock, Grant, Sight
from studiogate.gateway.signin.cookie import BadSeal, Sealer

SESSION_S = 1800
"""Seconds a canary lives: the shortest Studio session there is (CreatePresignedDomainUrl)."""

ENDED = b"Invalid or Expired Auth Token"
"""What Studio says of a session that has reached its end (S2-40)."""

INSUFFICIENT = b"Auth token containing insufficient permissions"
"""What Studio says where the policies say no (S2-39)."""

_PURPOSE = "canary"
_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED.value, HTTPStatus.FORBIDDEN.value})


@dataclass(frozen=True, slots=True)
class StudioWindow:
    """Opens canaries and looks at them, through the Studio endpoint; the port `Window`."""

    transport: Transport
    sealer: Sealer
    clock: Clock
    endpoint: str = ""
    """Address that leads to Studio, where its names do not resolve here."""

    async def begin(self, url: str, grant: Grant, *, asked_by: str) -> Sight:
        """Use `url` up, and look at the session it began."""
        studio = urlsplit(url)
        try:
            answer = await self._get(studio, f"{studio.path}?{studio.query}")
        except NoAnswer as silent:
            return _silent(silent)
        cookies = _kept(answer.set_cookies)
        if not _went_in(answer, studio) or not cookies:
            return _not_begun(answer)
        ends = self.clock() + timedelta(seconds=SESSION_S)
        origin = f"{studio.scheme}://{studio.netloc}"
        facts = {"o": origin, "c": cookies, "e": int(ends.timestamp()), "p": grant.person}
        sealed = self.sealer.sealed(_PURPOSE, facts | {"a": asked_by})
        if len(sealed) > LARGEST_SEAL:
            return Sight(Vital.UNCLEAR, "Studio's cookies are too large to keep")
        seen = await self._seen(studio, cookies)
        return Sight(seen.state, seen.why, sealed if seen.state is Vital.ALIVE else None)

    async def look(self, sealed: str, *, asked_by: str) -> Sight:
        """What has become of a canary.

        Raises:
            NotAllowed: it was not sealed here, or for somebody else.
        """
        facts = self._opened(sealed, asked_by)
        if self.clock() >= datetime.fromtimestamp(facts["e"], UTC):
            return Sight(Vital.UNCLEAR, "the canary's own session has reached its end")
        return await self._seen(urlsplit(facts["o"]), facts["c"])

    def _opened(self, sealed: str, asked_by: str) -> dict[str, Any]:
        try:
            facts = self.sealer.opened(_PURPOSE, sealed, largest=LARGEST_SEAL)
        except BadSeal:
            facts = {}
        if facts.get("a") != asked_by:
            raise NotAllowed(
                "this is no canary of yours",
                remedy="Send `sealed` as it was answered to you; after a change of the cookie "
                "keys, ask for canaries anew.",
                reason="not-your-canary",
            )
        return facts

    async def _seen(self, studio: SplitResult, cookies: str) -> Sight:
        try:
            answer = await self._get(studio, "/", cookies)
        except NoAnswer as silent:
            return _silent(silent)
        if answer.status in _REFUSED and INSUFFICIENT in answer.body:
            return Sight(Vital.REFUSED, f"Studio answered {answer.status}")
        if answer.status in _REFUSED and ENDED in answer.body:
            return Sight(Vital.UNCLEAR, f"Studio says: {ENDED.decode()}")
        if _went_in(answer, studio):
            return Sight(Vital.ALIVE, f"Studio answered {answer.status}")
        return Sight(Vital.UNCLEAR, f"Studio answered {answer.status}, and does not say why")

    async def _get(self, studio: SplitResult, target: str, cookies: str = "") -> WireAnswer:
        base = self.endpoint.rstrip("/") or f"{studio.scheme}://{studio.netloc}"
        headers = {"host": studio.netloc, "user-agent": f"studiogate/{__version__}"}
        if cookies:
            headers["cookie"] = cookies
        return await self.transport.send(WireRequest("GET", base + target, headers, b""))


def _went_in(answer: WireAnswer, studio: SplitResult) -> bool:
    """Whether the answer is Studio's own: a page, or a way on at the same host."""
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return True
    if not HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        return False
    try:
        onward = urlsplit(answer.headers.get("location", ""))
    except ValueError:
        return False
    return bool(onward.path) and onward.netloc in {"", studio.netloc}


def _kept(set_cookies: Iterable[str]) -> str:
    """The `Cookie` header of a browser that was told `set_cookies`, of what can be in one."""
    pairs = (one.partition(";")[0].strip() for one in set_cookies)
    pairs = (pair for pair in pairs if pair.isascii() and pair.isprintable())
    return "; ".join(pair for pair in pairs if pair.partition("=")[2])


def _silent(silent: NoAnswer) -> Sight:
    return Sight(Vital.UNREACHABLE, f"no answer from Studio: {silent}")


def _not_begun(answer: WireAnswer) -> Sight:
    return Sight(
        Vital.UNCLEAR,
        f"Studio answered {answer.status} to the gateway's own session, so nothing is seen",
    )
