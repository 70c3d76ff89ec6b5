"""Stages: the names under which deployments are served, and what is logged there."""

import re
from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiCall
from studiogate.local.rest_apis import patching
from studiogate.local.rest_apis.patching import flag, number, text
from studiogate.local.rest_apis.store import (
    Api,
    RestApis,
    Thing,
    conflict,
    known,
    wrong,
)

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}\Z")
_VARIABLE = re.compile(r"[A-Za-z0-9._~:/?#&=,-]*\Z")
_DESTINATION = re.compile(
    r"arn:aws[a-z-]*:logs:[a-z0-9-]+:[0-9]{12}:log-group:[^:*]+(:\*)?\Z"
    r"|arn:aws[a-z-]*:firehose:[a-z0-9-]+:[0-9]{12}:deliverystream/amazon-apigateway-.+\Z"
)
_LEVELS = frozenset({"OFF", "ERROR", "INFO"})

STAGES = frozenset(
    {
        *("restApiId", "stageName", "deploymentId", "description", "variables"),
        *("documentationVersion", "tracingEnabled", "tags"),
    }
)
_SETTINGS: Mapping[tuple[str, str], tuple[str, type]] = {
    ("caching", "dataEncrypted"): ("cacheDataEncrypted", bool),
    ("caching", "enabled"): ("cachingEnabled", bool),
    ("caching", "ttlInSeconds"): ("cacheTtlInSeconds", int),
    ("logging", "dataTrace"): ("dataTraceEnabled", bool),
    ("logging", "loglevel"): ("loggingLevel", str),
    ("metrics", "enabled"): ("metricsEnabled", bool),
    ("throttling", "burstLimit"): ("throttlingBurstLimit", int),
    ("throttling", "rateLimit"): ("throttlingRateLimit", float),
}
"""What can be set for a method of a stage, by the last two parts of its path."""

_NAMED_BY = 2


def create_stage(store: RestApis, call: ApiCall) -> Thing:
    """A name under which a deployment is served."""
    api, asked = store.get(call), call.params
    if asked["stageName"] in api.stages:
        raise conflict("Stage already exists")
    if asked["deploymentId"] not in api.deployments:
        raise wrong("Invalid Deployment identifier specified")
    said = {name: asked[name] for name in STAGES - {"restApiId"} if name in asked}
    return add_stage(store, api, said)


def add_stage(store: RestApis, api: Api, said: Mapping[str, Any]) -> Thing:
    """A new stage of `api` with the members `said`.

    Raises:
        ApiError: BadRequestException: a name, or a variable, that cannot be.
    """
    if not _NAME.match(said["stageName"]):
        raise wrong("Stage name only allows a-zA-Z0-9-_")
    _check_variables(said.get("variables") or {})
    now = store.clock()
    made: Thing = {
        "cacheClusterEnabled": False,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "tracingEnabled": False,
        "tags": {},
        "variables": {},
        **said,
        "methodSettings": {},
        "createdDate": now,
        "lastUpdatedDate": now,
    }
    api.stages[made["stageName"]] = made
    return made


def _check_variables(variables: Mapping[str, str]) -> None:
    if any(not _VARIABLE.match(value) for value in variables.values()):
        raise wrong("Stage variable values allow letters, digits and -._~:/?#&=, only.")


def get_stage(store: RestApis, call: ApiCall) -> Thing:
    """One stage."""
    found = store.get(call).stages
    return known(found, call.params["stageName"], "Invalid stage identifier specified")


def get_stages(store: RestApis, call: ApiCall) -> Thing:
    """Every stage."""
    return {"item": list(store.get(call).stages.values())}


_PATHS = {
    "description": text("description"),
    "documentationVersion": text("documentationVersion"),
    "tracingEnabled": flag("tracingEnabled"),
}


def update_stage(store: RestApis, call: ApiCall) -> Thing:
    """A stage changed: all that is asked for, or nothing."""
    api, found = store.get(call), get_stage(store, call)
    methods = {where: dict(one) for where, one in found["methodSettings"].items()}
    draft = {**found, "methodSettings": methods, "variables": dict(found["variables"])}
    for operation, parts, value in patching.patches(call):
        _change(api, draft, parts, None if operation == "remove" else value)
    logs = draft.get("accessLogSettings") or {}
    levels = {one.get("loggingLevel", "OFF") for one in draft["methodSettings"].values()}
    account = store.account(call.account, call.region)
    if (logs or levels - {"OFF"}) and not account.get("cloudwatchRoleArn"):
        raise wrong(
            "CloudWatch Logs role ARN must be set in account settings to enable logging"
        )
    _check_variables(draft["variables"])
    draft["lastUpdatedDate"] = store.clock()
    found.clear()
    found.update(draft)
    return found


def _change(api: Api, draft: Thing, parts: list[str], value: str | None) -> None:
    match parts:
        case ["deploymentId"]:
            if value not in api.deployments:
                raise wrong("Invalid Deployment identifier specified")
            draft["deploymentId"] = value
        case ["variables", name]:
            text(name)(draft["variables"], value)
        case ["accessLogSettings", *rest]:
            _log(draft, rest, value)
        case [resource, verb, *rest] if resource == "*" or resource.startswith("/"):
            _set_method(draft["methodSettings"], _where(resource, verb), rest, value)
        case [name] if name in _PATHS:
            _PATHS[name](draft, value)
        case _:
            raise patching.no_path(parts, {**_PATHS, "deploymentId": None})


def _log(draft: Thing, parts: list[str], value: str | None) -> None:
    if not parts and value is None:
        draft.pop("accessLogSettings", None)
        return
    if parts not in (["destinationArn"], ["format"]) or not value:
        raise wrong(f"Invalid patch path /accessLogSettings/{'/'.join(parts)}")
    if parts == ["destinationArn"] and not _DESTINATION.match(value):
        raise wrong("Invalid ARN specified in the request")
    draft["accessLogSettings"] = {**draft.get("accessLogSettings", {}), parts[0]: value}


def _set_method(settings: Thing, where: str, parts: list[str], value: str | None) -> None:
    if not parts and value is None:
        settings.pop(where, None)
        return
    setting = _SETTINGS.get((parts[0], parts[-1])) if len(parts) == _NAMED_BY else None
    if setting is None:
        raise wrong(f"Invalid method setting path: {where}/{'/'.join(parts)}")
    _set(settings.setdefault(where, {}), *setting, value)


def _where(resource: str, verb: str) -> str:
    """A method as answers name it: `*/*`, or the path, its slashes escaped, and the verb."""
    return f"{resource.removeprefix('/').replace('/', '~1')}/{verb}"


def _set(setting: Thing, name: str, kind: type, value: str | None) -> None:
    if value is None:
        setting.pop(name, None)
    elif kind is bool:
        flag(name)(setting, value)
    elif kind is int:
        number(name)(setting, value)
    elif kind is float:
        try:
            setting[name] = float(value)
        except ValueError as exc:
            raise wrong(f"Invalid number '{value}' for {name}") from exc
    elif value not in _LEVELS:
        raise wrong(f"Invalid value '{value}' for logging level: OFF, ERROR or INFO.")
    else:
        setting[name] = value


def delete_stage(store: RestApis, call: ApiCall) -> Thing:
    """A stage gone."""
    del store.get(call).stages[get_stage(store, call)["stageName"]]
    return {}
