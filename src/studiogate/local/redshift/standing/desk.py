"""How an operation of Redshift is read, asked about and answered: after AWS's own models.

An operation is a function `(store, asked) -> result`, keys as boto3 has them.  An operation or
a parameter that is not in a desk's table is refused by its name: a parameter nobody looks at
would be a promise.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Caller, Needed, Place
from studiogate.local.front.models import params_of, rendered
from studiogate.local.front.protocols import WIRES, Protocol
from studiogate.local.front.refusals import not_offered
from studiogate.local.front.regions import hold_region
from studiogate.local.front.tagging import tag_context
from studiogate.local.redshift.standing import faults

Store = TypeVar("Store")
Result = Mapping[str, Any]
Context = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One call, read."""

    call: ApiCall
    params: Mapping[str, Any]

    @property
    def place(self) -> Place:
        """Where the caller is at home, in the Region asked for."""
        return self.call.place

    @property
    def caller(self) -> Caller:
        """Who signed.

        Raises:
            ApiError: nobody did.
        """
        return self.call.signer

    @property
    def tags(self) -> dict[str, str]:
        """The tags it sets, in Redshift's spelling or in Serverless's."""
        rows = self.params.get("Tags") or self.params.get("tags") or ()
        return {
            str(row.get("Key", row.get("key", ""))): str(row.get("Value", row.get("value", "")))
            for row in rows
        }

    @property
    def context(self) -> Context:
        """The condition keys of the tags it sets or removes.

        Raises:
            ApiError: two of them differ in case alone.
        """
        gone = self.params.get("TagKeys") or self.params.get("tagKeys")
        rows = self.params.get("Tags") or self.params.get("tags") or ()
        pairs = [
            (row.get("Key", row.get("key")), row.get("Value", row.get("value", "")))
            for row in rows
        ]
        return {"aws:TagKeys": tuple(gone)} if gone else tag_context(pairs)

    def needed(
        self, arn: str, tags: Mapping[str, str] | None = None, *, action: str = ""
    ) -> Needed:
        """The permission on `arn`, which has `tags`; the operation's own unless said."""
        on = {f"aws:ResourceTag/{key}": value for key, value in (tags or {}).items()}
        named = action or f"{self.call.service}:{self.call.operation}"
        return Needed(named, arn, {**self.context, **on})


@dataclass(frozen=True, slots=True)
class Doing(Generic[Store]):
    """How an operation is done, what it needs, and which parameters it looks at."""

    do: Callable[[Store, Asked], Awaitable[Result]]
    on: Callable[[Store, Asked], Iterable[Needed]]
    takes: frozenset[str] = frozenset()


class Desk(Generic[Store]):
    """Answers one service from a table.  Implements `local.call.Service`."""

    def __init__(self, service: str, store: Store, doings: Mapping[str, Doing[Store]]) -> None:
        """Answer `doings` of `service`, a signing name, out of `store`."""
        self._service = service
        self._store = store
        self._doings = doings

    @property
    def operations(self) -> frozenset[str]:
        """What is offered."""
        return frozenset(self._doings)

    def needed(self, call: ApiCall) -> Sequence[Needed]:
        """Every permission of `call`, on the exact resource where AWS knows one.

        Raises:
            ApiError: the operation or a parameter is not offered, or is not AWS's.
        """
        hold_region(call)
        asked = self._asked(call)
        return tuple(self._doings[call.operation].on(self._store, asked))

    async def answer(self, call: ApiCall) -> ApiAnswer:
        """The answer to a call that is allowed.

        Raises:
            ApiError: as AWS would.
        """
        asked = self._asked(call)
        result = await self._doings[call.operation].do(self._store, asked)
        return rendered(self._service, call.operation, result, call.request_id)

    def _asked(self, call: ApiCall) -> Asked:
        doing = self._doings.get(call.operation)
        if doing is None:
            raise not_offered(call)
        try:
            params = params_of(call)
        except ApiError as exc:
            json_like = WIRES[self._service].protocol is Protocol.JSON
            if json_like and exc.code == "ValidationError":
                raise faults.invalid(exc.message) from exc
            raise
        if unheard := sorted(params.keys() - doing.takes):
            raise faults.not_offered(call, f"The parameter {unheard[0]} of {call.operation}")
        return Asked(call, params)


def words(text: str) -> frozenset[str]:
    """The words of `text`, as a set: the parameters of an operation."""
    return frozenset(text.split())
