"""Weaknesses of a missing key: conditions that a request meets by not having it."""

from collections.abc import Iterator

from studiogate.policy.conditions import Condition
from studiogate.policy.language import Policy, Statement
from studiogate.policy.weak.look import Finding, condition_place, demands, spelled

_ALWAYS = frozenset(
    {"aws:currenttime", "aws:epochtime", "aws:requestedregion", "aws:securetransport"}
)
"""Keys of every request (IAM User Guide, "AWS global condition context keys")."""

_SEVERAL = frozenset(
    {"aws:calledvia", "aws:principalorgpaths", "aws:principalservicenameslist"}
    | {"aws:resourceorgpaths", "aws:sourceorgpaths", "aws:tagkeys", "aws:vpceorgpaths"}
    | {"sts:transitivetagkeys"}
)
"""Those of the global and STS keys that hold several values."""


def negated_allow(policy: Policy) -> Iterator[Finding]:
    """A negated operator in an Allow: true for every request that lacks the key."""
    for statement in policy.allows:
        for one in statement.conditions:
            found = spelled(one)
            if found.negated and not found.set_ and not _certain(statement, one):
                what = f"without {one.key} the condition holds, and the statement allows"
                yield condition_place(statement, one), what


def for_any_deny(policy: Policy) -> Iterator[Finding]:
    """`ForAnyValue` with a negated operator in a Deny: false for a request without the key."""
    for statement in policy.denies:
        for one in statement.conditions:
            found = spelled(one)
            skips = found.set_ == "ForAnyValue:" and found.negated and not found.if_exists
            if skips and _single(one.key):
                what = f"{one.key} has one value: without it ForAnyValue skips the Deny"
                yield condition_place(statement, one), what


def for_all_allow(policy: Policy) -> Iterator[Finding]:
    """`ForAllValues` in an Allow: true for every request that lacks the key."""
    for statement in policy.allows:
        for one in statement.conditions:
            if spelled(one).set_ == "ForAllValues:" and not _certain(statement, one):
                what = f"without {one.key} ForAllValues holds, and the statement allows"
                yield condition_place(statement, one), what


def _certain(statement: Statement, condition: Condition) -> bool:
    """Whether the key is there whenever the rest of the statement holds."""
    key = condition.key.lower()
    return key in _ALWAYS or demands(statement, key) or _tagged(statement, key)


def _tagged(statement: Statement, key: str) -> bool:
    """A request that has a tag to ask for has tag keys."""
    return key == "aws:tagkeys" and any(
        one.key.lower().startswith("aws:requesttag/") and demands(statement, one.key.lower())
        for one in statement.conditions
    )


def _single(key: str) -> bool:
    """Whether `key` is known to hold one value at most; what is not known is left alone."""
    folded = key.lower()
    return folded.startswith(("aws:", "sts:")) and folded not in _SEVERAL | _ALWAYS
