"""Credentials for programs that run as a role: the container credentials endpoint.

What ECS tasks and Studio apps ask for theirs (AWS SDKs Reference Guide, "Container credential
provider").  The role's trust policy must let the service in, at every renewal.
"""

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from studiogate.local.call import ApiError, Caller
from studiogate.local.iam import entities
from studiogate.local.iam.policies import LivePolicies
from studiogate.local.iam.sessions import NewSession, SessionStore
from studiogate.policy.evaluate import Effect, verdict
from studiogate.policy.request import ContextValue, Principal
from studiogate.policy.request import Request as Question

PRINCIPALS = Literal[
    "codebuild.amazonaws.com", "lambda.amazonaws.com", "sagemaker.amazonaws.com"
]
LIVES_S = 3_600
_RENEW_WITHIN = timedelta(minutes=20)
"""Before the end; SDKs begin to ask 15 minutes before it."""


@dataclass(slots=True)
class _Entry:
    role_arn: str
    service: str
    session_name: str
    source_identity: str | None
    tags: Mapping[str, str]
    context: Mapping[str, str]
    source_arn: str | None
    token: str = field(repr=False)
    session: Caller | None = None


class Vending:
    """Hands out sessions of registered roles to whoever shows the token of the registration."""

    def __init__(
        self, sessions: SessionStore, policies: LivePolicies, clock: Callable[[], datetime]
    ) -> None:
        self._sessions = sessions
        self._policies = policies
        self._clock = clock
        self._entries: dict[str, _Entry] = {}

    def register(
        self,
        role_arn: str,
        *,
        service: PRINCIPALS,
        session_name: str,
        source_identity: str | None = None,
        tags: Mapping[str, str] | None = None,
        context: Mapping[str, str] | None = None,
        source_arn: str | None = None,
    ) -> tuple[str, str]:
        """The path to ask at, and the text to send as `Authorization`.

        `context` holds condition keys the session carries (`sagemaker:DomainId`, …), and
        `source_arn` is what the service says it takes the role on for (`aws:SourceArn`).
        Nothing is issued yet: the role is looked up, and its trust policy asked, when somebody
        asks.
        """
        path, token = f"/credentials/{secrets.token_hex(16)}", secrets.token_urlsafe(32)
        self._entries[path] = _Entry(
            role_arn,
            service,
            session_name,
            source_identity,
            tags or {},
            context or {},
            source_arn,
            token,
        )
        return path, token

    def taken_on(self, path: str) -> Caller:
        """The session that whoever asks at `path` is given now.

        Raises:
            ApiError: AccessDenied: nothing is registered there, or the role does not let the
                service in.
        """
        entry = self._entries.get(path)
        why = "Nothing is registered at this path." if entry is None else self._current(entry)
        if entry is None or entry.session is None:
            raise ApiError("AccessDenied", why or "There is no session.", status=403)
        return entry.session

    def forget(self, path: str) -> None:
        """Hand out nothing more at `path`; what was handed out lives until it expires."""
        self._entries.pop(path, None)

    def app(self) -> ASGIApp:
        """The endpoint.  Serve it on loopback only, as AWS serves it link-local only."""
        return Starlette(
            routes=[Route("/credentials/{entry}", self._credentials, methods=["GET"])]
        )

    async def _credentials(self, request: Request) -> Response:
        entry = self._entries.get(request.url.path)
        shown = request.headers.get("authorization", "")
        expected = entry.token if entry else secrets.token_urlsafe(32)
        # Compared for an unknown path as well: both look the same from outside.
        if not hmac.compare_digest(shown.encode(), expected.encode()) or entry is None:
            return _no(
                401, "InvalidAuthorization", "The authorization is not that of the path."
            )
        why = self._current(entry)
        if why is not None:
            return _no(403, "AccessDenied", why)
        return JSONResponse(_document(entry), headers={"Cache-Control": "no-store"})

    def _current(self, entry: _Entry) -> str | None:
        """Make a session where there is none that lasts; the reason, where that fails."""
        if entry.session is None or _ends(entry.session) - self._clock() < _RENEW_WITHIN:
            return self._renew(entry)
        return None

    def _renew(self, entry: _Entry) -> str | None:
        """Make a session; the reason, where the role does not let the service in."""
        entry.session = None
        role = entities.role_by_arn(entry.role_arn)
        trust = self._policies.trust(entry.role_arn)
        if role is None or trust is None:
            return f"There is no role {entry.role_arn}."
        for action, question in _questions(entry, role.account_id):
            if verdict([trust], question).effect is not Effect.ALLOWED:
                return (
                    f"{entry.service} is not authorized to perform: {action} on resource: "
                    f"{entry.role_arn} because no role trust policy allows it"
                )
        entry.session = self._sessions.of_role(
            NewSession(
                role=role,
                session_name=entry.session_name,
                lives_s=LIVES_S,
                source_identity=entry.source_identity,
                tags=entry.tags,
                context=entry.context,
            )
        )
        return None


def _questions(entry: _Entry, account: str) -> list[tuple[str, Question]]:
    """What the trust policy has to allow the service (requirement S1-10 for the second)."""
    actions = ["sts:AssumeRole"]
    context: dict[str, ContextValue] = {
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": entry.service,
        "aws:SourceAccount": account,
        "sts:RoleSessionName": entry.session_name,
    }
    if entry.source_arn is not None:
        context["aws:SourceArn"] = entry.source_arn
    if entry.source_identity is not None:
        actions.append("sts:SetSourceIdentity")
        context["sts:SourceIdentity"] = entry.source_identity
    if entry.tags:
        actions.append("sts:TagSession")
        context["aws:TagKeys"] = tuple(entry.tags)
        context |= {f"aws:RequestTag/{key}": value for key, value in entry.tags.items()}
    principal = Principal("service", entry.service, "")
    return [(act, Question(act, entry.role_arn, principal, context)) for act in actions]


def _document(entry: _Entry) -> dict[str, Any]:
    session = entry.session
    if session is None:
        raise ValueError("credentials are written after they were made")
    return {
        "AccessKeyId": session.access_key,
        "SecretAccessKey": session.secret_key,
        "Token": session.token,
        "Expiration": _ends(session).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "RoleArn": entry.role_arn,
    }


def _ends(session: Caller) -> datetime:
    if session.expires_at is None:
        raise ValueError("a session of a role expires")
    return session.expires_at


def _no(status: int, code: str, message: str) -> Response:
    return JSONResponse({"code": code, "message": message}, status_code=status)
