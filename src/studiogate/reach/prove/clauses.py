"""What a condition hangs on, and which values of a key it tells apart.

Nothing here decides whether a condition holds: that is asked of `policy.conditions`, on values
chosen so that whatever a condition could tell apart is there.  What cannot be told apart
exactly makes its clause `loose`: it may then hold or not, whatever the request, until a real
request is found that shows it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from ipaddress import ip_network

from studiogate.policy.conditions import Condition
from studiogate.policy.match import Piece
from studiogate.policy.place import Place
from studiogate.policy.values import moment, number
from studiogate.policy.variables import Template, Variable, template
from studiogate.reach.prove import patterns
from studiogate.reach.prove.marks import Clause, Marks, Settled, texts
from studiogate.reach.prove.resources import possible, put_in, variables_of
from studiogate.reach.prove.scales import Network

FAMILIES: Mapping[str, str] = {
    "StringEquals": "text", "StringNotEquals": "text",
    "StringEqualsIgnoreCase": "folded", "StringNotEqualsIgnoreCase": "folded",
    "StringLike": "glob", "StringNotLike": "glob",
    "NumericEquals": "number", "NumericNotEquals": "number",
    "NumericLessThan": "number", "NumericLessThanEquals": "number",
    "NumericGreaterThan": "number", "NumericGreaterThanEquals": "number",
    "DateEquals": "date", "DateNotEquals": "date",
    "DateLessThan": "date", "DateLessThanEquals": "date",
    "DateGreaterThan": "date", "DateGreaterThanEquals": "date",
    "Bool": "truth", "BinaryEquals": "bytes", "IpAddress": "range", "NotIpAddress": "range",
    "ArnEquals": "arn", "ArnNotEquals": "arn", "ArnLike": "arn", "ArnNotLike": "arn",
    "Null": "presence",
}  # fmt: skip
"""What the values of an operator are; an operator that is not here stops the proof."""

_VARYING = frozenset({"text", "folded", "glob", "arn"})
"""Families whose values may have variables."""


@dataclass(frozen=True)
class Shape:
    """A condition taken apart, before anything is known."""

    key: str
    family: str
    sets: bool
    expands: bool
    """Whether its document has policy variables, and so `${*}`."""

    templates: tuple[Template, ...]
    variables: frozenset[str]


@lru_cache(maxsize=4096)
def shape(condition: Condition, *, variables: bool) -> Shape:
    """`condition` taken apart; `variables` says whether its document has policy variables.

    Raises:
        KeyError: an operator nobody taught the prover.
    """
    set_, colon, rest = condition.operator.rpartition(":")
    family = FAMILIES[rest.removesuffix("IfExists")]
    varying = family in _VARYING
    found = (
        template(text, Place(), variables=variables and varying) for text in condition.values
    )
    templates = tuple(found)
    keys = frozenset(key for one in templates for key in variables_of(one))
    return Shape(
        key=condition.key.lower(),
        family=family,
        sets=bool(set_ and colon),
        expands=variables,
        templates=templates,
        variables=keys,
    )


def clause(condition: Condition, found: Shape, settled: Settled) -> Clause:
    """`condition` with what is settled put in.  Its own key or a variable's must be free."""
    used = [(key, settled[key]) for key in sorted(found.variables) if key in settled]
    own = (found.key, settled[found.key]) if found.key in settled else ()
    reader = _Reader(found, settled)
    reader.read(condition.values)
    named = (condition.operator, found.key, condition.values, *used, own, found.expands)
    free = frozenset({found.key, *found.variables} - settled.keys())
    return Clause(
        name=named,
        keys=free,
        holds=condition.holds,
        marks={key: marks for key, marks in reader.marks.items() if key in free},
        twins=free if reader.twins else frozenset(),
        several=frozenset({found.key} if found.sets else ()) & free,
        resolved=found.variables & free,
        loose=reader.loose,
        wish=(found.key, reader.wish) if reader.wish else None,
    )


class _Reader:
    """The values of one condition, one after the other."""

    def __init__(self, found: Shape, settled: Settled) -> None:
        self.marks: dict[str, Marks] = {}
        self.twins = False
        self.loose = False
        self.wish: Template | None = None
        self._shape = found
        self._settled = settled

    def read(self, values: tuple[str, ...]) -> None:
        """Note what `values` tell apart."""
        if self._shape.family in _VARYING:
            for one in self._shape.templates:
                self._template(one)
        else:
            self._mark(self._shape.key, _measured(self._shape.family, values))

    def _template(self, found: Template) -> None:
        parts = put_in(found, self._settled)
        if parts is None:
            return
        self.wish = self.wish or parts
        open_ = variables_of(parts)
        if not open_:
            self._pattern(self._shape.key, parts.fixed or ())
        elif self._shape.key in self._settled:
            self._backwards(parts)
        elif len(parts.parts) == 1 and self._shape.family in {"text", "glob"}:
            self._twin(parts.parts[0])
        else:
            self.loose = True

    def _twin(self, variable: Piece | Variable) -> None:
        """The value must be that of another free key: only sameness counts."""
        if not isinstance(variable, Variable):
            raise TypeError("a template of one part with a variable is that variable")
        if variable.key != self._shape.key:
            self.twins = True
        if variable.default is not None:
            self._mark(self._shape.key, texts(patterns.literal(variable.default)))

    def _backwards(self, parts: Template) -> None:
        """The key is settled: which values of the variables would give it?"""
        value = self._settled[self._shape.key] or ()
        for text in (value,) if isinstance(value, str) else value:
            for key, one in possible(self._aligned(parts), self._case(text)):
                self._pattern(key, ((False, one),), whole=True)

    def _aligned(self, parts: Template) -> Template:
        if self._shape.family == "arn":
            return Template((*parts.parts, (True, "*")))
        if self._shape.family == "folded":
            return Template(
                tuple(
                    p if isinstance(p, Variable) else (p[0], p[1].lower()) for p in parts.parts
                )
            )
        return parts

    def _case(self, text: str) -> str:
        return text.lower() if self._shape.family == "folded" else text

    def _pattern(self, key: str, pieces: tuple[Piece, ...], *, whole: bool = False) -> None:
        text = "".join(piece for _, piece in pieces)
        family = self._shape.family
        found: patterns.Pattern | None
        if family == "folded":
            found = patterns.folded(text)
        elif family == "text" or whole:
            found = patterns.literal(text)
        else:
            found = patterns.glob(pieces) if family == "glob" else patterns.arn(pieces)
        if found is None:
            self.loose = True
        else:
            self._mark(key, texts(found))

    def _mark(self, key: str, more: Marks) -> None:
        self.marks[key] = self.marks.get(key, Marks()) | more


@lru_cache(maxsize=4096)
def _measured(family: str, values: tuple[str, ...]) -> Marks:
    match family:
        case "number":
            return Marks(numbers=_known(map(number, values)))
        case "date":
            return Marks(moments=_known(map(moment, values)))
        case "range":
            return Marks(ranges=frozenset(map(_network, values)))
        case "bytes":
            return Marks(codes=frozenset(values))
        case "truth":
            return texts(*(p for text in values if (p := patterns.folded(text)) is not None))
        case _:
            return Marks()


@lru_cache(maxsize=4096)
def _network(text: str) -> Network:
    return ip_network(text)


def _known(found: Iterable[Decimal | None]) -> frozenset[Decimal]:
    return frozenset(one for one in found if one is not None)
