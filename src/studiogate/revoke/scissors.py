"""The Deny in a role: put there, read back, taken away, and cleared out when it is spent.

A role has room for 10,240 characters of inline policies in all (IAM User Guide, "IAM and STS
quotas").  A revocation is needed for as long as a session can live, 12 hours, and an hour more
for one that a role chain began at its end; from then on the directory's flag keeps the person
out.  So when a role is full, revocations older than that make room.  A reader of a warehouse is
a role chain, too, and lasts an hour.  An app has no such end: in the role of notebooks a Deny
stays for as long as its profile runs one, and keeps it from becoming a reader anew.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from studiogate.aws.session import calling, paged
from studiogate.errors import Absent, AwsError
from studiogate.policy.documents import compact
from studiogate.policy.guardrails import revocation_policy, revoked_at
from studiogate.revoke.plan import PREFIX, Cut

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

OUTLIVED = timedelta(hours=13)
"""The longest session of Studio, 12 hours, and the longest of a role chain, one."""

_FULL = "LimitExceeded"
_Needed = Callable[[str], bool]


def cut(iam: "IAMClient", one: Cut, *, at: datetime, is_needed: _Needed) -> bool:
    """Put the Deny in place and see it there; `False` where there is no such role.

    A Deny that is there already stays as it is, with its moment.  `is_needed` is asked of a
    name, when the role is full, whether a Deny that no session outlives must stay all the same.

    Raises:
        AwsError: IAM refused, did not answer, or keeps something else than was put.
    """
    if stands(iam, one):
        return True
    try:
        _put(iam, one, at, is_needed)
    except Absent:
        return False
    if not stands(iam, one):
        raise AwsError(
            f"the policy {one.policy} of {one.role} in {one.account} is not what was put there",
            remedy="Look who else writes policies of that role, then run the command again.",
            action="iam:GetRolePolicy",
            about=one.role,
        )
    return True


def mend(iam: "IAMClient", one: Cut) -> bool:
    """Take the Deny away and see it gone; `False` where there was none.

    Raises:
        AwsError: IAM refused or did not answer, or the Deny is still there.
    """
    try:
        _delete(iam, one.role, one.policy)
    except Absent:
        return False
    if _document(iam, one.role, one.policy) is not None:
        raise AwsError(
            f"the policy {one.policy} of {one.role} in {one.account} is there again",
            remedy="Look who is revoking them at the same time, then run the command again.",
            action="iam:GetRolePolicy",
            about=one.role,
        )
    return True


def stands(iam: "IAMClient", one: Cut) -> bool:
    """Whether the role holds the Deny, whole and for exactly that name.

    Raises:
        AwsError: IAM refused, or did not answer.
    """
    document = _document(iam, one.role, one.policy)
    moment = None if document is None else revoked_at(document)
    return moment is not None and document == revocation_policy(one.named, at=moment)


def _put(iam: "IAMClient", one: Cut, at: datetime, is_needed: _Needed) -> None:
    text = compact(revocation_policy(one.named, at=at))
    try:
        _write(iam, one, text)
    except AwsError as full:
        if not full.code.startswith(_FULL) or not _made_room(iam, one.role, at, is_needed):
            raise
        _write(iam, one, text)


def _write(iam: "IAMClient", one: Cut, text: str) -> None:
    with calling("iam:PutRolePolicy", about=f"{one.account}/{one.role}"):
        iam.put_role_policy(RoleName=one.role, PolicyName=one.policy, PolicyDocument=text)


def _made_room(iam: "IAMClient", role: str, now: datetime, is_needed: _Needed) -> bool:
    """Take away revocations that have outlived every session; whether there were any."""
    old = [
        policy
        for policy, moment in _revocations(iam, role)
        if now - moment > OUTLIVED and not is_needed(policy.removeprefix(PREFIX))
    ]
    for policy in old:
        try:
            _delete(iam, role, policy)
        except Absent:
            continue  # somebody else makes room at the same time
    return bool(old)


def _revocations(iam: "IAMClient", role: str) -> Iterator[tuple[str, datetime]]:
    with calling("iam:ListRolePolicies", about=role):
        found = list(paged(iam, "list_role_policies", "PolicyNames", RoleName=role))
    for policy in found:
        document = _document(iam, role, policy) if policy.startswith(PREFIX) else None
        moment = None if document is None else revoked_at(document)
        if moment is not None:
            yield policy, moment


def _document(iam: "IAMClient", role: str, policy: str) -> Any | None:
    try:
        with calling("iam:GetRolePolicy", about=role):
            return iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    except Absent:
        return None


def _delete(iam: "IAMClient", role: str, policy: str) -> None:
    with calling("iam:DeleteRolePolicy", about=role):
        iam.delete_role_policy(RoleName=role, PolicyName=policy)
