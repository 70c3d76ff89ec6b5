"""A desk of operations: reads a call after AWS's model, says what it needs, answers it.

An operation is a function `(store, asked) -> result`, keys as boto3 has them.  Those that are
not in a desk's table are refused by name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Needed, Place
from studiogate.local.front.models import params_of, rendered
from studiogate.local.front.refusals import not_offered

_REST = frozenset({"ram", "route53"})
"""Services whose parameters the front has typed already, because paths carry some of them."""

_Store = TypeVar("_Store")


@dataclass(frozen=True, slots=True)
class Asked:
    """One call, read."""

    call: ApiCall
    params: Mapping[str, Any]

    @property
    def place(self) -> Place:
        """Where the caller is at home, in the Region asked for."""
        return self.call.place


@dataclass(frozen=True, slots=True)
class Target:
    """What a permission is about."""

    arn: str
    action: str = ""
    """Where it is not the operation itself."""

    tags: Mapping[str, str] = field(default_factory=dict)


Result = Mapping[str, Any]


def anything(_: Any, __: Asked) -> Iterable[Target]:
    """An operation that AWS ties to no resource."""
    return (Target("*"),)


@dataclass(frozen=True, slots=True)
class Doing(Generic[_Store]):
    """How an operation is done, and on what it needs a permission."""

    do: Callable[[_Store, Asked], Result]
    on: Callable[[_Store, Asked], Iterable[Target]] = anything
    never: frozenset[str] = frozenset()
    """Parameters of AWS's that nobody here looks at: a call with one is refused."""


class Desk(Generic[_Store]):
    """Implements `local.call.Service`."""

    def __init__(
        self, service: str, store: _Store, doings: Mapping[str, Doing[_Store]]
    ) -> None:
        """Answer `doings` of `service`, a signing name, out of `store`."""
        self._service = service
        self._store = store
        self._doings = doings

    @property
    def operations(self) -> frozenset[str]:
        """What is offered."""
        return frozenset(self._doings)

    def needed(self, call: ApiCall) -> Sequence[Needed]:
        """Every permission of `call`, each on the exact resource where AWS knows one.

        Raises:
            ApiError: the operation is not offered, or its parameters are not its own.
        """
        asked = self.asked(call)
        context = _of_request(asked.params)
        return [
            Needed(
                target.action or f"{self._service}:{call.operation}",
                target.arn,
                {**context, **{f"aws:ResourceTag/{k}": v for k, v in target.tags.items()}},
            )
            for target in self._doings[call.operation].on(self._store, asked)
        ]

    async def answer(self, call: ApiCall) -> ApiAnswer:
        """The answer to a call that is allowed.

        Raises:
            ApiError: as AWS would.
        """
        return self.told(call, self.done(call))

    def done(self, call: ApiCall) -> Result:
        """What `call` comes to, as boto3 has it."""
        asked = self.asked(call)
        return self._doings[call.operation].do(self._store, asked)

    def told(self, call: ApiCall, result: Result) -> ApiAnswer:
        """`result`, written for the client."""
        return rendered(self._service, call.operation, result, call.request_id)

    def asked(self, call: ApiCall) -> Asked:
        """`call`, read.

        Raises:
            ApiError: the operation is not offered, or its parameters are not its own.
        """
        if call.operation not in self._doings:
            raise not_offered(call)
        params = call.params
        if self._service not in _REST:
            params = params_of(call)
        if unheard := sorted(self._doings[call.operation].never & params.keys()):
            raise ApiError(
                "UnsupportedOperation"
                if self._service == "ec2"
                else "InvalidParameterException",
                f"The parameter {unheard[0]} of {call.operation} is not offered by this "
                "emulation.",
                status=501,
            )
        return Asked(call, params)


def without(*names: str) -> frozenset[str]:
    """Parameters that are not offered."""
    return frozenset(names)


def tags_asked(params: Mapping[str, Any]) -> dict[str, str]:
    """The tags a call sets, in any of the ways AWS's services spell them."""
    return {key: value for _, key, value in _tag_rows(params)}


def _tag_rows(params: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    rows = [("", row) for row in _list(params, "Tags", "tags", "AddTags")]
    for one in _list(params, "TagSpecifications"):
        rows += [(str(one.get("ResourceType", "")), row) for row in _list(one, "Tags")]
    for kind, row in rows:
        key, value = row.get("Key", row.get("key", "")), row.get("Value", row.get("value", ""))
        yield kind, str(key), str(value)


def _list(params: Mapping[str, Any], *names: str) -> list[Any]:
    return next((params[name] for name in names if isinstance(params.get(name), list)), [])


def _of_request(params: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    """`aws:RequestTag/…` and `aws:TagKeys`, where a call sets or removes tags."""
    tags = tags_asked(params)
    keys = tuple(tags) or tuple(_list(params, "TagKeys", "tagKeys", "RemoveTagKeys"))
    found: dict[str, str | tuple[str, ...]] = {"aws:TagKeys": keys} if keys else {}
    return found | {f"aws:RequestTag/{key}": value for key, value in tags.items()}
