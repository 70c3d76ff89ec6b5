"""Who refers to whom: found before anything is made, so that nothing is made for a mistake.

References in a branch of `Fn::If` that is not taken count for the check that the name exists,
and not for the order.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from studiogate.local.cloudformation.template.document import Declared, Document
from studiogate.local.cloudformation.template.functions import (
    condition,
    function_of,
    get_att_in,
    placeholders,
)
from studiogate.local.cloudformation.words import circular, misused, unresolved

PSEUDO = frozenset(
    f"AWS::{name}"
    for name in (
        "AccountId", "NoValue", "NotificationARNs", "Partition", "Region", "StackId",
        "StackName", "URLSuffix",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reference:
    """One name that a part of a template mentions."""

    name: str
    attribute: str | None = None
    """For `Fn::GetAtt`; empty where the attribute's own name is computed."""


def references(node: Any, conditions: Mapping[str, bool] | None = None) -> Iterator[Reference]:
    """Everything `node` refers to: parameters, pseudo parameters and resources.

    With `conditions`, only what the branches taken refer to.

    Raises:
        ApiError: a function that is none, or is written wrongly.
    """
    if isinstance(node, list):
        for item in node:
            yield from references(item, conditions)
    elif isinstance(node, Mapping):
        name = function_of(node)
        if name is None:
            for value in node.values():
                yield from references(value, conditions)
        else:
            yield from _of_call(name, node[name], conditions)


def _of_call(
    name: str, given: Any, conditions: Mapping[str, bool] | None
) -> Iterator[Reference]:
    match name, given:
        case "Ref", str():
            yield Reference(given)
        case "Fn::GetAtt", _:
            resource, attribute = get_att_in(given)
            yield Reference(resource, attribute if isinstance(attribute, str) else "")
            yield from references(attribute, conditions)
        case "Fn::Sub", _:
            yield from _of_sub(given, conditions)
        case "Fn::If", [str(asked), yes, no] if conditions is not None:
            yield from references(yes if condition(asked, conditions) else no, conditions)
        case _:
            yield from references(given, conditions)


def _of_sub(given: Any, conditions: Mapping[str, bool] | None) -> Iterator[Reference]:
    text, own = (
        given if isinstance(given, list) and len(given) == len(("text", "own")) else (given, {})
    )
    yield from references(own, conditions)
    if not isinstance(text, str) or not isinstance(own, Mapping):
        return  # said where it is resolved, in Fn::Sub's own words
    for name, attribute in placeholders(text):
        whole = name if attribute is None else f"{name}.{attribute}"
        if whole not in own:
            yield Reference(name, attribute)


def check(document: Document) -> None:
    """Return when every name of the template leads somewhere, whatever the conditions.

    Raises:
        ApiError: ValidationError, naming what leads nowhere.
    """
    _check_conditions(document)
    resources = document.resources.values()
    nodes = [one.properties for one in resources] + [one.metadata for one in resources]
    _check_block(document, nodes, "Resources")
    wanted = {name for one in resources for name in one.depends_on}
    if missing := sorted(wanted - document.resources.keys()):
        raise unresolved(missing, "Resources")
    outputs = document.outputs.values()
    _check_block(document, [one.value for one in outputs], "Outputs")
    exports = {ref.name for one in outputs for ref in references(one.export)}
    if exports & document.resources.keys():
        raise misused("the Name of an Export must not depend on any resources.")


def _check_conditions(document: Document) -> None:
    known = document.parameters.keys() | PSEUDO
    for declared in document.conditions.values():
        if missing := sorted({ref.name for ref in _in_condition(declared)} - known):
            raise misused(
                f"Unresolved dependencies [{', '.join(missing)}]. Cannot reference resources "
                "in the Conditions block of the template"
            )
    named = {one.condition for one in document.resources.values()}
    named |= {one.condition for one in document.outputs.values()}
    asked = {name for name in named if name is not None} | _asked_conditions(document)
    if unknown := sorted(asked - document.conditions.keys()):
        raise misused(f"Unresolved condition dependency {unknown[0]}.")


def _in_condition(node: Any) -> Iterator[Reference]:
    """References of a condition, whose own functions are no values."""
    match node:
        case {"Fn::Equals": list(parts)}:
            for part in parts:
                yield from references(part)
        case {"Fn::And": list(parts)} | {"Fn::Or": list(parts)} | {"Fn::Not": list(parts)}:
            for part in parts:
                yield from _in_condition(part)
        case _:
            return


def _asked_conditions(document: Document) -> set[str]:
    parts = [one.properties for one in document.resources.values()]
    return {
        name
        for node in [*parts, *(one.value for one in document.outputs.values())]
        for name in _ifs(node)
    }


def _ifs(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _ifs(item)
    elif isinstance(node, Mapping):
        match node:
            case {"Fn::If": [str(name), *_]}:
                yield name
        for value in node.values():
            yield from _ifs(value)


def _check_block(document: Document, nodes: list[Any], block: str) -> None:
    found = [ref for node in nodes if node is not None for ref in references(node)]
    _check_attributes(document, [ref for ref in found if ref.attribute is not None])
    known = document.parameters.keys() | document.resources.keys() | PSEUDO
    if missing := sorted({ref.name for ref in found if ref.attribute is None} - known):
        raise unresolved(missing, block)


def _check_attributes(document: Document, found: list[Reference]) -> None:
    for ref in found:
        if ref.name not in document.resources:
            raise misused(f"instance of Fn::GetAtt references undefined resource {ref.name}")


def active(document: Document, conditions: Mapping[str, bool]) -> dict[str, Declared]:
    """The resources whose conditions hold."""
    return {
        name: one
        for name, one in document.resources.items()
        if one.condition is None or condition(one.condition, conditions)
    }


def needs(document: Document, conditions: Mapping[str, bool]) -> dict[str, frozenset[str]]:
    """Whom each resource waits for; those whose conditions do not hold are not there.

    Raises:
        ApiError: a reference to a resource that is not made, or a circle.
    """
    there = active(document, conditions)
    found: dict[str, frozenset[str]] = {}
    for name, one in there.items():
        named = {ref.name for ref in references(one.properties, conditions)}
        if missing := sorted((named & document.resources.keys()) - there.keys()):
            raise unresolved(missing, "Resources")
        found[name] = frozenset((named | set(one.depends_on)) & there.keys())
    _no_circle(found)
    _outputs_resolve(document, conditions, there)
    return found


def _no_circle(graph: Mapping[str, frozenset[str]]) -> None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as exc:
        raise circular(sorted(set(exc.args[1]))) from exc


def _outputs_resolve(
    document: Document, conditions: Mapping[str, bool], there: Mapping[str, Declared]
) -> None:
    gone = document.resources.keys() - there.keys()
    for one in document.outputs.values():
        if one.condition is None or condition(one.condition, conditions):
            named = {ref.name for ref in references(one.value, conditions)}
            if missing := sorted(named & gone):
                raise unresolved(missing, "Outputs")
