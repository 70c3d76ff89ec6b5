"""Whether the input of an operation has the shape AWS asks for, said in AWS's words.

Rules are data (`shapes` holds the table); `check` finds every breach at once, as AWS does:

    2 validation errors detected: Value '301' at 'expiresInSeconds' failed to satisfy
    constraint: Member must have value less than or equal to 300; Value …

A value of the wrong JSON type is a SerializationException, also as AWS answers it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from studiogate.local.call import ApiError


@dataclass(frozen=True, slots=True)
class Text:
    """A string: alphabet (matched whole), length, or a set of words."""

    pattern: str = ""
    least: int = 0
    most: int = 1_000_000
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number within bounds."""

    least: int
    most: int = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, in seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Items:
    """A list whose members follow one rule."""

    of: "Rule"
    least: int = 0
    most: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Fields:
    """A structure: rules for the members we know; members we do not are kept as they are."""

    members: Mapping[str, "Rule"] = field(default_factory=dict)
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Texts by texts, each with a rule, and a bound on how many."""

    keys: Text
    values: Text
    most: int = 1_000_000


Rule = Text | Number | Flag | Moment | Items | Fields | Table

_TYPES: Mapping[type, str] = {
    Text: "String",
    Number: "Integer",
    Flag: "Boolean",
    Moment: "Timestamp",
    Items: "List",
    Fields: "Structure",
    Table: "Map",
}


def check(shape: Fields, params: Mapping[str, Any]) -> None:
    """Return when `params` have the shape.

    Raises:
        ApiError: ValidationException with every breach, or SerializationException.
    """
    problems = list(_fields(shape, params, ""))
    if problems:
        count = len(problems)
        noun = "error" if count == 1 else "errors"
        raise invalid(f"{count} validation {noun} detected: {'; '.join(problems)}")


def invalid(message: str) -> ApiError:
    """AWS's error for a request that is wrong in itself, or at odds with what there is."""
    return ApiError("ValidationException", message)


def _breach(value: object, path: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: Member must {constraint}"


def _problems(rule: Rule, value: Any, path: str) -> Iterator[str]:
    match rule, value:
        case Text(), str():
            yield from _text(rule, value, path)
        case Flag(), bool():
            return
        case Moment(), int() | float() if not isinstance(value, bool):
            return
        case Number(), int() if not isinstance(value, bool):
            yield from _number(rule, value, path)
        case Items(), list():
            yield from _items(rule, value, path)
        case Fields(), Mapping():
            yield from _fields(rule, value, f"{path}.")
        case Table(), Mapping():
            yield from _table(rule, value, path)
        case _:
            raise ApiError(
                "SerializationException",
                f"{type(value).__name__} value at '{path}' can not be converted to "
                f"{_TYPES[type(rule)]}",
            )


def _text(rule: Text, value: str, path: str) -> Iterator[str]:
    if rule.words and value not in rule.words:
        words = ", ".join(rule.words)
        yield _breach(value, path, f"satisfy enum value set: [{words}]")
    if len(value) > rule.most:
        yield _breach(value, path, f"have length less than or equal to {rule.most}")
    elif len(value) < rule.least:
        yield _breach(value, path, f"have length greater than or equal to {rule.least}")
    elif rule.pattern and not re.fullmatch(rule.pattern, value):
        yield _breach(value, path, f"satisfy regular expression pattern: {rule.pattern}")


def _number(rule: Number, value: int, path: str) -> Iterator[str]:
    if value > rule.most:
        yield _breach(value, path, f"have value less than or equal to {rule.most}")
    if value < rule.least:
        yield _breach(value, path, f"have value greater than or equal to {rule.least}")


def _items(rule: Items, value: list[Any], path: str) -> Iterator[str]:
    if len(value) > rule.most:
        yield _breach(value, path, f"have length less than or equal to {rule.most}")
    if len(value) < rule.least:
        yield _breach(value, path, f"have length greater than or equal to {rule.least}")
    for index, member in enumerate(value, start=1):
        yield from _problems(rule.of, member, f"{path}.{index}.member")


def _table(rule: Table, value: Mapping[str, Any], path: str) -> Iterator[str]:
    if len(value) > rule.most:
        yield _breach(value, path, f"have length less than or equal to {rule.most}")
    for key, member in value.items():
        yield from _problems(rule.keys, key, f"{path}.key")
        yield from _problems(rule.values, member, f"{path}.{key}.member")


def _fields(rule: Fields, value: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for name in rule.required:
        if value.get(name) is None:
            yield _breach(None, prefix + _path_name(name), "not be null")
    for name, member in rule.members.items():
        if value.get(name) is not None:
            yield from _problems(member, value[name], prefix + _path_name(name))


def _path_name(name: str) -> str:
    """A member as AWS's error texts write it: `DomainId` becomes `domainId`."""
    return name[:1].lower() + name[1:]
