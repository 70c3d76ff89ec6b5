"""Keys that encrypt, and their aliases.

A key is never gone at once: its deletion is scheduled.  Source: CloudFormation Template
Reference, "AWS::KMS::Key"; KMS API Reference.
"""

from collections.abc import Iterable, Mapping
from typing import Any

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
    ends,
    made_by,
    prop,
    reads,
    text,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.settled import document
from studiogate.local.cloudformation.kinds.tagging import key_pairs, tagged, tagging

_PENDING_DAYS = 30
"""Days until a key is gone when the template says nothing."""


def _rotation(turn: Turn) -> Iterable[Ask]:
    if str(turn.wanted.get("EnableKeyRotation", "false")).lower() != "true":
        return [Ask("DisableKeyRotation", {"KeyId": turn.id})] if turn.before else []
    days = turn.wanted.get("RotationPeriodInDays")
    period = {} if days is None else {"RotationPeriodInDays": days}
    return [Ask("EnableKeyRotation", {"KeyId": turn.id, **period})]


def _switch(turn: Turn) -> Iterable[Ask]:
    on = str(turn.wanted.get("Enabled", "true")).lower() == "true"
    if on and not turn.before:
        return []
    return [Ask("EnableKey" if on else "DisableKey", {"KeyId": turn.id})]


def _end(turn: Turn) -> Iterable[Ask]:
    days = turn.wanted.get("PendingWindowInDays", _PENDING_DAYS)
    params = {"KeyId": turn.id, "PendingWindowInDays": days}
    return [Ask("ScheduleKeyDeletion", params)]


def _there(answer: Mapping[str, Any]) -> Any:
    """A key whose deletion is scheduled is as good as gone."""
    key = answer["KeyMetadata"]
    return None if key.get("KeyState") == "PendingDeletion" else key


def _tags(answer: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"Key": t["TagKey"], "Value": t["TagValue"]} for t in answer.get("Tags", ())]


_POLICY: Mapping[str, Any] = {"KeyPolicy": text("Policy")}

KEY = ApiKind(
    name="AWS::KMS::Key",
    service="kms",
    properties=words(
        "Description EnableKeyRotation Enabled KeyPolicy KeySpec KeyUsage MultiRegion "
        "PendingWindowInDays RotationPeriodInDays Tags"
    ),
    fixed=words("KeySpec KeyUsage MultiRegion"),
    inert=words("PendingWindowInDays"),
    make=made_by(
        "CreateKey",
        apart="EnableKeyRotation Enabled PendingWindowInDays RotationPeriodInDays",
        Tags=tagged(key_pairs),
        **_POLICY,
    ),
    id=lambda answer, _: str(answer["KeyMetadata"]["KeyId"]),
    looks=(
        Look(
            asks=by("DescribeKey", KeyId=this),
            at=_there,
            gone=words("NotFoundException"),
            attributes=reads("Arn KeyId"),
            live=reads("Description Enabled KeySpec KeyUsage MultiRegion"),
        ),
        Look(
            asks=by("GetKeyPolicy", KeyId=this, PolicyName="default"),
            live={"KeyPolicy": lambda answer: document(answer["Policy"])},
        ),
        Look(
            asks=by("GetKeyRotationStatus", KeyId=this),
            live={"EnableKeyRotation": at("KeyRotationEnabled")},
        ),
        Look(asks=by("ListResourceTags", KeyId=this), live={"Tags": _tags}),
    ),
    steps=(
        Step(words("EnableKeyRotation RotationPeriodInDays"), _rotation, first=True),
        Step(words("Enabled"), _switch, first=True),
        changing("PutKeyPolicy", "KeyPolicy", into=_POLICY, KeyId=this, PolicyName="default"),
        changing(
            "UpdateKeyDescription", "Description", without={"Description": ""}, KeyId=this
        ),
        tagging("TagResource", "UntagResource", who={"KeyId": this}, form=key_pairs),
    ),
    end=_end,
    # A key that is on its way out already is refused as being in the wrong state.
    gone=words("NotFoundException KMSInvalidStateException"),
)

ALIAS = ApiKind(
    name="AWS::KMS::Alias",
    service="kms",
    properties=words("AliasName TargetKeyId"),
    required=words("AliasName TargetKeyId"),
    replaced_by=words("AliasName"),
    make=made_by("CreateAlias"),
    id=lambda _, turn: str(turn.wanted["AliasName"]),
    looks=(
        Look(
            asks=by("DescribeKey", KeyId=this),
            at=at("KeyMetadata"),
            gone=words("NotFoundException"),
        ),
    ),
    steps=(
        anew("TargetKeyId", by("UpdateAlias", AliasName=this, TargetKeyId=prop("TargetKeyId"))),
    ),
    end=ends(by("DeleteAlias", AliasName=this)),
    gone=words("NotFoundException"),
)

KINDS = (KEY, ALIAS)
