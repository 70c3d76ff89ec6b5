"""The gateway's own description of itself (OpenAPI 3.1), written as data.

A test compares its paths with the routes of the application, in both directions.
"""

from typing import Any

from studiogate import __version__
from studiogate.audit.revocation import Vital
from studiogate.gateway.authorise import APPS
from studiogate.gateway.limits import LARGEST_SEAL, MOST_LOBS, MOST_PROFILES
from studiogate.gateway.openapi_signin import PATHS as SIGN_IN

Json = dict[str, Any]


def _problem(description: str) -> Json:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": schema}},
    }


def _json(description: str, properties: Json) -> Json:
    schema = {"type": "object", "properties": properties, "required": sorted(properties)}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _path(name: str, description: str) -> Json:
    schema = {"type": "string"}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": schema,
    }


_TEXT: Json = {"type": "string"}
_MAYBE: Json = {"type": ["string", "null"]}
_DOMAIN = _path("domain", "Name of one of your domains.")
_ASK: list[Json] = [
    {
        "name": "app",
        "in": "query",
        "description": "The app to land in; the domain's own choice if absent.",
        "schema": {"type": "string", "enum": sorted(APPS)},
    },
    {
        "name": "space",
        "in": "query",
        "description": "A space to open.",
        "schema": {"type": "string", "maxLength": 63},
    },
]
_REFUSED: Json = {
    "401": _problem("Not signed in."),
    "403": _problem("Known, and the answer is no."),
    "404": _problem("Allowed, but there is nothing to open."),
    "502": _problem("AWS refused us; `incident` says which line of the log has the details."),
    "503": _problem("Not right now; `Retry-After` may say when."),
}
_REDIRECT: Json = {"302": {"description": "To Studio; the URL works once, within seconds."}}
_BOTH: list[Json] = [{"session": []}, {"bearer": []}]
_BEARER: list[Json] = [{"bearer": []}]
_PAGE: Json = {"200": {"description": "A page.", "content": {"text/html": {}}}}

_URL = {"url": {**_TEXT, "format": "uri"}, "expires_in_s": {"type": "integer"}}
_ME = {
    "person": _TEXT, "idp": _TEXT, "way": _TEXT, "signed_in_until": _TEXT,
    "lob": _MAYBE, "profile": _TEXT, "access_until": _MAYBE,
}  # fmt: skip
_DOMAINS: Json = {
    "domains": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "name": _TEXT,
                "open": _TEXT,
                "opens_from": {"type": "array", "items": _TEXT},
                "opens_here": {"type": "boolean"},
                "network": _MAYBE,
            },
        },
    }
}


_REACH: Json = {
    "name": _TEXT,
    "domains": {"type": "array", "items": _TEXT},
    "networks": {"type": "array", "items": _TEXT},
    "rows": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "lob": _MAYBE,
                "people": {"type": "array", "items": _TEXT},
                "cells": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "domain": _TEXT,
                            "network": _TEXT,
                            "allowed": {"type": "boolean"},
                            "layer": {**_TEXT, "description": "The step that decided."},
                            "why": _TEXT,
                        },
                    },
                },
                "others": {
                    "type": ["object", "null"],
                    "description": "How every cell that is not listed is refused.",
                    "properties": {"layer": _TEXT, "why": _TEXT},
                },
            },
        },
    },
    "complete": {
        "type": "boolean",
        "description": "Whether every cell is listed; else those the directory grants are.",
    },
}


_CANARY: Json = {
    "state": {"type": "string", "enum": [vital.value for vital in Vital]},
    "why": _TEXT,
}
_CANARIES: Json = {
    "person": _TEXT,
    "asked_by": _TEXT,
    "decision": {**_TEXT, "description": "`ok`, or the reason the gateway would refuse with."},
    "canaries": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "lob": _TEXT,
                "domain": _TEXT,
                "profile": _TEXT,
                "account": {**_TEXT, "description": "The account that was looked into."},
            }
            | _CANARY
            | {"sealed": {**_TEXT, "description": "The session, for this gateway alone."}},
            "required": ["lob", "state", "why"],
        },
    },
}


def _names(description: str, most: int) -> Json:
    return {"type": "array", "items": _TEXT, "maxItems": most, "description": description}


def _body(properties: Json, *required: str) -> Json:
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    content = {"application/json": {"schema": schema | {"required": list(required)}}}
    return {"required": True, "content": content}


