"""Every policy that has a say about a caller, read live from where it is attached.

Nothing is remembered but the reading of a document, so a policy that is changed counts from the
next request on.
"""

from typing import Any

from studiogate.local.call import Caller
from studiogate.local.iam import entities
from studiogate.local.iam.organisation import Organisation
from studiogate.local.iam.reading import everything, read
from studiogate.policy.language import Kind, Policy

_SERVICE_LINKED = ":role/aws-service-role/"

# Services with resource control policies, among those emulated (Organizations User Guide,
# "List of AWS services that support RCPs").
_UNDER_RCPS = frozenset(
    {"cognito-idp", "dynamodb", "ecr", "kms", "logs", "s3", "secretsmanager", "sts"}
)


class LivePolicies:
    """Reads IAM and Organizations as they are now."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation

    def identity(self, caller: Caller) -> tuple[Policy, ...]:
        """What is attached to the caller: nothing any more for a role that was deleted."""
        if caller.kind == "root":
            return (everything(),)
        entity = entity_of(caller)
        if entity is None:
            return ()
        holders = [entity]
        if caller.kind == "user":
            groups = entities.backend(caller.account)
            holders += [] if groups is None else _groups_of(groups, entity)
        return tuple(policy for holder in holders for policy in _attached(holder))

    def boundary(self, caller: Caller) -> Policy | None:
        """The permissions boundary of the caller's role; one that is gone allows nothing."""
        entity = entity_of(caller)
        arn = (
            entity.permissions_boundary_arn
            if caller.kind == "assumed-role" and entity
            else None
        )
        if arn is None:
            return None
        text = self.managed(caller.account, arn)
        return read(text if text is not None else "", kind=Kind.BOUNDARY, name=arn)

    def trust(self, role_arn: str) -> Policy | None:
        """The trust policy of a role; `None` for a role that does not exist."""
        role = entities.role_by_arn(role_arn)
        if role is None:
            return None
        text = role.assume_role_policy_document
        return read(text, kind=Kind.TRUST, name=f"trust policy of {role.name}")

    def scps(self, caller: Caller) -> tuple[tuple[Policy, ...], ...] | None:
        """Service control policies over the caller, or `None` where they do not apply."""
        entity = entity_of(caller)
        if caller.kind == "assumed-role" and entity and _SERVICE_LINKED in entity.arn:
            return None
        return self.organisation.levels(caller.account, Kind.SCP)

    def rcps(self, service: str, owner: str) -> tuple[tuple[Policy, ...], ...]:
        """Resource control policies over a resource of `owner`."""
        if service not in _UNDER_RCPS:
            return ()
        return self.organisation.levels(owner, Kind.RCP) or ()

    def managed(self, account: str, arn: str) -> str | None:
        """The document of a managed policy as `account` sees it; `None` if there is none."""
        iam = entities.backend(account)
        policy = None if iam is None else iam.managed_policies.get(arn)
        return None if policy is None else _document(policy)


def entity_of(caller: Caller) -> Any | None:
    """The role or user behind a caller; `None` for root, and for one that was deleted."""
    if caller.kind == "assumed-role":
        return entities.role_by_id(caller.account, caller.user_id.partition(":")[0])
    if caller.kind == "user":
        return entities.user_by_id(caller.account, caller.user_id)
    return None


def _attached(holder: Any) -> list[Policy]:
    inline = list(holder.policies.items())
    managed = list(holder.managed_policies.values())
    return [
        *(read(text, kind=Kind.IDENTITY, name=str(name)) for name, text in inline),
        *(read(_document(one), kind=Kind.IDENTITY, name=str(one.name)) for one in managed),
    ]


def _document(policy: Any) -> str:
    return next(
        str(version.document)
        for version in list(policy.versions)
        if version.version_id == policy.default_version_id
    )


def _groups_of(iam: Any, user: Any) -> list[Any]:
    return [group for group in list(iam.groups.values()) if user in group.users]
