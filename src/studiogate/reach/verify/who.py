"""Who may ask: every principal of an account, and those an invariant has to suppose.

A holder of the estate asks with what the estate says of it.  Beside the holders stand the
account's root user, whom no identity policy limits, and a stranger: an administrator of an
account nobody here knows, under no guardrail of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from studiogate import names
from studiogate.policy.documents import policy_document
from studiogate.policy.evaluate import Layers
from studiogate.policy.language import Kind, Policy, parse
from studiogate.policy.request import ContextValue, Principal
from studiogate.reach.estate import UNDER_RCPS, Estate, Holder

_SESSION = "somebody"
"""Name of a role session, where none is asked for."""


@dataclass(frozen=True, slots=True)
class Who:
    """One principal, with the condition keys that are always the same for it."""

    label: str
    principal: Principal
    known: Mapping[str, ContextValue]
    holder: Holder | None = None
    """`None` for somebody the estate does not list."""

    identity: tuple[Policy, ...] = ()
    """What somebody without a holder is supposed to hold."""


def of(holder: Holder, *, session: str = _SESSION) -> Who:
    """`holder`, as one session of it where it is a role."""
    supposed = " (supposed)" if holder.supposed else ""
    return Who(
        label=f"{holder.kind} {holder.name} of {holder.account}{supposed}",
        principal=_principal(holder, session),
        known=_known(holder),
        holder=holder,
    )


def federated_session(holder: Holder) -> Who | None:
    """The session a user makes with `sts:GetFederationToken`; `None` for who makes none.

    It has what the user holds, and is another principal: neither a user by its type and ARN,
    nor by its tags, which come with the session.  Source: IAM User Guide, "AWS global condition
    context keys", `aws:PrincipalArn` and `aws:PrincipalType`.
    """
    token = "sts:GetFederationToken"  # noqa: S105 - an action
    statements = (one for policy in holder.identity for one in policy.allows)
    if holder.kind != "user" or not any(one.about(token) for one in statements):
        return None
    prefix = holder.arn.partition(":iam:")[0]
    arn = f"{prefix}:sts::{holder.account}:federated-user/{_SESSION}"
    return Who(
        label=f"federated session of user {holder.name} of {holder.account}",
        principal=Principal("user", arn, holder.account),
        known={**_always(arn, holder.account), "aws:PrincipalType": "FederatedUser"},
        holder=holder,
    )


def root(region: str, account: str) -> Who:
    """The root user of `account`: only organisation policies stand against it."""
    arn = f"arn:{names.partition(region)}:iam::{account}:root"
    return Who(
        label=f"root user of {account}",
        principal=Principal("root", arn, account),
        known={**_always(arn, account), "aws:PrincipalType": "Account"},
    )


def stranger(region: str, account: str, arn: str | None = None) -> Who:
    """Whoever holds everything in `account`, which the estate does not know.

    Without an `arn` it may be anybody there, of whatever name and kind: conditions on
    `aws:PrincipalArn` let one through as long as some principal of the account may have it.
    """
    role = arn or names.role_arn(region, account, "an-administrator")
    holder = Holder(
        kind="user" if ":user/" in role else "role",
        arn=role,
        account=account,
        name=role.rpartition("/")[2],
        identity=(everything(),),
    )
    if arn is not None:
        return Who(
            label=f"{arn} (another account, supposed to hold everything)",
            principal=_principal(holder, _SESSION),
            known=_known(holder),
            identity=holder.identity,
        )
    return Who(
        label=f"somebody of {account} (another account, supposed to hold everything)",
        principal=_principal(holder, _SESSION),
        known={"aws:PrincipalAccount": account, "aws:PrincipalIsAWSService": "false"},
        identity=(*holder.identity, _only_of(account)),
    )


def service(name: str) -> Who:
    """An AWS service, as `ec2.amazonaws.com`."""
    return Who(
        label=f"the AWS service {name}",
        principal=Principal("service", name, ""),
        known={"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": name},
    )


def federated(provider: str) -> Who:
    """Somebody whom an identity provider vouches for."""
    return Who(
        label=f"whoever {provider} vouches for",
        principal=Principal("federated", provider, ""),
        known={"aws:PrincipalIsAWSService": "false", "aws:FederatedProvider": provider},
    )


def layers(
    estate: Estate, who: Who, *, service: str, owner: str, resource: Policy | None = None
) -> Layers:
    """The layers that decide what `who` may do with a resource of `owner`.

    An account that is not in the estate has no guardrails of ours.

    Raises:
        KeyError: the guardrails of the holder's account were never read.
    """
    if who.holder is not None:
        if owner not in estate.rcps:
            estate = replace(estate, rcps={**estate.rcps, owner: ()})
        return estate.layers(who.holder, service=service, owner=owner, resource=resource)
    return Layers(
        identity=who.identity,
        scps=estate.scps.get(who.principal.account),
        rcps=estate.rcps.get(owner, ()) if service in UNDER_RCPS else (),
        resource=resource,
    )


def is_notebook(holder: Holder) -> bool:
    """Whether Studio can run a notebook as `holder`: SageMaker may assume it."""
    studio = Principal("service", "sagemaker.amazonaws.com", "")
    allows = () if holder.trust is None else holder.trust.allows
    return any(one.grip(studio) > 0 for one in allows)


def _principal(holder: Holder, session: str) -> Principal:
    if holder.kind == "user":
        return Principal("user", holder.arn, holder.account)
    prefix = holder.arn.partition(":iam:")[0]
    arn = f"{prefix}:sts::{holder.account}:assumed-role/{holder.name}/{session}"
    return Principal("assumed-role", arn, holder.account, holder.arn)


def _known(holder: Holder) -> dict[str, ContextValue]:
    """What every request of `holder` carries.

    A session may be tagged over the tags of its role, so those stay open; nobody tags over a
    user's.
    """
    found = _always(holder.arn, holder.account)
    if holder.kind == "role":
        return {**found, "aws:PrincipalType": "AssumedRole"}
    tags = {f"aws:PrincipalTag/{key}": value for key, value in holder.tags.items()}
    return {**found, **tags, "aws:PrincipalType": "User", "aws:username": holder.name}


def _always(arn: str, account: str) -> dict[str, ContextValue]:
    return {
        "aws:PrincipalArn": arn,
        "aws:PrincipalAccount": account,
        "aws:PrincipalIsAWSService": "false",
    }


def _only_of(account: str) -> Policy:
    """A Deny for whoever is not of `account`, so that nobody is both of it and of another."""
    statement = {
        "Sid": "Others",
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringNotLike": {"aws:PrincipalArn": f"arn:*::{account}:*"}},
    }
    return parse(policy_document(statement), kind=Kind.IDENTITY, name="of another account")


def everything() -> Policy:
    """A policy that allows all: what nobody can hold more than."""
    document = policy_document(
        {"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}
    )
    return parse(document, kind=Kind.IDENTITY, name="AdministratorAccess")
