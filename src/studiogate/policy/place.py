"""Where in a policy document we are, and the document itself out of JSON text.

A complaint is worth most when it points: every `PolicyError` of this room carries the JSON path
of the element that is wrong.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NoReturn

from studiogate.errors import PolicyError

_PLAIN = re.compile(r"[A-Za-z]\w*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """One element of a document."""

    path: str = "$"

    def key(self, name: str) -> "Place":
        """The member `name` of this object."""
        return Place(f"{self.path}.{name}" if _PLAIN.match(name) else f"{self.path}[{name!r}]")

    def item(self, index: int) -> "Place":
        """The element `index` of this list, counted from 0."""
        return Place(f"{self.path}[{index}]")

    def error(self, what: str, *, remedy: str) -> PolicyError:
        """The complaint about this place, to be raised."""
        return PolicyError(self.path, what, remedy=remedy)

    def among(self, name: str, known: Sequence[str], *, what: str) -> PolicyError:
        """The complaint about a word that is none of `known`, with the nearest that is."""
        folded = {word.lower(): word for word in known}
        near = get_close_matches(name.lower(), folded, n=1)
        listed = ", ".join(known)
        remedy = f"Did you mean {folded[near[0]]}?" if near else f"Use one of: {listed}."
        return self.error(f"{name!r} is not {what}", remedy=remedy)


class _Object(dict[str, Any]):
    """A JSON object that remembers the first key it was given twice."""

    twice: str | None = None


def document_of(document: Mapping[str, Any] | str) -> Mapping[str, Any]:
    """The object in `document`.

    Raises:
        PolicyError: it is not JSON, not an object, or an object in it has a key twice: JSON
            readers differ in which of the two they believe.
    """
    try:
        found = _loaded(document) if isinstance(document, str) else document
        twice = next(_twice(found, Place()), None)
    except RecursionError:
        raise Place().error(
            "this is nested too deeply", remedy="A policy has few levels; flatten it."
        ) from None
    if not isinstance(found, Mapping):
        raise Place().error("this is not an object", remedy='Write {"Version": …}.')
    if twice is not None:
        place, name = twice
        raise place.key(name).error(
            "this key is there twice", remedy="Keep one; merge the values into a list."
        )
    return found


def entries(value: object, place: Place) -> list[tuple[object, Place]]:
    """`value` as a list with the place of each: the language lets a list of one be bare.

    Raises:
        PolicyError: the list is empty.
    """
    if not isinstance(value, list | tuple):
        return [(value, place)]
    if not value:
        raise place.error(
            "this list is empty", remedy="Name at least one, or drop the element."
        )
    return [(one, place.item(index)) for index, one in enumerate(value)]


def members(value: object, place: Place) -> list[tuple[str, object, Place]]:
    """Name, value and place of each member of an object.

    Raises:
        PolicyError: it is not an object, or it has a name that is not a text.
    """
    if not isinstance(value, Mapping):
        raise place.error("this is not an object", remedy="Write it as {…}.")
    for name in value:
        if not isinstance(name, str):
            raise place.error(f"the key {name!r} is not a text", remedy="Put it in quotes.")
    return [(name, inner, place.key(name)) for name, inner in value.items()]


def text_of(value: object, place: Place) -> str:
    """`value`, which must be a text that is not empty.

    Raises:
        PolicyError: it is something else.
    """
    if not isinstance(value, str) or not value:
        raise place.error("this is not a text", remedy="Write it in quotes, and not empty.")
    return value


def _loaded(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as exc:
        what = f"this is not JSON: line {exc.lineno} column {exc.colno}: {exc.msg}"
    except ValueError as exc:
        what = f"this is not JSON: {exc}"
    raise Place().error(what, remedy="Correct the document's JSON.")


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        found.twice = next(name for name in names if names.count(name) > 1)
    return found


def _constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")


def _twice(value: object, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, _Object) and value.twice is not None:
        yield place, value.twice
    if isinstance(value, _Object):
        for name, inner in value.items():
            yield from _twice(inner, place.key(name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _twice(inner, place.item(index))
