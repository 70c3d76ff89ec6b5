"""What an update would change, found without changing anything: the list of a change set.

Resource by resource, in the order they need each other: what becomes of one decides what can be
known of those that refer to it.  What differs within one is said by `differing`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from graphlib import TopologicalSorter
from typing import Any

from studiogate.local.cloudformation.kind import Kind
from studiogate.local.cloudformation.model import Inputs, Resource, Stack
from studiogate.local.cloudformation.running.differing import (
    Details,
    attributes,
    modified,
    replacement_of,
)
from studiogate.local.cloudformation.running.meaning import Lookup, Meaning, meaning, standing
from studiogate.local.cloudformation.running.outputs import exported, outputs
from studiogate.local.cloudformation.store import Store
from studiogate.local.cloudformation.template.document import Declared
from studiogate.local.cloudformation.template.functions import Undetermined


class Fate(Enum):
    """What becomes of a resource, as far as others can see."""

    SAME = auto()
    ALTERED = auto()
    """Its id stays; its attributes may not."""

    NEW = auto()
    """It gets an id nobody knows yet, or may get one."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What inputs would change in a stack."""

    changes: tuple[Mapping[str, Any], ...]
    """As `DescribeChangeSet` has them."""

    otherwise: bool
    """Whether outputs or the stack's tags differ."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.changes and not self.otherwise


def compare(
    store: Store, kinds: Mapping[str, Kind], stack: Stack, inputs: Inputs
) -> Comparison:
    """What `inputs` would change in `stack`.

    Raises:
        ApiError: the inputs lead nowhere, as when they are deployed.
    """
    return _Comparing(store, kinds, stack, inputs).done()


@dataclass(slots=True)
class _Comparing:
    store: Store
    kinds: Mapping[str, Kind]
    stack: Stack
    inputs: Inputs
    fates: dict[str, Fate] = field(default_factory=dict)

    def done(self) -> Comparison:
        what = meaning(
            self.stack,
            self.inputs,
            self._lookup(),
            lambda name: exported(self.store, self.stack, name),
        )
        found = {name: self._of(what, name) for name in _top_down(what)}
        changes = [found[name] for name in what.resources if found[name] is not None]
        changes += [_removed(one) for one in self._gone(what)]
        return Comparison(
            changes=tuple({"Type": "Resource", "ResourceChange": one} for one in changes),
            otherwise=self._otherwise(what),
        )

    def _lookup(self) -> Lookup:
        there = standing(self.stack.resources)

        def found(name: str, attribute: str | None) -> str | list[str]:
            fate = self.fates[name]
            if fate is Fate.NEW or (fate is Fate.ALTERED and attribute is not None):
                raise Undetermined(name, attribute)
            return there(name, attribute)

        return found

    def _gone(self, what: Meaning) -> Iterator[Resource]:
        for name, one in self.stack.resources.items():
            if name not in what.resources and one.made is not None:
                yield one

    def _of(self, what: Meaning, name: str) -> Mapping[str, Any] | None:
        """The change of one resource, if there is any; its fate is noted."""
        now = self.stack.resources.get(name)
        if now is None or now.made is None:
            self.fates[name] = Fate.NEW
            return {
                "Action": "Add",
                "LogicalResourceId": name,
                "ResourceType": what.resources[name].type,
                "Scope": [],
                "Details": [],
            }
        kind = self.kinds[now.type]
        details = [*Details(self.stack, what, now, kind).all(), *attributes(what, now)]
        if not details:
            self.fates[name] = Fate.SAME
            return None
        replacement = replacement_of(details)
        self.fates[name] = Fate.ALTERED if replacement == "False" else Fate.NEW
        return modified(now, details, replacement)

    def _otherwise(self, what: Meaning) -> bool:
        if dict(self.inputs.tags) != dict(self.stack.inputs.tags):
            return True
        try:
            return outputs(what) != self.stack.outputs
        except Undetermined:
            return True


def _top_down(what: Meaning) -> Iterator[str]:
    return iter(tuple(TopologicalSorter(what.needs).static_order()))


def _removed(one: Resource) -> dict[str, Any]:
    return {
        "Action": "Remove",
        "LogicalResourceId": one.logical_id,
        "PhysicalResourceId": one.physical_id,
        "ResourceType": one.type,
        "PolicyAction": "Retain" if one.deletion.stays else str(one.deletion),
        "Scope": [],
        "Details": [],
    }


def moved_types(stack: Stack, wanted: Mapping[str, Declared]) -> list[str]:
    """Resources that would become another type under the same name, which AWS refuses."""
    return [
        name
        for name, one in stack.resources.items()
        if name in wanted and one.made is not None and wanted[name].type != one.type
    ]
