"""Policies that are resources of their own: managed ones, and inline ones of others' roles.

Source: CloudFormation Template Reference, "AWS Identity and Access Management".
"""

from collections.abc import Iterable, Mapping
from typing import Any

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kind import Cloud, Properties
from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Look,
    Step,
    Turn,
    anew,
    at,
    by,
    ends,
    json_text,
    made_by,
    named,
    prop,
    reads,
    text,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.settled import document

_ABSENT = words("NoSuchEntity")
_HOLDERS = {"Groups": "Group", "Roles": "Role", "Users": "User"}


def _holders(properties: Properties) -> list[tuple[str, str]]:
    """Who shall have a policy: `("Role", name)` and so on, in a steady order."""
    return [
        (kind, name) for key, kind in _HOLDERS.items() for name in properties.get(key) or ()
    ]


def _attach_to(turn: Turn) -> Iterable[Ask]:
    wanted, before = _holders(turn.wanted), _holders(turn.before)
    for kind, name in before:
        if (kind, name) not in wanted:
            params = {f"{kind}Name": name, "PolicyArn": turn.id}
            yield Ask(f"Detach{kind}Policy", params, fine=_ABSENT)
    for kind, name in wanted:
        if (kind, name) not in before:
            yield Ask(f"Attach{kind}Policy", {f"{kind}Name": name, "PolicyArn": turn.id})


_MOST_VERSIONS = 5
"""Versions a managed policy may have (IAM User Guide, "IAM and STS quotas")."""


def _new_version(turn: Turn) -> Iterable[Ask]:
    """Another default version; where there are as many as may be, the oldest makes room."""
    old = [one for one in _versions(turn) if not one.get("IsDefaultVersion")]
    if len(_versions(turn)) >= _MOST_VERSIONS:
        oldest = min(old, key=lambda one: int(str(one["VersionId"]).removeprefix("v")))
        yield Ask(
            "DeletePolicyVersion", {"PolicyArn": turn.id, "VersionId": oldest["VersionId"]}
        )
    policy = json_text(turn.wanted["PolicyDocument"])
    said = {"PolicyArn": turn.id, "PolicyDocument": policy, "SetAsDefault": True}
    yield Ask("CreatePolicyVersion", said)


def _versions(turn: Turn) -> list[Mapping[str, Any]]:
    return list((turn.seen or {}).get("Versions", ()))


def _end_policy(turn: Turn) -> Iterable[Ask]:
    yield from _attach_to(Turn(turn.account, turn.region, {}, turn.wanted, turn.id))
    for one in _versions(turn):
        if not one.get("IsDefaultVersion"):
            params = {"PolicyArn": turn.id, "VersionId": one["VersionId"]}
            yield Ask("DeletePolicyVersion", params)
    yield Ask("DeletePolicy", {"PolicyArn": turn.id})


async def _default_version(cloud: Cloud, turn: Turn) -> Mapping[str, Any]:
    policy = (await cloud.call("iam", "GetPolicy", PolicyArn=turn.id))["Policy"]
    version = policy["DefaultVersionId"]
    shown = await cloud.call("iam", "GetPolicyVersion", PolicyArn=turn.id, VersionId=version)
    return {"PolicyDocument": document(shown["PolicyVersion"]["Document"])}


def _entities(kind: str) -> Any:
    return lambda answer: [one[f"{kind}Name"] for one in answer.get(f"Policy{kind}s", ())]


MANAGED_POLICY = ApiKind(
    name="AWS::IAM::ManagedPolicy",
    service="iam",
    properties=words("Description Groups ManagedPolicyName Path PolicyDocument Roles Users"),
    required=words("PolicyDocument"),
    replaced_by=words("Description ManagedPolicyName Path"),
    called=("ManagedPolicyName", 128),
    make=made_by(
        "CreatePolicy",
        apart="Groups Roles Users",
        ManagedPolicyName=named("PolicyName"),
        PolicyDocument=text("PolicyDocument"),
    ),
    id=lambda answer, _: str(answer["Policy"]["Arn"]),
    looks=(
        Look(
            asks=by("GetPolicy", PolicyArn=this),
            at=at("Policy"),
            gone=_ABSENT,
            attributes={"PolicyArn": at("Arn"), **reads("PolicyId DefaultVersionId")},
            live={**reads("Description Path"), "ManagedPolicyName": at("PolicyName")},
        ),
        Look(
            asks=by("ListEntitiesForPolicy", PolicyArn=this),
            live={key: _entities(kind) for key, kind in _HOLDERS.items()},
        ),
    ),
    peek=_default_version,
    steps=(
        Step(
            words("PolicyDocument"),
            _new_version,
            reading=by("ListPolicyVersions", PolicyArn=this),
        ),
        Step(words(" ".join(_HOLDERS)), _attach_to, first=True),
    ),
    end_reading=by("ListPolicyVersions", PolicyArn=this),
    end=_end_policy,
    gone=_ABSENT,
)


