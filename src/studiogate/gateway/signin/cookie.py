"""Sealed cookies: what the browser keeps for us, and can neither read nor change.

A sealed value is `v1.KEYID.BASE64URL`: AES-256-GCM over JSON, under a random nonce.  Version,
purpose and key id are bound as associated data, so a value sealed for one purpose opens for no
other.  Several keys make rotation: the first seals, all open.  The keys in use are derived from
the configured ones (HKDF, RFC 5869), one per use.

Cookies are named `__Host-…`, so the browser takes them only from this host, over a secure
connection, for every path (RFC 6265bis §4.1.3.2).  Browsers count `http://localhost` as secure.
"""

import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from starlette.requests import Request

from studiogate.gateway.signin.shape import from_base64url, strict_object, to_base64url

VERSION = "v1"
LARGEST_COOKIE = 1024
"""Bytes of a sealed value; a browser keeps 4096 for a cookie, and sends it every time."""

_NONCE_BYTES, _KEY_BYTES, _KEY_ID_BYTES = 12, 32, 4


class BadSeal(Exception):
    """Not sealed by us for this purpose, with a key we still have, or not whole."""


class Hidden(Protocol):
    """A key that shows itself to nobody by accident."""

    def get_secret_value(self) -> bytes:
        """The key."""
        ...


class Sealer:
    """Seals facts into text, opens them again, and makes tags that only we can make."""

    def __init__(self, keys: Sequence[Hidden]) -> None:
        raw = [key.get_secret_value() for key in keys]
        ids = [_derived(key, "key id", _KEY_ID_BYTES).hex() for key in raw]
        self._first = ids[0]
        self._ciphers = {
            key_id: AESGCM(_derived(key, "seal", _KEY_BYTES))
            for key_id, key in zip(ids, raw, strict=True)
        }
        self._taggers = [_derived(key, "tag", _KEY_BYTES) for key in raw]

    def sealed(self, purpose: str, facts: Mapping[str, Any]) -> str:
        """`facts` as text only this room can read, for `purpose` alone."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        plain = json.dumps(facts, separators=(",", ":")).encode("utf-8")
        cipher = self._ciphers[self._first]
        hidden = cipher.encrypt(nonce, plain, _bound(purpose, self._first))
        return f"{VERSION}.{self._first}.{to_base64url(nonce + hidden)}"

    def opened(
        self, purpose: str, text: str, *, largest: int = LARGEST_COOKIE
    ) -> dict[str, Any]:
        """The facts that were sealed into `text`, of at most `largest` bytes, for `purpose`.

        Raises:
            BadSeal: for whatever reason they cannot be had.
        """
        version, _, rest = text.partition(".")
        key_id, _, body = rest.partition(".")
        cipher = self._ciphers.get(key_id)
        if version != VERSION or cipher is None or len(text) > largest:
            raise BadSeal
        try:
            raw = from_base64url(body)
            plain = cipher.decrypt(
                raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound(purpose, key_id)
            )
            return strict_object(plain)
        except (InvalidTag, ValueError):
            raise BadSeal from None

    def tag(self, purpose: str, text: str) -> str:
        """A tag of `text` that only we can make; the newest key's."""
        return _tag(self._taggers[0], purpose, text)

    def is_tag(self, tag: str, purpose: str, text: str) -> bool:
        """Whether `tag` is ours for `text`, under any key we have."""
        shown = tag.encode("utf-8", "replace")
        return any(
            hmac.compare_digest(shown, _tag(key, purpose, text).encode("ascii"))
            for key in self._taggers
        )


def shown(request: Request, name: str) -> list[str]:
    """Every value the browser sends for the cookie `name`; more than one is an attack."""
    pairs = [
        pair.strip(" \t").partition("=")
        for line in request.headers.getlist("cookie")
        for pair in line.split(";")
    ]
    return [value for key, _, value in pairs if key == name]


def setting(
    name: str, value: str, *, max_age_s: int | None = None, same_site: str = "Lax"
) -> str:
    """The `Set-Cookie` that keeps `value`; until the browser closes when there is no age.

    `same_site` is `None` for a cookie that must come with a form which another site posts.
    """
    age = "" if max_age_s is None else f"; Max-Age={max_age_s}"
    return f"{name}={value}{age}; Path=/; Secure; HttpOnly; SameSite={same_site}"


def clearing(name: str) -> str:
    """The `Set-Cookie` that makes the browser forget `name`."""
    return setting(name, "", max_age_s=0)


def _derived(key: bytes, use: str, length: int) -> bytes:
    info = f"studiogate cookie {use}".encode("ascii")
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(key)


def _bound(purpose: str, key_id: str) -> bytes:
    return f"studiogate|{VERSION}|{purpose}|{key_id}".encode("ascii")


def _tag(key: bytes, purpose: str, text: str) -> str:
    return to_base64url(hmac.digest(key, f"{purpose}|{text}".encode(), "sha256"))
