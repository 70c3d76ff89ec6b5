"""What API Gateway says itself, when nothing behind it is asked.

Kinds of refusals from the Developer Guide, "Gateway response types for API Gateway".
"""

import re

from studiogate.local.api.refused import HEADER, KNOWN, VARIABLE
from studiogate.local.call import ApiCall
from studiogate.local.rest_apis.store import RestApis, Thing, known, wrong

RESPONSES = frozenset(
    {"restApiId", "responseType", "statusCode", "responseParameters", "responseTemplates"}
)
_STATIC = re.compile(r"'[ -&(-~]*'\Z")
_RESPONSE_TYPES = frozenset(
    {
        *("ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR"),
        *("AUTHORIZER_FAILURE", "BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS", "DEFAULT_4XX"),
        *("DEFAULT_5XX", "EXPIRED_TOKEN", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"),
        *("INVALID_API_KEY", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN"),
        *("QUOTA_EXCEEDED", "REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND", "THROTTLED"),
        *("UNAUTHORIZED", "UNSUPPORTED_MEDIA_TYPE", "WAF_FILTERED"),
    }
)


def put_response(store: RestApis, call: ApiCall) -> Thing:
    """What API Gateway says itself, for one kind of refusal."""
    api, kind = store.get(call), call.params["responseType"]
    if kind not in _RESPONSE_TYPES:
        raise wrong(f"Invalid gateway response type {kind}")
    said = {
        name: call.params[name] for name in RESPONSES - {"restApiId"} if name in call.params
    }
    _check_offered(said)
    api.responses[kind] = {**said, "defaultResponse": False}
    return api.responses[kind]


def _check_offered(said: Thing) -> None:
    """Refuse what API Gateway would fill in and this emulation cannot."""
    for template in (said.get("responseTemplates") or {}).values():
        for variable in VARIABLE.findall(template):
            if variable not in KNOWN:
                raise wrong(f"{variable} in a gateway response is not offered here")
    for name, value in (said.get("responseParameters") or {}).items():
        if not name.startswith(HEADER) or not _STATIC.match(value):
            raise wrong(f"{name} from {value} is not offered here: headers are static")


def get_response(store: RestApis, call: ApiCall) -> Thing:
    """What is said for one kind of refusal; API Gateway's own words where nobody chose any."""
    api, kind = store.get(call), call.params["responseType"]
    if kind not in _RESPONSE_TYPES:
        raise wrong(f"Invalid gateway response type {kind}")
    words = {"application/json": '{"message":$context.error.messageString}'}
    own = {"responseType": kind, "responseTemplates": words, "defaultResponse": True}
    return api.responses.get(kind, own)


def delete_response(store: RestApis, call: ApiCall) -> Thing:
    """Back to API Gateway's own words."""
    api = store.get(call)
    known(api.responses, call.params["responseType"], "Invalid gateway response type specified")
    del api.responses[call.params["responseType"]]
    return {}
