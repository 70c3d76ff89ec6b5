"""The condition keys AWS sets on a request, from who called, what for, and by which door.

IAM User Guide, "AWS global condition context keys".  A key AWS leaves out is left out here: a
negated condition is true without its key, and an emulation that always sets one would hide it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from studiogate.local.call import Arrival, Caller, Needed
from studiogate.local.iam.organisation import Organisation
from studiogate.local.iam.policies import entity_of
from studiogate.policy.request import ANONYMOUS, ContextValue, Principal, Request

_TYPES = {"root": "Account", "user": "User", "assumed-role": "AssumedRole"}

_SIGNED_FOR: Mapping[str, str] = {
    "iam": "us-east-1",
    "organizations": "us-east-1",
    "route53": "us-east-1",
}
"""Services without regions count as asked for in us-east-1 (`aws:RequestedRegion`)."""


def question(
    caller: Caller | None,
    needed: Needed,
    *,
    arrival: Arrival,
    region: str,
    organisation: Organisation,
    now: datetime,
) -> Request:
    """What the policies are asked: `needed`, by `caller`, through `arrival`, now."""
    service = needed.action.partition(":")[0].lower()
    context: dict[str, ContextValue] = {
        "aws:CurrentTime": _iso(now),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:RequestedRegion": _SIGNED_FOR.get(service, region),
        # The doors are plain HTTP on loopback and stand for AWS's TLS doors, as in the proof:
        # a policy that wants TLS is met here by what would use TLS there.
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "false",
        "aws:PrincipalIsAWSService": "false",
        **arrival.context,
    }
    principal = ANONYMOUS
    if caller is not None:
        principal = _principal(caller)
        context |= _about(caller, principal, organisation)
    context |= needed.context
    owner = needed.owner or _owner(needed.resource) or (caller.account if caller else "")
    context |= _resource(owner, organisation)
    return Request(
        action=needed.action,
        resource=needed.resource,
        principal=principal,
        context=context,
        resource_account=owner or None,
    )


def _principal(caller: Caller) -> Principal:
    role_arn = None
    if caller.kind == "assumed-role":
        role = entity_of(caller)
        plain = f"arn:aws:iam::{caller.account}:role/{caller.name}"
        role_arn = plain if role is None else str(role.arn)
    return Principal(caller.kind, caller.arn, caller.account, role_arn)


def _about(
    caller: Caller, principal: Principal, organisation: Organisation
) -> dict[str, ContextValue]:
    found: dict[str, ContextValue] = {
        "aws:PrincipalArn": principal.role_arn or principal.arn,
        "aws:PrincipalAccount": caller.account,
        "aws:PrincipalType": _TYPES[caller.kind],
        "aws:userid": caller.user_id,
        **{f"aws:PrincipalTag/{key}": value for key, value in caller.tags.items()},
        **caller.context,
    }
    if caller.kind == "user":
        found["aws:username"] = caller.name
    if organisation.has(caller.account):
        found["aws:PrincipalOrgID"] = organisation.id or ""
        found["aws:PrincipalOrgPaths"] = (organisation.path(caller.account),)
    if caller.source_identity is not None:
        found["aws:SourceIdentity"] = caller.source_identity
    if caller.token is not None:
        # Only temporary credentials carry it; no second factor is emulated.
        found["aws:MultiFactorAuthPresent"] = "false"
    if caller.issued_at is not None:
        found["aws:TokenIssueTime"] = _iso(caller.issued_at)
    return found


def _resource(owner: str, organisation: Organisation) -> dict[str, ContextValue]:
    found: dict[str, ContextValue] = {"aws:ResourceAccount": owner} if owner else {}
    if owner and organisation.has(owner):
        found["aws:ResourceOrgID"] = organisation.id or ""
        found["aws:ResourceOrgPaths"] = (organisation.path(owner),)
    return found


def _owner(resource: str) -> str:
    """The account in an ARN; empty where there is none, as in those of AWS's own policies."""
    parts = resource.split(":", 5)
    whole = len(("arn", "partition", "service", "region", "account", "name"))
    return parts[4] if len(parts) == whole and parts[4].isdigit() else ""


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
