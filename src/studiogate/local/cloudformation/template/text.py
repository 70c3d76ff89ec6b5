"""A template's text, YAML or JSON, as plain values: short forms written out, nothing twice.

CloudFormation takes YAML 1.1 without aliases, merged keys, sets, binary values and timestamps
(User Guide, "CloudFormation template formats").  Where a text has two readings, as with a key
that is there twice, it is refused.  YAML is read event by event: libyaml's own composer
recurses in C, and a text of opening brackets would end the process.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.nodes import ScalarNode
from yaml.resolver import Resolver

from studiogate.local.cloudformation.words import malformed

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML was built without libyaml; slower, and the same
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]  # one of the two

DEEPEST = 100
"""Levels of nesting; whatever walks a template may recurse that deep."""

_SHORT = frozenset(
    {
        "And", "Base64", "Cidr", "Equals", "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue",
        "Join", "Not", "Or", "Select", "Split", "Sub", "Transform",
    }
)  # fmt: skip
_BARE = frozenset({"Ref", "Condition"})
_STANDARD = "tag:yaml.org,2002:"
_AS_TEXT = frozenset({"str", "timestamp", "value"})


def read(text: str) -> dict[str, Any]:
    """The template's value; every short form, as `!Ref X`, is there as `{"Ref": "X"}`.

    Raises:
        ApiError: ValidationError, with the line and column where the text goes wrong.
    """
    value = _json(text) if text.lstrip().startswith("{") else _yaml(text)
    if not isinstance(value, dict):
        raise malformed("unsupported structure.")
    return value


def _json(text: str) -> Any:
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as exc:
        raise malformed(
            f"JSON not well-formed. (line {exc.lineno}, column {exc.colno})"
        ) from exc
    except (ValueError, RecursionError) as exc:
        raise malformed(f"JSON not well-formed. ({exc})") from exc
    _bounded(value, 0)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice} is there twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _bounded(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise malformed(f"nested deeper than {DEEPEST} levels.")
    parts = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list):
        for part in parts:
            _bounded(part, depth + 1)


def _yaml(text: str) -> Any:
    try:
        return _Reader(text).whole()
    except yaml.MarkedYAMLError as exc:
        where = _at(exc.problem_mark or exc.context_mark)
        raise malformed(f"YAML not well-formed. {where}") from exc
    except yaml.YAMLError as exc:  # a character no YAML has
        raise malformed("YAML not well-formed.") from exc


class _Reader:
    """One document, read forward."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=_Loader))
        self._resolver: Any = Resolver()  # PyYAML has no types for it

    def whole(self) -> Any:
        next(self._events)  # the stream begins
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            return None
        value = self._value(next(self._events), 0)
        next(self._events)  # the document ends
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise malformed(f"there is more than one document. {_at(event.start_mark)}")
        return value

    def _value(self, event: Any, depth: int) -> Any:
        if depth > DEEPEST:
            raise malformed(f"nested deeper than {DEEPEST} levels. {_at(event.start_mark)}")
        if isinstance(event, yaml.AliasEvent):
            where = _at(event.start_mark)
            raise malformed(
                f"YAML aliases are not allowed in CloudFormation templates. {where}"
            )
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._tagged(event, list(self._items(depth)))
        return self._tagged(event, self._mapping(depth))

    def _items(self, depth: int) -> Iterator[Any]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._value(event, depth + 1)

    def _mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.value == "<<":
                raise malformed(f"a key must be a text. {_at(event.start_mark)}")
            key = str(event.value)
            if key in found:
                raise malformed(f"the key {key} is there twice. {_at(event.start_mark)}")
            found[key] = self._value(next(self._events), depth + 1)
        return _written_out(found)

    def _tagged(self, event: Any, value: Any) -> Any:
        if event.tag is None or event.tag in {"!", _STANDARD + "map", _STANDARD + "seq"}:
            return value
        return _long_form(event, value)

    def _scalar(self, event: Any) -> Any:
        tag, text = event.tag, str(event.value)
        if tag is None or tag == "!":
            tag = self._resolver.resolve(ScalarNode, text, event.implicit)
        elif not tag.startswith(_STANDARD):
            return _long_form(event, text)
        return _typed(str(tag).removeprefix(_STANDARD), text, event)


def _typed(kind: str, text: str, event: Any) -> Any:
    if kind in _AS_TEXT:
        return text
    read_as = _READ_AS.get(kind)
    if read_as is None:
        raise malformed(f"!!{kind} is not supported. {_at(event.start_mark)}")
    try:
        return read_as(ScalarNode(_STANDARD + kind, text))
    except (ValueError, KeyError, ConstructorError) as exc:
        where = _at(event.start_mark)
        raise malformed(f"{text!r} is not of the type !!{kind}. {where}") from exc


def _finite(node: ScalarNode) -> float:
    number = float(SafeConstructor().construct_yaml_float(node))
    if not math.isfinite(number):
        raise ValueError("not a number CloudFormation knows")
    return number


_READ_AS: Mapping[str, Callable[[ScalarNode], Any]] = {
    "int": lambda node: SafeConstructor().construct_yaml_int(node),
    "float": _finite,
    "bool": lambda node: SafeConstructor().construct_yaml_bool(node),
    "null": lambda _: None,
}


def _long_form(event: Any, value: Any) -> dict[str, Any]:
    name = str(event.tag).removeprefix("!")
    if name in _BARE:
        return {name: value}
    if name not in _SHORT:
        raise malformed(f"{event.tag} is no function. {_at(event.start_mark)}")
    return _written_out({f"Fn::{name}": value})


def _written_out(value: dict[str, Any]) -> dict[str, Any]:
    """`Fn::GetAtt: A.B`, which YAML may have, as the list that JSON has."""
    match value:
        case {"Fn::GetAtt": str(path)} if len(value) == 1:
            return {"Fn::GetAtt": path.split(".", 1)}
        case _:
            return value


def _at(mark: Any) -> str:
    return f"(line {mark.line + 1}, column {mark.column + 1})" if mark else ""


def plain(value: Mapping[str, Any]) -> str:
    """`value` as JSON on one line; how properties are shown in answers."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
