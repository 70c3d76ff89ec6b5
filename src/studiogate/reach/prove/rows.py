"""Statements taken apart, once for all questions: what each of their conditions hangs on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from studiogate.policy.conditions import Condition
from studiogate.policy.language import VARIABLES_SINCE, Policy, Statement
from studiogate.policy.request import ContextValue, Request
from studiogate.policy.variables import Template
from studiogate.reach.prove.clauses import Shape, clause, shape
from studiogate.reach.prove.marks import Clause, Settled
from studiogate.reach.prove.parts import Part
from studiogate.reach.prove.resources import resource_templates, variables_of

_KEPT = 512
"""Layers whose rows are kept for the next question."""

FREE = "\0free"
"""Stands for a key that is not settled: no value of a key is this."""


@dataclass(frozen=True, slots=True)
class Row:
    """A statement, taken apart once for all questions."""

    statement: Statement
    templates: tuple[Template, ...]
    """Its resources that have variables; with none the question alone says if it concerns."""

    shapes: tuple[Shape, ...]
    keys: tuple[str, ...]
    """Every key its conditions hang on."""

    personal: bool
    """Whether it hangs on who asks, beside what its conditions ask about them."""

    known: dict[tuple[ContextValue | str | None, ...], frozenset[int] | None]
    """What its conditions leave open, by what is settled of those keys."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one layer that concern a question."""

    rows: tuple[Row, ...]
    keys: tuple[str, ...]
    """Every key that what is left of them hangs on."""

    parts: dict[tuple[ContextValue | str | None, ...], Part] = field(default_factory=dict)
    """What is left of them, by what is settled of those keys."""


class Clauses:
    """Every clause that was ever read, once; a clause is known by its number."""

    def __init__(self) -> None:
        self._by_name: dict[tuple[object, ...], int] = {}
        self._all: list[Clause] = []
        self._read_before: dict[tuple[object, ...], int] = {}
        self._rows: dict[int, tuple[Policy, tuple[Row, ...]]] = {}
        self._concerned: dict[tuple[object, ...], Rows] = {}

    def __getitem__(self, number: int) -> Clause:
        return self._all[number]

    def number(self, one: Clause) -> int:
        """The number of `one`, or of its like."""
        number = self._by_name.setdefault(one.name, len(self._all))
        if number == len(self._all):
            self._all.append(one)
        return number

    def rows(self, policy: Policy) -> tuple[Row, ...]:
        """The statements of `policy`."""
        found = self._rows.get(id(policy))
        if found is None:
            # The policy is kept as well: another one must not come by its id.
            rows = tuple(_row(policy, one) for one in policy.statements)
            found = self._rows[id(policy)] = policy, rows
        return found[1]

    def concerned(
        self, asked: tuple[object, ...], concerning: Callable[[], Iterable[Row]]
    ) -> Rows:
        """The rows that were kept for `asked`, or those that are `concerning` it.

        An account is asked the same in many ways, one after the other, and then never again: so
        they are kept for a while.
        """
        found = self._concerned.get(asked)
        if found is None:
            if len(self._concerned) >= _KEPT:
                self._concerned.clear()
            found = self._concerned[asked] = _rows(concerning())
        return found

    def open(self, row: Row, settled: Settled, base: Request) -> frozenset[int] | None:
        """The conditions of `row` that are open; `None` if one is settled against it.

        `base` is a request with what is settled and nothing else.
        """
        asked = tuple([settled.get(key, FREE) for key in row.keys])
        if asked in row.known:
            return row.known[asked]
        found = row.known[asked] = self._read(row, settled, base)
        return found

    def _condition(self, one: Condition, form: Shape, settled: Settled) -> int:
        used = [settled.get(key, FREE) for key in (form.key, *sorted(form.variables))]
        asked = (one, form.expands, *used)
        number = self._read_before.get(asked)
        if number is None:
            number = self._read_before[asked] = self.number(clause(one, form, settled))
        return number

    def _read(self, row: Row, settled: Settled, base: Request) -> frozenset[int] | None:
        found: set[int] = set()
        for condition, form in zip(row.statement.conditions, row.shapes, strict=True):
            if not _is_settled(form, settled):
                found.add(self._condition(condition, form, settled))
            elif not condition.holds(base):
                return None
        return frozenset(found)


def _rows(concerning: Iterable[Row]) -> Rows:
    rows = tuple(concerning)
    conditions = {key for row in rows for key in row.keys}
    resources = {key for row in rows for one in row.templates for key in variables_of(one)}
    return Rows(rows, tuple(sorted(conditions | resources)))


def _row(policy: Policy, one: Statement) -> Row:
    variables = policy.version == VARIABLES_SINCE
    texts = (one.resources or ()) + (one.not_resources or ())
    shapes = tuple(shape(test, variables=variables) for test in one.conditions)
    templates = resource_templates(texts, variables=variables)
    return Row(
        statement=one,
        templates=templates,
        shapes=shapes,
        keys=tuple({key: 0 for form in shapes for key in (form.key, *form.variables)}),
        personal=one.principals is not None
        or one.not_principals is not None
        or bool(templates),
        known={},
    )


def _is_settled(form: Shape, settled: Settled) -> bool:
    if form.key not in settled:
        return False
    # Of a key that is missing no value is compared, whatever the variables.
    return settled[form.key] is None or form.variables <= settled.keys()
