"""What differs within one resource: each property, by which words, and what it leads to.

A property that depends on a resource still to be made or replaced cannot be known before: it is
`Dynamic`, and its resource's replacement `Conditional`, as CloudFormation has it (API
Reference, ResourceChange and ResourceChangeDetail).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from studiogate.local.cloudformation.kind import Kind, Properties
from studiogate.local.cloudformation.model import Resource, Stack
from studiogate.local.cloudformation.running.meaning import (
    TAG_LISTS,
    TAG_MAPS,
    Meaning,
    with_tags,
)
from studiogate.local.cloudformation.running.steps import changed
from studiogate.local.cloudformation.template.functions import NO_VALUE, Undetermined
from studiogate.local.cloudformation.template.references import references
from studiogate.local.cloudformation.template.text import plain

_TAGS = TAG_LISTS | TAG_MAPS


@dataclass(frozen=True, slots=True)
class Details:
    """The properties of one resource that differ."""

    stack: Stack
    what: Meaning
    now: Resource
    kind: Kind

    def all(self) -> list[dict[str, Any]]:
        """Each that differs, or may, as `ResourceChangeDetail` has it."""
        declared = self.what.resources[self.now.logical_id].properties
        wanted: dict[str, Any] = {}
        unknown: dict[str, Undetermined] = {}
        for name, node in declared.items():
            try:
                value = self.what.value(node)
            except Undetermined as exc:
                unknown[name] = exc
            else:
                wanted |= {} if value is NO_VALUE else {name: value}
        tagged = with_tags(self.kind, wanted, self.what.inputs.tags)
        wanted = {name: one for name, one in tagged.items() if name not in unknown}
        found = [self._static(name, wanted) for name in self._differing(wanted, unknown)]
        return found + [self._dynamic(name, exc) for name, exc in sorted(unknown.items())]

    def _differing(self, wanted: Properties, unknown: Mapping[str, Undetermined]) -> list[str]:
        return sorted(changed(self.now.properties, wanted) - unknown.keys())

    def _static(self, name: str, wanted: Properties) -> dict[str, Any]:
        before = self.now.properties
        verb = "Modify" if name in before and name in wanted else None
        verb = verb or ("Add" if name in wanted else "Remove")
        target = self._target(name) | {"AttributeChangeType": verb}
        if name in before:
            target["BeforeValue"] = self._shown(name, before[name])
        if name in wanted:
            target["AfterValue"] = self._shown(name, wanted[name])
        return {"Target": target, "Evaluation": "Static", **self._source(name)}

    def _dynamic(self, name: str, exc: Undetermined) -> dict[str, Any]:
        target = self._target(name) | {"AttributeChangeType": "Modify"}
        if not self._same_words(name):
            return {
                "Target": target,
                "Evaluation": "Static",
                "ChangeSource": "DirectModification",
            }
        return {
            "Target": target,
            "Evaluation": "Dynamic",
            "ChangeSource": (
                "ResourceReference" if exc.attribute is None else "ResourceAttribute"
            ),
            "CausingEntity": str(exc),
        }

    def _target(self, name: str) -> dict[str, str]:
        if name in _TAGS:
            return {"Attribute": "Tags", "RequiresRecreation": "Never", "Path": f"/{name}"}
        return {
            "Attribute": "Properties",
            "Name": name,
            "RequiresRecreation": "Always" if name in self.kind.replaced_by else "Never",
            "Path": f"/Properties/{name}",
        }

    def _source(self, name: str) -> dict[str, str]:
        if self._same_words(name):
            node = self.what.resources[self.now.logical_id].properties.get(name)
            for ref in references(node, self.what.scope.conditions):
                if ref.name in self._other_parameters():
                    return {"ChangeSource": "ParameterReference", "CausingEntity": ref.name}
        return {"ChangeSource": "DirectModification"}

    def _other_parameters(self) -> set[str]:
        old, new = self.stack.inputs, self.what.inputs
        return {
            name
            for name, value in new.parameters.items()
            if old.parameters.get(name) != value or old.stored.get(name) != new.stored.get(name)
        }

    def _same_words(self, name: str) -> bool:
        """Whether both templates say the same of the property, whatever it comes out as."""
        logical_id = self.now.logical_id
        old = self.stack.inputs.document.resources.get(logical_id)
        new = self.what.resources[logical_id]
        return old is not None and old.properties.get(name) == new.properties.get(name)

    def _shown(self, name: str, value: Any) -> str:
        if name in self.now.secret | self.what.secret(self.now.logical_id):
            return "****"
        return value if isinstance(value, str) else plain(value)


def attributes(what: Meaning, now: Resource) -> Iterator[dict[str, Any]]:
    """What differs beside the properties."""
    declared = what.resources[now.logical_id]
    pairs: tuple[tuple[str, Any, Any], ...] = (
        ("DeletionPolicy", now.deletion, declared.deletion),
        ("UpdateReplacePolicy", now.replacement, declared.replacement),
        ("Metadata", now.metadata, declared.metadata),
    )
    for attribute, before, after in pairs:
        if before != after:
            yield {
                "Target": {"Attribute": attribute, "RequiresRecreation": "Never"},
                "Evaluation": "Static",
                "ChangeSource": "DirectModification",
            }


def replacement_of(details: list[dict[str, Any]]) -> str:
    """`True`, `False` or `Conditional`: whether a resource with these changes is replaced."""
    recreating = [
        one["Evaluation"] for one in details if one["Target"]["RequiresRecreation"] == "Always"
    ]
    if "Static" in recreating:
        return "True"
    return "Conditional" if recreating else "False"


def modified(now: Resource, details: list[dict[str, Any]], replacement: str) -> dict[str, Any]:
    """The change of a resource that stays or is replaced, as `ResourceChange` has it."""
    change = {
        "Action": "Modify",
        "LogicalResourceId": now.logical_id,
        "PhysicalResourceId": now.physical_id,
        "ResourceType": now.type,
        "Replacement": replacement,
        "Scope": sorted({one["Target"]["Attribute"] for one in details}),
        "Details": details,
    }
    if replacement != "False":
        change["PolicyAction"] = f"ReplaceAnd{now.replacement}"
    return change