def _get(summary: str, responses: Json, **more: Any) -> Json:
    return {"get": {"summary": summary, "responses": responses, **more}}


_PATHS: Json = {
    "/": _get("The portal: sign in, or your domains.", _PAGE),
    "/open/{domain}": _get(
        "Open one of your domains.",
        _REDIRECT | _REFUSED,
        parameters=[_DOMAIN, *_ASK],
        security=_BOTH,
    ),
    "/{person}": _get(
        "Open your own domain; the path is your sign-in name.",
        _REDIRECT | _REFUSED,
        parameters=[_path("person", "Your own sign-in name."), *_ASK],
        security=_BEARER,
    ),
    "/api/open/{domain}": {
        "post": {
            "summary": "The URL that opens one of your domains, as JSON.",
            "parameters": [_DOMAIN, *_ASK],
            "responses": {"200": _json("The URL: a secret.", _URL)} | _REFUSED,
            "security": _BOTH,
        }
    },
    "/api/people/{person}/canaries": {
        "post": {
            "summary": "For administrators: what AWS does with sessions of a person, now.",
            "parameters": [_path("person", "Their sign-in name.")],
            "requestBody": _body(
                {
                    "lobs": _names("Lines of business to try.", MOST_LOBS),
                    "profiles": _names(
                        "Profiles to try in each; the directory's own is tried where "
                        "the person belongs.",
                        MOST_PROFILES,
                    ),
                },
                "lobs",
            ),
            "responses": {"200": _json("One for each domain and profile.", _CANARIES)}
            | _REFUSED,
            "security": _BEARER,
        }
    },
    "/api/canary": {
        "post": {
            "summary": "For administrators: whether the session of a canary still lives.",
            "requestBody": _body({"sealed": {**_TEXT, "maxLength": LARGEST_SEAL}}, "sealed"),
            "responses": {"200": _json("How it is.", _CANARY)} | _REFUSED,
            "security": _BEARER,
        }
    },
    "/reach": _get(
        "For administrators: who can open what from where, as a page.",
        _PAGE | _REFUSED,
        security=_BOTH,
    ),
    "/api/reach": _get(
        "For administrators: who can open what from where.",
        {"200": _json("Each row is people who share every answer.", _REACH)} | _REFUSED,
        security=_BOTH,
    ),
    "/api/me": _get("Who you are.", {"200": _json("You.", _ME)} | _REFUSED, security=_BOTH),
    "/api/domains": _get(
        "Your domains.", {"200": _json("Domains.", _DOMAINS)} | _REFUSED, security=_BOTH
    ),
    "/api/openapi.json": _get("This document.", {"200": {"description": "OpenAPI 3.1."}}),
    "/healthz": _get("The process is alive.", {"200": {"description": "Alive."}}),
    "/readyz": _get(
        "What the gateway depends on answers.",
        {"200": {"description": "Ready."}, "503": _problem("Names what does not answer.")},
    ),
    "/metrics": _get("Counters for Prometheus.", {"200": {"description": "Text 0.0.4."}}),
    "/static/{name}": _get(
        "What the pages need.",
        {"200": {"description": "A file."}},
        parameters=[_path("name", "A file.")],
    ),
    "/favicon.ico": _get("The mark.", {"200": {"description": "SVG."}}),
}

DOCUMENT: Json = {
    "openapi": "3.1.0",
    "info": {
        "title": "studiogate",
        "version": __version__,
        "description": "The private front door to Amazon SageMaker Studio.",
    },
    "paths": _PATHS | SIGN_IN,
    "components": {
        "securitySchemes": {
            "session": {"type": "apiKey", "in": "cookie", "name": "__Host-studiogate"},
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "scim": {"type": "http", "scheme": "bearer"},
        },
        "schemas": {
            "Problem": {
                "type": "object",
                "description": "RFC 9457, with what to do about it.",
                "properties": {
                    "type": _TEXT, "title": _TEXT, "status": {"type": "integer"},
                    "detail": _TEXT, "reason": _TEXT, "remedy": _TEXT, "contact": _TEXT,
                    "incident": _TEXT,
                },
                "required": ["type", "title", "status", "detail", "reason", "remedy"],
            }
        },
    },
}  # fmt: skip
"""The whole document, ready to be written as JSON."""
