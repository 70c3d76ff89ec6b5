"""What goes over the wire: credentials, one request, one answer, and who carries them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

_SET_COOKIE: Final = "set-cookie"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Keys to sign with.  The secret and the token are in no `repr`, log or error."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    """Aware UTC; `None` for keys that do not expire."""


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One HTTP request, ready to send."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    repeatable: bool = False
    """Whether sending it twice does no harm, whatever its method says (RFC 9110, 9.2.2)."""


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """One HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    """Without `set-cookie`, the one header whose values cannot be joined into one."""

    body: bytes = field(repr=False)
    set_cookies: tuple[str, ...] = field(default=(), repr=False)
    """Each `Set-Cookie` as it came: secrets, so in no `repr`."""


def answered(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> WireAnswer:
    """The answer with `headers` as they came; of one that came twice, the last counts."""
    pairs = [(name.lower(), value) for name, value in headers]
    return WireAnswer(
        status,
        {name: value for name, value in pairs if name != _SET_COOKIE},
        body,
        tuple(value for name, value in pairs if name == _SET_COOKIE),
    )


class NoAnswer(Exception):
    """Nobody answered: refused, reset, timed out, or the name did not resolve."""


class Transport(Protocol):
    """Carries one request and brings its answer; keeps connections open in between."""

    async def send(self, request: WireRequest) -> WireAnswer:
        """The answer, whatever its status.

        Raises:
            NoAnswer: nothing came back in time.
        """
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...


class CredentialSource(Protocol):
    """Knows the gateway's own credentials, and renews them before they expire."""

    async def credentials(self) -> Credentials:
        """Credentials good for at least a few minutes.

        Raises:
            Unreachable: their source did not answer.
        """
        ...
