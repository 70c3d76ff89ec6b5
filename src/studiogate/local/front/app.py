"""The emulated AWS API: one ASGI application per listening address.

Read `_serve` top to bottom: who signed, what they ask, may they, then the service answers.
Where a request came from is what `arrival_of` says about the socket it came in by; no header is
believed about that, and none reaches a service that could choose an account.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import uuid4

from starlette.types import Receive, Scope, Send

from studiogate.local.call import ApiAnswer, ApiError, Arrival, Caller, Service
from studiogate.local.front.deciding import Asking, call_of, decided, failure, understood
from studiogate.local.front.event import ApiEvent, Trail
from studiogate.local.front.payload import addressed, unframed
from studiogate.local.front.protocols import WIRES, Protocol, Received, guess
from studiogate.local.front.receiving import receive_whole
from studiogate.local.front.refusals import Unauthenticated, unauthenticated
from studiogate.local.front.rendering import error_answer
from studiogate.local.front.signature import Signatures, claim_of

log = logging.getLogger(__name__)


class ApiFront:
    """Every emulated AWS API that can be reached by one door."""

    def __init__(
        self,
        services: Mapping[str, Service],
        guard: Asking,
        signatures: Signatures,
        *,
        arrival_of: Callable[[Scope], Arrival],
        clock: Callable[[], datetime],
        trail: Trail,
        region: str,
    ) -> None:
        """Serve `services`, by signing name; `region` counts for calls AWS takes unsigned."""
        self._services = services
        self._guard = guard
        self._signatures = signatures
        self._arrival_of = arrival_of
        self._clock = clock
        self._trail = trail
        self._region = region

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        arrival = self._arrival_of(scope)
        event = ApiEvent(
            at=self._clock(),
            request_id=str(uuid4()),
            network=arrival.network,
            client_ip=arrival.client_ip,
            endpoint=arrival.context.get("aws:SourceVpce"),
        )
        try:
            answer = await self._answer(scope, receive, arrival, event)
        finally:
            self._trail(event)
        await _send(answer, event.request_id, send)

    async def _answer(
        self, scope: Scope, receive: Receive, arrival: Arrival, event: ApiEvent
    ) -> ApiAnswer:
        protocol = Protocol.JSON
        try:
            request = await receive_whole(scope, receive)
            protocol = guess(request)
            return await self._serve(request, arrival, event)
        except ApiError as exc:
            error = exc
        except Exception:
            log.exception("request %s failed inside the emulation", event.request_id)
            error = failure(event)
        event.error = error.code
        if event.service in WIRES:
            protocol = WIRES[event.service].protocol
        return error_answer(protocol, error, event.request_id)

    async def _serve(self, request: Received, arrival: Arrival, event: ApiEvent) -> ApiAnswer:
        caller = self._who(request, event)
        service = self._service(event.service)
        if event.service == "s3":
            request = unframed(addressed(request))
        event.operation, params = understood(event.service, request)
        call = call_of(request, params, event, caller=caller, arrival=arrival)
        return await decided(service, call, event, self._guard)

    def _who(self, request: Received, event: ApiEvent) -> Caller | None:
        """Who signed; nobody, for the few operations AWS lets everybody call."""
        try:
            if "authorization" not in request.headers and _is_open(request):
                event.service, event.region = "cognito-idp", self._region
                return None
            claim = claim_of(request)
            event.service, event.region = claim.service, claim.region
            event.access_key = claim.access_key
            caller = self._signatures.signer(request, claim)
        except Unauthenticated as exc:
            wire = WIRES.get(event.service)
            raise unauthenticated(wire.protocol if wire else guess(request), exc) from exc
        event.account, event.caller_arn = caller.account, caller.arn
        event.source_identity = caller.source_identity
        return caller

    def _service(self, name: str) -> Service:
        if name not in WIRES or name not in self._services:
            raise ApiError(
                "UnknownOperationException",
                f"The service '{name}' is not offered at this address by this emulation; "
                f"offered: {', '.join(sorted(self._services))}.",
                status=501,
            )
        return self._services[name]


OPEN_OPERATIONS = frozenset(
    {
        "AssociateSoftwareToken",
        "ChangePassword",
        "ConfirmForgotPassword",
        "ConfirmSignUp",
        "ForgotPassword",
        "GetUser",
        "GlobalSignOut",
        "InitiateAuth",
        "ResendConfirmationCode",
        "RespondToAuthChallenge",
        "RevokeToken",
        "SignUp",
        "UpdateUserAttributes",
        "VerifySoftwareToken",
    }
)
"""Cognito user pool operations AWS takes without a signature (Cognito Developer Guide, "List of
API operations grouped by authorization model")."""


def _is_open(request: Received) -> bool:
    prefix, _, operation = request.headers.get("x-amz-target", "").partition(".")
    return prefix == WIRES["cognito-idp"].target and operation in OPEN_OPERATIONS


_NOT_MODIFIED = 304


async def _send(answer: ApiAnswer, request_id: str, send: Send) -> None:
    if answer.status == _NOT_MODIFIED:  # never has a body (RFC 9110, 15.4.5)
        answer = ApiAnswer(answer.status, b"")
    headers = {
        **answer.headers,
        "x-amzn-requestid": request_id,
        "content-length": str(len(answer.body)),
    }
    pairs = [(name.encode("latin-1"), text.encode("latin-1")) for name, text in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    await send({"type": "http.response.body", "body": answer.body})


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
