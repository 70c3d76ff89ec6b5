"""IAM's entities as moto keeps them: roles, users, keys.  Reads only, and never makes one.

Every read takes a snapshot of the dictionary first, for moto's own thread may be changing it.
"""

import re
from typing import Any

from moto.iam.models import iam_backends

_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):role/(?:[!-~]{1,512})\Z")


def backend(account: str) -> Any | None:
    """The IAM of `account`; `None` for an account nobody made."""
    found = iam_backends.get(account)
    return None if found is None else found["aws"]


def role_by_arn(arn: str) -> Any | None:
    """The role with exactly this ARN, path included."""
    match = _ROLE_ARN.match(arn)
    iam = backend(match[1]) if match else None
    if iam is None:
        return None
    return next((role for role in list(iam.roles.values()) if role.arn == arn), None)


def role_by_id(account: str, role_id: str) -> Any | None:
    """The role a session was made of.

    By its unique id: a role made again under the same name is another role.
    """
    iam = backend(account)
    return None if iam is None else iam.roles.get(role_id)


def user_by_id(account: str, user_id: str) -> Any | None:
    """The user with this unique id."""
    iam = backend(account)
    if iam is None:
        return None
    return next((user for user in list(iam.users.values()) if user.id == user_id), None)


def key_owner(access_key: str) -> tuple[Any, Any] | None:
    """The user of a long-term key, and the key; `None` for one that is unknown or inactive."""
    for account in list(iam_backends):
        iam = backend(account)
        key = iam.access_keys.get(access_key) if iam is not None else None
        if key is None or key.user_name is None:
            continue
        user = iam.users.get(key.user_name) if iam is not None else None
        if user is not None and key in user.access_keys and key.status == "Active":
            return user, key
    return None


def tags_of(entity: Any) -> dict[str, str]:
    """The tags of a role or a user; of two keys that differ only in case, the later one."""
    found = {tag["Key"].lower(): (tag["Key"], tag["Value"]) for tag in entity.tags or ()}
    return dict(found.values())
