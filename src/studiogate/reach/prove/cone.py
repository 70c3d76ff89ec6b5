"""The statements that have a say in a question, with everything that is settled put in.

What does not concern the question is left out first, then conditions that no request can
change; what remains are clauses, the only things the answer still depends on.
Source of how layers work together: IAM User Guide, "Policy evaluation logic".
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from studiogate.policy.evaluate import Layers
from studiogate.policy.language import Policy
from studiogate.policy.principals import Grip
from studiogate.policy.request import ContextValue, Request
from studiogate.reach.prove.marks import Settled
from studiogate.reach.prove.parts import Part, Term, needed
from studiogate.reach.prove.question import Question, ask
from studiogate.reach.prove.resources import of_resource, variables_of
from studiogate.reach.prove.rows import FREE, Clauses, Row, Rows


@dataclass(frozen=True, slots=True)
class Say:
    """All layers; `None` for one that is not there."""

    walls: tuple[Part, ...]
    """Levels of organisation policies: each must allow."""

    identity: Part | None
    boundary: Part | None
    session: Part | None
    theirs: Part | None
    gates: tuple[tuple[Policy, Part], ...]
    """The policies of doors: each counts for its own doors only."""

    @property
    def inner(self) -> tuple[Part, ...]:
        """Every layer but those of the doors."""
        own = (self.identity, self.boundary, self.session, self.theirs)
        return (*self.walls, *(part for part in own if part is not None))

    @property
    def numbers(self) -> frozenset[int]:
        """Every clause that counts."""
        parts = (*self.inner, *(part for _, part in self.gates))
        return frozenset(n for part in parts for term in part.terms for n in term.clauses)

    @property
    def signature(self) -> tuple[object, ...]:
        """What tells two of them apart; a policy is itself, whatever it says."""
        gates = tuple((id(policy), part) for policy, part in self.gates)
        return (self.walls, self.identity, self.boundary, self.session, self.theirs, gates)

    @property
    def hopeless(self) -> bool:
        """Whether nothing can be allowed, whatever the request."""
        if any(not term.clauses for part in self.inner for term in part.denies):
            return True
        return not all(wall.allows for wall in self.walls)


class Cone:
    """The rows of one set of layers, ready to be settled for each arrival."""

    def __init__(
        self, question: Question, layers: Layers, gates: Iterable[Policy], clauses: Clauses
    ) -> None:
        self._question = question
        self._clauses = clauses
        self._base = ask(question, {})
        self._resources: dict[tuple[object, ...], int] = {}
        self._walls = [self._rows(level) for level in (*layers.rcps, *(layers.scps or ()))]
        # The root user needs no identity policy, and who has no account has none.
        who = question.principal
        theirs = who.account and who.kind != "root"
        self._identity = self._rows(layers.identity) if theirs else None
        self._boundary = self._optional(layers.boundary)
        self._session = None if layers.session is None else self._rows(layers.session)
        self._theirs = self._optional(layers.resource)
        self._gates = [(policy, self._rows((policy,))) for policy in gates]

    @property
    def keys(self) -> frozenset[str]:
        """Every condition key that is asked about anywhere."""
        groups = [*self._walls, *(rows for _, rows in self._gates)]
        own = (self._identity, self._boundary, self._session, self._theirs)
        groups += [rows for rows in own if rows is not None]
        return frozenset(key for rows in groups for row in rows.rows for key in row.keys)

    def settle(self, settled: Settled, context: dict[str, ContextValue]) -> Say:
        """What is left once `settled` is; `context` is what of it is there to be seen."""
        base = ask(self._question, context) if context else self._base

        def part(rows: Rows) -> Part:
            return self._part(rows, settled, base)

        def maybe(rows: Rows | None) -> Part | None:
            return None if rows is None else part(rows)

        walls = tuple(dict.fromkeys(map(part, self._walls)))
        shut = Say(walls, None, None, None, None, ())
        if shut.hopeless:
            return shut
        return Say(
            walls=walls,
            identity=maybe(self._identity),
            boundary=maybe(self._boundary),
            session=maybe(self._session),
            theirs=maybe(self._theirs),
            gates=tuple((policy, part(rows)) for policy, rows in self._gates),
        )

    def _optional(self, policy: Policy | None) -> Rows | None:
        return None if policy is None else self._rows((policy,))

    def _rows(self, policies: Sequence[Policy]) -> Rows:
        question = self._question
        rows = [row for policy in policies for row in self._clauses.rows(policy)]
        who = question.principal if any(row.personal for row in rows) else None
        asked = (*map(id, policies), question.action, question.resource, who)
        return self._clauses.concerned(asked, lambda: self._of(rows))

    def _of(self, rows: Sequence[Row]) -> Iterator[Row]:
        who = self._question.principal
        for row in rows:
            one = row.statement
            if row.templates:
                if one.grip(who) is not Grip.NONE:
                    yield row
            elif one.concerns(self._base):
                yield row

    def _part(self, rows: Rows, settled: Settled, base: Request) -> Part:
        """What is left of `rows`; by another arrival, the same where its keys are the same."""
        asked = tuple([settled.get(key, FREE) for key in rows.keys])
        found = rows.parts.get(asked)
        if found is None:
            found = rows.parts[asked] = self._read(rows.rows, settled, base)
        return found

    def _read(self, rows: Sequence[Row], settled: Settled, base: Request) -> Part:
        found: dict[str, set[Term]] = {"Allow": set(), "Deny": set()}
        for row in rows:
            clauses = self._clauses.open(row, settled, base)
            if clauses is not None and row.templates:
                clauses = self._with_resource(row, clauses, settled, base)
            if clauses is not None:
                grip = row.statement.grip(self._question.principal)
                found[row.statement.effect].add(Term(clauses, grip))
        return Part(needed(found["Allow"]), needed(found["Deny"]))

    def _with_resource(
        self, row: Row, clauses: frozenset[int], settled: Settled, base: Request
    ) -> frozenset[int] | None:
        """`clauses`, and what the variables in the resources of `row` leave open."""
        keys = frozenset(key for one in row.templates for key in variables_of(one))
        if keys <= settled.keys():
            return clauses if row.statement.concerns(base) else None
        asked = (id(row), *(settled.get(key, FREE) for key in sorted(keys)))
        if asked not in self._resources:
            one = of_resource(row.statement, row.templates, self._question, settled)
            self._resources[asked] = self._clauses.number(one)
        return clauses | {self._resources[asked]}
