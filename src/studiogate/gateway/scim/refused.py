"""What a provider is told when something it sends cannot be done: RFC 7644, section 3.12.

The refusals are those of the whole gateway; here each gets the status and the word that the
protocol has for it.  No text quotes a value that was sent: it may be a password.
"""

from enum import StrEnum
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from studiogate.errors import Malformed, NotThere, Refusal, StudioGateError
from studiogate.gateway.present import told

MEDIA_TYPE: Final = "application/scim+json"
ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"


class Wrong(StrEnum):
    """What is wrong; its value is the code in the record."""

    SYNTAX = "scim-syntax"
    VALUE = "scim-value"
    FILTER = "scim-filter"
    PATH = "scim-path"
    TARGET = "scim-target"
    MUTABILITY = "scim-mutability"
    UNIQUENESS = "scim-uniqueness"
    VERSION = "scim-version"
    TOO_LARGE = "scim-too-large"
    MEDIA_TYPE = "scim-media-type"
    METHOD = "scim-method"


_ANSWERS: Final[dict[Wrong, tuple[int, str | None, str]]] = {
    Wrong.SYNTAX: (400, "invalidSyntax", "Send what RFC 7643 and RFC 7644 describe."),
    Wrong.VALUE: (400, "invalidValue", "Correct the mapping of this attribute and send anew."),
    Wrong.FILTER: (
        400,
        "invalidFilter",
        "Use `eq`, joined by `and`, over the attributes named.",
    ),
    Wrong.PATH: (400, "invalidPath", "Use a path of RFC 7644, section 3.5.2."),
    Wrong.TARGET: (400, "noTarget", "Read the resource, and name a value it has."),
    Wrong.MUTABILITY: (400, "mutability", "Leave out what only the receiver of it may set."),
    Wrong.UNIQUENESS: (
        409,
        "uniqueness",
        "Look for the resource by its name, and change that.",
    ),
    Wrong.VERSION: (412, None, "Read the resource again, and change what it has become."),
    Wrong.TOO_LARGE: (
        413,
        None,
        "Send less of it, in several requests where that is possible.",
    ),
    Wrong.MEDIA_TYPE: (415, None, f"Send {MEDIA_TYPE}."),
    Wrong.METHOD: (405, None, "Use a method of RFC 7644, section 3.2."),
}


def refused(wrong: Wrong, what: str) -> Malformed:
    """The refusal to raise: `what` is wrong, in words that quote no value."""
    return Malformed(what, remedy=_ANSWERS[wrong][2], reason=wrong.value)


def no_resource() -> NotThere:
    """The refusal for a resource that is not there, or is another provider's."""
    return NotThere(
        "there is no such resource",
        remedy="Look for it by its name, or create it.",
        reason="scim-no-resource",
    )


def error_answer(request: Request, error: StudioGateError | HTTPException) -> Response:
    """`error` as the protocol says it; its details are in the log, as every error's."""
    answer = told(request, error)
    status, word = answer.status, None
    if isinstance(error, Refusal) and error.reason in set(Wrong):
        status, word, _ = _ANSWERS[Wrong(error.reason)]
    body = {
        "schemas": [ERROR],
        "status": str(status),
        "scimType": word,
        "detail": f"{answer.detail} {answer.remedy}",
    }
    return JSONResponse(
        {name: value for name, value in body.items() if value is not None},
        status_code=status,
        headers=dict(answer.headers),
        media_type=MEDIA_TYPE,
    )
