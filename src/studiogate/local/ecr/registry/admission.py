"""Who asks the registry, and whether they may: ECR's permissions for every request.

A token says who; policies are asked each time, so what is revoked ends at once.  Every question
is an event, as ECR's own calls are in CloudTrail.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from studiogate.local.call import Arrival, Caller
from studiogate.local.ecr.permissions import on
from studiogate.local.ecr.registry.answers import Refused, Where, challenge
from studiogate.local.ecr.store import Repository
from studiogate.local.ecr.together import Ecr
from studiogate.local.ecr.tokens import Expired, Unknown
from studiogate.local.ecr.uris import repository_arn
from studiogate.local.front.deciding import Asking
from studiogate.local.front.event import ApiEvent, Trail
from studiogate.local.front.protocols import Protocol
from studiogate.local.front.refusals import denied

_BASIC = re.compile(r"basic +(\S+)", re.IGNORECASE)
_EMPTY = "Basic Og=="
"""What programs send that have neither name nor password."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What decides, and what is told about it."""

    guard: Asking
    trail: Trail
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to a registry: by whom, and how it came."""

    caller: Caller
    arrival: Arrival
    account: str
    """Whose registry it is."""

    region: str


def who(ecr: Ecr, authorization: str, where: Where) -> Caller:
    """Whose token was sent.

    Raises:
        Refused: none, one that was never given out, or one that has ended; as ECR does, with
            the statuses 401, 400 and 403.
    """
    if authorization in {"", _EMPTY}:
        raise challenge(where)
    found = _BASIC.fullmatch(authorization)
    try:
        return ecr.tokens.owner(found[1] if found else "")
    except Unknown:
        raise Refused(400, "DENIED", "Your authorization token is invalid.") from None
    except Expired:
        raise Refused(
            403, "DENIED", "Your authorization token has expired. Reauthenticate and try again."
        ) from None


def admit(gate: Gate, ecr: Ecr, asked: Asked, name: str, *actions: str) -> Repository:
    """The repository, if every action is allowed on it; whether there is one comes after.

    Raises:
        Refused: a permission is missing.
        ApiError: RepositoryNotFoundException.
    """
    repository = ecr.registries.find(asked.account, asked.region, name)
    arn = repository_arn(asked.account, asked.region, name)
    for action in actions:
        _ask(gate, asked, action, arn, repository)
    return ecr.registries.get(asked.account, asked.region, name)


def _ask(
    gate: Gate, asked: Asked, action: str, arn: str, repository: Repository | None
) -> None:
    needed, caller = on(action, arn, repository), asked.caller
    event = ApiEvent(
        at=gate.clock(),
        request_id=str(uuid4()),
        network=asked.arrival.network,
        client_ip=asked.arrival.client_ip,
        endpoint=asked.arrival.context.get("aws:SourceVpce"),
        service="ecr",
        operation=action,
        region=asked.region,
        account=caller.account,
        caller_arn=caller.arn,
        access_key=caller.access_key,
        source_identity=caller.source_identity,
        asked=((needed.action, arn),),
    )
    decision = gate.guard.check(caller, needed, arrival=asked.arrival, region=asked.region)
    refusal = None
    if not decision.allowed:
        refusal = denied(Protocol.JSON, caller, needed, decision)
        event.error, event.why = refusal.code, decision.why
    gate.trail(event)
    if refusal is not None:
        raise Refused(403, "DENIED", refusal.message)
