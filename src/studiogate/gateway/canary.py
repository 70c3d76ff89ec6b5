"""Canaries: live sessions of a person, held by the gateway, to see whether they still live.

    POST /api/people/{person}/canaries    open one in every domain where they have a profile
    POST /api/canary                      what has become of one

For administrators, who prove with them that somebody they revoked is cut off.  A canary is made
like an opening of the person: role, session policy, URL, record before use.  It goes past the
person's own flag and network on purpose, because it asks what AWS would do.  No URL and no
cookie is in any answer: what the caller gets back is sealed.
"""

from datetime import datetime, timedelta
from typing import Any

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
from studiogate.foundation.directory import PersonRow
from studiogate.gateway import reasons
from studiogate.gateway.authorise import admit
from studiogate.gateway.limits import LARGEST_SEAL, MOST_LOBS, MOST_PROFILES
from studiogate.gateway.logs import LOG
from studiogate.gateway.open import bearer
from studiogate.gateway.places import Place, places_of
from studiogate.gateway.ports import Grant, Identity, Ports, Sight
from studiogate.gateway.presign import ACTION as PRESIGN
from studiogate.gateway.signin.shape import strict_object
from studiogate.gateway.turns import Turns, all_of
from studiogate.gateway.watch import watched

_ANSWERS_WITHIN = timedelta(seconds=12)
"""When no other place is begun: one takes up to 15 seconds more, and API Gateway gives 29."""

_AT_ONCE = 8
_EXPLICIT = "with an explicit deny in an identity-based policy"
"""AWS's words (IAM User Guide, "Troubleshoot access denied error messages")."""

_NO_TIME = Sight(Vital.UNREACHABLE, "there was no time left to try it")
_NOT_THERE = frozenset({"profile-missing", "domain-missing"})
Json = dict[str, Any]


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
    turns: Turns = request.app.state.turns
    with turns.taken(asker.person):
        ends = ports.clock() + _ANSWERS_WITHIN
        row = await ports.directory.person(person)
        places = [
            place for lob in lobs for place in await places_of(ports, person, row, lob, named)
        ]
        seen = await all_of(
            [_in_time(request, place, asked_by=asker.person, ends=ends) for place in places],
            at_once=_AT_ONCE,
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
    turns: Turns = request.app.state.turns
    with turns.taken(asker.person):
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
        row = await ports.directory.standing(identity)
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
    idp = row.idps[0] if row is not None and row.idps else ""
    identity = Identity(person, idp, "", now + timedelta(seconds=1), "canary")
    try:
        admit(row, None, identity, now=now)
    except Refusal as refusal:
        return refusal.recorded
    return "ok"


async def _in_time(request: Request, place: Place, *, asked_by: str, ends: datetime) -> Sight:
    """What is seen of `place`, unless its turn comes when the answer has to leave."""
    if request.app.state.ports.clock() >= ends:
        return _NO_TIME
    return await _sight(request, place, asked_by=asked_by)


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


def _json(place: Place, seen: Sight) -> Json:
    facts = {
        "lob": place.lob,
        "domain": place.domain,
        "profile": place.profile,
        "account": place.wanted.account if isinstance(place.wanted, Grant) else None,
        "state": seen.state,
        "why": seen.why,
        "sealed": seen.sealed,
    }
    return {name: value for name, value in facts.items() if value is not None}
