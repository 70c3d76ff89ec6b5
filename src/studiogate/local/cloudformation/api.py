"""The emulated CloudFormation API: stacks and change sets, by an engine of our own.

An operation, or a member of a request, that is not in the tables is refused by name; nothing is
pretended, and nothing is skipped.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Needed
from studiogate.local.cloudformation import permissions, words
from studiogate.local.cloudformation.engine import Ask, Engine, Workers
from studiogate.local.cloudformation.kind import Cloud, Kind
from studiogate.local.cloudformation.operations import (
    change_sets,
    drifts,
    reading,
    stacks,
    templates,
)
from studiogate.local.cloudformation.operations.names import check_names
from studiogate.local.cloudformation.operations.stacks import Operation
from studiogate.local.cloudformation.store import Store
from studiogate.local.front.models import params_of, rendered

SERVICE = "cloudformation"

OPERATIONS: Mapping[str, Operation] = {
    **stacks.OPERATIONS,
    **change_sets.OPERATIONS,
    **reading.OPERATIONS,
    **templates.OPERATIONS,
    **drifts.OPERATIONS,
}

NOT_OFFERED = frozenset(
    {
        "CallAs",
        "DeletionMode",
        "DeploymentConfig",
        "DeploymentMode",
        "DisableValidation",
        "ForceRollback",
        "ImportExistingResources",
        "IncludeNestedStacks",
        "NotificationARNs",
        "ResourceTypes",
        "ResourcesToImport",
        "RetainExceptOnCreate",
        "RoleARN",
        "RollbackConfiguration",
        "StackPolicyBody",
        "StackPolicyDuringUpdateBody",
        "StackPolicyDuringUpdateURL",
        "StackPolicyURL",
        "TemplateSummaryConfig",
        "TimeoutInMinutes",
    }
)
"""Members of requests that AWS would act upon, and this emulation cannot."""


class CloudFormationService:
    """Answers the CloudFormation API; see `studiogate.local.call.Service`."""

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        cloud_of: Callable[[ApiCall], Cloud],
        clock: Callable[[], datetime],
    ) -> None:
        """Make resources of `kinds`, by type, through the cloud as the caller may use it."""
        self._store = Store(clock)
        self._workers = Workers(self._store)
        self._engine = Engine(self._store, kinds, self._workers)
        self._cloud_of = cloud_of

    def needed(self, call: ApiCall) -> Sequence[Needed]:
        """The permission `call` needs; its input is checked first, so that the ARN is exact.

        Raises:
            ApiError: the operation is not offered, or its input is not what the model says.
        """
        return permissions.needed(self._store, call.place, call.operation, _params(call))

    async def answer(self, call: ApiCall) -> ApiAnswer:
        """The answer to a call that is allowed; what it began may go on afterwards.

        Raises:
            ApiError: as AWS would.
        """
        params = _params(call)
        ask = Ask(call.place, params, self._cloud_of(call))
        result = await OPERATIONS[call.operation](self._engine, ask)
        return rendered(SERVICE, call.operation, _without_none(result), call.request_id)

    async def idle(self) -> None:
        """Until nothing is under way in any stack."""
        await self._workers.idle()

    async def close(self) -> None:
        """Give up what is under way; for the end of the emulation."""
        await self._workers.close()


def _params(call: ApiCall) -> Mapping[str, Any]:
    if call.operation not in OPERATIONS:
        raise ApiError(
            "UnknownOperationException",
            f"The operation {call.operation} is not offered by this emulation of "
            "CloudFormation.",
        )
    params = params_of(call)
    for member in sorted(NOT_OFFERED & params.keys()):
        if params[member]:
            raise words.not_offered(member)
    check_names(params)
    return params


def _without_none(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _without_none(value) for key, value in node.items() if value is not None}
    return [_without_none(one) for one in node] if isinstance(node, list) else node
