"""Calls a service makes for whoever called it: the way in for CloudFormation's own requests.

Such a call is written and read as if it came over the wire, decided by the same policies with
the permissions of the caller, recorded like any other, and answered by the same services.  What
differs is what AWS says about it in the request's context ("Forward access sessions" of the
IAM User Guide): which service called, and no word about the network the person sits in.

`InsideCloud` is a `local.cloudformation.kind.Cloud`.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Arrival, Caller, Service
from studiogate.local.front.deciding import Asking, call_of, decided, failure, understood
from studiogate.local.front.event import ApiEvent, Trail
from studiogate.local.front.models import answered, written
from studiogate.local.front.protocols import WIRES

CLOUDFORMATION = "cloudformation.amazonaws.com"

log = logging.getLogger(__name__)


class Inside:
    """Makes calls for a caller from within the emulated AWS."""

    def __init__(
        self,
        services: Mapping[str, Service],
        guard: Asking,
        *,
        trail: Trail,
        clock: Callable[[], datetime],
        via: str = CLOUDFORMATION,
        forwarded: bool = True,
        lookup: Callable[[str], Caller | None] = lambda _: None,
    ) -> None:
        """Call `services`, by signing name, as `via` does for others.

        `services` is read at every call, so what is added to it later is found.  `lookup` says
        whose an access key is; without it nobody's role can be assumed.  Without `forwarded`,
        `via` calls as a role that it has taken on: as anybody with that role's session would.
        """
        self._services = services
        self._guard = guard
        self._trail = trail
        self._clock = clock
        self._via = via
        self._forwarded = forwarded
        self.lookup = lookup
        self._arrival = Arrival(network="aws", client_ip=via, context={})

    def cloud_of(self, call: ApiCall) -> "InsideCloud":
        """The emulated AWS as whoever made `call` may use it, in the account they are in.

        The session that signed `call` is not looked at again: as with a forward access
        session, what it was allowed to begin is not cut off by its expiry, only by policy.

        Raises:
            ApiError: nobody signed `call`.
        """
        return InsideCloud(self, call.signer, call.region)

    async def call(
        self,
        caller: Caller,
        region: str,
        *,
        service: str,
        operation: str,
        params: Mapping[str, Any],
    ) -> dict[str, Any]:
        """The answer to one call; parameters and answer as boto3 has them.

        Raises:
            ApiError: in AWS's words.
        """
        event = ApiEvent(
            at=self._clock(),
            request_id=str(uuid4()),
            network=self._arrival.network,
            client_ip=self._via,
            endpoint=None,
            service=service,
            operation=operation,
            region=region,
            account=caller.account,
            caller_arn=caller.arn,
            access_key=caller.access_key,
            source_identity=caller.source_identity,
        )
        try:
            answer = await self._answer(caller, event, params)
            return answered(service, operation, answer)
        except ApiError as exc:
            event.error = exc.code
            raise
        except Exception as exc:
            log.exception("request %s failed inside the emulation", event.request_id)
            event.error = "InternalFailure"
            raise failure(event) from exc
        finally:
            self._trail(event)

    async def _answer(
        self, caller: Caller, event: ApiEvent, params: Mapping[str, Any]
    ) -> ApiAnswer:
        service = self._services.get(event.service)
        if service is None or event.service not in WIRES:
            raise ApiError(
                "UnknownOperationException",
                f"The service '{event.service}' is not offered by this emulation.",
                status=501,
            )
        request = written(event.service, event.operation, params)
        operation, read = understood(event.service, request)
        if operation != event.operation:
            raise ApiError(
                "ValidationException",
                f"These parameters of {event.operation} are those of {operation}.",
            )
        call = call_of(request, read, event, caller=caller, arrival=self._arrival)
        return await decided(service, call, event, self._guard, self._context())

    def _context(self) -> Mapping[str, str | tuple[str, ...]]:
        """What AWS says about a call a service makes for somebody."""
        if not self._forwarded:
            return {}
        return {
            "aws:ViaAWSService": "true",
            "aws:CalledVia": (self._via,),
            "aws:CalledViaFirst": self._via,
            "aws:CalledViaLast": self._via,
        }


class InsideCloud:
    """The emulated AWS for one caller in one Region."""

    def __init__(self, inside: Inside, caller: Caller, region: str) -> None:
        self._inside = inside
        self._caller = caller
        self._region = region

    @property
    def account(self) -> str:
        """Id of the caller's account."""
        return self._caller.account

    @property
    def region(self) -> str:
        """The Region calls go to."""
        return self._region

    async def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """The answer to one API call, parameters and answer as boto3 has them.

        Raises:
            ApiError: in AWS's words.
        """
        return await self._inside.call(
            self._caller, self._region, service=service, operation=operation, params=params
        )

    async def as_role(self, role_arn: str) -> "InsideCloud":
        """The cloud as a session of that role: `local.cloudformation.kind.Assuming`.

        Raises:
            ApiError: STS refused, in its words.
        """
        given = await self.call(
            "sts", "AssumeRole", RoleArn=role_arn, RoleSessionName="AWSCloudFormation"
        )
        caller = self._inside.lookup(str(given["Credentials"]["AccessKeyId"]))
        if caller is None:
            raise ApiError(
                "AccessDenied", f"The session of {role_arn} is not known here.", status=403
            )
        return InsideCloud(self._inside, caller, self._region)
