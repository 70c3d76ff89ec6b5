"""Conditions: an operator, a key and values; what a missing key means; set operators.

| the key is missing           | answer |
|------------------------------|--------|
| positive operator            | false  |
| negated operator             | true   |
| `…IfExists`                  | true   |
| `ForAllValues:…`             | true   |
| `ForAnyValue:…`              | false  |
| `Null: true` / `Null: false` | true / false |

The second row is why a Deny on a network key fails closed and an Allow fails open.
Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators for
multivalued context keys".
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from studiogate.policy.operators import OPERATORS, Test, Wanted, truth
from studiogate.policy.place import Place, entries, members
from studiogate.policy.request import Request

Holds = Callable[[Request], bool]

_SETS = ("ForAllValues:", "ForAnyValue:")
_IF_EXISTS = "IfExists"
_BY_FOLDED = {
    one.lower(): one
    for name in OPERATORS
    for set_ in ("", *_SETS)
    for one in (f"{set_}{name}", f"{set_}{name}{_IF_EXISTS}")
}
"""Every operator in every form, by its name in lower case."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of one operator."""

    operator: str
    key: str
    """As the document writes it."""

    values: tuple[str, ...]
    holds: Holds = field(repr=False, compare=False)

    def __str__(self) -> str:
        """The condition as a sentence names it: without what it wants, which may be private."""
        return f"{self.operator} {self.key}"


@dataclass(frozen=True, slots=True)
class Spelling:
    """An operator's name taken apart."""

    set_: str
    """`ForAllValues:`, `ForAnyValue:` or nothing."""

    name: str
    if_exists: bool

    @property
    def negated(self) -> bool:
        """Whether it is true where its values do not fit."""
        return self.name in OPERATORS and OPERATORS[self.name].negated


def conditions(block: object, place: Place, *, variables: bool) -> tuple[Condition, ...]:
    """Every condition of a statement's `Condition` element; all of them must hold.

    Raises:
        PolicyError: an operator IAM does not have or spells in another case, a key twice (keys
            fold case), or a value its operator cannot read.
    """
    found: list[Condition] = []
    for name, keys, there in members(block, place):
        spelled = spelling(name, there)
        pairs = members(keys, there)
        if not pairs:
            raise there.error("no key is tested", remedy="Name a condition key, or drop it.")
        seen: set[str] = set()
        for key, values, where in pairs:
            if key.lower() in seen:
                raise where.error(
                    "this key is there twice: keys fold case", remedy="Merge their values."
                )
            seen.add(key.lower())
            wanted = Wanted(_values(values, where), variables)
            found.append(_condition(spelled, name, key, wanted))
    return tuple(found)


def spelling(written: str, place: Place) -> Spelling:
    """The operator `written` at `place`, taken apart.

    Raises:
        PolicyError: IAM has no such operator, or spells it in another case.
    """
    set_ = next((one for one in _SETS if written.startswith(one)), "")
    rest = written.removeprefix(set_)
    if rest == "Null" and not set_:
        return Spelling("", "Null", if_exists=False)
    name = rest.removesuffix(_IF_EXISTS)
    if name not in OPERATORS:
        what = "an operator of IAM, which minds their case"
        if written.lower() in _BY_FOLDED:
            # Whole, with its set and suffix: they change what a missing key means.
            raise place.among(written, [_BY_FOLDED[written.lower()]], what=what)
        raise place.among(name, [*OPERATORS, "Null"], what=what)
    return Spelling(set_, name, if_exists=rest != name)


def _values(values: object, place: Place) -> tuple[tuple[str, Place], ...]:
    return tuple((_value(one, where), where) for one, where in entries(values, place))


def _value(value: object, place: Place) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return value
        case int() | float():
            return str(value)
        case _:
            raise place.error("this is not a value", remedy="Write a text, number or boolean.")


def _condition(spelled: Spelling, written: str, key: str, wanted: Wanted) -> Condition:
    folded = key.lower()
    holds = _null(folded, wanted) if spelled.name == "Null" else _holds(spelled, folded, wanted)
    return Condition(written, key, tuple(text for text, _ in wanted.values), holds)


def _null(key: str, wanted: Wanted) -> Holds:
    missing = {truth(text, place) for text, place in wanted.values}
    return lambda request: (key not in request.keys) in missing


def _holds(spelled: Spelling, key: str, wanted: Wanted) -> Holds:
    row = OPERATORS[spelled.name]
    test = row.read(wanted)
    match spelled.set_:
        case "ForAllValues:":
            return _for_all(key, test, negated=row.negated)
        case "ForAnyValue:":
            return _for_any(key, test, negated=row.negated, if_exists=spelled.if_exists)
        case _ if row.negated:
            return _negated(key, test)
        case _:
            return _positive(key, test, if_exists=spelled.if_exists)


def _positive(key: str, test: Test, *, if_exists: bool) -> Holds:
    def holds(request: Request) -> bool:
        got = request.keys.get(key)
        if got is None:
            return if_exists
        if isinstance(got, str):
            return test(got, request.keys)
        return any(test(one, request.keys) for one in got)

    return holds


def _negated(key: str, test: Test) -> Holds:
    def holds(request: Request) -> bool:
        got = request.keys.get(key)
        if got is None:
            return True
        if isinstance(got, str):
            return not test(got, request.keys)
        return not any(test(one, request.keys) for one in got)

    return holds


def _for_all(key: str, test: Test, *, negated: bool) -> Holds:
    def holds(request: Request) -> bool:
        return all(test(one, request.keys) is not negated for one in _several(request, key))

    return holds


def _for_any(key: str, test: Test, *, negated: bool, if_exists: bool) -> Holds:
    def holds(request: Request) -> bool:
        if key not in request.keys:
            return if_exists
        return any(test(one, request.keys) is not negated for one in _several(request, key))

    return holds


def _several(request: Request, key: str) -> tuple[str, ...]:
    got = request.keys.get(key, ())
    # Set operators take an empty text for no value at all (IAM User Guide, "Set operators").
    return tuple(one for one in ((got,) if isinstance(got, str) else got) if one)
