"""Policy variables: `${aws:username}`, `${key, 'default'}`, and `${*}` `${?}` `${$}`.

They exist in documents of Version 2012-10-17 only; in older ones the same characters are plain
text.  Source: IAM User Guide, "IAM policy elements: Variables and tags".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from studiogate.policy.match import Piece
from studiogate.policy.place import Place
from studiogate.policy.request import ContextValue

Keys = Mapping[str, ContextValue]
"""Condition keys of a request, their names in lower case."""

_VARIABLE = re.compile(
    r"""\$\{(?:
        (?P<sign>[*?$])
      | (?P<key>[\w.@/:+=-]+(?:[ ][\w.@/:+=-]+)*)\s*(?:,\s*'(?P<default>[^']*)')?
    )\}""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Variable:
    """A value the request supplies."""

    key: str
    """Name of the condition key, in lower case."""

    default: str | None = None

    def value(self, keys: Keys) -> str | None:
        """The value in a request; `None` where it cannot be resolved.

        A key with several values does not resolve: which one would be meant?
        """
        found = keys.get(self.key, self.default)
        return found if isinstance(found, str) else None


@dataclass(frozen=True, slots=True)
class Template:
    """A text of a policy that may contain variables."""

    parts: tuple[Piece | Variable, ...]

    @property
    def fixed(self) -> tuple[Piece, ...] | None:
        """The pieces, if no request changes them."""
        pieces = tuple(part for part in self.parts if not isinstance(part, Variable))
        return pieces if len(pieces) == len(self.parts) else None

    def pieces(self, keys: Keys) -> tuple[Piece, ...] | None:
        """The pieces for one request; `None` where a variable cannot be resolved.

        What a variable brings stands for itself: a `*` in it is no wildcard.
        """
        found: list[Piece] = []
        for part in self.parts:
            if not isinstance(part, Variable):
                found.append(part)
            elif (value := part.value(keys)) is None:
                return None
            else:
                found.append((False, value))
        return tuple(found)


def template(text: str, place: Place, *, variables: bool) -> Template:
    """`text` as a template; without `variables` it is all plain pattern.

    Raises:
        PolicyError: a `${` that opens no variable.
    """
    return Template(tuple(_parts(text, place)) if variables else ((True, text),))


def resolved(text: str, keys: Keys) -> str:
    """`text` as a request makes it read; what cannot be resolved stays as written."""

    def value(found: re.Match[str]) -> str:
        if found["sign"]:
            return found["sign"]
        brought = Variable(found["key"].lower(), found["default"]).value(keys)
        return found[0] if brought is None else brought

    return _VARIABLE.sub(value, text)


def _parts(text: str, place: Place) -> Iterator[Piece | Variable]:
    at = 0
    while (opened := text.find("${", at)) >= 0:
        found = _VARIABLE.match(text, opened)
        if found is None:
            raise place.error(
                f"{text[opened : opened + 40]!r} is not a policy variable",
                remedy="Write ${key}, ${key, 'default'}, ${*}, ${?} or ${$}.",
            )
        if opened > at:
            yield True, text[at:opened]
        sign, key = found["sign"], found["key"]
        yield (False, sign) if sign else Variable(key.lower(), found["default"])
        at = found.end()
    if at < len(text) or not text:
        yield True, text[at:]
