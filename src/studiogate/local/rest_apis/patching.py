"""Patches: how everything of API Gateway is changed once it is there.

A path is a JSON pointer (RFC 6901: `~1` is a slash, `~0` a tilde); which paths there are, and
what may be done at each, is a table per thing (API Gateway API Reference, "Patch operations").
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from studiogate.local.call import ApiCall
from studiogate.local.rest_apis.store import Thing, wrong

_LISTS = (["endpointConfiguration", "vpcEndpointIds"],)
"""Where things are taken off a list by their value, as well as by a path that ends with it."""

Put = Callable[[Thing, str | None], None]
"""Says a value at a path; `None` takes it away."""


def patches(call: ApiCall) -> list[tuple[str, list[str], str | None]]:
    """What is to be done, where, and the value: in the order of the request.

    Raises:
        ApiError: BadRequestException.
    """
    found = []
    for one in call.params.get("patchOperations") or []:
        path = str(one.get("path", ""))
        if not path.startswith("/") or one.get("op") not in {"add", "replace", "remove"}:
            raise wrong(f"Invalid patch path {path}")
        parts = [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]
        said = str(one.get("value", ""))
        if one["op"] == "remove" and parts in _LISTS and said:
            parts.append(said)
        found.append((one["op"], parts, None if one["op"] == "remove" else said))
    return found


def patch(thing: Thing, call: ApiCall, table: Mapping[str, Put]) -> None:
    """Do every patch of `call` to `thing`, or none of them.

    Raises:
        ApiError: BadRequestException: there is no such path.
    """
    changed = _copy(thing)
    for _, parts, value in patches(call):
        name = parts[0]
        if len(parts) != 1 or name not in table:
            raise no_path(parts, table)
        table[name](changed, value)
    thing.clear()
    thing.update(changed)


def no_path(parts: Sequence[str], table: Mapping[str, Any]) -> Exception:
    """The refusal of a path nobody has."""
    paths = ", ".join(f"/{one}" for one in table)
    return wrong(
        f"Invalid patch path '/{'/'.join(parts)}' specified. Must be one of: [{paths}]"
    )


def text(name: str) -> Put:
    """A text; an empty one is none."""
    return lambda thing, value: _say(thing, name, value or None)


def number(name: str) -> Put:
    """A whole number."""

    def put(thing: Thing, value: str | None) -> None:
        if value and not value.isdigit():
            raise wrong(f"Invalid number '{value}' for /{name}")
        _say(thing, name, int(value) if value else None)

    return put


def flag(name: str) -> Put:
    """True or false."""

    def put(thing: Thing, value: str | None) -> None:
        if value not in {"true", "false", "", None}:
            raise wrong(f"Invalid boolean '{value}' for /{name}")
        _say(thing, name, value == "true")

    return put


def _say(thing: Thing, name: str, value: Any) -> None:
    if value is None:
        thing.pop(name, None)
    else:
        thing[name] = value


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(one) for name, one in value.items()}
    return [_copy(one) for one in value] if isinstance(value, list) else value
