"""What API Gateway says itself, before any code of ours is asked, in the gateway's own words.

Problem details (RFC 9457) with reason and remedy, as the gateway answers programs.  What AWS
decided by policy is told in AWS's sentence: it names what was asked, and an administrator
searches for it.  A path that is not declared is 404, not AWS's "Missing Authentication Token".

Source: API Gateway Developer Guide, "Gateway responses for REST APIs"; templates know only
simple variables, and `messageString` is the message in quotes.
"""

import json
from collections.abc import Mapping
from typing import Any

from troposphere import Ref, Template
from troposphere.apigateway import GatewayResponse

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

_SAID = "$context.error.messageString"


def _problem(status: int, title: str, reason: str, **more: str) -> dict[str, Any]:
    return {
        "type": f"urn:studiogate:problem:{reason}",
        "title": title,
        "status": status,
        "reason": reason,
        **more,
    }


PROBLEMS: Mapping[str, Mapping[str, Any]] = {
    "UNAUTHORIZED": _problem(
        401,
        "Sign in first",
        "not-signed-in",
        detail="This address needs a bearer token, and a good one.",
        remedy="Send the header `Authorization: Bearer TOKEN`, or open the portal to sign in.",
    ),
    "ACCESS_DENIED": _problem(
        403,
        "Not allowed",
        "access-denied",
        detail=_SAID,
        remedy="Use your own sign-in name as the path, from a network that has a way here.",
    ),
    "MISSING_AUTHENTICATION_TOKEN": _problem(
        404,
        "Not there",
        "no-such-page",
        detail="There is nothing at this address.",
        remedy="Start from the portal.",
    ),
}
"""What is said for each kind of refusal."""

_MORE = {"UNAUTHORIZED": {"WWW-Authenticate": "Bearer"}}


def refusals(template: Template) -> None:
    """Put what `Api` says itself into `template`."""
    for kind, problem in PROBLEMS.items():
        headers = _HEADERS | _MORE.get(kind, {})
        words = json.dumps(problem, separators=(",", ":")).replace(f'"{_SAID}"', _SAID)
        template.add_resource(
            GatewayResponse(
                "Says" + kind.title().replace("_", ""),
                RestApiId=Ref("Api"),
                ResponseType=kind,
                StatusCode=str(problem["status"]),
                ResponseParameters={
                    f"gatewayresponse.header.{name}": f"'{value}'"
                    for name, value in headers.items()
                },
                ResponseTemplates={"application/json": words},
            )
        )
