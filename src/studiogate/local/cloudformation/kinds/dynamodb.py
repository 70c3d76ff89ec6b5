"""DynamoDB tables.

Recovery points and expiry are calls of their own; a protected table refuses to go.  Source:
CloudFormation Template Reference, "AWS::DynamoDB::Table"; DynamoDB API Reference.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from studiogate import names
from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Look,
    State,
    Step,
    Turn,
    at,
    by,
    changing,
    ends,
    made_by,
    reads,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.tagging import pairs, tagged, tagging

_GONE = words("ResourceNotFoundException")
_OFF = {"PointInTimeRecoveryEnabled": False}
_IN_UPDATE = (
    "BillingMode DeletionProtectionEnabled OnDemandThroughput ProvisionedThroughput "
    "SSESpecification StreamSpecification TableClass"
)


def _encryption(value: Mapping[str, Any]) -> Mapping[str, Any]:
    said = {"Enabled" if name == "SSEEnabled" else name: one for name, one in value.items()}
    return {"SSESpecification": said}


def _stream(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"StreamSpecification": {"StreamEnabled": True, **value}}


_INTO: Mapping[str, Any] = {"SSESpecification": _encryption, "StreamSpecification": _stream}


def _table_changes(turn: Turn) -> Iterable[Ask]:
    """One change a call: DynamoDB takes an index, a stream or a key alone."""
    step = {
        name: changing(
            "UpdateTable",
            name,
            into=_INTO,
            without={
                "DeletionProtectionEnabled": False,
                "SSESpecification": {"SSEEnabled": False},
                "BillingMode": "PROVISIONED",
                "TableClass": "STANDARD",
            },
            TableName=this,
        )
        for name in sorted(words(_IN_UPDATE) - words("BillingMode ProvisionedThroughput"))
    }
    # What is paid for, and how much of it, cannot be said apart.
    paid = changing("UpdateTable", "BillingMode ProvisionedThroughput", TableName=this)
    for one in (paid, *step.values()):
        yield from one.asks(turn)


def _index_changes(turn: Turn) -> Iterable[Ask]:
    """An index at a time goes, then comes; DynamoDB cannot change its key."""
    name = "GlobalSecondaryIndexes"
    wanted, before = (
        {one["IndexName"]: one for one in p.get(name) or ()} for p in (turn.wanted, turn.before)
    )
    attributes = turn.wanted.get("AttributeDefinitions")
    for index in sorted(before):
        if before[index] != wanted.get(index):
            said = [{"Delete": {"IndexName": index}}]
            yield Ask(
                "UpdateTable", {"TableName": turn.id, "GlobalSecondaryIndexUpdates": said}
            )
    for index, one in wanted.items():
        if before.get(index) != one:
            made: dict[str, Any] = {"GlobalSecondaryIndexUpdates": [{"Create": one}]}
            more = {"AttributeDefinitions": attributes} if attributes else {}
            yield Ask("UpdateTable", {"TableName": turn.id, **made, **more})


def _recovery(turn: Turn) -> Iterable[Ask]:
    said = turn.wanted.get("PointInTimeRecoverySpecification") or _OFF
    params = {"TableName": turn.id, "PointInTimeRecoverySpecification": said}
    return [Ask("UpdateContinuousBackups", params)]


def _expiry(turn: Turn) -> Iterable[Ask]:
    """Items expire by one attribute; another one first needs the old one switched off."""
    wanted, before = (
        p.get("TimeToLiveSpecification") or {} for p in (turn.wanted, turn.before)
    )
    said = []
    if before.get("Enabled") and wanted.get("AttributeName") != before.get("AttributeName"):
        said.append({"Enabled": False, "AttributeName": before["AttributeName"]})
    if wanted and (wanted.get("Enabled") or before.get("Enabled")):
        said.append(wanted)
    return [
        Ask("UpdateTimeToLive", {"TableName": turn.id, "TimeToLiveSpecification": one})
        for one in said
    ]


def _arn(turn: Turn) -> str:
    partition = names.partition(turn.region)
    return f"arn:{partition}:dynamodb:{turn.region}:{turn.account}:table/{turn.id}"


TABLE = ApiKind(
    name="AWS::DynamoDB::Table",
    service="dynamodb",
    properties=words(
        f"{_IN_UPDATE} AttributeDefinitions GlobalSecondaryIndexes KeySchema "
        "LocalSecondaryIndexes PointInTimeRecoverySpecification TableName Tags "
        "TimeToLiveSpecification"
    ),
    required=words("KeySchema"),
    replaced_by=words("KeySchema TableName"),
    fixed=words("LocalSecondaryIndexes"),
    # They say what the attributes of the keys are: a change comes with an index.
    inert=words("AttributeDefinitions"),
    called=("TableName", 255),
    make=made_by(
        "CreateTable",
        apart="PointInTimeRecoverySpecification TimeToLiveSpecification",
        Tags=tagged(pairs),
        **_INTO,
    ),
    id=lambda answer, _: str(answer["TableDescription"]["TableName"]),
    looks=(
        Look(
            asks=by("DescribeTable", TableName=this),
            at=at("Table"),
            gone=_GONE,
            attributes={"Arn": at("TableArn"), "StreamArn": at("LatestStreamArn")},
            live={
                **reads("DeletionProtectionEnabled KeySchema TableName"),
                "BillingMode": lambda table: (
                    at("BillingModeSummary.BillingMode")(table) or "PROVISIONED"
                ),
                "SSESpecification": lambda table: {
                    "SSEEnabled": at("SSEDescription.Status")(table) in {"ENABLED", "UPDATING"},
                    "SSEType": at("SSEDescription.SSEType")(table),
                    "KMSMasterKeyId": at("SSEDescription.KMSMasterKeyArn")(table),
                },
            },
            state=State(
                at=at("TableStatus"),
                ready=words("ACTIVE"),
                waiting=words("CREATING UPDATING"),
            ),
        ),
        Look(
            asks=by("DescribeContinuousBackups", TableName=this),
            at=at("ContinuousBackupsDescription.PointInTimeRecoveryDescription"),
            live={
                "PointInTimeRecoverySpecification": lambda one: {
                    "PointInTimeRecoveryEnabled": one["PointInTimeRecoveryStatus"] == "ENABLED"
                }
            },
        ),
        Look(
            asks=by("DescribeTimeToLive", TableName=this),
            at=at("TimeToLiveDescription"),
            live={
                "TimeToLiveSpecification": lambda one: {
                    "AttributeName": one.get("AttributeName"),
                    "Enabled": one["TimeToLiveStatus"] in {"ENABLED", "ENABLING"},
                }
            },
        ),
    ),
    steps=(
        Step(words("PointInTimeRecoverySpecification"), _recovery, first=True),
        Step(words("TimeToLiveSpecification"), _expiry, first=True),
        Step(words(_IN_UPDATE), _table_changes),
        Step(words("GlobalSecondaryIndexes"), _index_changes),
        tagging("TagResource", "UntagResource", who={"ResourceArn": _arn}),
    ),
    end=ends(by("DeleteTable", TableName=this)),
    gone=_GONE,
    lingers=True,
)

KINDS = (TABLE,)
