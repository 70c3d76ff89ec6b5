"""Variables: what they are when something is settled, and what a resource asks of the others.

A resource is fixed by the question.  So of a variable in a `Resource` only those values count
that could make it that very resource; all others are alike.
"""

from functools import lru_cache

from studiogate.policy.language import Statement
from studiogate.policy.place import Place
from studiogate.policy.variables import Template, Variable, template
from studiogate.reach.prove import patterns
from studiogate.reach.prove.answers import Unbounded
from studiogate.reach.prove.marks import Clause, Marks, Settled, texts
from studiogate.reach.prove.question import Question

MOST_VALUES = 256
"""Values of one variable that could make one resource, before giving up."""


def variables_of(found: Template) -> frozenset[str]:
    """The keys of the variables in `found`."""
    return frozenset(part.key for part in found.parts if isinstance(part, Variable))


def put_in(found: Template, settled: Settled) -> Template | None:
    """`found` with the settled variables put in; `None` where one cannot be resolved."""
    parts: list[tuple[bool, str] | Variable] = []
    for part in found.parts:
        if not isinstance(part, Variable) or part.key not in settled:
            parts.append(part)
            continue
        value = settled[part.key]
        text = part.default if value is None else value
        if not isinstance(text, str):
            return None
        parts.append((False, text))
    return Template(tuple(parts))


def possible(parts: Template, text: str) -> frozenset[tuple[str, str]]:
    """Every value of a variable with which `parts` could become `text`.

    Raises:
        Unbounded: there are too many.
    """
    found: set[tuple[str, str]] = set()
    for one in patterns.values(parts, text):
        found.add(one)
        if len(found) > MOST_VALUES:
            raise Unbounded("a resource may be put together in too many ways")
    return frozenset(found)


@lru_cache(maxsize=4096)
def resource_templates(rows: tuple[str, ...], *, variables: bool) -> tuple[Template, ...]:
    """The entries of a `Resource` or `NotResource` that have variables."""
    found = (template(text, Place(), variables=variables) for text in rows)
    return tuple(one for one in found if one.fixed is None)


def of_resource(
    statement: Statement, templates: tuple[Template, ...], question: Question, settled: Settled
) -> Clause:
    """What the variables in the resources of `statement`, one of which is free, leave open."""
    keys = frozenset(key for one in templates for key in variables_of(one))
    marks: dict[str, Marks] = {}
    for one in templates:
        parts = put_in(one, settled)
        for key, value in possible(parts, question.resource) if parts else ():
            marks[key] = marks.get(key, Marks()) | texts(patterns.literal(value))
    about = (statement.resources, statement.not_resources, statement.effect)
    asking = (question.action.lower(), question.resource, question.principal)
    acting = (statement.actions, statement.not_actions)
    used = tuple((key, settled[key]) for key in sorted(keys) if key in settled)
    whose = (statement.principals, statement.not_principals)
    return Clause(
        name=("resource", about, asking, acting, whose, used),
        keys=keys.difference(settled),
        holds=statement.concerns,
        marks=marks,
        resolved=keys.difference(settled),
    )
