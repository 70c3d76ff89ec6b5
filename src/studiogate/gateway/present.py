"""What a person or a program is told: every error becomes one answer, here and nowhere else.

A refusal is shown in full: what, why and what to do.  A failure of AWS or of ours is shown as
an incident number; its details, which name accounts and roles, go to the log under that number.
Programs get problem details (RFC 9457), browsers a page with the same words.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from studiogate.errors import (
    AwsError,
    Busy,
    Malformed,
    NotAllowed,
    NotSignedIn,
    NotThere,
    RecordError,
    Refusal,
    StudioGateError,
    Unreachable,
)
from studiogate.gateway import reasons
from studiogate.gateway.logs import LOG
from studiogate.gateway.pages.render import page
from studiogate.gateway.prefix import inward, outward
from studiogate.gateway.whom import platform

# One row per family; the most particular class wins.
_STATUS: Mapping[type[BaseException], int] = {
    Malformed: 400,
    NotSignedIn: 401,
    NotAllowed: 403,
    NotThere: 404,
    Busy: 503,
    Unreachable: 503,
    AwsError: 502,
    RecordError: 503,
    BaseException: 500,
}

_TITLES: Mapping[int, str] = {
    400: "That cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not there",
    405: "Not that way",
    413: "Too much",
    414: "Too long",
    421: "Not our name",
    431: "Too much",
    500: "Something broke on our side",
    502: "AWS did not do its part",
    503: "Not right now",
}

# What Starlette itself refuses: reason, detail, remedy.
_HTTP: Mapping[int, tuple[str, str, str]] = {
    404: ("no-such-page", "There is nothing at this address.", "Start from the portal."),
    405: (
        "method-not-allowed",
        "This address does not answer that method.",
        "Use the method that /api/openapi.json names.",
    ),
    413: ("too-large", "The body of the request is too large.", "Send less."),
}
_OTHER = ("bad-request", "The request cannot be read.", "Start from the portal.")


_OF_THE_COMMAND_LINE = ("redirect_uri", "state", "code_challenge", "code_challenge_method")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown, before it is known to whom."""

    status: int
    reason: str
    detail: str
    remedy: str
    incident: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    contact: str | None = None
    """Whom `remedy` says to ask, so that a page can make a link of it."""

    @property
    def title(self) -> str:
        """The status in words; the same for every reason of one status (RFC 9457, 3.1.4)."""
        return _TITLES.get(self.status, "That did not work")

    def problem(self) -> dict[str, Any]:
        """The members of the problem details object."""
        members = {
            "type": f"urn:studiogate:problem:{self.reason}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "reason": self.reason,
            "remedy": self.remedy,
            "contact": self.contact,
            "incident": self.incident,
        }
        return {name: value for name, value in members.items() if value is not None}


def answer_to(error: Exception, *, incident: str, contact: str | None = None) -> Answer:
    """The answer to `error`; `incident` is shown only where the failure is not the person's.

    `contact` is the platform team's address: they are who can read the log.
    """
    if isinstance(error, HTTPException):
        said = _HTTP.get(error.status_code, _OTHER)
        return Answer(error.status_code, *said, headers=error.headers or {})
    status = next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
    reason = reasons.shown(error)
    headers = _headers(error)
    if isinstance(error, Refusal):
        words = _sentence(error)
        return Answer(status, reason, words, error.remedy, None, headers, error.contact)
    if reason == "domain-not-ready" and isinstance(error, Busy):
        words = _sentence(error)
        return Answer(status, reason, words, error.remedy, incident, headers, contact)
    team = platform(contact)
    return Answer(
        status,
        reason,
        "Your request was fine; something behind it did not work.",
        f"Try again in a moment. If it stays so, tell {team} incident {incident}.",
        incident,
        headers,
        contact,
    )


