"""Every resource share of the organisation, and whom it reaches.

Within the organisation, once sharing with it is on, a share reaches its accounts at once.
Everybody else gets an invitation first (RAM User Guide, "Accepting and rejecting resource share
invitations"; requirement S2-41).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from studiogate import names
from studiogate.local.between.pace import Course, Pace
from studiogate.local.call import Place
from studiogate.local.iam.reading import read
from studiogate.policy.language import Kind, Policy

ASSOCIATED = "ASSOCIATED"
ACTIVE = "ACTIVE"


class Membership(Protocol):
    """Who is in the organisation; `local.iam.organisation.Organisation` is one."""

    management: str

    @property
    def id(self) -> str | None:
        """`o-…`."""
        ...

    def has(self, account: str) -> bool:
        """Whether `account` is in it."""
        ...

    def path(self, account: str) -> str:
        """`o-…/r-…/ou-…/`."""
        ...


@dataclass(slots=True)
class Tie:
    """A resource or a principal, and how far it is in the share or out of it."""

    entity: str
    course: Course
    created: datetime
    changed: datetime
    external: bool = False


@dataclass(slots=True)
class Share:
    """One resource share."""

    arn: str
    name: str
    place: Place
    open: bool
    """Whether accounts outside the organisation may be in it."""

    course: Course
    created: datetime
    changed: datetime
    tags: dict[str, str] = field(default_factory=dict)
    resources: dict[str, Tie] = field(default_factory=dict)
    principals: dict[str, Tie] = field(default_factory=dict)


@dataclass(slots=True)
class Invitation:
    """What an account outside is asked before a share reaches it."""

    arn: str
    share: Share
    receiver: str
    at: datetime
    status: str = "PENDING"


Exists = Callable[[Place, str], bool]
"""Whether a place has the resource of an ARN."""

# What the managed permission of each type lets a principal do with the resource (RAM User
# Guide, "Shareable AWS resources"; the default permission of each type).
_PERMITTED: Mapping[str, tuple[str, ...]] = {
    "ec2:TransitGateway": (
        "ec2:CreateTransitGatewayVpcAttachment",
        "ec2:DeleteTransitGatewayVpcAttachment",
        "ec2:DescribeTransitGateways",
        "ec2:ModifyTransitGatewayVpcAttachment",
    ),
    "route53resolver:ResolverRule": (
        "route53resolver:AssociateResolverRule",
        "route53resolver:DisassociateResolverRule",
        "route53resolver:GetResolverRule",
        "route53resolver:GetResolverRuleAssociation",
        "route53resolver:ListResolverRules",
        "route53resolver:ListResolverRuleAssociations",
    ),
    "route53resolver:ResolverQueryLogConfig": (
        "route53resolver:AssociateResolverQueryLogConfig",
        "route53resolver:DisassociateResolverQueryLogConfig",
        "route53resolver:GetResolverQueryLogConfig",
        "route53resolver:ListResolverQueryLogConfigs",
        "route53resolver:ListResolverQueryLogConfigAssociations",
    ),
}

_ANSWERS = ("ram:AcceptResourceShareInvitation", "ram:RejectResourceShareInvitation")

_TYPES: Mapping[tuple[str, str], str] = {
    ("ec2", "transit-gateway"): "ec2:TransitGateway",
    ("route53resolver", "resolver-rule"): "route53resolver:ResolverRule",
    ("route53resolver", "resolver-query-log-config"): "route53resolver:ResolverQueryLogConfig",
}


def type_of(arn: str) -> str | None:
    """RAM's name for the type of a resource; `None` for one that is not shared here."""
    parts = arn.split(":", 5)
    whole = len(("arn", "partition", "service", "region", "account", "resource"))
    return _TYPES.get((parts[2], parts[5].partition("/")[0])) if len(parts) == whole else None


class Shares:
    """All shares and invitations; one event loop uses it."""

    def __init__(self, pace: Pace, organisation: Membership, *, enabled: bool = False) -> None:
        """Start empty; `enabled` is whether sharing with the organisation is on already."""
        self.pace = pace
        self.organisation = organisation
        self.enabled = enabled
        self.shares: dict[str, Share] = {}
        self.invitations: dict[str, Invitation] = {}
        self.tokens: dict[tuple[Place, str], str] = {}
        self._exists: dict[str, Exists] = {}

    def offer(self, kind: str, exists: Exists) -> None:
        """Let resources of `kind`, RAM's name for a type, be shared where they exist."""
        self._exists[kind] = exists

    def exists(self, place: Place, arn: str) -> bool:
        """Whether `place` has this resource."""
        kind = type_of(arn)
        ask = self._exists.get(kind) if kind else None
        return ask is not None and ask(place, arn)

    def inside(self, account: str) -> bool:
        """Whether `account` needs no invitation."""
        return self.enabled and self.organisation.has(account)

    def reaching(self, account: str) -> Iterator[Share]:
        """Active shares of others that `account` is in, invitations accepted."""
        for share in self.shares.values():
            if self.pace.state(share.course) != ACTIVE or share.place.account == account:
                continue
            ties = share.principals.values()
            if any(self._tied(tie) and self.covers(tie.entity, account) for tie in ties):
                yield share

    def reaches(self, arn: str, account: str) -> bool:
        """Whether `account` may use the resource of somebody else by some share."""
        return any(
            arn in share.resources and self._tied(share.resources[arn])
            for share in self.reaching(account)
        )

    def lent(self, arn: str) -> bool:
        """Whether the resource is in a share with anybody at all."""
        return any(
            arn in share.resources and self._tied(share.resources[arn]) and share.principals
            for share in self.shares.values()
            if self.pace.state(share.course) == ACTIVE
        )

    def covers(self, principal: str, account: str) -> bool:
        """Whether `principal`, an account, a unit or the organisation, means `account`."""
        if names.is_account(principal):
            return principal == account
        unit = principal.rpartition("/")[2]
        return self.inside(account) and unit in self.organisation.path(account).split("/")

    def policy_on(self, arn: str) -> Policy | None:
        """The managed permission that RAM puts on a shared resource, for whom it reaches.

        An invitation may be answered by whom it is for.  `None` for what reaches nobody.
        """
        if invitation := self.invitations.get(arn):
            text = _document(arn, [invitation.receiver], _ANSWERS)
            return read(text, kind=Kind.RESOURCE, name="RAM")
        kind = type_of(arn)
        if kind is None or kind not in _PERMITTED:
            return None
        ties = [
            tie.entity
            for share in self.shares.values()
            if arn in share.resources and self._tied(share.resources[arn])
            if self.pace.state(share.course) == ACTIVE
            for tie in share.principals.values()
            if self._tied(tie)
        ]
        if not ties:
            return None
        return read(_document(arn, ties, _PERMITTED[kind]), kind=Kind.RESOURCE, name="RAM")

    def _tied(self, tie: Tie) -> bool:
        return self.pace.state(tie.course) == ASSOCIATED


def _document(arn: str, principals: list[str], actions: tuple[str, ...]) -> str:
    partition = arn.split(":", 2)[1]
    roots = [f"arn:{partition}:iam::{one}:root" for one in principals if names.is_account(one)]
    units = [one.rpartition("/")[2] for one in principals if not names.is_account(one)]
    said = {"Effect": "Allow", "Action": list(actions), "Resource": arn}
    statements = [{**said, "Principal": {"AWS": sorted(roots)}}] if roots else []
    statements += [
        {
            **said,
            "Principal": {"AWS": "*"},
            "Condition": {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": [path]}},
        }
        for unit in units
        for path in (f"{unit}/*", f"*/{unit}/*")
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
