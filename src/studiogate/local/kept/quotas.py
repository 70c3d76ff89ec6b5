"""Quotas of IAM that moto does not hold, in AWS's words.

Inline policies of one role hold 10,240 characters in all, white space not counted (IAM User
Guide, "IAM and STS quotas"); a user 2,048, a group 5,120.
"""

from collections.abc import Mapping
from typing import Any

from moto.iam.models import iam_backends

from studiogate.local.call import ApiCall, ApiError

_INLINE: Mapping[str, tuple[str, str, int]] = {
    "PutGroupPolicy": ("GroupName", "group", 5120),
    "PutRolePolicy": ("RoleName", "role", 10240),
    "PutUserPolicy": ("UserName", "user", 2048),
}
"""Operation to the parameter that names the entity, what it is, and its characters."""


def hold(call: ApiCall) -> None:
    """Return if `call` stays within the quota of what it adds to.

    Raises:
        ApiError: `LimitExceeded`.
    """
    found = _INLINE.get(call.operation) if call.service == "iam" else None
    if found is None:
        return
    param, kind, most = found
    name = str(call.params.get(param))
    policies: dict[str, Any] = dict(_inline(call.account or "", kind, name))
    policies[str(call.params.get("PolicyName"))] = call.params.get("PolicyDocument", "")
    if sum(_characters(text) for text in policies.values()) > most:
        raise ApiError(
            "LimitExceeded",
            f"Maximum policy size of {most} bytes exceeded for {kind} {name}",
            status=409,
        )


def _inline(account: str, kind: str, name: str) -> Mapping[str, Any]:
    """The inline policies of an entity; none for one that is not there."""
    held = getattr(iam_backends[account]["aws"], f"{kind}s")
    return next(
        (one.policies for one in list(held.values()) if getattr(one, "name", None) == name), {}
    )


def _characters(text: Any) -> int:
    return len("".join(str(text).split()))
