"""PATCH: what a list of operations makes of a resource (RFC 7644, section 3.5.2).  Pure.

Providers do not all write alike, and each of these is documented by one of them: `op` in any
case, an object without a path whose members are paths themselves, values removed by listing
them, a value replaced that is not there yet.  Whatever else departs from the RFC is refused.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from studiogate.gateway.scim.filters import Path, Term, got, holds, key_of, path
from studiogate.gateway.scim.refused import Wrong, refused

MOST_OPERATIONS: Final = 1000
MOST_VALUES: Final = 100
"""Values of one attribute with several, as `emails`."""

READ_ONLY: Final = frozenset({"id", "meta", "groups", "schemas"})
"""Ours to say; without a path they are passed over: whoever replaces sends them back."""

SEVERAL: Final = frozenset(
    {
        "emails", "phonenumbers", "ims", "photos", "addresses", "entitlements", "roles",
        "x509certificates",
    }
)  # fmt: skip
"""Attributes of a user with several values (RFC 7643, section 4.1.2)."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One change, at one place."""

    op: str
    """`add`, `replace` or `remove`."""

    path: Path
    value: Any = None


def operations(body: Json) -> tuple[Operation, ...]:
    """The operations of a PATCH, each with a path.

    Raises:
        Malformed: it is not a list of at most 1,000 operations, or one of them cannot be read.
    """
    found = got(body, "Operations")
    if not isinstance(found, list) or not 1 <= len(found) <= MOST_OPERATIONS:
        raise refused(Wrong.SYNTAX, f"Operations is not a list of 1 to {MOST_OPERATIONS}")
    return tuple(one for each in found for one in _read(each))


def _read(found: Any) -> Sequence[Operation]:
    op = got(found, "op") if isinstance(found, Mapping) else None
    if not isinstance(op, str) or op.lower() not in _ACTS:
        raise refused(Wrong.SYNTAX, "an operation is none of add, replace, remove")
    where, value = got(found, "path"), got(found, "value")
    if isinstance(where, str) and where:
        return [_allowed(Operation(op.lower(), path(where), value))]
    if where is not None and where != "":
        raise refused(Wrong.PATH, "a path is not a text")
    if op.lower() == "remove":
        raise refused(Wrong.TARGET, "remove needs a path")
    if not isinstance(value, Mapping):
        raise refused(Wrong.VALUE, "an operation without a path needs an object")
    each = [Operation(op.lower(), path(name), inner) for name, inner in value.items()]
    return [one for one in each if one.path.attribute not in READ_ONLY]


def _allowed(operation: Operation) -> Operation:
    if operation.path.attribute.partition(".")[0] in READ_ONLY:
        raise refused(Wrong.MUTABILITY, "an attribute is not the provider's to set")
    return operation


def patched(attributes: Json, asked: Sequence[Operation]) -> Json:
    """What `asked`, one after the other, make of `attributes`, which stay as they are.

    Raises:
        Malformed: one of them cannot be done; then none is.
    """
    result = deepcopy(attributes)
    for operation in asked:
        _apply(result, operation)
    return result


def _apply(resource: Json, operation: Operation) -> None:
    where = operation.path
    holder = resource
    if where.extension is not None:
        key = key_of(resource, where.extension) or where.extension
        if not where.name:
            _ACTS[operation.op](resource, key, operation.value)
            return
        holder = _object(resource, key)
    _within(holder, operation)
    if where.extension is not None and not holder:
        del resource[key_of(resource, where.extension) or where.extension]


def _within(holder: Json, operation: Operation) -> None:
    where = operation.path
    key = key_of(holder, where.name) or where.name
    if where.where:
        _to_some(holder, key, operation)
    elif where.sub is None:
        _ACTS[operation.op](holder, key, operation.value)
    elif isinstance(holder.get(key), list) or where.name.lower() in SEVERAL:
        _to_some(holder, key, operation)
    elif operation.op != "remove" or isinstance(holder.get(key), dict):
        inner = _object(holder, key)
        _ACTS[operation.op](inner, key_of(inner, where.sub) or where.sub, operation.value)


def _to_some(holder: Json, key: str, operation: Operation) -> None:
    """Change those of several values that the path's filter holds of."""
    where, sub = operation.path, operation.path.sub
    there = _several(holder.get(key))
    chosen = [one for one in there if isinstance(one, dict) and holds(where.where, one)]
    if operation.op == "remove" and sub is None:
        there = [one for one in there if not any(one is some for some in chosen)]
    elif not chosen and operation.op != "remove":
        chosen = [_born(where.where)]
        there = [*there, *chosen]
    for one in chosen:
        if sub is not None:
            _ACTS[operation.op](one, key_of(one, sub) or sub, operation.value)
        elif operation.op != "remove":
            one.update(_mapping(operation.value))
    _put(holder, key, there)


def _born(where: Sequence[Term]) -> Json:
    """A value that `where` holds of, for who replaces one that is not there yet."""
    if any(term.path.sub or term.path.extension for term in where):
        raise refused(Wrong.TARGET, "no value is as the path says")
    return {term.path.name: term.value for term in where if term.value is not None}


def _add(holder: Json, key: str, value: Any) -> None:
    there = holder.get(key)
    if isinstance(there, list) or isinstance(value, list) or key.lower() in SEVERAL:
        kept, more = _several(there), _several(value)
        _bounded(kept + more)
        _put(holder, key, [*kept, *(one for one in more if one not in kept)])
    elif isinstance(there, dict) and isinstance(value, dict):
        _merge(there, value)
    else:
        _put(holder, key, value)


def _replace(holder: Json, key: str, value: Any) -> None:
    there = holder.get(key)
    if isinstance(there, dict) and isinstance(value, dict):
        _merge(there, value)
    elif key.lower() in SEVERAL:
        _put(holder, key, _several(value))
    else:
        _put(holder, key, value)


def _remove(holder: Json, key: str, value: Any) -> None:
    """Take an attribute away; of several values only those that `value` lists, if it does."""
    there = holder.get(key)
    if value is None or not isinstance(there, list):
        holder.pop(key, None)
        return
    gone = _several(value)
    _put(holder, key, [one for one in there if not any(_same(one, other) for other in gone)])


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict) and "value" in other:
        return bool(one.get("value") == other["value"])
    return bool(one == other)


def _merge(there: Json, value: Mapping[str, Any]) -> None:
    for name, inner in value.items():
        there[key_of(there, name) or name] = inner


def _put(holder: Json, key: str, value: Any) -> None:
    """Have `key` be `value`; nothing and an empty list are the attribute's absence."""
    if value is None or value == []:
        holder.pop(key, None)
    else:
        holder[key] = value if not isinstance(value, list) else _bounded(value)


def _object(holder: Json, key: str) -> Json:
    found = holder.setdefault(key, {})
    if not isinstance(found, dict):
        raise refused(Wrong.PATH, "a path leads into what has no parts")
    return found


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return _bounded(value) if isinstance(value, list) else [value]


def _bounded(values: list[Any]) -> list[Any]:
    if len(values) > MOST_VALUES:
        raise refused(Wrong.TOO_LARGE, f"an attribute has more than {MOST_VALUES} values")
    return values


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise refused(Wrong.VALUE, "one of several values has to be an object")
    return value


_ACTS: Final = {"add": _add, "replace": _replace, "remove": _remove}
