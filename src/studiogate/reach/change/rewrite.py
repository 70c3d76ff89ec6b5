"""A policy with one thing changed: a statement dropped, a value added to a condition.

The changed policy is read anew by the same reader, so that what is proposed is a policy that
can be written, and is evaluated exactly as it would be.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from studiogate.policy.language import Policy, Statement, parse
from studiogate.policy.principals import Principals


def dropped(policy: Policy, statement: int) -> Policy:
    """`policy` without its statement number `statement`."""
    kept = tuple(one for one in policy.statements if one.index != statement)
    return replace(policy, statements=kept)


def widened(policy: Policy, statement: int, key: str, more: Sequence[str]) -> Policy:
    """`policy` where the conditions on `key` in `statement` want `more` as well.

    Raises:
        PolicyError: the operator cannot read one of `more`.
    """
    rows = [document(one) for one in policy.statements]
    for keys in rows[statement]["Condition"].values():
        for name, values in keys.items():
            if name.lower() == key.lower():
                values.extend(more)
    changed = {"Version": policy.version, "Statement": rows}
    return parse(changed, kind=policy.kind, name=policy.name)


def document(statement: Statement) -> dict[str, Any]:
    """`statement` as JSON has it."""
    found: dict[str, Any] = {"Effect": statement.effect}
    if statement.sid is not None:
        found["Sid"] = statement.sid
    for name, whom in (
        ("Principal", statement.principals),
        ("NotPrincipal", statement.not_principals),
    ):
        if whom is not None:
            found[name] = _principal(whom)
    for name, texts in (
        ("Action", statement.actions),
        ("NotAction", statement.not_actions),
        ("Resource", statement.resources),
        ("NotResource", statement.not_resources),
    ):
        if texts is not None:
            found[name] = [*texts]
    block: dict[str, dict[str, list[str]]] = {}
    for one in statement.conditions:
        block.setdefault(one.operator, {})[one.key] = [*one.values]
    return found | ({"Condition": block} if block else {})


def _principal(whom: Principals) -> Any:
    if whom.everyone:
        return "*"
    kinds = {
        "AWS": [*whom.accounts, *whom.arns],
        "Service": [*whom.services],
        "Federated": [*whom.federated],
    }
    return {kind: sorted(names) for kind, names in kinds.items() if names}
