"""Filters and attribute paths, as far as providers use them: `eq`, joined by `and`.

    userName eq "ada@acme.example"            emails[type eq "work"].value
    displayName eq "ml-lob-a" and active eq true        members[value eq "0f…"]

Everything else of RFC 7644, sections 3.4.2.2 and 3.5.2, is refused by name.  Pure: a text
becomes a value, and a value is held against a resource.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from studiogate.gateway.scim.refused import Wrong, refused

LONGEST: Final = 2048
"""Characters of a filter or a path."""

MOST_TERMS: Final = 10

CORE: Final = "urn:ietf:params:scim:schemas:core:2.0:"
ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

_EXACT: Final = frozenset({"id", "externalid"})
"""Attributes whose case matters (RFC 7643, section 3.1); of all others it does not."""

_PATH = (
    r"(?P<urn>[Uu][Rr][Nn]:[A-Za-z0-9:._-]{1,200}:)?"
    r"(?P<name>\$?[A-Za-z][A-Za-z0-9_-]*)"
    r'(?:\[(?P<where>(?:[^"\[\]]|"(?:[^"\\]|\\.)*")*)\])?'
    r"(?:\.(?P<sub>\$?[A-Za-z][A-Za-z0-9_-]*))?"
)
_WHOLE_PATH = re.compile(_PATH + r"\Z")
_TERM = re.compile(
    rf"(?P<path>{_PATH})[ ]+[Ee][Qq][ ]+"
    r'(?P<value>"(?:[^"\\]|\\.)*"|[Tt]rue|[Ff]alse|null)[ ]*(?=[ ]|\Z)'
)
_AND = re.compile(r"[ ]*[Aa][Nn][Dd][ ]+")


@dataclass(frozen=True, slots=True)
class Path:
    """Where something is in a resource; names as they were sent, in whatever case."""

    name: str
    sub: str | None = None
    where: tuple["Term", ...] = ()
    """Of several values, only those that all of it holds of."""

    extension: str | None = None
    """The schema `name` is of, where that is not the resource's own."""

    @property
    def attribute(self) -> str:
        """Which attribute it is, as names are compared: `emails.value`; `?` of an extension."""
        if self.extension is not None:
            return "?"
        return (self.name if self.sub is None else f"{self.name}.{self.sub}").lower()


@dataclass(frozen=True, slots=True)
class Term:
    """That one attribute has a value."""

    path: Path
    value: str | bool | None


Filter = tuple[Term, ...]
"""All of these hold."""


def path(text: str) -> Path:
    """The path in `text`.

    Raises:
        Malformed: it is none, or one of a form that is not supported.
    """
    if text.casefold() == ENTERPRISE.casefold():
        return Path("", extension=ENTERPRISE)
    found = _WHOLE_PATH.match(text) if len(text) <= LONGEST else None
    if found is None:
        raise refused(Wrong.PATH, "a path cannot be read")
    return _path(found.groupdict(), Wrong.PATH)


def filter_of(text: str) -> Filter:
    """The filter in `text`.

    Raises:
        Malformed: it is none, or asks for more than `eq` and `and`.
    """
    return _terms(text, Wrong.FILTER, inner=False)


def _terms(text: str, wrong: Wrong, *, inner: bool) -> Filter:
    if len(text) > LONGEST:
        raise refused(wrong, "a filter is too long")
    found: list[Term] = []
    text, at = text.strip(" "), 0
    while len(found) < MOST_TERMS:
        term = _TERM.match(text, at)
        if term is None or (inner and term["where"] is not None):
            raise refused(wrong, "a filter is not made of `eq` and `and` alone")
        found.append(Term(_path(term.groupdict(), wrong), _value(term["value"], wrong)))
        if term.end() == len(text):
            return tuple(found)
        more = _AND.match(text, term.end())
        if more is None:
            raise refused(wrong, "a filter is not made of `eq` and `and` alone")
        at = more.end()
    raise refused(wrong, f"a filter has more than {MOST_TERMS} terms")


def _path(found: Mapping[str, str | None], wrong: Wrong) -> Path:
    where = found["where"]
    return Path(
        name=found["name"] or "",
        sub=found["sub"],
        where=() if where is None else _terms(where, wrong, inner=True),
        extension=_extension(found["urn"]),
    )


def _extension(urn: str | None) -> str | None:
    """The schema that `urn` names; `None` for the resource's own."""
    if urn is None or urn.casefold().startswith(CORE.casefold()):
        return None
    schema = urn.rstrip(":")
    return ENTERPRISE if schema.casefold() == ENTERPRISE.casefold() else schema


def _value(text: str, wrong: Wrong) -> str | bool | None:
    if text[0] != '"':
        return {"true": True, "false": False, "null": None}[text.lower()]
    try:
        found: str = json.loads(text)
        found.encode()
    except (ValueError, UnicodeEncodeError):
        raise refused(wrong, "a text in a filter cannot be read") from None
    return found


def holds(filter_: Filter, resource: Mapping[str, Any]) -> bool:
    """Whether all of `filter_` hold of `resource`, or of one value of an attribute."""
    return all(_holds(term, resource) for term in filter_)


def _holds(term: Term, resource: Mapping[str, Any]) -> bool:
    found = list(values_at(term.path, resource))
    if term.value is None:
        return not found
    exact = term.path.attribute in _EXACT
    return any(_equal(one, term, exact=exact) for one in found)


def _equal(found: Any, term: Term, *, exact: bool) -> bool:
    wanted = term.value
    if isinstance(found, bool):
        return str(found).lower() == str(wanted).lower()
    if not isinstance(found, str) or not isinstance(wanted, str):
        return False
    return found == wanted if exact else found.casefold() == wanted.casefold()


def values_at(where: Path, resource: Mapping[str, Any]) -> Iterator[Any]:
    """Every value of `resource` that `where` leads to; of an object of several, its `value`."""
    holder = resource if where.extension is None else got(resource, where.extension)
    found = got(holder, where.name) if isinstance(holder, Mapping) else None
    several = isinstance(found, Sequence) and not isinstance(found, str)
    for one in found if several and found is not None else [found]:
        if one is None or (where.where and not _is_such(one, where.where)):
            continue
        plain = not isinstance(one, Mapping)
        inner = one if plain else got(one, where.sub or "value")
        if inner is not None and not (plain and where.sub):
            yield inner


def _is_such(one: Any, where: Filter) -> bool:
    return isinstance(one, Mapping) and holds(where, one)


def got(holder: Mapping[str, Any], name: str) -> Any:
    """The member of `holder` called `name`, in any case; `None` where there is none."""
    key = key_of(holder, name)
    return None if key is None else holder[key]


def key_of(holder: Mapping[str, Any], name: str) -> str | None:
    """How `holder` spells the member called `name`."""
    if name in holder:
        return name
    wanted = name.casefold()
    return next((key for key in holder if key.casefold() == wanted), None)
