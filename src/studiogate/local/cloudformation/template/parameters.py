"""Parameters: how they are declared, and what a stack is given for them.

Messages are those of CloudFormation (User Guide, "Parameters", and the API's answers).
Values of AWS-specific types are looked up in the account, as CloudFormation does: `lookups`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from studiogate.local.cloudformation.words import constraint, invalid, malformed

MOST_PARAMETERS = 200
LONGEST_VALUE = 4_096
"""Bytes of one value (CloudFormation User Guide, quotas)."""

_LISTS = ("List<", "CommaDelimitedList", "AWS::SSM::Parameter::Value<List<")
_PLAIN = frozenset(
    {"String", "Number", "List<Number>", "List<String>", "CommaDelimitedList",
     "AWS::SSM::Parameter::Name"}
)  # fmt: skip
_SPECIFIC = re.compile(
    r"(?:AWS::(?:EC2|Route53)::[A-Za-z0-9:]+|List<AWS::(?:EC2|Route53)::[A-Za-z0-9:]+>)"
)
STORED = re.compile(r"AWS::SSM::Parameter::Value<(?P<of>.+)>")
"""The type of a parameter whose value is the name of a value in the Parameter Store."""

_DECLARATION = frozenset(
    {
        "AllowedPattern", "AllowedValues", "ConstraintDescription", "Default", "Description",
        "MaxLength", "MaxValue", "MinLength", "MinValue", "NoEcho", "Type",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter, as the template declares it."""

    name: str
    type: str
    default: str | None = None
    description: str | None = None
    no_echo: bool = False
    allowed_values: tuple[str, ...] = ()
    allowed_pattern: str | None = None
    constraint_description: str | None = None
    bounds: Mapping[str, float] | None = None
    """`MinLength`, `MaxLength`, `MinValue`, `MaxValue`."""

    @property
    def is_list(self) -> bool:
        """Whether `Ref` gives a list."""
        return self.type.startswith(_LISTS)

    @property
    def is_number(self) -> bool:
        """Whether each value has to be a number."""
        return self.type in {"Number", "List<Number>"}


def parameters_in(section: Mapping[str, Any]) -> Mapping[str, Parameter]:
    """The parameters that `section` declares.

    Raises:
        ApiError: ValidationError.
    """
    if len(section) > MOST_PARAMETERS:
        raise malformed(
            f"Number of parameters, {len(section)}, is greater than maximum allowed, "
            f"{MOST_PARAMETERS}"
        )
    return {name: _parameter(name, given) for name, given in section.items()}


