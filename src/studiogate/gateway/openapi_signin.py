"""The half of the gateway's description that is about signing in and out, written as data.

What SAML providers, OpenID Connect providers and SCIM clients ask is described by their own
standards; here is where, and what is answered.  A test compares the paths with the routes.
"""

from typing import Any

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_FORM = "application/x-www-form-urlencoded"


def _said(description: str) -> Json:
    return {"description": description}


def _form(*fields: str) -> Json:
    schema = {"type": "object", "properties": dict.fromkeys(fields, _TEXT)}
    return {"required": True, "content": {_FORM: {"schema": schema}}}


def _one(method: str, summary: str, responses: Json, **more: Any) -> Json:
    return {method: {"summary": summary, "responses": responses, **more}}


_IDP: Json = {
    "name": "idp",
    "in": "path",
    "required": True,
    "description": "Name of an identity provider.",
    "schema": _TEXT,
}
_ID: Json = {"name": "id", "in": "path", "required": True, "schema": _TEXT}
_SEE = {"303": _said("To the provider, or back to one of our own pages.")}
_PAGE = {"200": {"description": "A page.", "content": {"text/html": {}}}}
_NO = {
    "400": _said("What was sent cannot be read."),
    "401": _said("It is not believed; the record says why, the answer does not."),
}
_GRANTED = {
    "200": _said("RFC 6749, 5.1: an opaque token, and how many seconds it lasts."),
    "400": _said("RFC 6749, 5.2, or RFC 8628, 3.5: why not, or not yet."),
}


def _resource(kind: str, *methods: str, one: bool = False) -> Json:
    return {
        method: {
            "summary": f"SCIM 2.0 (RFC 7644): {kind}.",
            "responses": {"2XX": _said("SCIM."), "4XX": _said("A SCIM error.")},
            "security": [{"scim": []}],
            **({"parameters": [_ID]} if one else {}),
        }
        for method in methods
    }


PATHS: Json = {
    "/signin/{idp}": _one("get", "Sign in at a provider.", _SEE, parameters=[_IDP]),
    "/signin/{idp}/callback": _one(
        "get",
        "Where an OpenID Connect provider sends people back.",
        _SEE | _NO,
        parameters=[_IDP],
    ),
    "/signin/{idp}/backchannel-logout": _one(
        "post",
        "Where a provider says that a session ended (OpenID Connect Back-Channel Logout).",
        {"200": _said("It ended here, too."), "400": _said("The token is not believed.")},
        parameters=[_IDP],
        requestBody=_form("logout_token"),
    ),
    "/signin/{idp}/frontchannel-logout": _one(
        "get",
        "The same by a frame in the browser (OpenID Connect Front-Channel Logout).",
        {"200": _said("It ended here, too.")} | _NO,
        parameters=[
            _IDP,
            {"name": "iss", "in": "query", "required": True, "schema": _TEXT},
            {"name": "sid", "in": "query", "required": True, "schema": _TEXT},
        ],
    ),
    "/signin/{idp}/signed-out": _one(
        "get", "What is left to do at the provider.", _PAGE, parameters=[_IDP]
    ),
    "/signout": _one("post", "End the session of the portal.", _SEE, requestBody=_form("csrf")),
    "/saml": _one(
        "post",
        "The assertion consumer service of SAML 2.0.",
        _SEE | _NO,
        requestBody=_form("SAMLResponse", "RelayState"),
    ),
    "/saml/metadata": _one(
        "get", "Our own metadata, for a SAML provider.", {"200": _said("SAML metadata.")}
    ),
    "/cli": {
        **_one("get", "Ask somebody whether the command line may act for them.", _PAGE),
        **_one("post", "Their answer.", _SEE, requestBody=_form("csrf", "answer")),
    },
    "/device": {
        **_one("get", "Type the code that the command line shows.", _PAGE),
        **_one("post", "The code, or the answer.", _PAGE, requestBody=_form("csrf", "code")),
    },
    "/api/token": _one(
        "post",
        "The token of the command line (RFC 6749, RFC 7636, RFC 8628).",
        _GRANTED,
        requestBody=_form("grant_type", "code", "code_verifier", "redirect_uri", "device_code"),
    ),
    "/api/device": _one(
        "post",
        "Begin a sign-in on another device (RFC 8628).",
        {"200": _said("RFC 8628, 3.2: the codes, and where to type the short one.")},
    ),
    "/api/signout": _one(
        "post",
        "End the token of the command line.",
        {"204": _said("It has ended.")} | _NO,
        security=[{"bearer": []}],
    ),
    "/scim/v2/Users": _resource("people", "get", "post"),
    "/scim/v2/Users/{id}": _resource("one person", "get", "put", "patch", "delete", one=True),
    "/scim/v2/Groups": _resource("groups", "get", "post"),
    "/scim/v2/Groups/{id}": _resource("one group", "get", "put", "patch", "delete", one=True),
    "/scim/v2/ServiceProviderConfig": _resource("what this service provider can", "get"),
    "/scim/v2/ResourceTypes": _resource("what there is", "get"),
    "/scim/v2/Schemas": _resource("what it is made of", "get"),
}
