"""Canaries: live sessions of a person, held by the gateway, to see whether they still live.

    POST /api/people/{person}/canaries    open one in every domain where they have a profile
    POST /api/canary                      what has become of one

For administrators, who prove with them that somebody they revoked is cut off.  A canary is made
like an opening of the person: role, session policy, URL, record before use.  It goes past the
person's own flag and network on purpose, because it asks what AWS would do.  No URL and no
cookie is in any answer: what the caller gets back is sealed.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from studiogate import names
from studiogate.audit.revocation import Vital
from studiogate.errors import (
    Busy,
    Denied,
    NotAllowed,
    NotThere,
    RecordError,
    Refusal,
    StudioGateError,
    Unreachable,
)
from studiogate.foundation.directory import DomainRow, LobRow, PersonRow
from studiogate.gateway import reasons
from studiogate.gateway.authorise import admit
from studiogate.gateway.limits import LARGEST_SEAL, MOST_LOBS, MOST_PROFILES
from studiogate.gateway.logs import LOG
from studiogate.gateway.open import bearer
from studiogate.gateway.ports import Grant, Identity, Ports, Sight
from studiogate.gateway.presign import ACTION as PRESIGN
from studiogate.gateway.signin.shape import strict_object
from studiogate.gateway.watch import watched
from studiogate.gateway.window import SESSION_S

_AT_ONCE = 8
_URL_EXPIRES_S = 5
_EXPLICIT = "with an explicit deny in an identity-based policy"
"""AWS's words (IAM User Guide, "Troubleshoot access denied error messages")."""

_NO_ACCOUNT = Sight(Vital.UNCLEAR, "the directory knows no account of this lob")
_NO_NAME = Sight(Vital.ABSENT, "they have no name that can be a profile")
_NOT_THERE = frozenset({"profile-missing", "domain-missing"})
_T = TypeVar("_T")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a canary is tried, or why it cannot be."""

    lob: str
    domain: str | None
    profile: str | None
    wanted: Grant | Sight
    """What the canary needs, or what there is to say where none can be tried."""


async def canaries(request: Request) -> Response:
    """POST /api/people/{person}/canaries: what AWS does with sessions of `person`, now."""
    asker = await administrator(request)
    person: str = request.path_params["person"]
    if not names.is_person(person):
        raise NotThere(
            "nobody can be called that",
            remedy="Use a sign-in name: 2 to 64 letters, digits or any of _+=,.@-",
            reason="no-such-person",
        )
    lobs, named = _asked_for(await request.body())
    ports: Ports = request.app.state.ports
    ports.directory.forget(person)
    row = await ports.directory.person(person)
    profiles = list(dict.fromkeys([*_own_profile(person, row), *named]))
    places = [
        place
        for lob in lobs
        for place in _places(person, lob, await ports.directory.lob(lob), profiles)
    ]
    seen = await all_of(
        [_sight(request, place, asked_by=asker.person) for place in places], at_once=_AT_ONCE
    )
    return JSONResponse(
        {
            "person": person,
            "asked_by": asker.person,
            "decision": standing(ports, person, row),
            "canaries": [_json(*both) for both in zip(places, seen, strict=True)],
        }
    )


async def canary(request: Request) -> Response:
    """POST /api/canary: whether the session that `sealed` holds still lives."""
    asker = await administrator(request)
    asked = _json_body(await request.body())
    sealed = asked.get("sealed")
    if asked.keys() != {"sealed"} or not isinstance(sealed, str) or len(sealed) > LARGEST_SEAL:
        raise HTTPException(400)
    ports: Ports = request.app.state.ports
    seen = await ports.window.look(sealed, asked_by=asker.person)
    return JSONResponse({"state": seen.state, "why": seen.why})


async def administrator(request: Request) -> Identity:
    """Who asks, if they are an administrator as the directory knows them at this moment.

    A refusal is recorded, whoever it meets.

    Raises:
        NotSignedIn: there is no bearer token, or it is not good.
        NotAllowed: they may not come in at all, or are no administrator.
        AwsError: the directory did not answer.
    """
    ports: Ports = request.app.state.ports
    async with watched(request, only_refusals=True) as line:
        identity = line.identity = await bearer(request)
        ports.directory.forget(identity.person)
        row = await ports.directory.person(identity.person)
        person = admit(row, None, identity, now=ports.clock(), contact=ports.contact)
        if not person.administrator:
            raise NotAllowed(
                "this is for administrators",
                remedy="Ask an administrator to do it; the landscape says who is one "
                "(`people.NAME.administrator`).",
                reason="not-administrator",
            )
    return identity


def standing(ports: Ports, person: str, row: PersonRow | None) -> str:
    """What the gateway itself would say to `person`: `ok`, or the reason why not."""
    now = ports.clock()
    idp = (row.idp if row is not None else None) or ""
    identity = Identity(person, idp, "", now + timedelta(seconds=1), "canary")
    try:
        admit(row, None, identity, now=now)
    except Refusal as refusal:
        return refusal.recorded
    return "ok"


def _own_profile(person: str, row: PersonRow | None) -> Iterator[str]:
    """The profile by the directory; the person's own name where that can be one."""
    profile = (row.profile if row is not None else None) or person
    if names.is_profile(profile):
        yield profile