def given_values(
    declared: Mapping[str, Parameter],
    given: Iterable[Mapping[str, Any]],
    previous: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The text each parameter has: given, previous where asked for, or the default.

    `given` is the request's list; `previous` the values the stack has, `None` for a new one.

    Raises:
        ApiError: ValidationError: unknown, missing, or against a constraint.
    """
    asked = _asked(given, previous)
    if strange := [name for name in asked if name not in declared]:
        raise invalid(f"Parameters: [{', '.join(strange)}] do not exist in the template")
    values = {
        name: value
        for name, one in declared.items()
        if (value := asked.get(name, one.default)) is not None
    }
    if missing := [name for name in declared if name not in values]:
        raise invalid(f"Parameters: [{', '.join(missing)}] must have values")
    for name, value in values.items():
        _hold(declared[name], value)
    return values


def typed(declared: Parameter, text: str) -> str | list[str]:
    """What `Ref` gives for a value: a list for the types of lists, else the text.

    The list of an empty text is one empty text, on which templates rely to ask for emptiness.
    """
    return [part.strip() for part in text.split(",")] if declared.is_list else text


def _asked(
    given: Iterable[Mapping[str, Any]], previous: Mapping[str, str] | None
) -> dict[str, str]:
    asked: dict[str, str] = {}
    for one in given:
        name = one.get("ParameterKey")
        if not name or name in asked:
            raise invalid(f"Parameter {name} must be named, and once.")
        if one.get("UsePreviousValue"):
            asked[name] = _previous(name, one, previous)
        elif "ParameterValue" in one:
            asked[name] = one["ParameterValue"]
        else:
            raise invalid(f"Parameters: [{name}] must have values")
    return asked


def _previous(name: str, one: Mapping[str, Any], previous: Mapping[str, str] | None) -> str:
    if "ParameterValue" in one:
        raise invalid(
            f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true "
            "and a value at the same time"
        )
    if previous is None or name not in previous:
        raise invalid(
            f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true "
            "for a parameter key not in the previous template"
        )
    return previous[name]


def _parameter(name: str, given: Any) -> Parameter:
    if not isinstance(given, Mapping):
        raise malformed(f"Every Parameters object must be a map. ({name})")
    if strange := sorted(given.keys() - _DECLARATION):
        raise malformed(f"Invalid template parameter property '{strange[0]}'")
    kind = given.get("Type")
    if not isinstance(kind, str):
        raise malformed("Every Parameters object must contain a Type member.")
    inner = found["of"] if (found := STORED.fullmatch(kind)) else kind
    if inner not in _PLAIN and not _SPECIFIC.fullmatch(inner):
        raise malformed(f"Unrecognized parameter type: {kind}")
    default = given.get("Default")
    return Parameter(
        name=name,
        type=kind,
        default=None if default is None else _text(default, name),
        description=given.get("Description"),
        no_echo=_text(given.get("NoEcho", False), name) == "true",
        allowed_values=tuple(_text(one, name) for one in given.get("AllowedValues", [])),
        allowed_pattern=given.get("AllowedPattern"),
        constraint_description=given.get("ConstraintDescription"),
        bounds=_bounds(given, name),
    )


def _bounds(given: Mapping[str, Any], name: str) -> dict[str, float]:
    try:
        return {
            bound: float(_text(given[bound], name))
            for bound in ("MinLength", "MaxLength", "MinValue", "MaxValue")
            if bound in given
        }
    except ValueError as exc:
        raise malformed(f"Parameter '{name}' has a bound that is not a number.") from exc


def _text(value: Any, name: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise malformed(f"Every value of parameter '{name}' must be a string.")
    return str(value)


def _hold(one: Parameter, text: str) -> None:
    if len(text.encode()) > LONGEST_VALUE:
        raise constraint(
            "parameters", f"have length less than or equal to {LONGEST_VALUE}: {one.name}"
        )
    parts = typed(one, text)
    for part in parts if isinstance(parts, list) else [parts]:
        if complaint := _complaint(one, part):
            described = one.constraint_description
            words = f"failed to satisfy constraint: {described}" if described else complaint
            raise invalid(f"Parameter '{one.name}' {words}")


def _complaint(one: Parameter, value: str) -> str | None:
    """What is wrong with `value`, in CloudFormation's words; `None` when nothing is."""
    bounds = one.bounds or {}
    if one.allowed_values and value not in one.allowed_values:
        return f"must be one of AllowedValues [{', '.join(one.allowed_values)}]"
    if one.allowed_pattern and not _matches(one, value):
        return f"must match pattern {one.allowed_pattern}"
    if one.is_number and (complaint := _of_number(value, bounds)):
        return complaint
    if len(value) < bounds.get("MinLength", 0):
        return f"must contain at least {bounds['MinLength']:.0f} characters"
    if len(value) > bounds.get("MaxLength", len(value)):
        return f"must contain at most {bounds['MaxLength']:.0f} characters"
    return None


def _of_number(value: str, bounds: Mapping[str, float]) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "must be a number"
    if number < bounds.get("MinValue", number):
        return f"must be a number not less than {bounds['MinValue']:g}"
    if number > bounds.get("MaxValue", number):
        return f"must be a number not greater than {bounds['MaxValue']:g}"
    return None


def _matches(one: Parameter, value: str) -> bool:
    try:
        return re.fullmatch(str(one.allowed_pattern), value) is not None
    except re.error as exc:
        raise malformed(f"Parameter '{one.name}' has a pattern that is none: {exc}") from exc
