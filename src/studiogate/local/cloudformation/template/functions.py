"""Intrinsic functions: what each gives, against a `Scope` that knows the names.

Source: CloudFormation User Guide, "Intrinsic function reference".  Only the chosen branch of
`Fn::If` is looked at.  A value that cannot be known yet, because its resource is still to be
made, raises `Undetermined`: that is how change sets find what is only known when they run.
"""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import islice
from typing import Any

from studiogate.local.cloudformation.words import misused, not_offered

NO_VALUE = object()
"""What `AWS::NoValue` gives: the property, or the item, is left out."""

_PLACE = re.compile(r"\$\{([^!${}][^${}]*)\}")
_LITERAL = re.compile(r"\$\{!([^${}]*)\}")
_MOST_CIDRS = 256
_LONGEST_MASK = {4: 32, 6: 128}

_JOIN = (
    "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of "
    "strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to "
    "be joined."
)
_SUB = (
    "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a "
    "string as first argument, and an optional second argument to specify a mapping of "
    "values to replace in the string"
)
_SPLIT = (
    "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string "
    "to be split or a function that returns a string to be split."
)
_FIND = (
    "every Fn::FindInMap object requires three parameters, the map name, map key and the "
    "attribute for return value"
)
_CIDR = (
    "every Fn::Cidr object requires two or three parameters: (1) an IP address block, (2) a "
    "count from 1 to 256 and (3) the number of subnet bits"
)


class Undetermined(Exception):
    """The value of `name`, or of its `attribute`, is not known before its resource is made."""

    def __init__(self, name: str, attribute: str | None) -> None:
        super().__init__(name if attribute is None else f"{name}.{attribute}")
        self.name = name
        self.attribute = attribute


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean where a template is resolved."""

    values: Mapping[str, str | list[str]]
    """Parameters, and pseudo parameters such as `AWS::Region`."""

    conditions: Mapping[str, bool]
    mappings: Mapping[str, Mapping[str, Mapping[str, Any]]]
    resource: Callable[[str, str | None], str | list[str]]
    """What `Ref` (no attribute) and `Fn::GetAtt` give for a resource.

    Raises `Undetermined` for one that is to be made."""

    exported: Callable[[str], str]
    """What `Fn::ImportValue` gives; raises `ApiError` where nobody exports that."""


def resolved(node: Any, scope: Scope) -> Any:
    """The value of `node`, functions and all; `NO_VALUE` where it says so itself.

    Raises:
        ApiError: a function that is misused, or a value that is nowhere.
        Undetermined: a value that is not known yet.
    """
    if isinstance(node, Mapping):
        name = function_of(node)
        if name is not None:
            return FUNCTIONS[name](node[name], scope)
        pairs = ((key, resolved(value, scope)) for key, value in node.items())
        return {key: value for key, value in pairs if value is not NO_VALUE}
    if isinstance(node, list):
        items = (resolved(item, scope) for item in node)
        return [item for item in items if item is not NO_VALUE]
    return node


def function_of(node: Mapping[str, Any]) -> str | None:
    """The function `node` is a call of; `None` where it is a plain object.

    Raises:
        ApiError: a function nobody knows, one beside other keys, or one not offered.
    """
    named = [key for key in node if key == "Ref" or key.startswith("Fn::")]
    if not named:
        return None
    name = named[0]
    if name in _NOT_OFFERED:
        raise not_offered(f"The function {name}")
    if name not in FUNCTIONS:
        raise misused(f"{name} is no intrinsic function.")
    if len(node) > 1:
        raise misused(f"{name} stands beside other keys: {', '.join(sorted(node))}.")
    return name


def text_of(value: Any, otherwise: str) -> str:
    """`value` as CloudFormation writes it into a text.

    Raises:
        ApiError: it is no text, number or truth value; `otherwise` says what is wanted.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise misused(otherwise)
    return str(value)


def placeholders(text: str) -> list[tuple[str, str | None]]:
    """Names and attributes that an `Fn::Sub` asks for; `${!Literal}` asks for nothing."""
    return [_dotted(found) for found in _PLACE.findall(text)]


def _dotted(name: str) -> tuple[str, str | None]:
    resource, dot, attribute = name.strip().partition(".")
    return resource, attribute if dot else None


def _ref(given: Any, scope: Scope) -> Any:
    if not isinstance(given, str):
        raise misused("every Ref object must have a single String value.")
    if given == "AWS::NoValue":
        return NO_VALUE
    if given in scope.values:
        return scope.values[given]
    return scope.resource(given, None)


def _get_att(given: Any, scope: Scope) -> Any:
    name, attribute = get_att_in(given)
    found = attribute if isinstance(attribute, str) else resolved(attribute, scope)
    return scope.resource(name, text_of(found, _GET_ATT))


_GET_ATT = (
    "every Fn::GetAtt object requires two non-empty parameters, the resource name and the "
    "resource attribute"
)


def get_att_in(given: Any) -> tuple[str, Any]:
    """The resource and the attribute of an `Fn::GetAtt`; the attribute may be a `Ref`.

    Raises:
        ApiError: it is not written as one.
    """
    match given:
        case [str(name), (str() | {"Ref": str()}) as attribute] if name and attribute:
            return name, attribute
        case _:
            raise misused(_GET_ATT)


