"""Why a decision came out as it did: every layer, every statement in question, every condition.

For administrators, who may know the policies: it shows the values a condition wanted and the
value it saw.  `wording` hides both on purpose, in refusals shown to whoever asked.  Nothing
here is on the way of a decision; it is asked for by those who want it, and costs them alone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from studiogate.policy.conditions import Condition
from studiogate.policy.elements import all_but, resources
from studiogate.policy.evaluate import (
    Decision,
    Effect,
    Layers,
    Said,
    brought,
    decide,
    granting,
    guarding,
    limits,
    needs_grant,
)
from studiogate.policy.language import VARIABLES_SINCE, Policy, Statement
from studiogate.policy.place import Place
from studiogate.policy.principals import Grip, Principals
from studiogate.policy.request import Request
from studiogate.policy.variables import resolved

_RESOLVES = ("String", "Arn")
"""Families of operators whose values may hold variables; elsewhere they are plain text."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a statement asked of the request."""

    operator: str
    """As the document writes it; else the element: `Resource`, `NotResource`, `Principal`."""

    key: str
    """The condition key; empty for an element."""

    wanted: tuple[str, ...]
    """With variables resolved; one that cannot be stays as written."""

    saw: tuple[str, ...] | None
    """`None` where the key was missing."""

    held: bool


