"""Templates: given back, summed up, and checked without making anything."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from studiogate.local.cloudformation import words
from studiogate.local.cloudformation.engine import Ask, Engine
from studiogate.local.cloudformation.operations.given import (
    capabilities_for,
    check_kinds,
    template_text,
)
from studiogate.local.cloudformation.operations.shown import HIDDEN
from studiogate.local.cloudformation.template.document import VERSION, Document, document
from studiogate.local.cloudformation.template.parameters import Parameter
from studiogate.local.cloudformation.template.references import check
from studiogate.local.cloudformation.template.text import plain
from studiogate.local.cloudformation.words import invalid

Operation = Callable[[Engine, Ask], Awaitable[Mapping[str, Any]]]


async def get_template(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """GetTemplate: of a stack, or of one of its change sets, byte for byte."""
    name, change_set = ask.params.get("StackName"), ask.params.get("ChangeSetName")
    if change_set is not None:
        found = engine.store.change_set(ask.place, change_set, name).inputs.document
    elif name is not None:
        found = engine.store.stack(ask.place, name).inputs.document
    else:
        raise invalid("StackName is required if ChangeSetName is not specified.")
    return {"TemplateBody": found.text, "StagesAvailable": ["Original", "Processed"]}


async def validate_template(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """ValidateTemplate."""
    found = await _checked(engine, ask)
    parameters = [
        {key: value for key, value in _declaration(one).items() if key in _VALIDATED}
        for one in found.parameters.values()
    ]
    return {**_asked(found), "Parameters": parameters, "Description": found.description}


async def get_template_summary(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """GetTemplateSummary: of a template, or of a stack's."""
    if "StackSetName" in ask.params:
        raise words.not_offered("StackSetName")
    if name := ask.params.get("StackName"):
        found = engine.store.stack(ask.place, name).inputs.document
    else:
        found = await _checked(engine, ask)
    return {
        **_asked(found),
        "Parameters": [_declaration(one) for one in found.parameters.values()],
        "Description": found.description,
        "ResourceTypes": sorted({one.type for one in found.resources.values()}),
        "Version": VERSION,
        "Metadata": plain(found.metadata) if found.metadata else None,
    }


async def _checked(engine: Engine, ask: Ask) -> Document:
    found = document(await template_text(ask))
    check_kinds(engine, found)
    check(found)
    return found


def _asked(found: Document) -> dict[str, Any]:
    needed, types = capabilities_for(found)
    if not needed:
        return {"Capabilities": []}
    return {
        "Capabilities": needed,
        "CapabilitiesReason": (
            f"The following resource(s) require capabilities: [{', '.join(types)}]"
        ),
    }


_VALIDATED = frozenset({"DefaultValue", "Description", "NoEcho", "ParameterKey"})


def _declaration(one: Parameter) -> dict[str, Any]:
    hidden = one.no_echo and one.default is not None
    return {
        "ParameterKey": one.name,
        "DefaultValue": HIDDEN if hidden else one.default,
        "ParameterType": one.type,
        "NoEcho": one.no_echo,
        "Description": one.description,
        "ParameterConstraints": {"AllowedValues": list(one.allowed_values)},
    }


OPERATIONS: Mapping[str, Operation] = {
    "GetTemplate": get_template,
    "GetTemplateSummary": get_template_summary,
    "ValidateTemplate": validate_template,
}