def _sub(given: Any, scope: Scope) -> str:
    match given:
        case str(text):
            own: Mapping[str, Any] = {}
        case [str(text), Mapping() as own]:
            pass
        case _:
            raise misused(_SUB)
    known = {name: text_of(resolved(value, scope), _SUB) for name, value in own.items()}

    def value(found: re.Match[str]) -> str:
        name, attribute = _dotted(found[1])
        if found[1].strip() in known:
            return known[found[1].strip()]
        whole = _ref(name, scope) if attribute is None else scope.resource(name, attribute)
        return text_of(whole, _SUB)

    return _LITERAL.sub(r"${\1}", _PLACE.sub(value, text))


def _join(given: Any, scope: Scope) -> str:
    match given:
        case [str(delimiter), (list() | Mapping()) as parts]:
            found = resolved(parts, scope)
        case _:
            raise misused(_JOIN)
    if not isinstance(found, list):
        raise misused(_JOIN)
    return delimiter.join(text_of(part, _JOIN) for part in found)


def _select(given: Any, scope: Scope) -> Any:
    wanted = "every Fn::Select object requires two parameters, an index and a list of values"
    match given:
        case [index, (list() | Mapping()) as parts]:
            number = text_of(resolved(index, scope), wanted)
            found = resolved(parts, scope)
        case _:
            raise misused(wanted)
    if not isinstance(found, list) or not number.isascii() or not number.isdigit():
        raise misused(wanted)
    if int(number) >= len(found):
        raise misused(f"Fn::Select cannot select nonexistent value at index {number}")
    return found[int(number)]


def _split(given: Any, scope: Scope) -> list[str]:
    match given:
        case [str(delimiter), source] if delimiter:
            return text_of(resolved(source, scope), _SPLIT).split(delimiter)
        case _:
            raise misused(_SPLIT)


def _if(given: Any, scope: Scope) -> Any:
    match given:
        case [str(name), yes, no]:
            return resolved(yes if condition(name, scope.conditions) else no, scope)
        case _:
            raise misused("every Fn::If object requires a condition's name and two values.")


def condition(name: str, conditions: Mapping[str, bool]) -> bool:
    """What the condition `name` came out as.

    Raises:
        ApiError: there is no such condition.
    """
    if name not in conditions:
        raise misused(f"Unresolved condition dependency {name}.")
    return conditions[name]


def _base64(given: Any, scope: Scope) -> str:
    wanted = "every Fn::Base64 object must have a String-typed value."
    return base64.b64encode(text_of(resolved(given, scope), wanted).encode()).decode()


def _find_in_map(given: Any, scope: Scope) -> Any:
    if not isinstance(given, list) or len(given) != len(("map", "top", "second")):
        raise misused(_FIND)
    name, top, second = (text_of(resolved(part, scope), _FIND) for part in given)
    try:
        return scope.mappings[name][top][second]
    except KeyError as exc:
        raise misused(f"Unable to get mapping for {name}::{top}::{second}") from exc


def _cidr(given: Any, scope: Scope) -> list[str]:
    match given:
        case [block, count] | [block, count, _]:
            bits = given[2] if len(given) > len((block, count)) else 8
        case _:
            raise misused(_CIDR)
    network, number, host = (
        text_of(resolved(part, scope), _CIDR) for part in (block, count, bits)
    )
    try:
        return _blocks(network, int(number), int(host))
    except ValueError as exc:
        raise misused(f"{_CIDR}: {exc}") from exc


def _blocks(block: str, count: int, host_bits: int) -> list[str]:
    network = ip_network(block)
    prefix = _LONGEST_MASK[network.version] - host_bits
    if not 1 <= count <= _MOST_CIDRS:
        raise ValueError(f"{count} blocks")
    found = [str(one) for one in islice(network.subnets(new_prefix=prefix), count)]
    if len(found) < count:
        raise ValueError(f"{block} has only {len(found)} blocks of {host_bits} bits")
    return found


def _import_value(given: Any, scope: Scope) -> str:
    wanted = (
        "the attribute in Fn::ImportValue must be a string or a function that returns a string"
    )
    return scope.exported(text_of(resolved(given, scope), wanted))


def _only_in_conditions(_: Any, __: Scope) -> Any:
    raise misused("Fn::Equals, Fn::And, Fn::Or and Fn::Not belong in Conditions.")


FUNCTIONS: Mapping[str, Callable[[Any, Scope], Any]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::If": _if,
    "Fn::Base64": _base64,
    "Fn::FindInMap": _find_in_map,
    "Fn::Cidr": _cidr,
    "Fn::ImportValue": _import_value,
    "Fn::Equals": _only_in_conditions,
    "Fn::And": _only_in_conditions,
    "Fn::Or": _only_in_conditions,
    "Fn::Not": _only_in_conditions,
}
"""Every function this emulation knows."""

_NOT_OFFERED = frozenset(
    {"Fn::ForEach", "Fn::GetAZs", "Fn::GetStackOutput", "Fn::Length", "Fn::ToJsonString",
     "Fn::Transform"}
)  # fmt: skip
