"""Credentials that an agent beside the gateway's container hands out: ECS tasks, EKS pods.

"Container credential provider" of the AWS SDKs and Tools Reference Guide says which variables
name the agent, which addresses may be asked without TLS, and how the agent's token is shown.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from studiogate.aws.wire.answers import container_credentials
from studiogate.aws.wire.call import (
    Credentials,
    NoAnswer,
    Transport,
    WireAnswer,
    WireRequest,
)
from studiogate.errors import AwsError, Denied, SettingsError, Unreachable
from studiogate.names import is_loopback_address

RELATIVE_URI: Final = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
FULL_URI: Final = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
AUTH: Final = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
AUTH_FILE: Final = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"

RENEWED_BEFORE: Final = timedelta(minutes=5)
"""How long before their end credentials are asked for anew."""

_RESPITE: Final = timedelta(seconds=5)
"""How long an agent that failed is left alone."""

_ACTION: Final = "credentials"
_ECS: Final = "http://169.254.170.2"
_AGENTS: Final = frozenset({"localhost", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"})
"""Besides loopback addresses, what AWS's SDKs ask without TLS: the ECS and EKS agents."""

_REFUSED: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
)


class ContainerCredentials:
    """The credentials of an ECS task or an EKS pod, renewed before they end.

    However many ask at once, the agent is asked once.  While it fails, credentials that are
    still good are handed out.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        url: str,
        clock: Callable[[], datetime],
        authorization: Callable[[], str | None] = lambda: None,
    ) -> None:
        """Ask `url`; `authorization` is called each time, for an EKS token changes.

        Raises:
            SettingsError: `url` is plain HTTP to something that is not a container agent.
        """
        _refuse_unless_safe(url)
        self._transport = transport
        self._url = url
        self._clock = clock
        self._authorization = authorization
        self._kept: Credentials | None = None
        self._asking = asyncio.Lock()
        self._failure: AwsError | None = None
        self._failed_at: datetime | None = None

    async def credentials(self) -> Credentials:
        """Credentials good for five minutes at least; for less while the agent fails.

        Raises:
            Unreachable: the agent did not answer, and nothing good is left.
            AwsError: it answered something else.
        """
        hurried = self._asking.locked() or self._has_just_failed()
        kept = self._good_for(timedelta() if hurried else RENEWED_BEFORE)
        if kept is not None:
            return kept
        async with self._asking:
            return self._good_for(RENEWED_BEFORE) or await self._renewed()

    def _good_for(self, needed: timedelta) -> Credentials | None:
        """What is kept, if it lasts longer than `needed`."""
        kept = self._kept
        if kept is None or kept.expires_at is None:
            return None
        return kept if kept.expires_at - self._clock() > needed else None

    def _has_just_failed(self) -> bool:
        return self._failed_at is not None and self._clock() - self._failed_at < _RESPITE

    async def _renewed(self) -> Credentials:
        if self._failure is not None and self._has_just_failed():
            raise self._failure.with_traceback(None)  # those who waited share the answer
        try:
            self._kept = await self._asked()
        except AwsError as exc:
            self._failure, self._failed_at = exc, self._clock()
            kept = self._good_for(timedelta())
            if kept is None:
                raise
            return kept
        return self._kept

    async def _asked(self) -> Credentials:
        authorization = self._authorization()
        headers = {"accept": "application/json"}
        if authorization is not None:
            headers["authorization"] = authorization
        try:
            answer = await self._transport.send(WireRequest("GET", self._url, headers, b""))
        except NoAnswer as exc:
            raise Unreachable(
                f"the container's credential endpoint did not answer: {exc}",
                remedy="Check that this task or pod has a role, and its agent runs.",
                action=_ACTION,
            ) from exc
        return _read(answer)


def container_url(environ: Mapping[str, str]) -> str | None:
    """The address of the agent that `environ` names; `None` if it names none.

    Raises:
        SettingsError: the relative one is not a path.
    """
    relative = environ.get(RELATIVE_URI)
    if not relative:
        return environ.get(FULL_URI) or None
    if not relative.startswith("/"):
        # appended to the agent's address, `@evil.example/` would name another host
        raise SettingsError(
            f"{RELATIVE_URI} is not a path",
            remedy=f"{RELATIVE_URI} starts with a slash; for a whole URL set {FULL_URI}.",
        )
    return _ECS + relative


def authorization(environ: Mapping[str, str]) -> Callable[[], str | None]:
    """How the agent's token is found: in the file, which is renewed in place, if one is named.

    Raises:
        SettingsError: the variable holds what a header cannot.
    """
    path = environ.get(AUTH_FILE)
    if path:
        return lambda: _token_in(Path(path))
    token = _one_line(environ.get(AUTH) or "", AUTH)
    return lambda: token


def _token_in(path: Path) -> str | None:
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, ValueError) as exc:
        raise Unreachable(
            f"the file that {AUTH_FILE} names cannot be read: {type(exc).__name__}",
            remedy="Check that the pod's service account token is mounted and readable.",
            action=_ACTION,
        ) from exc
    with suppress(SettingsError):
        return _one_line(text.strip(), AUTH_FILE)
    raise Unreachable(
        f"the file that {AUTH_FILE} names holds more than one line",
        remedy="Mount the service account token itself.",
        action=_ACTION,
    )


def _one_line(token: str, variable: str) -> str | None:
    """`token` fit for a header, or `None` for none."""
    if not token:
        return None
    if not (token.isascii() and token.isprintable()):
        raise SettingsError(
            f"{variable} holds what a header cannot",
            remedy=f"Set {variable} to the token alone, on one line.",
        )
    return token


def _refuse_unless_safe(url: str) -> None:
    """Refuse to fetch keys in clear from anywhere but this machine and AWS's agents on it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" and host:
        return
    if parts.scheme == "http" and (host in _AGENTS or is_loopback_address(host)):
        return
    raise SettingsError(
        f"{FULL_URI} is neither https nor an address of this machine's container agent",
        remedy=f"Use https, loopback, or one of {', '.join(sorted(_AGENTS))}.",
    )


def _read(answer: WireAnswer) -> Credentials:
    """The credentials in the agent's answer; nothing of the answer's text is repeated."""
    if answer.status in _REFUSED:
        raise Denied(
            f"the container's credential endpoint answered {answer.status}",
            remedy=f"Check the role of the task or pod, and {AUTH} or {AUTH_FILE}.",
            action=_ACTION,
        )
    if answer.status != HTTPStatus.OK:
        raise _unusable(f"status {answer.status}")
    try:
        return container_credentials(answer)
    except (ValueError, LookupError, RecursionError) as exc:
        raise _unusable(type(exc).__name__) from exc


def _unusable(why: str) -> AwsError:
    return AwsError(
        f"the container's credential endpoint gave no credentials: {why}",
        remedy="Look at the log of the ECS agent or of the EKS Pod Identity agent.",
        action=_ACTION,
    )
