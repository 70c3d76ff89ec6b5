"""One call to the emulated AWS: read, asked about and answered, whichever way it came in."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Protocol

from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Arrival, Caller, Needed, Service
from studiogate.local.front.event import ApiEvent
from studiogate.local.front.protocols import REST, WIRES, Received, read, sent_as
from studiogate.local.front.refusals import denied
from studiogate.local.front.rest import read_rest
from studiogate.policy.evaluate import Decision

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Asking(Protocol):
    """Decides whether one permission is there."""

    def check(
        self, caller: Caller | None, needed: Needed, *, arrival: Arrival, region: str
    ) -> Decision:
        """The decision, and why."""
        ...


def understood(service: str, request: Received) -> tuple[str, dict[str, Any]]:
    """The operation of `service` that `request` is, and its parameters.

    Raises:
        ApiError: it cannot be read in exactly one way.
    """
    wire = WIRES[service]
    if wire.protocol in REST:
        return read_rest(service, request)
    return read(wire, request)


def call_of(
    request: Received,
    params: Mapping[str, Any],
    event: ApiEvent,
    *,
    caller: Caller | None,
    arrival: Arrival,
) -> ApiCall:
    """The call that `request` is, of the service and operation that `event` says."""
    call = ApiCall(
        event.service,
        event.operation,
        params,
        event.region,
        caller,
        arrival,
        request_id=event.request_id,
    )
    return sent_as(replace(request, headers=_believable(request.headers)), call)


def _believable(headers: Mapping[str, str]) -> dict[str, str]:
    """`headers` without the one moto would take the account from: that is for who signed."""
    return {name: text for name, text in headers.items() if name != "x-moto-account-id"}


async def decided(
    service: Service,
    call: ApiCall,
    event: ApiEvent,
    guard: Asking,
    context: Mapping[str, str | tuple[str, ...]] = _NOTHING,
) -> ApiAnswer:
    """What `service` answers, once `guard` says that every permission `call` needs is there.

    `context` is what AWS says about the call besides what the service does.

    Raises:
        ApiError: AWS's refusal; where a permission is missing, `event` says why.
    """
    for needed in service.needed(call):
        event.asked += ((needed.action, needed.resource),)
        told = replace(needed, context={**needed.context, **context})
        decision = guard.check(call.caller, told, arrival=call.arrival, region=call.region)
        if not decision.allowed:
            event.why = decision.why
            raise denied(WIRES[call.service].protocol, call.caller, told, decision)
    return await service.answer(call)


def failure(event: ApiEvent) -> ApiError:
    """What a caller is told of an error that is ours; the log has it."""
    return ApiError(
        "InternalFailure",
        "The request processing has failed because of an unknown error, exception or "
        f"failure. Request {event.request_id} has details in the log.",
        status=500,
    )
