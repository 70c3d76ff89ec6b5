"""Who is let in before a method answers, and what of a request is looked at first.

Rules of the Developer Guide ("Use API Gateway Lambda authorizers") and the API Reference.
"""

from typing import Any

from studiogate.local.call import ApiCall
from studiogate.local.rest_apis import patching
from studiogate.local.rest_apis.patching import flag, number, text
from studiogate.local.rest_apis.paths import FUNCTION
from studiogate.local.rest_apis.store import RestApis, Thing, conflict, known, new_id, wrong

_LONGEST_KEPT_S = 3600
AUTHORIZERS = frozenset(
    {
        *("restApiId", "name", "type", "providerARNs", "authType", "authorizerUri"),
        *("authorizerCredentials", "identitySource", "identityValidationExpression"),
        "authorizerResultTtlInSeconds",
    }
)


def create_authorizer(store: RestApis, call: ApiCall) -> Thing:
    """What lets people in, or does not."""
    api = store.get(call)
    said = {
        name: call.params[name] for name in AUTHORIZERS - {"restApiId"} if name in call.params
    }
    said.setdefault("authorizerResultTtlInSeconds", 300)
    said.setdefault(
        "authType", "custom" if said["type"] != "COGNITO_USER_POOLS" else "cognito_user_pools"
    )
    if any(one["name"] == said["name"] for one in api.authorizers.values()):
        raise conflict("Authorizer name must be unique. Authorizer name already exists.")
    _check_authorizer(said)
    said["id"] = new_id(6)
    api.authorizers[said["id"]] = said
    return said


def _check_authorizer(said: Thing) -> None:
    kept, kind = said.get("authorizerResultTtlInSeconds", 300), said["type"]
    if not 0 <= kept <= _LONGEST_KEPT_S:
        raise wrong("Authorizer result TTL must be between 0 and 3600 seconds")
    source: Any = said.get("identitySource")
    if kind == "COGNITO_USER_POOLS":
        if not said.get("providerARNs"):
            raise wrong("At least one provider ARN must be specified")
        return
    if kind not in {"TOKEN", "REQUEST"}:
        raise wrong(f"Invalid authorizer type {kind}")
    if not FUNCTION.match(said.get("authorizerUri") or ""):
        raise wrong(
            f"Invalid Authorizer URI: {said.get('authorizerUri')}. Authorizer URI should be a "
            "valid API Gateway ARN that represents a Lambda function invocation."
        )
    if not source and (kind == "TOKEN" or kept):
        raise wrong("Identity source is required unless a REQUEST authorizer keeps no result.")


def get_authorizer(store: RestApis, call: ApiCall) -> Thing:
    """One authorizer."""
    return _authorizer(store, call)


def _authorizer(store: RestApis, call: ApiCall) -> Thing:
    found = store.get(call).authorizers
    return known(found, call.params["authorizerId"], "Invalid Authorizer identifier specified")


def get_authorizers(store: RestApis, call: ApiCall) -> Thing:
    """Every authorizer."""
    return {"items": list(store.get(call).authorizers.values())}


_AUTHORIZER_PATHS = {
    "authType": text("authType"),
    "authorizerCredentials": text("authorizerCredentials"),
    "authorizerResultTtlInSeconds": number("authorizerResultTtlInSeconds"),
    "authorizerUri": text("authorizerUri"),
    "identitySource": text("identitySource"),
    "identityValidationExpression": text("identityValidationExpression"),
    "name": text("name"),
    "type": text("type"),
}


def update_authorizer(store: RestApis, call: ApiCall) -> Thing:
    """An authorizer changed, if what comes of it can be."""
    found = _authorizer(store, call)
    draft = dict(found)
    patching.patch(draft, call, _AUTHORIZER_PATHS)
    _check_authorizer(draft)
    found.clear()
    found.update(draft)
    return found


def delete_authorizer(store: RestApis, call: ApiCall) -> Thing:
    """An authorizer gone; not one that a method asks."""
    api, name = store.get(call), call.params["authorizerId"]
    _authorizer(store, call)
    using = [
        f"{verb} {one['path']}"
        for one in api.resources.values()
        for verb, method in one["resourceMethods"].items()
        if method.get("authorizerId") == name
    ]
    if using:
        raise conflict(
            f"Cannot delete authorizer '{name}', is referenced in method: {using[0]}"
        )
    del api.authorizers[name]
    return {}


def create_validator(store: RestApis, call: ApiCall) -> Thing:
    """What is looked at before a request is passed on."""
    said = {
        "id": new_id(6),
        "name": call.params.get("name", ""),
        "validateRequestBody": call.params.get("validateRequestBody", False),
        "validateRequestParameters": call.params.get("validateRequestParameters", False),
    }
    store.get(call).validators[said["id"]] = said
    return said


def get_validator(store: RestApis, call: ApiCall) -> Thing:
    """One validator."""
    found = store.get(call).validators
    return known(
        found, call.params["requestValidatorId"], "Invalid Request Validator identifier"
    )


def update_validator(store: RestApis, call: ApiCall) -> Thing:
    """A validator changed."""
    found = get_validator(store, call)
    names = ("validateRequestBody", "validateRequestParameters")
    patching.patch(found, call, {"name": text("name"), **{name: flag(name) for name in names}})
    return found


def delete_validator(store: RestApis, call: ApiCall) -> Thing:
    """A validator gone."""
    del store.get(call).validators[get_validator(store, call)["id"]]
    return {}
