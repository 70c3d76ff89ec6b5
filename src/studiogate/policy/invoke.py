"""A private API with a Lambda authorizer: whether a call goes through.

The resource policy is read twice: its explicit Denies before the authorizer is called, then all
of it together with the policy the authorizer returned, where an Allow in either suffices.  So a
network is kept out only by a Deny, and so is another person's path.
Source: API Gateway Developer Guide, "How API Gateway resource policies affect authorization
workflow", Lambda authorizer and Table A.
"""

from studiogate.policy import wording
from studiogate.policy.evaluate import Decision, Effect, Said, answer, said_by
from studiogate.policy.evidence import Explanation, explanation
from studiogate.policy.language import Policy
from studiogate.policy.request import Request


def invoke(
    resource_policy: Policy | None,
    authorizer_policy: Policy | None,
    request: Request,
    *,
    endpoint: Policy | None = None,
) -> Decision:
    """Whether `request` may invoke the API.

    `resource_policy` is `None` where the API has none: a private API is then closed.
    `authorizer_policy` is what the authorizer returned for the bearer of the token; `None`
    where it gave no policy (a missing token never gets as far: the API answers 401 by itself).
    `endpoint` is the policy of the VPC endpoint on the way; it sees an anonymous caller, for a
    bearer token is not a signature.
    """
    wall, own, said = _heard(resource_policy, authorizer_policy, request, endpoint)
    for one in (*wall, own, said):
        if one.verdict.effect is Effect.DENIED:
            return answer(one, request, allowed=False)
    for one in [*wall, *([own] if resource_policy is None else [])]:
        if one.silent:
            return answer(one, request, allowed=False)
    if authorizer_policy is None:
        return _unanswered(request)
    enough = next((one for one in (own, said) if not one.silent), None)
    return answer(enough or own, request, allowed=enough is not None)


def explain_invoke(
    resource_policy: Policy | None,
    authorizer_policy: Policy | None,
    request: Request,
    *,
    endpoint: Policy | None = None,
) -> Explanation:
    """The decision of `invoke`, with its evidence.

    Neither of the two policies is needed where the other allows; where none does, both are
    shown as needed.
    """
    wall, own, said = _heard(resource_policy, authorizer_policy, request, endpoint)
    decision = invoke(resource_policy, authorizer_policy, request, endpoint=endpoint)
    either = {decision.layer} if decision.allowed else {"resource", "authorizer"}
    return explanation(decision, (*wall, own, said), {"endpoint"} | either, request)


def _heard(
    resource_policy: Policy | None,
    authorizer_policy: Policy | None,
    request: Request,
    endpoint: Policy | None,
) -> tuple[list[Said], Said, Said]:
    """What the endpoint's policy, the resource policy and the authorizer say."""
    return (
        [said_by("endpoint", _some(endpoint), request)] if endpoint else [],
        said_by("resource", _some(resource_policy), request),
        said_by("authorizer", _some(authorizer_policy), request),
    )


def _some(policy: Policy | None) -> tuple[Policy, ...]:
    return () if policy is None else (policy,)


def _unanswered(request: Request) -> Decision:
    return Decision(
        allowed=False,
        explicit=False,
        layer="authorizer",
        policy="",
        sid=None,
        statement=None,
        why=wording.unanswered(request),
    )
