"""Calls that a service of AWS makes as itself, under its own role, where objects are kept.

Nobody is asked for a permission; what is done is on record like every call.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from studiogate.local.call import ApiCall, ApiError, Arrival, Place
from studiogate.local.front.event import ApiEvent, Trail
from studiogate.local.front.models import answered
from studiogate.local.kept.moto_app import MotoApp


@dataclass(frozen=True, slots=True)
class Itself:
    """Which service calls, and in which session of which service-linked role."""

    principal: str
    role: str
    session: str


class OwnCalls:
    """Makes calls to the API `service`, as `by`."""

    def __init__(
        self,
        app: MotoApp,
        service: str,
        by: Itself,
        *,
        trail: Trail,
        clock: Callable[[], datetime],
    ) -> None:
        self._app = app
        self._service = service
        self._by = by
        self._trail = trail
        self._clock = clock

    async def call(self, place: Place, operation: str, **params: Any) -> dict[str, Any]:
        """The answer to one call in `place`, parameters and answer as boto3 has them.

        Raises:
            ApiError: in AWS's words.
        """
        by, account, request_id = self._by, place.account, str(uuid4())
        arrival = Arrival("aws", by.principal, {})
        call = ApiCall(
            self._service, operation, params, place.region, None, arrival, request_id=request_id
        )
        event = ApiEvent(
            at=self._clock(),
            request_id=request_id,
            network=arrival.network,
            client_ip=arrival.client_ip,
            endpoint=None,
            service=self._service,
            operation=operation,
            region=place.region,
            account=account,
            caller_arn=f"arn:aws:sts::{account}:assumed-role/{by.role}/{by.session}",
        )
        try:
            answer = await self._app.answer(call, account=account)
            return answered(self._service, operation, answer)
        except ApiError as exc:
            event.error = exc.code
            raise
        finally:
            self._trail(event)
