"""Log groups.

Source: CloudFormation Template Reference, "AWS::Logs::LogGroup"; CloudWatch Logs API Reference.
"""

from collections.abc import Iterable
from typing import Any

from studiogate import names
from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Look,
    Step,
    Turn,
    at,
    by,
    ends,
    made_by,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.tagging import table, tagged, tagging

_GONE = words("ResourceNotFoundException")


def _arn(turn: Turn) -> str:
    partition = names.partition(turn.region)
    return f"arn:{partition}:logs:{turn.region}:{turn.account}:log-group:{turn.id}"


def _retention(turn: Turn) -> Iterable[Ask]:
    days = turn.wanted.get("RetentionInDays")
    whom: dict[str, Any] = {"logGroupName": turn.id}
    if days is None:
        return [Ask("DeleteRetentionPolicy", whom)]
    return [Ask("PutRetentionPolicy", {**whom, "retentionInDays": days})]


def _key(turn: Turn) -> Iterable[Ask]:
    key = turn.wanted.get("KmsKeyId")
    whom: dict[str, Any] = {"logGroupName": turn.id}
    if key is None:
        return [Ask("DisassociateKmsKey", whom)]
    return [Ask("AssociateKmsKey", {**whom, "kmsKeyId": key})]


def _of_this_name(groups: Any, turn: Turn) -> Any:
    """The list is of all whose name begins so."""
    return next((one for one in groups if one.get("logGroupName") == turn.id), None)


LOG_GROUP = ApiKind(
    name="AWS::Logs::LogGroup",
    service="logs",
    properties=words("KmsKeyId LogGroupClass LogGroupName RetentionInDays Tags"),
    replaced_by=words("LogGroupName"),
    fixed=words("LogGroupClass"),
    called=("LogGroupName", 512),
    make=made_by("CreateLogGroup", apart="RetentionInDays", Tags=tagged(table)),
    id=lambda _, turn: str(turn.wanted["LogGroupName"]),
    # The form a resource of a policy has; the API has one without the last two characters too.
    computed={"Arn": lambda turn: f"{_arn(turn)}:*"},
    looks=(
        Look(
            asks=by("DescribeLogGroups", logGroupNamePrefix=this),
            at=at("logGroups"),
            pick=_of_this_name,
            live={
                "KmsKeyId": at("kmsKeyId"),
                "LogGroupClass": lambda one: one.get("logGroupClass", "STANDARD"),
                "RetentionInDays": at("retentionInDays"),
            },
        ),
    ),
    steps=(
        Step(words("RetentionInDays"), _retention, first=True),
        Step(words("KmsKeyId"), _key),
        tagging(
            "TagResource",
            "UntagResource",
            who={"resourceArn": _arn},
            form=table,
            names=("tags", "tagKeys"),
        ),
    ),
    end=ends(by("DeleteLogGroup", logGroupName=this)),
    gone=_GONE,
)

KINDS = (LOG_GROUP,)
