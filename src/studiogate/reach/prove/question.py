"""What the prover is asked: may this principal do this, and what counts as inside.

The network is never fixed here: over the ways a request can arrive, and over every condition
key that is neither known nor known to be absent, the answer is for all of them at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from studiogate.policy.evaluate import Layers
from studiogate.policy.request import ContextValue, Principal, Request
from studiogate.reach.estate import Door
from studiogate.reach.prove.arrivals import NETWORK


@dataclass(frozen=True, slots=True)
class Question:
    """An action on a resource by a principal, under `layers`."""

    action: str
    resource: str
    principal: Principal
    layers: Layers
    """Without an endpoint policy: every door brings its own."""

    known: Mapping[str, ContextValue] = field(default_factory=dict)
    """Condition keys whose value is fixed: `aws:PrincipalArn`, tags, `aws:SourceIdentity`."""

    absent: frozenset[str] = frozenset()
    """Condition keys known to be missing."""

    resource_account: str | None = None

    def __post_init__(self) -> None:
        if self.layers.endpoint is not None:
            raise ValueError("the endpoint policy comes with its door, not with the layers")
        known = {name.lower() for name in self.known}
        missing = {name.lower() for name in self.absent}
        if len(known) < len(self.known):
            raise ValueError("two known condition keys differ only in case")
        if both := known & missing:
            raise ValueError(f"both known and absent: {', '.join(sorted(both))}")
        if fixed := (known | missing) & NETWORK:
            raise ValueError(f"the network is the prover's to vary: {', '.join(sorted(fixed))}")


@dataclass(frozen=True, slots=True)
class Inside:
    """What counts as inside; everything else is outside."""

    doors: frozenset[str]
    """Ids of VPC endpoints."""

    clients: tuple[IPv4Network | IPv6Network, ...] = ()
    """When given, the client's address, as the endpoint sees it, must be in one as well."""

    def __post_init__(self) -> None:
        # A proof that nothing opens from outside nowhere would sound like one about networks.
        if not self.doors:
            raise ValueError(
                "no door counts as inside; ask `possible` about any request at all"
            )
        if "" in self.doors:
            raise ValueError("a door that counts as inside has no id")


def ask(question: Question, context: Mapping[str, ContextValue]) -> Request:
    """`question` as one request in `context`, which wins where it says something known."""
    return Request(
        action=question.action,
        resource=question.resource,
        principal=question.principal,
        context={**question.known, **context},
        resource_account=question.resource_account,
    )


def check(doors: tuple[Door, ...]) -> None:
    """Refuse doors that cannot be told apart.

    Raises:
        ValueError: two doors with one id, or a door without an id or a VPC.
    """
    if len({door.id for door in doors}) < len(doors):
        raise ValueError("two doors have the same id")
    if any(not door.id or not door.vpc for door in doors):
        raise ValueError("a door has no id or no VPC")
