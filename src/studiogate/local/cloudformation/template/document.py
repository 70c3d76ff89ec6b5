"""A template as it is declared: parameters, conditions, resources, outputs; checked in form.

What CloudFormation has and this emulation has not (transforms, rules, update policies) is
refused by its name.  Whether references lead anywhere is asked in `references`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from studiogate.local.cloudformation.template.parameters import Parameter, parameters_in
from studiogate.local.cloudformation.template.text import read
from studiogate.local.cloudformation.words import invalid, malformed, misused, not_offered

VERSION = "2010-09-09"
MOST_RESOURCES, MOST_OUTPUTS, MOST_MAPPINGS = 500, 200, 200
"""CloudFormation User Guide, "Understand CloudFormation quotas"."""

_LONGEST_DESCRIPTION = 1_024
_SECTIONS = frozenset(
    {
        "AWSTemplateFormatVersion", "Conditions", "Description", "Mappings", "Metadata",
        "Outputs", "Parameters", "Resources",
    }
)  # fmt: skip
_SECTIONS_NOT_OFFERED = frozenset({"Hooks", "Rules", "Transform"})
_OF_RESOURCES = frozenset(
    {
        "Condition", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type",
        "UpdateReplacePolicy",
    }
)  # fmt: skip
_OF_RESOURCES_NOT_OFFERED = frozenset({"CreationPolicy", "UpdatePolicy"})
_NAME = re.compile(r"[A-Za-z0-9]{1,255}")


class Keep(StrEnum):
    """What becomes of a resource that leaves its stack."""

    DELETE = "Delete"
    RETAIN = "Retain"
    RETAIN_EXCEPT_ON_CREATE = "RetainExceptOnCreate"
    SNAPSHOT = "Snapshot"

    @property
    def stays(self) -> bool:
        """Whether it is left alone."""
        return self in {Keep.RETAIN, Keep.RETAIN_EXCEPT_ON_CREATE}


@dataclass(frozen=True, slots=True)
class Declared:
    """One resource, as the template has it."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    depends_on: tuple[str, ...] = ()
    condition: str | None = None
    deletion: Keep = Keep.DELETE
    replacement: Keep = Keep.DELETE
    """What becomes of the old one when it is replaced: delete or retain."""

    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class DeclaredOutput:
    """One output, as the template has it."""

    name: str
    value: Any
    description: str | None = None
    condition: str | None = None
    export: Any = None
    """The name it is exported under, not resolved; `None` where it is not."""


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One template; compared by identity.  Nobody changes what is in it."""

    text: str
    description: str | None
    metadata: Mapping[str, Any]
    parameters: Mapping[str, Parameter]
    mappings: Mapping[str, Mapping[str, Mapping[str, Any]]]
    conditions: Mapping[str, Any]
    resources: Mapping[str, Declared]
    outputs: Mapping[str, DeclaredOutput]


@lru_cache(maxsize=256)
def document(text: str) -> Document:
    """The template in `text`; the same object for the same text.

    Raises:
        ApiError: ValidationError, in CloudFormation's words.
    """
    body = read(text)
    _sections(body)
    return Document(
        text=text,
        description=_description(body),
        metadata=_mapping(body, "Metadata"),
        parameters=parameters_in(_members(body, "Parameters")),
        mappings=_mappings(body),
        conditions=_members(body, "Conditions"),
        resources=_resources(body),
        outputs=_outputs(body),
    )


def _sections(body: Mapping[str, Any]) -> None:
    for name in sorted(_SECTIONS_NOT_OFFERED & body.keys()):
        raise not_offered(f"The template section {name}")
    if strange := sorted(body.keys() - _SECTIONS):
        raise invalid(f"Invalid template property or properties [{', '.join(strange)}]")
    if "AWSTemplateFormatVersion" in body and body["AWSTemplateFormatVersion"] != VERSION:
        raise malformed("unsupported value for AWSTemplateFormatVersion.")
    _no_null(body, "")


def _no_null(node: Any, path: str) -> None:
    if node is None:
        raise invalid(f"[{path}] 'null' values are not allowed in templates")
    if isinstance(node, Mapping):
        for name, value in node.items():
            _no_null(value, f"{path}/{name}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            _no_null(value, f"{path}/{number}")


def _description(body: Mapping[str, Any]) -> str | None:
    found = body.get("Description")
    if found is None:
        return None
    if not isinstance(found, str):
        raise malformed("[/Description] expected string.")
    if len(found.encode()) > _LONGEST_DESCRIPTION:
        raise malformed(f"'Description' length is greater than {_LONGEST_DESCRIPTION}.")
    return found


def _mapping(body: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    found = body.get(section, {})
    if not isinstance(found, Mapping):
        raise malformed(f"{section} must be an object.")
    return found


def _members(body: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    found = _mapping(body, section)
    for name in found:
        if not _NAME.fullmatch(name):
            raise malformed(f"{section[:-1]} name {name} is non alphanumeric.")
    return found


def _limited(found: Mapping[str, Any], most: int, what: str) -> Mapping[str, Any]:
    if len(found) > most:
        raise malformed(
            f"Number of {what}, {len(found)}, is greater than maximum allowed, {most}"
        )
    return found


def _mappings(body: Mapping[str, Any]) -> Mapping[str, Any]:
    found = _limited(_members(body, "Mappings"), MOST_MAPPINGS, "mappings")
    for name, rows in found.items():
        if not isinstance(rows, Mapping) or not all(
            isinstance(r, Mapping) for r in rows.values()
        ):
            raise malformed(f"Every Mappings member {name} must be a map of maps.")
    return found


def _resources(body: Mapping[str, Any]) -> Mapping[str, Declared]:
    found = _limited(_members(body, "Resources"), MOST_RESOURCES, "resources")
    if not found:
        raise malformed("At least one Resources member must be defined.")
    return {name: _resource(name, given) for name, given in found.items()}


def _resource(name: str, given: Any) -> Declared:
    if not isinstance(given, Mapping):
        raise malformed(f"[/Resources/{name}] resource definition is malformed")
    for attribute in sorted(_OF_RESOURCES_NOT_OFFERED & given.keys()):
        raise not_offered(f"The attribute {attribute} of resource {name}")
    for attribute in sorted(given.keys() - _OF_RESOURCES):
        raise malformed(f"Invalid template resource property '{attribute}'")
    if not isinstance(given.get("Type"), str):
        raise malformed(
            f"[/Resources/{name}] Every Resources object must contain a Type member."
        )
    return Declared(
        logical_id=name,
        type=given["Type"],
        properties=_object(given, name, "Properties", {}),
        depends_on=_depends_on(name, given.get("DependsOn", [])),
        condition=_condition(given, name),
        deletion=_keep(given, "DeletionPolicy", tuple(Keep)),
        replacement=_keep(
            given, "UpdateReplacePolicy", (Keep.DELETE, Keep.RETAIN, Keep.SNAPSHOT)
        ),
        metadata=_object(given, name, "Metadata", None),
    )


def _object(given: Mapping[str, Any], name: str, attribute: str, without: Any) -> Any:
    found = given.get(attribute, without)
    if found is not without and not isinstance(found, Mapping):
        raise malformed(f"[/Resources/{name}/{attribute}] must be an object")
    return found


def _depends_on(name: str, given: Any) -> tuple[str, ...]:
    found = [given] if isinstance(given, str) else given
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise malformed(f"[/Resources/{name}] Every DependsOn value must be a string.")
    return tuple(found)


def _condition(given: Mapping[str, Any], name: str) -> str | None:
    found = given.get("Condition")
    if found is not None and not isinstance(found, str):
        raise malformed(f"Every Condition member of {name} must be a string.")
    return found


def _keep(given: Mapping[str, Any], attribute: str, known: tuple[Keep, ...]) -> Keep:
    found = given.get(attribute, "Delete")
    if found not in known:
        words = ", ".join(known)
        raise misused(f"Every {attribute} member must be one of [{words}].")
    return Keep(found)


def _outputs(body: Mapping[str, Any]) -> Mapping[str, DeclaredOutput]:
    found = _limited(_members(body, "Outputs"), MOST_OUTPUTS, "outputs")
    return {name: _output(name, given) for name, given in found.items()}


_OF_OUTPUTS = frozenset({"Condition", "Description", "Export", "Value"})


def _output(name: str, given: Any) -> DeclaredOutput:
    if not isinstance(given, Mapping) or given.keys() - _OF_OUTPUTS:
        raise malformed(f"Output {name} is malformed.")
    if "Value" not in given:
        raise malformed(f"Every Outputs member must contain a Value object. ({name})")
    export = given.get("Export")
    if export is not None and not (isinstance(export, Mapping) and set(export) == {"Name"}):
        raise malformed(f"Output {name} is malformed. Export must have a Name.")
    description = given.get("Description")
    if description is not None and not isinstance(description, str):
        raise malformed(f"Output {name} is malformed. Description must be a string.")
    return DeclaredOutput(
        name=name,
        value=given["Value"],
        description=description,
        condition=_condition(given, name),
        export=export["Name"] if export else None,
    )
