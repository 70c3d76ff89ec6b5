"""REST APIs themselves: what kind, for whom; and the account's one setting.

The resource policy of an API cannot name the API, whose id is not known before; so
`execute-api:/…` in it is written out, with the API's own ARN, when it is taken (Developer
Guide, "API Gateway resource policy examples").
"""

import json
from typing import Any

from studiogate.errors import PolicyError
from studiogate.local.call import ApiCall, ApiError
from studiogate.local.front.protocols import json_object
from studiogate.local.iam import entities
from studiogate.local.iam.reading import read
from studiogate.local.rest_apis import patching
from studiogate.local.rest_apis.patching import flag, number, text
from studiogate.local.rest_apis.store import Api, RestApis, Thing, new_id, wrong
from studiogate.policy.evaluate import Effect, verdict
from studiogate.policy.language import Kind, parse
from studiogate.policy.request import Principal, Request

_TYPES = frozenset({"EDGE", "PRIVATE", "REGIONAL"})
_OWN = "execute-api:/"
_SERVICE = "apigateway.amazonaws.com"
_LONGEST_POLICY = 8192

CREATES = frozenset(
    {
        *("name", "description", "version", "binaryMediaTypes", "minimumCompressionSize"),
        *("apiKeySource", "endpointConfiguration", "policy", "tags"),
        "disableExecuteApiEndpoint",
    }
)


def create_rest_api(store: RestApis, call: ApiCall) -> Thing:
    """A new API with nothing but its root."""
    asked = {name: call.params[name] for name in CREATES if name in call.params}
    said = asked.pop("policy", None)
    endpoints = asked.pop("endpointConfiguration", {"types": ["EDGE"]})
    about = {
        "apiKeySource": "HEADER",
        "tags": {},
        "disableExecuteApiEndpoint": False,
        **asked,
        "id": store.next_id(),
        "createdDate": store.clock(),
        "rootResourceId": new_id(),
        "endpointConfiguration": _endpoints(endpoints),
    }
    if not str(about["name"]).strip():
        raise wrong("API name must be specified")
    api = Api(call.account, call.region, about)
    root = about["rootResourceId"]
    api.resources[root] = {"id": root, "path": "/", "resourceMethods": {}}
    api.policy = _policy(api, said)
    store.add(api)
    return shown(api)


def _endpoints(said: Thing) -> Thing:
    types = said.get("types") or ["EDGE"]
    if len(types) != 1 or types[0] not in _TYPES:
        raise wrong("An API has one endpoint type: EDGE, REGIONAL or PRIVATE.")
    ids = said.get("vpcEndpointIds") or []
    if ids and types != ["PRIVATE"]:
        raise wrong("VPCEndpoints can only be specified with PRIVATE apis.")
    if len(set(ids)) < len(ids):
        raise wrong("Duplicate VPC endpoint ids.")
    family = said.get("ipAddressType", "dualstack" if types == ["PRIVATE"] else "ipv4")
    return {
        "types": list(types),
        "ipAddressType": family,
        **({"vpcEndpointIds": list(ids)} if ids else {}),
    }


def _policy(api: Api, said: str | None) -> str | None:
    """The policy, written out; none for an empty text."""
    if not said:
        return None
    invalid = wrong(
        "Invalid policy document. Please check the policy syntax and ensure that Principals "
        "are valid."
    )
    if len(said.encode()) > _LONGEST_POLICY:
        raise invalid
    try:
        written = _written_out(json_object(said.encode()), api.arn)
        parse(written, kind=Kind.RESOURCE, name=api.id)
    except (ApiError, PolicyError) as exc:
        raise invalid from exc
    return json.dumps(written, separators=(",", ":"))


def _written_out(value: Any, arn: str) -> Any:
    if isinstance(value, dict):
        return {name: _written_out(one, arn) for name, one in value.items()}
    if isinstance(value, list):
        return [_written_out(one, arn) for one in value]
    own = isinstance(value, str) and value.startswith(_OWN)
    return f"{arn}/{value.removeprefix(_OWN)}" if own else value


def shown(api: Api) -> Thing:
    """The API as answers have it; its policy with every quote escaped, as API Gateway does."""
    escaped = None if api.policy is None else json.dumps(api.policy)[1:-1]
    return {**api.about, **({"policy": escaped} if escaped else {})}


def get_rest_api(store: RestApis, call: ApiCall) -> Thing:
    """One API."""
    return shown(store.get(call))


def get_rest_apis(store: RestApis, call: ApiCall) -> Thing:
    """Every API of the account."""
    return {"items": [shown(api) for api in store.of(call.account, call.region)]}


