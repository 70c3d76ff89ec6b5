"""An estate: every principal, door and guardrail that has a say, as values.

It is what the prover is asked about.  `declared` makes one from the landscape; `probe.accounts`
reads one from real accounts by AWS's own calls.  Either way the same questions are put to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from studiogate.policy.evaluate import Layers
from studiogate.policy.language import Policy

Levels = tuple[tuple[Policy, ...], ...]
"""Organisation policies, one tuple per level, from the root to the account."""

UNDER_RCPS = frozenset({"cognito-idp", "dynamodb", "ecr", "sts"})
"""Services of ours that resource control policies cover; SageMaker and API Gateway are not
among them (Organizations User Guide, "List of AWS services that support RCPs")."""


SERVICE_LINKED = ":role/aws-service-role/"
"""In the ARN of a role that only an AWS service can use, and no SCP restricts."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody in an account who holds permissions: a role or a user."""

    kind: Literal["role", "user"]
    arn: str
    """The role's or user's own ARN, path included."""

    account: str
    name: str
    identity: tuple[Policy, ...]
    """Inline and managed policies, groups' included."""

    trust: Policy | None = None
    """For a role; `None` for a user."""

    boundary: Policy | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    supposed: bool = False
    """Whether nobody declared it: the worst an account could hold, put there to be refuted."""


@dataclass(frozen=True, slots=True)
class Door:
    """One VPC endpoint."""

    id: str
    vpc: str
    service: str
    """As AWS names it, the region filled in."""

    account: str
    policy: Policy | None
    """`None` for AWS's default, which lets everything through."""


@dataclass(frozen=True, slots=True)
class Studio:
    """One Studio domain."""

    name: str
    domain_id: str
    account: str
    profiles: tuple[str, ...]
    auth_mode: str = "IAM"
    app_network: str = "VpcOnly"
    """`AppNetworkAccessType`."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A document that is there and cannot be read exactly.

    It counts as what it may be at worst: an Allow of everything, and no Deny.
    """

    where: str
    """Whose document: `role StudioExecution of 222222222222`, `SCP guardrail`."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Estate:
    """All of it."""

    region: str
    holders: tuple[Holder, ...]
    doors: tuple[Door, ...]
    studios: tuple[Studio, ...]
    scps: Mapping[str, Levels | None]
    """By account id; `None` where they do not apply: the management account."""

    rcps: Mapping[str, Levels]
    """By account id of the resource."""

    api: Policy | None = None
    """The resource policy of the private API; `None` where it was not read."""

    inside: frozenset[str] = frozenset()
    """Ids of the endpoints that count as inside: ours for the SageMaker API and for Studio."""

    vpc: str = ""
    """Id of the VPC that the gateway and its endpoints stand in; empty where there is none."""

    unread: tuple[Unread, ...] = ()
    """Documents that could not be read; empty for a declared estate."""

    def layers(
        self,
        holder: Holder,
        *,
        service: str,
        owner: str,
        session: tuple[Policy, ...] | None = None,
        endpoint: Policy | None = None,
        resource: Policy | None = None,
    ) -> Layers:
        """The layers that decide what `holder` may do with a resource of `service`.

        `owner` is the account of the resource, `session` the policies of the session,
        `endpoint` the policy of the VPC endpoint on the way, `resource` the resource's own.

        Raises:
            KeyError: the guardrails of the holder's account were never read; an account that
                nobody looked at is not one without guardrails.
        """
        return Layers(
            identity=holder.identity,
            session=session,
            boundary=holder.boundary,
            scps=None if SERVICE_LINKED in holder.arn else self.scps[holder.account],
            rcps=self.rcps[owner] if service in UNDER_RCPS else (),
            endpoint=endpoint,
            resource=resource,
        )
