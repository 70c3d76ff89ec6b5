"""Lambda functions, who may call them, versions and aliases.

Source: CloudFormation Template Reference, "AWS Lambda"; Lambda API Reference.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Look,
    State,
    Step,
    Turn,
    at,
    attribute,
    by,
    changing,
    ends,
    made_by,
    prop,
    reads,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.tagging import table, tagged, tagging

_GONE = words("ResourceNotFoundException")
_SETTINGS = (
    "DeadLetterConfig Description Environment EphemeralStorage Handler KmsKeyArn Layers "
    "LoggingConfig MemorySize Role Runtime Timeout TracingConfig VpcConfig"
)
_DEFAULTS: Mapping[str, Any] = {
    "Description": "",
    "Environment": {"Variables": {}},
    "EphemeralStorage": {"Size": 512},
    "KmsKeyArn": "",
    "Layers": [],
    "MemorySize": 128,
    "Timeout": 3,
    "TracingConfig": {"Mode": "PassThrough"},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
}
"""What a setting goes back to when a template drops it (Lambda API Reference)."""


def _code(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Code comes from S3: CloudFormation would pack text into an archive, and adds to it."""
    if "ZipFile" in value or "ImageUri" in value:
        raise ApiError(
            "ValidationError",
            "AWS::Lambda::Function: this emulation takes Code from S3Bucket and S3Key only.",
        )
    return value


_INTO: Mapping[str, Any] = {"Code": lambda value: {"Code": _code(value)}}


def _code_changes(turn: Turn) -> Iterable[Ask]:
    said = {"FunctionName": turn.id, **_code(turn.wanted["Code"])}
    if turn.wanted.get("Architectures"):
        said["Architectures"] = turn.wanted["Architectures"]
    return [Ask("UpdateFunctionCode", said)]


def _concurrency(turn: Turn) -> Iterable[Ask]:
    most = turn.wanted.get("ReservedConcurrentExecutions")
    whom: dict[str, Any] = {"FunctionName": turn.id}
    if most is None:
        return [Ask("DeleteFunctionConcurrency", whom)]
    return [Ask("PutFunctionConcurrency", {**whom, "ReservedConcurrentExecutions": most})]


def _vpc(configuration: Mapping[str, Any]) -> Any:
    found = configuration["Configuration"].get("VpcConfig") or {}
    return {name: found.get(name, []) for name in ("SubnetIds", "SecurityGroupIds")}


FUNCTION = ApiKind(
    name="AWS::Lambda::Function",
    service="lambda",
    properties=words(
        f"{_SETTINGS} Architectures Code FunctionName PackageType "
        "ReservedConcurrentExecutions Tags"
    ),
    required=words("Code Role"),
    replaced_by=words("FunctionName PackageType"),
    called=("FunctionName", 64),
    make=made_by(
        "CreateFunction", apart="ReservedConcurrentExecutions", Tags=tagged(table), **_INTO
    ),
    id=lambda answer, _: str(answer["FunctionName"]),
    looks=(
        Look(
            asks=by("GetFunction", FunctionName=this),
            gone=_GONE,
            attributes={"Arn": at("Configuration.FunctionArn")},
            live={
                **{
                    name: at(f"Configuration.{name}")
                    for name in words(_SETTINGS) - words("KmsKeyArn Layers")
                },
                "KmsKeyArn": at("Configuration.KMSKeyArn"),
                "Layers": lambda answer: [
                    one["Arn"] for one in answer["Configuration"].get("Layers") or ()
                ],
                "VpcConfig": _vpc,
                "ReservedConcurrentExecutions": at("Concurrency.ReservedConcurrentExecutions"),
            },
            state=State(
                at=at("Configuration.State"),
                ready=words("Active Inactive"),
                waiting=words("Pending"),
                why=at("Configuration.StateReason"),
            ),
        ),
    ),
    steps=(
        Step(words("ReservedConcurrentExecutions"), _concurrency, first=True),
        changing(
            "UpdateFunctionConfiguration", _SETTINGS, without=_DEFAULTS, FunctionName=this
        ),
        Step(words("Architectures Code"), _code_changes),
        tagging("TagResource", "UntagResource", who={"Resource": attribute("Arn")}, form=table),
    ),
    end=ends(by("DeleteFunction", FunctionName=this)),
    gone=_GONE,
)

_WHO_MAY = (
    "Action EventSourceToken FunctionName FunctionUrlAuthType Principal PrincipalOrgID "
    "SourceAccount SourceArn"
)

PERMISSION = ApiKind(
    name="AWS::Lambda::Permission",
    service="lambda",
    properties=words(_WHO_MAY),
    required=words("Action FunctionName Principal"),
    replaced_by=words(_WHO_MAY),
    # Not a property: CloudFormation makes the statement's id up, always.
    called=("StatementId", 100),
    make=made_by("AddPermission"),
    id=lambda _, turn: str(turn.wanted["StatementId"]),
    computed={"Id": this},
    end=ends(by("RemovePermission", FunctionName=prop("FunctionName"), StatementId=this)),
    gone=_GONE,
)

VERSION = ApiKind(
    name="AWS::Lambda::Version",
    service="lambda",
    properties=words("CodeSha256 Description FunctionName"),
    required=words("FunctionName"),
    replaced_by=words("CodeSha256 Description FunctionName"),
    make=made_by("PublishVersion"),
    id=lambda answer, _: str(answer["FunctionArn"]),
    kept=reads("FunctionArn Version"),
    end=ends(
        by("DeleteFunction", FunctionName=prop("FunctionName"), Qualifier=attribute("Version"))
    ),
    gone=_GONE,
)


def _routing(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """A template lists the versions and their weights; the calls have a table of them."""
    weights = {
        one["FunctionVersion"]: one["FunctionWeight"]
        for one in value.get("AdditionalVersionWeights", ())
    }
    return {"RoutingConfig": {"AdditionalVersionWeights": weights}}


_ALIAS: Mapping[str, Any] = {"FunctionName": prop("FunctionName"), "Name": prop("Name")}

ALIAS = ApiKind(
    name="AWS::Lambda::Alias",
    service="lambda",
    properties=words("Description FunctionName FunctionVersion Name RoutingConfig"),
    required=words("FunctionName FunctionVersion Name"),
    replaced_by=words("FunctionName Name"),
    make=made_by("CreateAlias", RoutingConfig=_routing),
    id=lambda answer, _: str(answer["AliasArn"]),
    computed={"AliasArn": this},
    looks=(
        Look(
            asks=by("GetAlias", **_ALIAS),
            gone=_GONE,
            live=reads("Description FunctionVersion Name"),
        ),
    ),
    steps=(
        changing(
            "UpdateAlias",
            "Description FunctionVersion RoutingConfig",
            into={"RoutingConfig": _routing},
            without={"Description": "", "RoutingConfig": {}},
            **_ALIAS,
        ),
    ),
    end=ends(by("DeleteAlias", **_ALIAS)),
    gone=_GONE,
)

KINDS = (FUNCTION, PERMISSION, VERSION, ALIAS)
