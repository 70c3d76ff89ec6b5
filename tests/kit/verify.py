"""The example's estate, and the same with one thing changed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from studiogate import names
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.policy.documents import policy_document
from studiogate.policy.language import Kind, Policy, parse
from studiogate.reach.declared import declared
from studiogate.reach.estate import Estate, Holder, Studio
from studiogate.topology.attached import GUARDRAIL

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-lobs.yaml"
LANDSCAPE: Landscape = read(EXAMPLE.read_text(encoding="utf-8"))
HUB, LOB_A, LOB_B = "111111111111", "222222222222", "333333333333"
GATEWAY = names.role_arn("eu-west-1", HUB, names.GATEWAY_ROLE)
STUDIO_A = f"arn:aws:sagemaker:eu-west-1:{LOB_A}:user-profile/d-forecasting"
PRESIGN = "sagemaker:CreatePresignedDomainUrl"


def estate() -> Estate:
    """What the example declares."""
    return declared(LANDSCAPE)


def allow(*actions: str, on: Any = "*", **conditions: Any) -> dict[str, Any]:
    """An identity statement that allows."""
    said: dict[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": on}
    return said | ({"Condition": conditions} if conditions else {})


def identity(*statements: Mapping[str, Any], name: str = "changed") -> Policy:
    """An identity policy."""
    return parse(policy_document(*map(dict, statements)), kind=Kind.IDENTITY, name=name)


def trust(*statements: Mapping[str, Any]) -> Policy:
    """A trust policy."""
    return parse(policy_document(*map(dict, statements)), kind=Kind.TRUST, name="changed")


def holder(found: Estate, name: str, account: str = LOB_A) -> Holder:
    """The holder called `name`."""
    (one,) = (one for one in found.holders if one.name == name and one.account == account)
    return one


def changed(found: Estate, name: str, account: str = LOB_A, **to: Any) -> Estate:
    """`found` with a holder that has other attributes."""
    old = holder(found, name, account)
    holders = tuple(replace(one, **to) if one is old else one for one in found.holders)
    return replace(found, holders=holders)


def joined(found: Estate, *holders: Holder) -> Estate:
    """`found` with more holders."""
    return replace(found, holders=(*found.holders, *holders))


def user(name: str, *identity: Policy, account: str = LOB_A, **more: Any) -> Holder:
    """A user."""
    arn = f"arn:aws:iam::{account}:user/{name}"
    return Holder("user", arn, account, name, identity, **more)


def role(name: str, *identity: Policy, account: str = LOB_A, **more: Any) -> Holder:
    """A role."""
    arn = names.role_arn("eu-west-1", account, name)
    return Holder("role", arn, account, name, identity, **more)


def unguarded(found: Estate, account: str = LOB_A) -> Estate:
    """`found` with no guardrail of ours over `account`."""
    return guarded(found, lambda _policy: None, account)


def guarded(
    found: Estate, change: Callable[[Policy], Policy | None], account: str = LOB_A
) -> Estate:
    """`found` with `change` made to the guardrail over `account`."""
    levels = found.scps[account]
    assert levels is not None
    made = tuple(
        tuple(
            new
            for one in level
            if (new := change(one) if one.name == GUARDRAIL else one) is not None
        )
        for level in levels
    )
    return replace(found, scps={**found.scps, account: made})


def only(sid: str) -> Callable[[Policy], Policy]:
    """A change that leaves one statement of a policy."""

    def change(policy: Policy) -> Policy:
        left = tuple(one for one in policy.statements if one.sid == sid)
        assert left
        return Policy(policy.name, policy.kind, policy.version, left)

    return change


def studio(found: Estate, **to: Any) -> Estate:
    """`found` with another first domain."""
    first: Studio
    first, *others = found.studios
    return replace(found, studios=(replace(first, **to), *others))
