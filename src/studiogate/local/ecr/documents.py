"""Operations on the two documents of a repository: who may use it, and what expires."""

import json

from studiogate.local.call import ApiCall
from studiogate.local.ecr import policies, words
from studiogate.local.ecr.repositories import Result, named, repository_of
from studiogate.local.ecr.together import Ecr


def set_policy(ecr: Ecr, call: ApiCall) -> Result:
    """Give a repository a policy."""
    repository, text = repository_of(ecr, call), str(call.params["policyText"])
    policies.hold(text, repository, call.caller, force=bool(call.params.get("force", False)))
    repository.policy = text
    return {**named(repository), "policyText": text}


def get_policy(ecr: Ecr, call: ApiCall) -> Result:
    """The policy of a repository."""
    repository = repository_of(ecr, call)
    if repository.policy is None:
        raise words.no_policy(repository.name, repository.account)
    return {**named(repository), "policyText": repository.policy}


def delete_policy(ecr: Ecr, call: ApiCall) -> Result:
    """Take the policy away."""
    gone = get_policy(ecr, call)
    repository_of(ecr, call).policy = None
    return gone


def put_lifecycle(ecr: Ecr, call: ApiCall) -> Result:
    """Keep a lifecycle policy.  It is shown again; nothing here expires by it."""
    repository, text = repository_of(ecr, call), str(call.params["lifecyclePolicyText"])
    _hold_lifecycle(text)
    repository.lifecycle = text
    return {**named(repository), "lifecyclePolicyText": text}


def _hold_lifecycle(text: str) -> None:
    wrong = words.invalid("LifecyclePolicyText", "Lifecycle policy validation failure")
    try:
        said = json.loads(text)
        rules = said["rules"]
        fit = rules and all(
            rule["rulePriority"] > 0
            and rule["selection"]["tagStatus"] in {"tagged", "untagged", "any"}
            and rule["action"]["type"] == "expire"
            for rule in rules
        )
    except (ValueError, KeyError, TypeError):
        raise wrong from None
    if not fit or len({rule["rulePriority"] for rule in rules}) < len(rules):
        raise wrong


def get_lifecycle(ecr: Ecr, call: ApiCall) -> Result:
    """The lifecycle policy of a repository."""
    repository = repository_of(ecr, call)
    if repository.lifecycle is None:
        raise words.no_lifecycle(repository.name, repository.account)
    return {**named(repository), "lifecyclePolicyText": repository.lifecycle}


def delete_lifecycle(ecr: Ecr, call: ApiCall) -> Result:
    """Take the lifecycle policy away."""
    gone = get_lifecycle(ecr, call)
    repository_of(ecr, call).lifecycle = None
    return gone
