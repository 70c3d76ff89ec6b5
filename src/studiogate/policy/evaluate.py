"""What policies say about a request: one layer by `verdict`, all layers by `decide`.

Source: IAM User Guide, "Policy evaluation logic".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from studiogate.policy import wording
from studiogate.policy.language import Kind, Policy, Statement
from studiogate.policy.principals import Grip
from studiogate.policy.request import Request


class Effect(StrEnum):
    """What one layer says."""

    ALLOWED = "allowed"
    DENIED = "denied"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one layer says, and the statement that decided; a silent layer has none."""

    effect: Effect
    policy: Policy | None = None
    statement: Statement | None = None


SILENT = Verdict(Effect.SILENT)


@dataclass(frozen=True, slots=True)
class Layers:
    """All policies that have a say in one request."""

    identity: tuple[Policy, ...] = ()
    session: tuple[Policy, ...] | None = None
    """`None` for a session made without policies: then they do not restrict."""

    boundary: Policy | None = None
    scps: tuple[tuple[Policy, ...], ...] | None = None
    """One tuple per level, from the root to the account.

    `None` where they do not apply: the management account, or no organisation.
    """

    rcps: tuple[tuple[Policy, ...], ...] = ()
    """One tuple per level, of the account the resource belongs to."""

    endpoint: Policy | None = None
    """`None` for a request that did not come through a VPC endpoint."""

    resource: Policy | None = None
    """The resource's own policy; for a role, its trust policy."""

    def __post_init__(self) -> None:
        if self.scps == ():
            raise ValueError("an account in an organisation has at least one level of SCPs")


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, and which statement of which policy of which layer gave it."""

    allowed: bool
    explicit: bool
    """Whether a Deny statement decided; a refusal without one is an implicit one."""

    layer: str
    """`identity`, `session`, `boundary`, `scp`, `rcp`, `endpoint`, `resource` or `trust`; of
    an API also `authorizer`.

    Empty where no layer could have decided: the account's root user, for whom none is needed.
    """

    policy: str
    """Name of the policy; empty where a whole layer was silent."""

    sid: str | None
    statement: int | None
    """Position of the statement in its policy, counted from 0."""

    why: str
    """One sentence, for a person who may know the policies."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one layer said."""

    layer: str
    policies: tuple[Policy, ...] = ()
    verdict: Verdict = SILENT

    @property
    def silent(self) -> bool:
        """Whether it neither allowed nor denied."""
        return self.verdict.effect is Effect.SILENT


def verdict(policies: Iterable[Policy], request: Request) -> Verdict:
    """What `policies` together, as one layer, say about `request`.

    An explicit deny wins over every allow, whatever the order; without one the first allow
    decides; with neither the layer is silent.
    """
    allowed: Verdict | None = None
    for policy in policies:
        for statement in policy.denies:
            if statement.applies(request):
                return Verdict(Effect.DENIED, policy, statement)
        if allowed is None:
            for statement in policy.allows:
                if statement.applies(request):
                    allowed = Verdict(Effect.ALLOWED, policy, statement)
                    break
    return allowed or SILENT


def decide(layers: Layers, request: Request) -> Decision:
    """Whether `request` is allowed by all of `layers` together, and why.

    Any explicit deny refuses.  Every level of SCPs and RCPs and the endpoint policy must allow.
    Then, within an account, identity policies (as far as boundary and session policies let
    them) or the resource's policy; across accounts both.  A trust policy must always allow; in
    its own account it suffices where it names the caller and not just the account.
    """
    walls = [*guarding(layers, request)]
    theirs = granting(layers, request)
    own = [*brought(layers, request)]
    for said in (*walls, *theirs, *own):
        if said.verdict.effect is Effect.DENIED:
            return answer(said, request, allowed=False)
    for said in walls:
        if said.silent:
            return answer(said, request, allowed=False)
    lacking = [said for said in own if said.silent]
    if theirs and not theirs[0].silent:
        must = limits(theirs[0], request)
        lacking = [said for said in lacking if said.layer in must]
        return _first(lacking, theirs[0], request)
    if needs_grant(layers, request):
        return answer((theirs or [Said("resource")])[0], request, allowed=False)
    return _first(lacking, own[0], request)


def guarding(layers: Layers, request: Request) -> Iterator[Said]:
    """What only restricts: resource and service control policies, level by level; endpoint."""
    for name, levels in (("rcp", layers.rcps), ("scp", layers.scps or ())):
        for level in levels:
            yield said_by(name, level, request)
    if layers.endpoint is not None:
        yield said_by("endpoint", (layers.endpoint,), request)


def granting(layers: Layers, request: Request) -> list[Said]:
    """What the resource's own policy says, if it has one."""
    policy = layers.resource
    if policy is None:
        return []
    return [said_by("trust" if policy.kind is Kind.TRUST else "resource", (policy,), request)]


def brought(layers: Layers, request: Request) -> Iterator[Said]:
    """What the caller brings; a caller without an account has no identity policies."""
    if request.principal.kind == "root":
        yield Said("", verdict=Verdict(Effect.ALLOWED))
    elif request.principal.account:
        yield said_by("identity", layers.identity, request)
    if layers.boundary is not None:
        yield said_by("boundary", (layers.boundary,), request)
    if layers.session is not None:
        yield said_by("session", layers.session, request)


def said_by(layer: str, policies: tuple[Policy, ...], request: Request) -> Said:
    """What `policies` together say as `layer`."""
    return Said(layer, policies, verdict(policies, request))


def needs_grant(layers: Layers, request: Request) -> bool:
    """Whether the caller's own policies cannot be enough."""
    trust = layers.resource is not None and layers.resource.kind is Kind.TRUST
    return trust or not request.principal.account or _across(request)


def _across(request: Request) -> bool:
    account = request.principal.account
    return bool(account) and request.owner != account


def limits(theirs: Said, request: Request) -> frozenset[str]:
    """The caller's own layers that must allow although the resource's policy does."""
    statements = (one for policy in theirs.policies for one in policy.allows)
    grip = max(one.grip(request.principal) for one in statements if one.applies(request))
    if _across(request) or grip is Grip.ACCOUNT:
        return frozenset({"identity", "boundary", "session"})
    if grip is Grip.ROLE:
        return frozenset({"boundary", "session"})
    return frozenset({"session"} if request.principal.kind == "user" else ())


def _first(lacking: list[Said], enough: Said, request: Request) -> Decision:
    """A refusal for the first of `lacking`; with none, the yes of `enough`."""
    if lacking:
        return answer(lacking[0], request, allowed=False)
    return answer(enough, request, allowed=True)


def answer(said: Said, request: Request, *, allowed: bool) -> Decision:
    """The decision that `said` made, as one sentence and its place."""
    found = said.verdict
    if found.policy is None or found.statement is None:
        return Decision(
            allowed=allowed,
            explicit=False,
            layer=said.layer,
            policy="",
            sid=None,
            statement=None,
            why=wording.needs_none(request)
            if allowed
            else wording.silent(said.layer, said.policies, request),
        )
    return Decision(
        allowed=allowed,
        explicit=not allowed,
        layer=said.layer,
        policy=found.policy.name,
        sid=found.statement.sid,
        statement=found.statement.index,
        why=wording.decided(
            said.layer, found.policy, found.statement, request, allowed=allowed
        ),
    )
