"""What an attack on a token is: a name, how it is made, and the check that must find it.

The catalogue is data, in the modules beside this one: each attack has one fault, everything
else about it is right, so the reason that is recorded is the check that found it.  Each group
has a control: a token like its attacks, without the fault, that must open.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.kit.signin_idp import NOON, FakeIdp, SigningKey, b64, ec_key, rsa_key

NOW_S = int(NOON.timestamp())
MARKER = "M4RKER-of-what-nobody-may-see"
"""In the claims of every token: where it turns up again, a token was shown to somebody."""

OPENING, OWN = "/open/forecasting", "/user-lob-a"
NULL = object()
"""JSON's `null`, where `None` leaves a member out."""

RSA, EC, OTHER = rsa_key("key-1"), ec_key("key-2"), rsa_key("key-3")
THIEF = rsa_key("key-of-a-thief")


@dataclass(frozen=True)
class Forge:
    """Where tokens are made: the provider, its keys, and an address nobody should ask."""

    idp: FakeIdp
    canary: str = "http://127.0.0.1:9"

    def claims(self, **claims: Any) -> dict[str, Any]:
        """Good claims, but for `claims`; `None` leaves one out, `NULL` is JSON's null."""
        found = self.idp.access_claims(**({"marker": MARKER} | claims))
        return {name: None if value is NULL else value for name, value in found.items()}

    def payload(self, **claims: Any) -> bytes:
        return json.dumps(self.claims(**claims)).encode()

    def token(self, key: SigningKey = RSA, **claims: Any) -> str:
        """A token that `key` signed; `claims` as in `claims`."""
        return key.token(self.claims(**claims))

    def headed(self, key: SigningKey = RSA, **header: Any) -> str:
        """A good token but for `header`; `None` leaves a member out, `NULL` is null."""
        said = {"alg": key.alg, "kid": key.kid, **header}
        plain = {name: _plain(value) for name, value in said.items() if value is not None}
        return key.raw_token(json.dumps(plain).encode(), self.payload())

    def written(self, payload: bytes | str) -> str:
        """A signed token whose payload is exactly `payload`."""
        raw = payload if isinstance(payload, bytes) else payload.encode()
        return RSA.raw_token(b'{"alg":"RS256","kid":"key-1"}', raw)

    def unsigned(self, header: Mapping[str, Any], key_text: bytes | None = None) -> str:
        """Header and good payload, without the dot and signature that follow."""
        text = json.dumps(header).encode() if key_text is None else key_text
        return f"{b64(text)}.{b64(self.payload())}"


Make = Callable[[Forge], str]


@dataclass(frozen=True)
class Shown:
    """A request: what is shown besides the path."""

    headers: Sequence[tuple[str, str]] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes = b""


def bearing(token: str) -> Shown:
    """A request with `token` in the header where tokens belong."""
    return Shown([("authorization", f"Bearer {token}")])


@dataclass(frozen=True)
class Attack:
    """One token, or one way to show a good one, that must not open anything."""

    name: str
    make: Make
    reasons: frozenset[str]
    """The codes of the checks that may find it; one, unless two are as good."""

    show: Callable[[str], Shown] = bearing
    paths: tuple[str, ...] = (OPENING, OWN)
    status: int = 401
    keys: Callable[[], list[Any]] | None = None
    """What the provider publishes instead."""


@dataclass(frozen=True)
class Group:
    """Attacks of one kind, and what is like them and good."""

    name: str
    control: Make
    attacks: tuple[Attack, ...]
    show: Callable[[str], Shown] = bearing
    keys: Callable[[], list[Any]] | None = None


def attack(name: str, reason: str, make: Make, **more: Any) -> Attack:
    """An attack that `reason` must find; reasons that are as good as each other, with a bar."""
    return Attack(name, make, frozenset(reason.split("|")), **more)


def claiming(name: str, reason: str, **claims: Any) -> Attack:
    """A well-signed token with `claims` that must not count."""
    return attack(name, reason, lambda forge: forge.token(**claims))


def heading(name: str, reason: str, key: SigningKey = RSA, **header: Any) -> Attack:
    """A well-signed token with `header` members that must not count."""
    return attack(name, reason, lambda forge: forge.headed(key, **header))


def writing(name: str, payload: bytes | str, reason: str = "token-json") -> Attack:
    """A well-signed token with exactly that payload."""
    return attack(name, reason, lambda forge: forge.written(payload))


def good(forge: Forge) -> str:
    """A token with nothing wrong."""
    return forge.token()


def _plain(value: Any) -> Any:
    return None if value is NULL else value