def _places(
    person: str, lob: str, row: LobRow | None, profiles: Sequence[str]
) -> Iterator[Place]:
    if row is None or row.account is None or row.external_id is None:
        yield Place(lob, None, None, _NO_ACCOUNT)
        return
    for domain in row.domains:
        if not profiles:
            yield Place(lob, domain.name, None, _NO_NAME)
        for profile in profiles:
            yield Place(lob, domain.name, profile, _grant(person, profile, row, domain))


def _grant(person: str, profile: str, lob: LobRow, domain: DomainRow) -> Grant:
    return Grant(
        person=person,
        profile=profile,
        lob=lob.lob,
        account=lob.account or "",
        external_id=lob.external_id or "",
        domain=domain.name,
        domain_id=domain.domain_id,
        url_expires_s=_URL_EXPIRES_S,
        session_s=SESSION_S,
        landing=domain.landing,
        network="",
    )


async def _sight(request: Request, place: Place, *, asked_by: str) -> Sight:
    """A canary in one place, and how it is; what AWS says against it is an answer too.

    Raises:
        RecordError: it could not be recorded, so its URL was not used.
    """
    grant, ports = place.wanted, request.app.state.ports
    if isinstance(grant, Sight):
        return grant
    try:
        async with watched(request, domain=grant.domain, asked_by=asked_by) as line:
            line.identity = Identity(grant.person, "", "", ports.clock(), "canary")
            line.lob, line.account, line.grant = grant.lob, grant.account, grant
            url = await ports.studio.url(grant)
    except RecordError:
        raise
    except StudioGateError as error:
        _log(request, error)
        return Sight(*_why_not(error))
    seen: Sight = await ports.window.begin(url, grant, asked_by=asked_by)
    return seen


def _log(request: Request, error: StudioGateError) -> None:
    """The details, which may name roles; no failure, for this is what was to be found out."""
    facts = {"request_id": request.state.request_id, "error": error}
    LOG.info("no canary", extra={"facts": facts})


def _why_not(error: StudioGateError) -> tuple[Vital, str]:
    """What it says of the person's sessions that no URL could be made for them.

    Only an explicit Deny on the presign itself meets a living session too; whoever may not
    assume the role, or comes by a wrong endpoint, may have had a session for hours.
    """
    match error:
        case Refusal() if error.reason in _NOT_THERE:
            return Vital.ABSENT, str(error)
        case Denied() if error.action == PRESIGN and _EXPLICIT in str(error):
            return Vital.REFUSED, f"{PRESIGN}: {error.code} {_EXPLICIT}"
        case Busy() | Unreachable():
            return Vital.UNREACHABLE, f"{error.action}: {error.code or 'no answer'}"
        case _:
            action = getattr(error, "action", "")
            return Vital.UNCLEAR, f"{action or 'the gateway'}: {reasons.recorded(error)}"


def _asked_for(body: bytes) -> tuple[list[str], list[str]]:
    """The lobs and the profiles that the body names."""
    asked = _json_body(body)
    if not asked.keys() <= {"lobs", "profiles"}:
        raise HTTPException(400)
    lobs = _texts(asked.get("lobs"), MOST_LOBS)
    profiles = _texts(asked.get("profiles", []), MOST_PROFILES)
    if not all(map(names.is_profile, profiles)):
        raise HTTPException(400)
    return lobs, profiles


def _texts(value: Any, most: int) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise HTTPException(400)
    if len(value) > most or len(set(value)) != len(value):
        raise HTTPException(400)
    return value


def _json_body(body: bytes) -> Json:
    try:
        return strict_object(body)
    except ValueError:
        raise HTTPException(400) from None


async def all_of(asked: Iterable[Awaitable[_T]], *, at_once: int) -> list[_T]:
    """What all of `asked` answer, a few at a time; one after the other where no loop runs.

    The first failure is raised once all have ended, so that none goes on unseen.
    """
    if not _loop_runs():
        return [await one for one in asked]
    room = asyncio.Semaphore(at_once)

    async def one(question: Awaitable[_T]) -> _T:
        async with room:
            return await question

    answers = await asyncio.gather(*map(one, asked), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer for answer in answers if not isinstance(answer, BaseException)]


def _loop_runs() -> bool:
    """Whether there is an event loop; behind a transport that blocks there is none."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _json(place: Place, seen: Sight) -> Json:
    facts = {
        "lob": place.lob,
        "domain": place.domain,
        "profile": place.profile,
        "state": seen.state,
        "why": seen.why,
        "sealed": seen.sealed,
    }
    return {name: value for name, value in facts.items() if value is not None}
