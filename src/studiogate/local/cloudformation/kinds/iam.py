"""Roles with the policies that are their own, and instance profiles.

A role goes with the policies its template gave it; what others hung on it holds it back, as in
IAM.  Source: CloudFormation Template Reference, "AWS Identity and Access Management".
"""

from collections.abc import Iterable, Mapping
from typing import Any

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
    changing,
    json_text,
    made_by,
    reads,
    text,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.settled import document
from studiogate.local.cloudformation.kinds.tagging import pairs, read_pairs, tagged, tagging

_ABSENT = words("NoSuchEntity")


def _inline(properties: Properties) -> dict[str, str]:
    """The inline policies of a role, as text by name."""
    policies = properties.get("Policies") or []
    return {one["PolicyName"]: json_text(one["PolicyDocument"]) for one in policies}


def _inline_changes(turn: Turn) -> Iterable[Ask]:
    wanted, before = _inline(turn.wanted), _inline(turn.before)
    for name in sorted(before.keys() - wanted.keys()):
        params = {"RoleName": turn.id, "PolicyName": name}
        yield Ask("DeleteRolePolicy", params, fine=_ABSENT)
    for name, policy in wanted.items():
        if before.get(name) != policy:
            said = {"RoleName": turn.id, "PolicyName": name, "PolicyDocument": policy}
            yield Ask("PutRolePolicy", said)


def _attached_changes(turn: Turn) -> Iterable[Ask]:
    wanted, before = (
        list(p.get("ManagedPolicyArns") or []) for p in (turn.wanted, turn.before)
    )
    for verb, arns in (
        ("DetachRolePolicy", [arn for arn in before if arn not in wanted]),
        ("AttachRolePolicy", [arn for arn in wanted if arn not in before]),
    ):
        fine = _ABSENT if verb == "DetachRolePolicy" else frozenset[str]()
        for arn in arns:
            yield Ask(verb, {"RoleName": turn.id, "PolicyArn": arn}, fine=fine)


def _boundary(turn: Turn) -> Iterable[Ask]:
    arn = turn.wanted.get("PermissionsBoundary")
    if arn is None:
        return [Ask("DeleteRolePermissionsBoundary", {"RoleName": turn.id}, fine=_ABSENT)]
    params = {"RoleName": turn.id, "PermissionsBoundary": arn}
    return [Ask("PutRolePermissionsBoundary", params)]


def _end_role(turn: Turn) -> Iterable[Ask]:
    nothing = Turn(turn.account, turn.region, {}, turn.wanted, turn.id)
    yield from _inline_changes(nothing)
    yield from _attached_changes(nothing)
    yield Ask("DeleteRole", {"RoleName": turn.id})


async def _policies_of(cloud: Cloud, turn: Turn) -> Mapping[str, Any]:
    """Every inline policy the role has now, whoever put it there."""
    if "Policies" not in turn.wanted:
        return {}
    listed = await cloud.call("iam", "ListRolePolicies", RoleName=turn.id)
    found = []
    for name in listed.get("PolicyNames", ()):
        one = await cloud.call("iam", "GetRolePolicy", RoleName=turn.id, PolicyName=name)
        policy = document(one["PolicyDocument"])
        found.append({"PolicyName": name, "PolicyDocument": policy})
    return {"Policies": found}


ROLE = ApiKind(
    name="AWS::IAM::Role",
    service="iam",
    properties=words(
        "AssumeRolePolicyDocument Description ManagedPolicyArns MaxSessionDuration Path "
        "PermissionsBoundary Policies RoleName Tags"
    ),
    required=words("AssumeRolePolicyDocument"),
    replaced_by=words("Path RoleName"),
    called=("RoleName", 64),
    make=made_by(
        "CreateRole",
        apart="ManagedPolicyArns Policies",
        AssumeRolePolicyDocument=text("AssumeRolePolicyDocument"),
        Tags=tagged(pairs),
    ),
    id=lambda answer, _: str(answer["Role"]["RoleName"]),
    looks=(
        Look(
            asks=by("GetRole", RoleName=this),
            at=at("Role"),
            gone=_ABSENT,
            attributes=reads("Arn RoleId"),
            live={
                **reads("Description MaxSessionDuration Path RoleName"),
                "AssumeRolePolicyDocument": lambda role: document(
                    role["AssumeRolePolicyDocument"]
                ),
                "PermissionsBoundary": at("PermissionsBoundary.PermissionsBoundaryArn"),
                "Tags": read_pairs(),
            },
        ),
        Look(
            asks=by("ListAttachedRolePolicies", RoleName=this),
            live={
                "ManagedPolicyArns": lambda answer: [
                    one["PolicyArn"] for one in answer.get("AttachedPolicies", ())
                ]
            },
        ),
    ),
    peek=_policies_of,
    steps=(
        Step(words("Policies"), _inline_changes, first=True),
        Step(words("ManagedPolicyArns"), _attached_changes, first=True),
        changing(
            "UpdateAssumeRolePolicy",
            "AssumeRolePolicyDocument",
            into={"AssumeRolePolicyDocument": text("PolicyDocument")},
            RoleName=this,
        ),
        # Together: what is not said of a role is taken away.
        anew(
            "Description MaxSessionDuration",
            by(
                "UpdateRole",
                RoleName=this,
                Description=lambda turn: turn.wanted.get("Description", ""),
                MaxSessionDuration=lambda turn: turn.wanted.get("MaxSessionDuration", 3600),
            ),
        ),
        Step(words("PermissionsBoundary"), _boundary),
        tagging("TagRole", "UntagRole", who={"RoleName": this}),
    ),
    end=_end_role,
    gone=_ABSENT,
)


def _member_changes(turn: Turn) -> Iterable[Ask]:
    wanted, before = (list(p.get("Roles") or []) for p in (turn.wanted, turn.before))
    whom = {"InstanceProfileName": turn.id}
    for role in before:
        if role not in wanted:
            params = {**whom, "RoleName": role}
            yield Ask("RemoveRoleFromInstanceProfile", params, fine=_ABSENT)
    for role in wanted:
        if role not in before:
            yield Ask("AddRoleToInstanceProfile", {**whom, "RoleName": role})


def _end_profile(turn: Turn) -> Iterable[Ask]:
    yield from _member_changes(Turn(turn.account, turn.region, {}, turn.wanted, turn.id))
    yield Ask("DeleteInstanceProfile", {"InstanceProfileName": turn.id})


INSTANCE_PROFILE = ApiKind(
    name="AWS::IAM::InstanceProfile",
    service="iam",
    properties=words("InstanceProfileName Path Roles"),
    required=words("Roles"),
    replaced_by=words("InstanceProfileName Path"),
    called=("InstanceProfileName", 128),
    make=made_by("CreateInstanceProfile", apart="Roles"),
    id=lambda answer, _: str(answer["InstanceProfile"]["InstanceProfileName"]),
    looks=(
        Look(
            asks=by("GetInstanceProfile", InstanceProfileName=this),
            at=at("InstanceProfile"),
            gone=_ABSENT,
            attributes=reads("Arn"),
            live={
                **reads("InstanceProfileName Path"),
                "Roles": lambda one: [role["RoleName"] for role in one.get("Roles", ())],
            },
        ),
    ),
    steps=(Step(words("Roles"), _member_changes, first=True),),
    end=_end_profile,
    gone=_ABSENT,
)

KINDS = (ROLE, INSTANCE_PROFILE)