def delete_rest_api(store: RestApis, call: ApiCall) -> Thing:
    """An API and all that hangs on it, gone."""
    store.remove(store.get(call))
    return {}


_PATHS = {
    "apiKeySource": text("apiKeySource"),
    "description": text("description"),
    "disableExecuteApiEndpoint": flag("disableExecuteApiEndpoint"),
    "minimumCompressionSize": number("minimumCompressionSize"),
    "name": text("name"),
    "version": text("version"),
}


def update_rest_api(store: RestApis, call: ApiCall) -> Thing:
    """An API changed: all that is asked for, or nothing."""
    api = store.get(call)
    draft = Api(api.account, api.region, dict(api.about), api.policy)
    for operation, parts, value in patching.patches(call):
        match parts:
            case ["policy"]:
                draft.policy = _policy(draft, value)
            case ["endpointConfiguration", *rest]:
                changed = _moved(draft.about["endpointConfiguration"], operation, rest, value)
                draft.about["endpointConfiguration"] = _endpoints(changed)
            case [name] if name in _PATHS:
                _PATHS[name](draft.about, value)
            case _:
                raise patching.no_path(parts, {**_PATHS, "policy": None})
    if not draft.about.get("name"):
        raise wrong("API name must be specified")
    api.about, api.policy = draft.about, draft.policy
    return shown(api)


def _moved(before: Thing, operation: str, where: list[str], value: str | None) -> Thing:
    """The endpoints of an API after one patch."""
    ids = list(before.get("vpcEndpointIds") or [])
    match operation, where:
        case "replace", ["types", old] if before["types"] == [old]:
            kept = ids if value == "PRIVATE" else []
            return {"types": [value], "vpcEndpointIds": kept}
        case "add", ["vpcEndpointIds"]:
            return {**before, "vpcEndpointIds": [*ids, value]}
        case "remove", ["vpcEndpointIds", gone] if gone in ids:
            return {**before, "vpcEndpointIds": [one for one in ids if one != gone]}
        case "replace", ["ipAddressType"]:
            return {**before, "ipAddressType": value}
    raise wrong(f"Invalid patch path /endpointConfiguration/{'/'.join(where)}")


def get_account(store: RestApis, call: ApiCall) -> Thing:
    """What API Gateway knows of the account."""
    return store.account(call.account, call.region)


def update_account(store: RestApis, call: ApiCall) -> Thing:
    """The role API Gateway writes logs as; it must be let in by the role's trust policy."""
    account = store.account(call.account, call.region)
    for _, parts, value in patching.patches(call):
        if parts != ["cloudwatchRoleArn"]:
            raise patching.no_path(parts, {"cloudwatchRoleArn": None})
        if value and not _trusts(value, call.account):
            raise wrong(
                "The role ARN does not have required permissions configured. Please grant "
                "trust permission for API Gateway and add the required role policy."
            )
        account["cloudwatchRoleArn"] = value or None
    return account


def _trusts(role_arn: str, account: str) -> bool:
    role = entities.role_by_arn(role_arn)
    if role is None or role.account_id != account:
        return False
    trust = read(role.assume_role_policy_document, kind=Kind.TRUST, name=str(role.name))
    context = {
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": _SERVICE,
        "aws:SourceAccount": account,
    }
    who = Principal("service", _SERVICE, "")
    asked = Request("sts:AssumeRole", role_arn, who, context)
    return verdict([trust], asked).effect is Effect.ALLOWED


def tag(store: RestApis, call: ApiCall) -> Thing:
    """Add tags to an API or a stage."""
    _tags(store, call).update(call.params["tags"])
    return {}


def untag(store: RestApis, call: ApiCall) -> Thing:
    """Take tags away."""
    tags = _tags(store, call)
    for key in call.params["tagKeys"]:
        tags.pop(key, None)
    return {}


def get_tags(store: RestApis, call: ApiCall) -> Thing:
    """The tags of an API or a stage."""
    return {"tags": _tags(store, call)}


def _tags(store: RestApis, call: ApiCall) -> dict[str, str]:
    arn = str(call.params["resourceArn"])
    stem = f"arn:aws:apigateway:{call.region}::/restapis/"
    api = store.find(arn.removeprefix(stem).partition("/")[0])
    thing: Thing | None = None
    if arn.startswith(stem) and api is not None and api.account == call.account:
        match arn.removeprefix(stem).split("/"):
            case [_]:
                thing = api.about
            case [_, "stages", stage]:
                thing = api.stages.get(stage)
    if thing is None:
        raise wrong(f"Invalid resource identifier specified: {arn}")
    tags: dict[str, str] = thing.setdefault("tags", {})
    return tags
