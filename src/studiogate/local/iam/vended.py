"""New accounts, made as AWS Organizations makes them: asked for, and ready a moment later.

A line of business that joins needs an account first (`aws organizations create-account`); its
id is AWS's choice.  Everything else of Organizations is answered by the service this one wraps.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Needed, Service
from studiogate.local.front.models import parsed, rendered
from studiogate.local.front.protocols import Received
from studiogate.local.iam.accounts import ADMIN_ROLE, emails, vend

_OURS = frozenset({"CreateAccount", "DescribeCreateAccountStatus", "ListCreateAccountStatus"})


@dataclass(frozen=True, slots=True)
class _Request:
    """One request for an account, and what became of it."""

    id: str
    name: str
    at: datetime
    account: str | None
    failure: str | None

    def status(self, *, under_way: bool = False) -> Mapping[str, Any]:
        """As `CreateAccountStatus`; AWS's first answer is always that it is under way."""
        said: dict[str, Any] = {
            "Id": self.id,
            "AccountName": self.name,
            "RequestedTimestamp": self.at,
            "State": "IN_PROGRESS",
        }
        if under_way:
            return said
        said["CompletedTimestamp"] = self.at
        if self.failure:
            return said | {"State": "FAILED", "FailureReason": self.failure}
        return said | {"State": "SUCCEEDED", "AccountId": self.account}


class VendingOrganizations:
    """Organizations that makes accounts.  Implements `local.call.Service`."""

    def __init__(self, inner: Service, management: str, clock: Callable[[], datetime]) -> None:
        """Make accounts in the organisation of `management`; `inner` answers the rest."""
        self._inner = inner
        self._management = management
        self._clock = clock
        self._requests: dict[str, _Request] = {}

    def needed(self, call: ApiCall) -> Sequence[Needed]:
        """The permissions of `call`; only the management account makes accounts.

        Raises:
            ApiError: the operation is not offered, or the caller is a member.
        """
        if call.operation not in _OURS:
            return self._inner.needed(call)
        if call.account != self._management:
            raise ApiError(
                "AccessDeniedException", "You don't have permissions to access this resource."
            )
        return (Needed(f"organizations:{call.operation}", "*"),)

    async def answer(self, call: ApiCall) -> ApiAnswer:
        """The answer to a call that is allowed.

        Raises:
            ApiError: as AWS would.
        """
        if call.operation not in _OURS:
            return await self._inner.answer(call)
        result = self._result(call.operation, _given(call))
        return rendered("organizations", call.operation, result, call.request_id)

    def _result(self, operation: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation == "CreateAccount":
            return {"CreateAccountStatus": self._made(given).status(under_way=True)}
        if operation == "DescribeCreateAccountStatus":
            asked = self._asked(str(given["CreateAccountRequestId"]))
            return {"CreateAccountStatus": asked.status()}
        wanted = given.get("States") or ["SUCCEEDED", "FAILED"]
        found = [request.status() for request in self._requests.values()]
        return {"CreateAccountStatuses": [one for one in found if one["State"] in wanted]}

    def _made(self, given: Mapping[str, Any]) -> _Request:
        name, email = str(given["AccountName"]), str(given["Email"])
        taken = email.lower() in emails(self._management)
        account = None if taken else vend(self._management, name, email, _role(given))
        request = _Request(
            id="car-" + secrets.token_hex(16),
            name=name,
            at=self._clock(),
            account=account,
            failure="EMAIL_ALREADY_EXISTS" if taken else None,
        )
        self._requests[request.id] = request
        return request

    def _asked(self, id_: str) -> _Request:
        if id_ not in self._requests:
            raise ApiError(
                "CreateAccountStatusNotFoundException",
                "We can't find a create account request with the CreateAccountRequestId that "
                "you specified.",
            )
        return self._requests[id_]


def _given(call: ApiCall) -> dict[str, Any]:
    body = json.dumps(dict(call.params)).encode()
    headers = {"content-type": "application/x-amz-json-1.1"}
    return parsed("organizations", call.operation, Received("POST", "/", "", headers, body))


def _role(given: Mapping[str, Any]) -> str:
    return str(given.get("RoleName", ADMIN_ROLE))
