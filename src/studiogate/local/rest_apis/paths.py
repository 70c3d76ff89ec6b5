"""What an API answers to: resources, methods, integrations.

Rules of the Developer Guide ("Set up REST API methods") and the API Reference.
"""

import re

from studiogate.local.call import ApiCall
from studiogate.local.rest_apis.store import (
    Api,
    RestApis,
    Thing,
    conflict,
    known,
    new_id,
    wrong,
)

_PART = re.compile(r"(?:[a-zA-Z0-9._:-]+|\{[a-zA-Z0-9._:-]+\+?\})\Z")
_VERBS = frozenset({"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_WHO = frozenset({"AWS_IAM", "COGNITO_USER_POOLS", "CUSTOM", "NONE"})
_KINDS = frozenset({"AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"})
_SHORTEST_WAIT_MS, _LONGEST_WAIT_MS = 50, 29_000
FUNCTION = re.compile(
    r"arn:aws[a-z-]*:apigateway:[a-z0-9-]+:lambda:path/2015-03-31/functions/"
    r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[^/]+/invocations\Z"
)
"""How API Gateway names a Lambda function that it is to call."""


METHODS = frozenset(
    {
        *("restApiId", "resourceId", "httpMethod", "authorizationType", "authorizerId"),
        *("apiKeyRequired", "operationName", "requestParameters", "requestModels"),
        *("requestValidatorId", "authorizationScopes"),
    }
)
INTEGRATIONS = frozenset(
    {
        *("restApiId", "resourceId", "httpMethod", "type", "integrationHttpMethod", "uri"),
        *("credentials", "requestParameters", "requestTemplates", "passthroughBehavior"),
        *("cacheNamespace", "cacheKeyParameters", "contentHandling", "timeoutInMillis"),
    }
)
RESPONSES = frozenset(
    {
        *("restApiId", "resourceId", "httpMethod", "statusCode", "responseParameters"),
        *("responseModels", "selectionPattern", "responseTemplates", "contentHandling"),
    }
)
_WHERE = frozenset({"restApiId", "resourceId", "httpMethod"})


def create_resource(store: RestApis, call: ApiCall) -> Thing:
    """A path part below another; at most one of those beside it may be variable."""
    api, asked = store.get(call), call.params
    parent, part = api.resource(asked["parentId"]), asked["pathPart"]
    if not _PART.match(part):
        raise wrong(
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and "
            "curly braces at the beginning and the end."
        )
    if parent["path"].endswith("+}"):
        raise wrong(
            f"Cannot create a child of a resource with a greedy path variable: {parent['path']}"
        )
    beside = [one for one in api.resources.values() if one.get("parentId") == parent["id"]]
    if any(one["pathPart"] == part for one in beside):
        raise conflict(f"Another resource with the same parent already has this name: {part}")
    variable = next((one for one in beside if one["pathPart"].startswith("{")), None)
    if part.startswith("{") and variable is not None:
        raise wrong(
            f"A sibling ({variable['pathPart']}) of this resource already has a variable path "
            "part -- only one unique variable path part is allowed"
        )
    path = f"{parent['path'].rstrip('/')}/{part}"
    made: Thing = {"id": new_id(6), "parentId": parent["id"], "pathPart": part, "path": path}
    api.resources[made["id"]] = {**made, "resourceMethods": {}}
    return made


def get_resource(store: RestApis, call: ApiCall) -> Thing:
    """One resource."""
    return store.get(call).resource(call.params["resourceId"])


def get_resources(store: RestApis, call: ApiCall) -> Thing:
    """Every resource, by path."""
    found = store.get(call).resources.values()
    return {"items": sorted(found, key=lambda one: str(one["path"]))}


def delete_resource(store: RestApis, call: ApiCall) -> Thing:
    """A resource and all below it, gone; the root stays."""
    api, name = store.get(call), call.params["resourceId"]
    if "parentId" not in api.resource(name):
        raise wrong("Root resource cannot be deleted")
    for one in list(api.below(name)):
        del api.resources[one]
    return {}


def put_method(store: RestApis, call: ApiCall) -> Thing:
    """A method of a resource, with who is let in."""
    api, asked = store.get(call), call.params
    resource, verb = api.resource(asked["resourceId"]), asked["httpMethod"]
    if verb not in _VERBS:
        raise wrong("Invalid HTTP method specified.")
    if verb in resource["resourceMethods"]:
        raise conflict("Method already exists for this resource")
    who = asked["authorizationType"]
    if who not in _WHO:
        raise wrong(f"Invalid authorization type {who}")
    needs = who in {"CUSTOM", "COGNITO_USER_POOLS"}
    if needs != ("authorizerId" in asked) or (
        needs and asked["authorizerId"] not in api.authorizers
    ):
        raise wrong(
            "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
            "COGNITO_USER_POOLS requires a valid authorizer."
        )
    if "requestValidatorId" in asked:
        known(
            api.validators, asked["requestValidatorId"], "Invalid Request Validator identifier"
        )
    said = {
        name: asked[name] for name in METHODS - {"restApiId", "resourceId"} if name in asked
    }
    resource["resourceMethods"][verb] = {"apiKeyRequired": False, **said}
    return _method(api, call)


def _method(api: Api, call: ApiCall) -> Thing:
    return api.method(call.params["resourceId"], call.params["httpMethod"])


def get_method(store: RestApis, call: ApiCall) -> Thing:
    """A method with all that answers it."""
    return _method(store.get(call), call)


def delete_method(store: RestApis, call: ApiCall) -> Thing:
    """A method gone."""
    api = store.get(call)
    _method(api, call)
    del api.resource(call.params["resourceId"])["resourceMethods"][call.params["httpMethod"]]
    return {}


def put_integration(store: RestApis, call: ApiCall) -> Thing:
    """What answers a method."""
    api, asked = store.get(call), call.params
    method = _method(api, call)
    kind = asked["type"]
    if kind not in _KINDS:
        raise wrong("Invalid integration type")
    said = {
        n: asked[n] for n in INTEGRATIONS - _WHERE - {"integrationHttpMethod"} if n in asked
    }
    if kind != "MOCK":
        if "integrationHttpMethod" not in asked:
            raise wrong("Enumeration value for HttpMethod must be non-empty")
        said["httpMethod"] = asked["integrationHttpMethod"]
        _check_uri(kind, asked.get("uri", ""))
    wait = said.setdefault("timeoutInMillis", _LONGEST_WAIT_MS)
    if not _SHORTEST_WAIT_MS <= wait <= _LONGEST_WAIT_MS:
        raise wrong("Timeout should be between 50 ms and 29000 ms")
    said.setdefault("passthroughBehavior", "WHEN_NO_MATCH")
    said.setdefault("cacheNamespace", asked["resourceId"])
    method["methodIntegration"] = {"cacheKeyParameters": [], **said}
    return dict(method["methodIntegration"])


def _check_uri(kind: str, uri: str) -> None:
    if kind.startswith("AWS") and not uri.startswith("arn:"):
        raise wrong("Invalid ARN specified in the request")
    if kind == "AWS_PROXY" and not FUNCTION.match(uri):
        raise wrong("Integrations of type 'AWS_PROXY' currently only supports Lambda function")
    if kind.startswith("HTTP") and not uri.startswith(("http://", "https://")):
        raise wrong("Invalid HTTP endpoint specified for URI")


def get_integration(store: RestApis, call: ApiCall) -> Thing:
    """What answers a method."""
    return dict(_integration(store, call))


def _integration(store: RestApis, call: ApiCall) -> Thing:
    method = _method(store.get(call), call)
    return known(method, "methodIntegration", "No integration defined for method")


def delete_integration(store: RestApis, call: ApiCall) -> Thing:
    """Nothing answers a method any more."""
    _integration(store, call)
    del _method(store.get(call), call)["methodIntegration"]
    return {}


def put_method_response(store: RestApis, call: ApiCall) -> Thing:
    """A status a method answers with."""
    return _respond(_method(store.get(call), call), "methodResponses", call)


def put_integration_response(store: RestApis, call: ApiCall) -> Thing:
    """How an answer from behind becomes an answer of the method."""
    method = _method(store.get(call), call)
    known(
        method.get("methodResponses", {}),
        call.params["statusCode"],
        "Invalid Response status code specified",
    )
    return _respond(_integration(store, call), "integrationResponses", call)


def _respond(thing: Thing, where: str, call: ApiCall) -> Thing:
    code = call.params["statusCode"]
    if not re.fullmatch(r"[1-5][0-9]{2}", code):
        raise wrong("Invalid status code")
    said = {name: value for name, value in call.params.items() if name not in _WHERE}
    thing.setdefault(where, {})[code] = said
    return said
