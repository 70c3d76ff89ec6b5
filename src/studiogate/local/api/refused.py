"""Refusals that API Gateway says itself: in its own words, or in those the API was given.

Templates know simple variables and nothing else; headers are what they are declared as.
Source: API Gateway Developer Guide, "Gateway response types", "Gateway responses".
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VARIABLE = re.compile(r"\$[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*")
"""What is replaced in a template."""

KNOWN = frozenset(
    {
        *("$context.error.message", "$context.error.messageString"),
        *("$context.error.responseType", "$context.requestId"),
    }
)
"""Variables that this emulation replaces."""

HEADER = "gatewayresponse.header."
_CLIENT_FAULTS = range(400, 500)


@dataclass(frozen=True, slots=True)
class Refused:
    """One refusal."""

    kind: str
    """Type of the gateway response; empty where no API is there to have one."""

    status: int
    error_type: str
    message: str | None
    member: str = "message"
    """What the message is called: what IAM said is a `Message`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes


FORBIDDEN = Refused("", 403, "ForbiddenException", "Forbidden")
UNDECLARED = Refused(
    "MISSING_AUTHENTICATION_TOKEN",
    403,
    "MissingAuthenticationTokenException",
    "Missing Authentication Token",
)
UNAUTHORIZED = Refused("UNAUTHORIZED", 401, "UnauthorizedException", "Unauthorized")
UNANSWERED = Refused("AUTHORIZER_FAILURE", 500, "AuthorizerFailureException", None)
UNUSABLE = Refused(
    "AUTHORIZER_CONFIGURATION_ERROR", 500, "AuthorizerConfigurationException", None
)


def denied(message: str) -> Refused:
    """What policies refuse, in IAM's words."""
    return Refused("ACCESS_DENIED", 403, "AccessDeniedException", message, "Message")


def answer(
    refused: Refused, responses: Mapping[str, Mapping[str, Any]], *, request_id: str
) -> Answer:
    """What is said to `refused` by an API with these gateway responses."""
    whole = "DEFAULT_4XX" if refused.status in _CLIENT_FAULTS else "DEFAULT_5XX"
    said = responses.get(refused.kind) or (responses.get(whole) if refused.kind else None) or {}
    own = json.dumps({refused.member: refused.message}, separators=(",", ":"))
    template = (said.get("responseTemplates") or {}).get("application/json")
    headers = {
        name.removeprefix(HEADER): value.strip("'")
        for name, value in (said.get("responseParameters") or {}).items()
    }
    return Answer(
        int(said.get("statusCode") or refused.status),
        {"x-amzn-ErrorType": refused.error_type, **headers},
        (own if template is None else _filled(template, refused, request_id)).encode("utf-8"),
    )


def _filled(template: str, refused: Refused, request_id: str) -> str:
    known = {
        "$context.error.message": refused.message or "",
        "$context.error.messageString": json.dumps(refused.message),
        "$context.error.responseType": refused.kind,
        "$context.requestId": request_id,
    }
    return VARIABLE.sub(lambda found: known.get(found[0], found[0]), template)
