"""The stage of a REST API: which deployment it shows, what it logs, how much it lets through.

Its settings are written as paths, `/{resource}/{method}/{setting}`, where slashes inside a
resource's path are escaped as in a JSON pointer.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from studiogate import names
from studiogate.local.cloudformation.kind import Properties
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
    prop,
    words,
)
from studiogate.local.cloudformation.kinds.patches import patch, patching
from studiogate.local.cloudformation.kinds.tagging import table, tagged, tagging

_STAGE: Mapping[str, Any] = {"restApiId": prop("RestApiId"), "stageName": prop("StageName")}

_SETTINGS = {
    "CacheDataEncrypted": "caching/dataEncrypted",
    "CacheTtlInSeconds": "caching/ttlInSeconds",
    "CachingEnabled": "caching/enabled",
    "DataTraceEnabled": "logging/dataTrace",
    "LoggingLevel": "logging/loglevel",
    "MetricsEnabled": "metrics/enabled",
    "ThrottlingBurstLimit": "throttling/burstLimit",
    "ThrottlingRateLimit": "throttling/rateLimit",
}
_LOG = {
    "DestinationArn": "/accessLogSettings/destinationArn",
    "Format": "/accessLogSettings/format",
}


def _updated(turn: Turn, patches: list[dict[str, str]]) -> Iterable[Ask]:
    if not patches:
        return []
    whom = {name: of(turn) for name, of in _STAGE.items()}
    return [Ask("UpdateStage", {**whom, "patchOperations": patches})]


def _log_changes(turn: Turn) -> Iterable[Ask]:
    setting = turn.wanted.get("AccessLogSetting")
    if setting is None:
        return _updated(turn, [patch("remove", "/accessLogSettings")])
    said = [
        patch("replace", path, setting[name]) for name, path in _LOG.items() if name in setting
    ]
    return _updated(turn, said)


def _methods(properties: Properties) -> dict[str, dict[str, Any]]:
    """The settings by the path of the method they are for."""
    return {
        _where(one): {name: one[name] for name in _SETTINGS if name in one}
        for one in properties.get("MethodSettings") or ()
    }


def _where(setting: Mapping[str, Any]) -> str:
    resource = str(setting.get("ResourcePath", "/*")).removeprefix("/")
    escaped = resource.replace("~", "~0").replace("/", "~1") or "~1"
    method = setting.get("HttpMethod", "*")
    return f"/{'*' if escaped == '*' else _rooted(escaped)}/{method}"


def _rooted(escaped: str) -> str:
    return escaped if escaped.startswith("~1") else f"~1{escaped}"


def _setting_changes(turn: Turn) -> Iterable[Ask]:
    wanted, before = _methods(turn.wanted), _methods(turn.before)
    said = [patch("remove", where) for where in before if where not in wanted]
    for where, settings in wanted.items():
        said += [
            patch("replace", f"{where}/{_SETTINGS[name]}", value)
            for name, value in settings.items()
            if before.get(where, {}).get(name) != value
        ]
    return _updated(turn, said)


def _variable_changes(turn: Turn) -> Iterable[Ask]:
    wanted, before = (p.get("Variables") or {} for p in (turn.wanted, turn.before))
    said = [patch("remove", f"/variables/{name}") for name in before if name not in wanted]
    said += [
        patch("replace", f"/variables/{name}", value)
        for name, value in wanted.items()
        if before.get(name) != value
    ]
    return _updated(turn, said)


def _arn(turn: Turn) -> str:
    api, stage = (turn.wanted[name] for name in ("RestApiId", "StageName"))
    partition = names.partition(turn.region)
    return f"arn:{partition}:apigateway:{turn.region}::/restapis/{api}/stages/{stage}"


STAGE = ApiKind(
    name="AWS::ApiGateway::Stage",
    service="apigateway",
    properties=words(
        "AccessLogSetting DeploymentId Description MethodSettings RestApiId StageName Tags "
        "TracingEnabled Variables"
    ),
    required=words("RestApiId"),
    replaced_by=words("RestApiId StageName"),
    make=made_by(
        "CreateStage", apart="AccessLogSetting MethodSettings", Tags=tagged(table, "tags")
    ),
    id=lambda answer, _: str(answer["stageName"]),
    looks=(
        Look(
            asks=by("GetStage", **_STAGE),
            gone=words("NotFoundException"),
            live={
                "AccessLogSetting": lambda stage: {
                    "DestinationArn": at("accessLogSettings.destinationArn")(stage),
                    "Format": at("accessLogSettings.format")(stage),
                },
                "DeploymentId": at("deploymentId"),
                "Description": at("description"),
                "TracingEnabled": at("tracingEnabled"),
                "Variables": at("variables"),
            },
        ),
    ),
    steps=(
        Step(words("AccessLogSetting"), _log_changes, first=True),
        Step(words("MethodSettings"), _setting_changes, first=True),
        patching(
            "UpdateStage",
            {
                "DeploymentId": "/deploymentId",
                "Description": "/description",
                "TracingEnabled": "/tracingEnabled",
            },
            **_STAGE,
        ),
        Step(words("Variables"), _variable_changes),
        tagging(
            "TagResource",
            "UntagResource",
            who={"resourceArn": _arn},
            form=table,
            names=("tags", "tagKeys"),
        ),
    ),
    end=ends(by("DeleteStage", **_STAGE)),
    gone=words("NotFoundException"),
)

KINDS = (STAGE,)
