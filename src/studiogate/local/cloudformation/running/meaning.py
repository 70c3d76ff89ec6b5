"""What a template means in one stack: which resources there are, and what each is to be.

Tags of the stack go to every resource that can have tags; the resource's own win.  The tags
`aws:cloudformation:…` are not set: services refuse that prefix from everybody but
CloudFormation itself, and here it calls them as anybody does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from studiogate import names
from studiogate.local.cloudformation.kind import Kind, Properties
from studiogate.local.cloudformation.model import Inputs, Resource, Stack
from studiogate.local.cloudformation.template.conditions import every_condition
from studiogate.local.cloudformation.template.document import Declared
from studiogate.local.cloudformation.template.functions import (
    NO_VALUE,
    Scope,
    resolved,
)
from studiogate.local.cloudformation.template.parameters import STORED, typed
from studiogate.local.cloudformation.template.references import active, needs, references
from studiogate.local.cloudformation.words import invalid, misused

Lookup = Callable[[str, str | None], str | list[str]]

TAG_LISTS = frozenset({"Tags", "HostedZoneTags", "FileSystemTags"})
TAG_MAPS = frozenset({"UserPoolTags"})
"""Properties that hold tags: as pairs of Key and Value, or as a map."""

_TAGS_ARE_A_MAP = frozenset({"AWS::SSM::Parameter"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """A stack's template with everything it is given."""

    inputs: Inputs
    scope: Scope
    resources: Mapping[str, Declared]
    """Those whose conditions hold."""

    needs: Mapping[str, frozenset[str]]
    imports: set[str] = field(default_factory=set)
    """Names of exports used so far."""

    def wanted(self, name: str, kind: Kind) -> Properties:
        """The properties resource `name` is to have.

        Raises:
            ApiError: a property it needs came out as nothing, or a value is nowhere.
            Undetermined: a value is not known yet.
        """
        declared = self.resources[name].properties
        found = {key: self.value(node) for key, node in declared.items()}
        found = {key: value for key, value in found.items() if value is not NO_VALUE}
        if missing := sorted(kind.required - found.keys()):
            raise invalid(missing_words(name, missing[0]))
        return with_tags(kind, found, self.inputs.tags)

    def value(self, node: Any) -> Any:
        """What `node` comes out as."""
        return resolved(node, self.scope)

    def secret(self, name: str) -> frozenset[str]:
        """Properties of resource `name` that hold the value of a `NoEcho` parameter."""
        hidden = self.inputs.secret
        if not hidden:
            return frozenset()
        return frozenset(
            key
            for key, node in self.resources[name].properties.items()
            if any(ref.name in hidden for ref in references(node, self.scope.conditions))
        )


def missing_words(name: str, key: str) -> str:
    """What CloudFormation says of a resource without a property it needs."""
    return (
        f"Properties validation failed for resource {name} with message:\n"
        f"#: required key [{key}] not found"
    )


def meaning(
    stack: Stack,
    inputs: Inputs,
    resource: Lookup,
    exported: Callable[[str], str],
) -> Meaning:
    """What `inputs` mean in `stack`; `resource` and `exported` say what is elsewhere.

    Raises:
        ApiError: ValidationError: conditions or references that lead nowhere.
    """
    imports: set[str] = set()

    def imported(name: str) -> str:
        value = exported(name)
        imports.add(name)
        return value

    document = inputs.document
    values = _values(stack, inputs)
    bare = Scope(values, {}, document.mappings, _no_resource, imported)
    conditions = every_condition(document.conditions, bare)
    return Meaning(
        inputs=inputs,
        scope=Scope(values, conditions, document.mappings, resource, imported),
        resources=active(document, conditions),
        needs=needs(document, conditions),
        imports=imports,
    )


def standing(resources: Mapping[str, Resource]) -> Lookup:
    """`Ref` and `Fn::GetAtt` of resources that are there."""

    def found(name: str, attribute: str | None) -> str | list[str]:
        made = resources[name].made if name in resources else None
        if made is None:
            raise misused(f"resource {name} is not there")
        if attribute is None:
            return made.physical_id
        if attribute not in made.attributes:
            raise misused(
                f"resource {name} does not support attribute type {attribute} in Fn::GetAtt"
            )
        return made.attributes[attribute]

    return found


def with_tags(kind: Kind, properties: Properties, tags: Mapping[str, str]) -> Properties:
    """`properties`, and the stack's tags where the kind can have them."""
    if not tags:
        return properties
    found = dict(properties)
    for name in (TAG_LISTS | TAG_MAPS) & kind.properties:
        own = found.get(name)
        if name in TAG_MAPS or isinstance(own, Mapping) or kind.name in _TAGS_ARE_A_MAP:
            found[name] = {**tags, **(own or {})}
        else:
            named = {tag.get("Key") for tag in own or [] if isinstance(tag, Mapping)}
            ours = [{"Key": k, "Value": v} for k, v in tags.items() if k not in named]
            found[name] = [*(own or []), *ours]
    return found


def _values(stack: Stack, inputs: Inputs) -> dict[str, str | list[str]]:
    place = stack.place
    found: dict[str, str | list[str]] = {
        "AWS::AccountId": place.account,
        "AWS::NotificationARNs": [],
        "AWS::Partition": names.partition(place.region),
        "AWS::Region": place.region,
        "AWS::StackId": stack.id,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": names.dns_suffix(place.region),
    }
    for name, declared in inputs.document.parameters.items():
        stored = STORED.fullmatch(declared.type) is not None
        text = inputs.stored[name] if stored else inputs.parameters[name]
        found[name] = typed(declared, text)
    return found


def _no_resource(name: str, _: str | None) -> str:
    raise misused(f"a condition refers to the resource {name}")