@dataclass(frozen=True, slots=True)
class Considered:
    """One statement in question, and what it asked."""

    layer: str
    policy: str
    sid: str | None
    statement: int
    """Position in its policy, counted from 0."""

    effect: Literal["Allow", "Deny"]
    concerns: bool
    """Whether it is about this request; else an Allow of this action for something else."""

    applies: bool
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class LayerEvidence:
    """What one layer said, and what in it had to do with the request."""

    layer: str
    """As `Decision.layer`; empty for the account's root user, who needs no identity policy."""

    level: int | None
    """Of service and resource control policies: counted from 0, the organisation's root."""

    effect: Effect
    needed: bool
    """Whether the request is refused unless this layer allows it."""

    statements: tuple[Considered, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision with everything that spoke for and against it."""

    decision: Decision
    layers: tuple[LayerEvidence, ...]
    """Every layer that has a say, in the order they count."""

    decisive: tuple[Considered, ...]
    """What decided.

    Of an explicit refusal every Deny that applies: all of them would have to go.  Of an
    implicit one the Allows that came near in each layer that had to allow and did not, with
    only the facts that did not hold.  Of a yes the first Allow of each layer that had to allow.
    """

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values, for `json.dumps`."""
        return asdict(self)


def explain(layers: Layers, request: Request) -> Explanation:
    """The decision of `decide`, with its evidence."""
    walls = [*guarding(layers, request)]
    theirs = granting(layers, request)
    if not theirs and needs_grant(layers, request):
        theirs = [Said("resource")]
    own = [*brought(layers, request)]
    needed = {one.layer for one in walls} | _needed(layers, request, theirs, own)
    return explanation(decide(layers, request), (*walls, *theirs, *own), needed, request)


def explanation(
    decision: Decision, said: Iterable[Said], needed: set[str], request: Request
) -> Explanation:
    """The evidence of `said`, the layers in the order they count, for `decision`.

    `needed` are the names of those that must allow.
    """
    found = tuple(_levels(said, needed, request))
    return Explanation(decision, found, tuple(_decisive(decision, found)))


def considered(layer: str, policy: Policy, request: Request) -> tuple[Considered, ...]:
    """Every statement of `policy` that is about `request`, and every Allow of its action."""
    return tuple(
        Considered(
            layer=layer,
            policy=policy.name,
            sid=statement.sid,
            statement=statement.index,
            effect=statement.effect,
            concerns=concerns,
            applies=statement.applies(request),
            facts=facts,
        )
        for statement in policy.statements
        if (concerns := statement.concerns(request)) or statement.effect == "Allow"
        if (facts := _facts(policy, statement, request)) is not None
    )


def _needed(layers: Layers, request: Request, theirs: list[Said], own: list[Said]) -> set[str]:
    """The layers beside the walls that must allow."""
    mine = {one.layer for one in own}
    if theirs and theirs[0].verdict.effect is Effect.ALLOWED:
        return {theirs[0].layer} | (mine & limits(theirs[0], request))
    return mine | ({one.layer for one in theirs} if needs_grant(layers, request) else set())


def _levels(
    said: Iterable[Said], needed: set[str], request: Request
) -> Iterator[LayerEvidence]:
    seen: Counter[str] = Counter()
    for one in said:
        rows = (considered(one.layer, policy, request) for policy in one.policies)
        yield LayerEvidence(
            layer=one.layer,
            level=seen[one.layer] if one.layer in {"scp", "rcp"} else None,
            effect=one.verdict.effect,
            needed=one.layer in needed,
            statements=tuple(row for found in rows for row in found),
        )
        seen[one.layer] += 1


def _decisive(decision: Decision, layers: tuple[LayerEvidence, ...]) -> Iterator[Considered]:
    if decision.explicit:
        rows = (row for one in layers for row in one.statements)
        yield from (row for row in rows if row.effect == "Deny" and row.applies)
    elif decision.allowed:
        for one in layers:
            if one.needed:
                allows = (row for row in one.statements if row.effect == "Allow")
                yield from [row for row in allows if row.applies][:1]
    else:
        silent = (one for one in layers if one.needed and one.effect is Effect.SILENT)
        for row in (row for one in silent for row in one.statements):
            if row.effect == "Allow":
                yield replace(row, facts=tuple(fact for fact in row.facts if not fact.held))


def _facts(policy: Policy, statement: Statement, request: Request) -> tuple[Fact, ...] | None:
    """What `statement` asked; `None` for one that is about another action."""
    conditions = tuple(_condition(policy, one, request) for one in statement.conditions)
    if statement.concerns(request):
        return conditions
    if not statement.about(request.action):
        return None
    elements = (_whom(statement, request), _on(policy, statement, request))
    return (*(one for one in elements if one is not None), *conditions)


def _condition(policy: Policy, condition: Condition, request: Request) -> Fact:
    values = condition.values
    family = condition.operator.rpartition(":")[2]
    if family.startswith(_RESOLVES):
        values = _resolved(policy, values, request)
    saw = request.keys.get(condition.key.lower())
    return Fact(
        operator=condition.operator,
        key=condition.key,
        wanted=values,
        saw=(saw,) if isinstance(saw, str) else saw,
        held=condition.holds(request),
    )


def _whom(statement: Statement, request: Request) -> Fact | None:
    """The `Principal` of an Allow that means somebody else."""
    named = statement.principals
    if named is None or statement.grip(request.principal) is not Grip.NONE:
        return None
    return Fact("Principal", "", _named(named), (request.principal.arn,), held=False)


def _named(principals: Principals) -> tuple[str, ...]:
    groups = (principals.accounts, principals.arns, principals.services, principals.federated)
    return tuple(sorted(one for group in groups for one in group))


def _on(policy: Policy, statement: Statement, request: Request) -> Fact | None:
    """The `Resource` or `NotResource` of an Allow that is about something else."""
    variables = policy.version == VARIABLES_SINCE
    if statement.resources is not None:
        name, texts = "Resource", statement.resources
        about = resources([*texts], Place(), variables=variables).test(request)
    elif statement.not_resources is not None:
        name, texts = "NotResource", statement.not_resources
        about = all_but([*texts], Place(), variables=variables, allow=True).test(request)
    else:
        return None
    if about:
        return None
    return Fact(name, "", _resolved(policy, texts, request), (request.resource,), held=False)


def _resolved(policy: Policy, texts: tuple[str, ...], request: Request) -> tuple[str, ...]:
    if policy.version != VARIABLES_SINCE:
        return texts
    return tuple(resolved(text, request.keys) for text in texts)
