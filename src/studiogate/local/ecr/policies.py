"""Policies of repositories: what ECR takes for one, and how it counts.

A repository's policy names no resource, for it is about its repository alone (ECR User Guide,
"Private repository policies"); one that does is refused.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from studiogate.errors import PolicyError
from studiogate.local.call import Caller
from studiogate.local.ecr import words
from studiogate.local.ecr.store import Registries, Repository
from studiogate.local.iam.principals import strangers
from studiogate.local.iam.reading import read
from studiogate.policy.evaluate import Effect, verdict
from studiogate.policy.language import Kind, Policy, parse
from studiogate.policy.request import Principal, Request

_WHERE = "PolicyText"
_LONGEST = 10_240


def policies_of(registries: Registries) -> Callable[[str], Policy | None]:
    """From the ARN of a repository to its policy, for whoever decides."""

    def find(arn: str) -> Policy | None:
        repository = registries.by_arn(arn)
        if repository is None or repository.policy is None:
            return None
        whole = json.dumps(_with_resource(json.loads(repository.policy), arn))
        return read(whole, kind=Kind.RESOURCE, name=f"repository {repository.name}")

    return find


def hold(text: str, repository: Repository, caller: Caller | None, *, force: bool) -> None:
    """Return if `text` can be the policy of `repository`, set by `caller`.

    Raises:
        ApiError: InvalidParameterException: it is none, names somebody who is not there, or
            would keep the caller from setting another, and they do not insist.
    """
    policy = _policy(text, repository)
    if strangers(text):
        raise words.invalid(_WHERE, "Principal not found")
    if caller is not None and not force and _locks_out(policy, repository, caller):
        raise words.invalid(
            _WHERE,
            "The policy would prevent you from setting another one; use force to set it "
            "nevertheless",
        )


def _policy(text: str, repository: Repository) -> Policy:
    wrong = words.invalid(_WHERE, "Invalid repository policy provided")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise wrong from None
    if len(text) > _LONGEST or any("Resource" in one for row in _rows(document) for one in row):
        raise wrong
    try:
        whole = _with_resource(document, repository.arn)
        return parse(whole, kind=Kind.RESOURCE, name=repository.name)
    except (PolicyError, TypeError) as exc:
        raise wrong from exc


def _rows(document: Any) -> list[Mapping[str, Any]]:
    listed = document.get("Statement") if isinstance(document, dict) else None
    rows = listed if isinstance(listed, list) else [listed]
    return [row for row in rows if isinstance(row, dict)]


def _with_resource(document: Any, arn: str) -> Any:
    if not isinstance(document, dict):
        return document
    return document | {"Statement": [{**row, "Resource": arn} for row in _rows(document)]}


def _locks_out(policy: Policy, repository: Repository, caller: Caller) -> bool:
    role = f"arn:aws:iam::{caller.account}:role/{caller.name}"
    who = Principal(
        caller.kind, caller.arn, caller.account, role if caller.kind == "assumed-role" else None
    )
    asked = Request("ecr:SetRepositoryPolicy", repository.arn, who, {})
    return verdict([policy], asked).effect is Effect.DENIED