def _put_everywhere(turn: Turn) -> Iterable[Ask]:
    """An inline policy on each of its holders; off those that are not its holders any more."""
    wanted = {(*holder, turn.wanted.get("PolicyName")): 0 for holder in _holders(turn.wanted)}
    before = {(*holder, turn.before.get("PolicyName")): 0 for holder in _holders(turn.before)}
    same = turn.before.get("PolicyDocument") == turn.wanted.get("PolicyDocument")
    for kind, name, policy in wanted:
        if not same or (kind, name, policy) not in before:
            said = {f"{kind}Name": name, "PolicyName": policy}
            text_ = json_text(turn.wanted["PolicyDocument"])
            yield Ask(f"Put{kind}Policy", {**said, "PolicyDocument": text_})
    for kind, name, policy in before:
        if (kind, name, policy) not in wanted:
            params = {f"{kind}Name": name, "PolicyName": policy}
            yield Ask(f"Delete{kind}Policy", params, fine=_ABSENT)


def _end_inline(turn: Turn) -> Iterable[Ask]:
    return _put_everywhere(Turn(turn.account, turn.region, {}, turn.wanted, turn.id))


async def _inline_now(cloud: Cloud, turn: Turn) -> Mapping[str, Any] | None:
    """The document at the first of its holders that has another one; gone if one has none."""
    known = turn.wanted
    for kind, name in _holders(known):
        whom = {f"{kind}Name": name, "PolicyName": known["PolicyName"]}
        try:
            shown = await cloud.call("iam", f"Get{kind}Policy", **whom)
        except ApiError as refusal:
            if refusal.code not in _ABSENT:
                raise
            return None
        now = document(shown["PolicyDocument"])
        if now != document(known["PolicyDocument"]):
            return {"PolicyDocument": now}
    return {}


POLICY = ApiKind(
    name="AWS::IAM::Policy",
    service="iam",
    properties=words("Groups PolicyDocument PolicyName Roles Users"),
    required=words("PolicyDocument PolicyName"),
    id=lambda _, turn: str(turn.wanted["PolicyName"]),
    computed={"Id": this},
    peek=_inline_now,
    steps=(
        Step(
            words(f"PolicyDocument PolicyName {' '.join(_HOLDERS)}"),
            _put_everywhere,
            first=True,
        ),
    ),
    end=_end_inline,
    gone=_ABSENT,
)

_ON_ROLE: Mapping[str, Any] = {"RoleName": prop("RoleName"), "PolicyName": prop("PolicyName")}

ROLE_POLICY = ApiKind(
    name="AWS::IAM::RolePolicy",
    service="iam",
    properties=words("PolicyDocument PolicyName RoleName"),
    required=words("PolicyName RoleName"),
    replaced_by=words("PolicyName RoleName"),
    make=made_by("PutRolePolicy", PolicyDocument=text("PolicyDocument")),
    id=lambda _, turn: f"{turn.wanted['PolicyName']}|{turn.wanted['RoleName']}",
    looks=(
        Look(
            asks=by("GetRolePolicy", **_ON_ROLE),
            gone=_ABSENT,
            live={"PolicyDocument": lambda shown: document(shown["PolicyDocument"])},
        ),
    ),
    steps=(
        anew("PolicyDocument", made_by("PutRolePolicy", PolicyDocument=text("PolicyDocument"))),
    ),
    end=ends(by("DeleteRolePolicy", **_ON_ROLE)),
    gone=_ABSENT,
)

KINDS = (MANAGED_POLICY, POLICY, ROLE_POLICY)
