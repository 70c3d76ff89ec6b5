"""What the rules look at: a statement's place, its conditions by key, the patterns it names."""

from collections.abc import Iterable, Iterator

from studiogate.policy.conditions import Condition, Spelling, spelling
from studiogate.policy.language import VARIABLES_SINCE, Policy, Statement
from studiogate.policy.match import ARN_PARTS, Piece, any_of, is_wild
from studiogate.policy.place import Place
from studiogate.policy.variables import Variable, template

Finding = tuple[Place, str]
"""Where, and what is the matter there."""

EVERYTHING = frozenset({"*", "*:*"})


def place_of(statement: Statement) -> Place:
    """Where `statement` is in its document."""
    return Place().key("Statement").item(statement.index)


def condition_place(statement: Statement, condition: Condition) -> Place:
    """Where `condition` is in its document."""
    there = place_of(statement).key("Condition").key(condition.operator)
    return there.key(condition.key)


def spelled(condition: Condition) -> Spelling:
    """The operator of `condition`, taken apart."""
    return spelling(condition.operator, Place())


def on_keys(statement: Statement, keys: Iterable[str]) -> Iterator[Condition]:
    """The conditions of `statement` on one of `keys`, which are in lower case."""
    wanted = frozenset(keys)
    return (one for one in statement.conditions if one.key.lower() in wanted)


def demands(statement: Statement, key: str) -> bool:
    """Whether a request without `key`, in lower case, cannot satisfy `statement`."""
    return any(_needs(one) for one in on_keys(statement, [key]))


def _needs(condition: Condition) -> bool:
    found = spelled(condition)
    if found.name == "Null":
        return {value.lower() for value in condition.values} == {"false"}
    if found.if_exists or found.set_ == "ForAllValues:":
        return False
    return found.set_ == "ForAnyValue:" or not found.negated


def means(statement: Statement, action: str) -> bool:
    """Whether `statement` names `action`, and not just everything: that says what it says."""
    named = statement.actions
    return named is not None and EVERYTHING.isdisjoint(named) and statement.about(action)


def patterns(policy: Policy, texts: Iterable[str]) -> Iterator[str]:
    """Resources of `policy` as plain patterns, a variable standing for one value."""
    for text in texts:
        found = template(text, Place(), variables=policy.version == VARIABLES_SINCE)
        yield "".join("x" if isinstance(one, Variable) else _plain(one) for one in found.parts)


def _plain(piece: Piece) -> str:
    special, text = piece
    return text if special else text.replace("*", "x").replace("?", "x")


def named(pattern: str, service: str) -> tuple[str, str]:
    """The account and the resource that an ARN pattern names in `service`.

    Of `*`, and of what is cut short, both are `*`; of another service's both are empty.
    """
    found = pattern.split(":", ARN_PARTS - 1)
    if len(found) < ARN_PARTS:
        return "*", "*"
    return (found[4], found[5]) if any_of([found[2]])(service) else ("", "")


def any_kind(
    policy: Policy, statement: Statement, service: str, kind: str, separator: str = "/"
) -> bool:
    """Whether `statement` reaches any of a container's `kind` in `service`.

    As `kind` and `separator` of `user-profile/DOMAIN/PROFILE` or `dbgroup:CLUSTER/GROUP`.  All
    but something reaches any, unless that something is just these.
    """
    texts = statement.resources or statement.not_resources or ("*",)
    rests = (named(pattern, service)[1] for pattern in patterns(policy, texts))
    wild = any(_wild_after(rest, f"{kind}{separator}") for rest in rests)
    return wild is (statement.not_resources is None)


def _wild_after(resource: str, stem: str) -> bool:
    if resource.startswith(stem):
        container, slash, name = resource.removeprefix(stem).partition("/")
        return is_wild(name if slash else container)
    before = min((resource.find(one) for one in "*?" if one in resource), default=-1)
    return before >= 0 and stem.startswith(resource[:before])
