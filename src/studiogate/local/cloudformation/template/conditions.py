"""Conditions of a template: what each comes out as, for the parameters it is given."""

from collections.abc import Mapping, Sequence
from typing import Any

from studiogate.local.cloudformation.template.functions import Scope, resolved, text_of
from studiogate.local.cloudformation.words import misused

_FEWEST, _MOST = 2, 10
_CONDITION = (
    "Conditions can only be boolean operations on parameters and other conditions: Fn::Equals "
    "of two values, Fn::Not of one condition, Fn::And and Fn::Or of two to ten, or Condition"
)


def every_condition(declared: Mapping[str, Any], scope: Scope) -> dict[str, bool]:
    """What each condition comes out as, with the parameters of `scope`.

    Raises:
        ApiError: one that is misused, refers to a resource, or waits for itself.
    """
    return _Conditions(declared, scope).all()


class _Conditions:
    """Conditions in the order they need each other."""

    def __init__(self, declared: Mapping[str, Any], scope: Scope) -> None:
        self._declared = declared
        self._scope = scope
        self._found: dict[str, bool] = {}
        self._asked: list[str] = []

    def all(self) -> dict[str, bool]:
        for name in self._declared:
            self._named(name)
        return dict(self._found)

    def _named(self, name: Any) -> bool:
        if not isinstance(name, str) or name not in self._declared:
            raise misused(f"Unresolved condition dependency {name} in the Conditions block.")
        if name in self._asked:
            raise misused(f"Circular dependency between conditions: [{', '.join(self._asked)}]")
        if name not in self._found:
            self._asked.append(name)
            self._found[name] = self._holds(self._declared[name])
            self._asked.pop()
        return self._found[name]

    def _holds(self, node: Any) -> bool:
        match node:
            case {"Condition": name} if len(node) == 1:
                return self._named(name)
            case {"Fn::Equals": [one, other]} if len(node) == 1:
                return bool(self._value(one) == self._value(other))
            case {"Fn::Not": [one]} if len(node) == 1:
                return not self._holds(one)
            case {"Fn::And": list(some)} if len(node) == 1:
                return all(self._every(some, "Fn::And"))
            case {"Fn::Or": list(some)} if len(node) == 1:
                return any(self._every(some, "Fn::Or"))
            case _:
                raise misused(_CONDITION)

    def _every(self, some: Sequence[Any], name: str) -> list[bool]:
        if not _FEWEST <= len(some) <= _MOST:
            raise misused(
                f"every {name} object requires a list of at least 2 and at most 10 boolean "
                "parameters."
            )
        return [self._holds(one) for one in some]

    def _value(self, node: Any) -> Any:
        found = resolved(node, self._scope)
        return found if isinstance(found, list) else text_of(found, _CONDITION)
