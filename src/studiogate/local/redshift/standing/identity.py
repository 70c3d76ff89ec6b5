"""The database user that an IAM identity is by itself, and the roles its tags give it.

One user for a role, whoever's session it is: on serverless two people who share a role are one
database user.  Sources: Redshift Serverless API Reference, GetCredentials; Redshift Management
Guide, "Defining database roles to grant to federated users in Amazon Redshift Serverless" and
"Joining database groups when connecting to a cluster".
"""

from datetime import datetime

from studiogate.local.call import Caller
from studiogate.local.redshift.parts import Grant

GROUPS_TAG = "RedshiftDbGroups"
"""Principal tag with the groups that somebody's Data API statements run in, on a cluster."""

ROLES_TAG = "RedshiftDbRoles"
"""Principal tag with the database roles somebody has, on serverless."""

_ROOT = "RootIdentity"


def identity(caller: Caller) -> str:
    """The user as drivers say it, which is the name in the database as well."""
    if caller.kind == "root":
        return f"IAM:{_ROOT}"
    return f"{'IAMR' if caller.kind == 'assumed-role' else 'IAM'}:{caller.name}"


def grant_of(
    caller: Caller,
    database: str | None,
    groups: tuple[str, ...] = (),
    *,
    expires_at: datetime | None = None,
) -> Grant:
    """What whoever calls may be by themselves; a user who is made at the first sign-in."""
    login = identity(caller)
    return Grant(
        login=login,
        user=login,
        groups=groups,
        database=database,
        creates=True,
        expires_at=expires_at,
        caller=caller.arn,
        source_identity=caller.source_identity,
    )


def tagged_with(caller: Caller, key: str) -> tuple[str, ...]:
    """The names in a principal tag, which colons part; each once."""
    return tuple(dict.fromkeys(name for name in caller.tags.get(key, "").split(":") if name))
