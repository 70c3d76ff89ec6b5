"""Policy before every call: all layers, live, through `studiogate.policy` and nothing else.

The same evaluator that proves the product's policies decides here, so the emulation cannot be
kinder than the proof.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from studiogate.local.call import Arrival, Caller, Needed
from studiogate.local.iam.context import question
from studiogate.local.iam.policies import LivePolicies
from studiogate.local.iam.resource_policies import KEPT_BY_MOTO, ResourcePolicy
from studiogate.policy.evaluate import Decision, Effect, Layers, decide, verdict
from studiogate.policy.language import Policy
from studiogate.policy.request import Request

_ON_ROLES = frozenset({"sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"})
"""Actions a role's trust policy has to allow as well."""

_FREE = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
"""Actions no identity policy can withhold (STS API Reference).  The policy of the VPC endpoint
is asked all the same: whether AWS does is not documented, and a no is the safe side."""

_FROM_A_SESSION_TOKEN = frozenset({"sts:AssumeRole", "sts:GetCallerIdentity"}) | _ON_ROLES
"""All of IAM and STS that `GetSessionToken` credentials may call (IAM User Guide, "Compare AWS
STS credentials")."""


class Guard:
    """Answers whether one permission is there, and why."""

    def __init__(
        self,
        policies: LivePolicies,
        clock: Callable[[], datetime],
        resource_policies: Mapping[str, ResourcePolicy] | None = None,
    ) -> None:
        """Ask `policies`, and for resources of services kept here `resource_policies`.

        The latter by the prefix of the action, as `s3`; those of keys and secrets are known.
        """
        self._policies = policies
        self._clock = clock
        self._on_resources = {**KEPT_BY_MOTO, **(resource_policies or {})}

    def check(
        self, caller: Caller | None, needed: Needed, *, arrival: Arrival, region: str
    ) -> Decision:
        """Whether `caller` has `needed` when coming by `arrival`.

        For Studio, call it with the creator of the URL and the arrival of the browser.  Does
        not look at the expiry of the caller's session: that ends signing, not a redeemed URL.
        `None` is somebody AWS lets in unsigned: only the endpoint's policy is asked.
        """
        request = question(
            caller,
            needed,
            arrival=arrival,
            region=region,
            organisation=self._policies.organisation,
            now=self._clock(),
        )
        if caller is None or needed.action in _FREE:
            return _by_endpoint_alone(request, arrival)
        if _is_session_token(caller) and _beyond_session_token(needed.action):
            return _refused(f"session credentials of a user cannot call {needed.action}")
        return self._decided(caller, needed, request, arrival)

    def _decided(
        self, caller: Caller, needed: Needed, request: Request, arrival: Arrival
    ) -> Decision:
        trust = None
        if needed.action in _ON_ROLES:
            trust = self._policies.trust(needed.resource)
            if trust is None:
                # AWS does not tell an absent role from a forbidden one; neither do we, aloud.
                return _refused(f"there is no role {needed.resource}")
        service = needed.action.partition(":")[0].lower()
        found = self._on_resources.get(service)
        layers = Layers(
            identity=self._policies.identity(caller),
            session=caller.session_policies,
            boundary=self._policies.boundary(caller),
            scps=self._policies.scps(caller),
            rcps=self._policies.rcps(service, request.owner),
            endpoint=_endpoint(needed, arrival),
            resource=trust or (found(needed.resource) if found else None),
        )
        decision = decide(layers, request)
        if decision.layer == "trust" and trust is None:
            # A key's policy is asked like a trust policy, and is a resource's to people.
            why = decision.why.replace("trust policy", "key policy")
            return replace(decision, layer="resource", why=why)
        return decision


def _endpoint(needed: Needed, arrival: Arrival) -> Policy | None:
    """The policy of the endpoint that is passed.

    What a service asks of another for the caller (S3 of KMS) does not pass the caller's
    endpoint (IAM User Guide, "Forward access sessions").
    """
    forwarded = needed.context.get("aws:ViaAWSService") == "true"
    return None if forwarded else arrival.endpoint_policy


def _by_endpoint_alone(request: Request, arrival: Arrival) -> Decision:
    if arrival.endpoint_policy is None:
        return _decision(allowed=True, why="AWS asks for no permission here")
    said = verdict([arrival.endpoint_policy], request)
    return Decision(
        allowed=said.effect is Effect.ALLOWED,
        explicit=said.effect is Effect.DENIED,
        layer="endpoint",
        policy=arrival.endpoint_policy.name,
        sid=said.statement.sid if said.statement else None,
        statement=said.statement.index if said.statement else None,
        why=f"the VPC endpoint policy on {request.action}: {said.effect}",
    )


def _is_session_token(caller: Caller) -> bool:
    return caller.kind != "assumed-role" and caller.token is not None


def _beyond_session_token(action: str) -> bool:
    service = action.partition(":")[0]
    return service in {"iam", "sts"} and action not in _FROM_A_SESSION_TOKEN


def _refused(why: str) -> Decision:
    return _decision(allowed=False, why=why)


def _decision(*, allowed: bool, why: str) -> Decision:
    return Decision(
        allowed=allowed, explicit=False, layer="", policy="", sid=None, statement=None, why=why
    )
