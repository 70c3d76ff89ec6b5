"""A decision in one sentence.

Names statements, policies and condition keys; never the values of a request, nor those a
condition wants: an external id or a referer in a refusal would be a gift.
"""

from collections.abc import Iterable, Mapping

from studiogate.policy.language import Policy, Statement
from studiogate.policy.request import Request

_LAYERS: Mapping[str, str] = {
    "identity": "identity policy",
    "session": "session policy",
    "boundary": "permissions boundary",
    "scp": "service control policy",
    "rcp": "resource control policy",
    "endpoint": "VPC endpoint policy",
    "resource": "resource policy",
    "authorizer": "authorizer's policy",
    "trust": "trust policy",
}


def decided(
    layer: str, policy: Policy, statement: Statement, request: Request, *, allowed: bool
) -> str:
    """The sentence for a statement that allowed or denied."""
    verb = "allowed" if allowed else "denied"
    return (
        f"{_question(request)} is {verb} by {_statement(statement)} "
        f"of the {_LAYERS[layer]}{_named(policy)}."
    )


def needs_none(request: Request) -> str:
    """The sentence for the account's root user, for whom no policy has to allow."""
    return f"{_question(request)} is allowed: no policy has to allow the account's root user."


def unanswered(request: Request) -> str:
    """The sentence for an API whose authorizer gave no answer."""
    return f"{_question(request)} is denied: the API's authorizer gave no policy."


def silent(layer: str, policies: Iterable[Policy], request: Request) -> str:
    """The sentence for a layer that allowed nothing, with the statement that came nearest."""
    return f"No {_LAYERS[layer]} allows {_question(request)}{_nearest(policies, request)}."


def _nearest(policies: Iterable[Policy], request: Request) -> str:
    for policy in policies:
        for statement in policy.allows:
            if statement.concerns(request):
                failed = next(one for one in statement.conditions if not one.holds(request))
                return (
                    f"; {_statement(statement)}{_of(policy)} would, "
                    f"but its condition {failed} does not hold"
                )
    return ""


def _question(request: Request) -> str:
    return f"{request.action} on {request.resource}"


def _statement(statement: Statement) -> str:
    return f"statement {statement.sid or statement.index}"


def _named(policy: Policy) -> str:
    return f" {policy.name}" if policy.name else ""


def _of(policy: Policy) -> str:
    return f" of {policy.name}" if policy.name else ""