async def show(request: Request, error: Exception) -> Response:
    """The response to `error`, and a line in the log: Starlette's handler of exceptions."""
    answer = told(request, error)
    back = _way_back(request)
    if isinstance(error, NotSignedIn) and wants_page(request) and back is not None:
        there = outward(request, f"/?{urlencode({'next': back})}")
        return RedirectResponse(there, status_code=303)
    return respond(request, answer)


def told(request: Request, error: Exception) -> Answer:
    """The answer to `error`, after the log has its details."""
    incident: str = request.state.request_id
    contact: str | None = request.app.state.ports.contact
    answer = answer_to(error, incident=incident, contact=contact)
    _log(error, answer, request_id=incident)
    return answer


def respond(request: Request, answer: Answer) -> Response:
    """`answer` as a page for browsers, as problem details for everything else."""
    if wants_page(request):
        facts = {"answer": answer}
        return page(
            request, "problem.html", facts, status=answer.status, headers=answer.headers
        )
    return JSONResponse(
        answer.problem(),
        status_code=answer.status,
        headers=dict(answer.headers),
        media_type="application/problem+json",
    )


def wants_page(request: Request) -> bool:
    """Whether a browser asks: `text/html` is preferred to JSON.  Never below `/api/`."""
    if inward(request).startswith("/api/"):
        return False
    html = _quality(request, "text/html")
    return html > 0 and html >= max(
        _quality(request, "application/json"), _quality(request, "application/problem+json")
    )


def _quality(request: Request, kind: str) -> float:
    """How much `kind` is wanted by name, 0 to 1; `*/*` names nothing (RFC 9110, 12.5.1)."""
    for part in ",".join(request.headers.getlist("accept")).split(","):
        name, *parameters = (word.strip().lower() for word in part.split(";"))
        if name == kind:
            weights = [p.removeprefix("q=") for p in parameters if p.startswith("q=")]
            return _number(weights[0]) if weights else 1.0
    return 0.0


def _number(text: str) -> float:
    return float(text) if text.replace(".", "", 1).isdecimal() else 0.0


def _headers(error: BaseException) -> dict[str, str]:
    if isinstance(error, NotSignedIn):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, Busy):
        return {"Retry-After": str(error.retry_after_s)}
    return {}


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _way_back(request: Request) -> str | None:
    """Where somebody who has to sign in first wants to go, where that is a page of ours."""
    path = inward(request)
    if path.startswith("/open/"):
        return _opening(request)
    if path == "/cli":
        return _asking(request)
    return path if path in {"/reach", "/device"} else None


def _opening(request: Request) -> str:
    """The path asked for and the two parameters we know; nothing of anybody else's."""
    known = [(k, v) for k, v in request.query_params.multi_items() if k in {"app", "space"}]
    path = f"/open/{request.path_params['domain']}"
    return f"{path}?{urlencode(known)}" if known else path


def _asking(request: Request) -> str | None:
    """How the command line asked to sign in, with all it said or not at all."""
    said = [(name, request.query_params.get(name)) for name in _OF_THE_COMMAND_LINE]
    return f"/cli?{urlencode(said)}" if all(value for _, value in said) else None


def _log(error: Exception, answer: Answer, *, request_id: str) -> None:
    """A refusal in one line, a failure with its details, a defect with its traceback."""
    ours = isinstance(error, HTTPException)
    facts: dict[str, Any] = {
        "request_id": request_id,
        "status": answer.status,
        "reason": answer.reason if ours else reasons.recorded(error),
    }
    if isinstance(error, Refusal | HTTPException):
        LOG.info("refused", extra={"facts": facts})
        return
    if isinstance(error, AwsError):
        facts |= {"action": error.action, "about": error.about, "code": error.code}
    if isinstance(error, StudioGateError):
        facts |= {"error": str(error), "remedy": error.remedy}
        LOG.log(_level(error), "failed", extra={"facts": facts})
        return
    LOG.error("defect", exc_info=error, extra={"facts": facts})


def _level(error: StudioGateError) -> int:
    return logging.WARNING if isinstance(error, Busy) else logging.ERROR
