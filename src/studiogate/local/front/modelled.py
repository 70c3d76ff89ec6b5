"""A service of our own, as a table: what each operation needs, takes and does.

Input is read, and answers are written, by AWS's models (`models`).  An operation or a parameter
that is not in the table is refused by its name: a parameter nobody looks at would be a promise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Needed
from studiogate.local.front.models import rendered
from studiogate.local.front.refusals import not_offered
from studiogate.local.front.regions import hold_region

Store = TypeVar("Store")


@dataclass(frozen=True, slots=True)
class Operation(Generic[Store]):
    """One operation of a service that keeps its state in a `Store`."""

    needed: Callable[[Store, ApiCall], Sequence[Needed]]
    """The permissions; may refuse in AWS's words what is not there."""

    answer: Callable[[Store, ApiCall], Mapping[str, Any]]
    """What is done; the answer as boto3 has it."""

    takes: frozenset[str] = frozenset()
    """The parameters it acts on."""


class ModelledService(Generic[Store]):
    """Answers one service from a table.  Implements `local.call.Service`."""

    def __init__(
        self,
        name: str,
        store: Store,
        operations: Mapping[str, Operation[Store]],
        *,
        unknown: str = "UnsupportedOperationException",
    ) -> None:
        """Offer `operations` as `name`, a signing name.

        `unknown` is the code for a parameter that is not offered.
        """
        self._name = name
        self._store = store
        self._operations = operations
        self._unknown = unknown

    @property
    def operations(self) -> frozenset[str]:
        """Every operation that is offered."""
        return frozenset(self._operations)

    def needed(self, call: ApiCall) -> Sequence[Needed]:
        """The permissions `call` needs.

        Raises:
            ApiError: the operation, or a parameter, is not offered here.
        """
        hold_region(call)
        return self._checked(call).needed(self._store, call)

    async def answer(self, call: ApiCall) -> ApiAnswer:
        """The answer to a call that is allowed.

        Raises:
            ApiError: as AWS would.
        """
        result = self._checked(call).answer(self._store, call)
        return rendered(self._name, call.operation, result, call.request_id)

    def _checked(self, call: ApiCall) -> Operation[Store]:
        operation = self._operations.get(call.operation)
        if operation is None:
            raise not_offered(call)
        unheard = sorted(call.params.keys() - operation.takes)
        if unheard:
            raise ApiError(
                self._unknown,
                f"The parameter {unheard[0]} of {call.operation} is not offered by this "
                "emulation.",
                status=501,
            )
        return operation
