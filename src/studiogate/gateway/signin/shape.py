"""The shape of a token, judged before any cryptography: compact form, base64url, JSON.

Libraries differ in what they let pass here (padding, duplicate members, NaN), and a token that
two readers read differently is how one of them is deceived.  So a token has one spelling, or
it is refused.  Sources: RFC 7515 §3.1, §4.1; RFC 8725 §3; RFC 9068 §2.1.
"""

import json
import re
from base64 import urlsafe_b64encode
from binascii import a2b_base64, b2a_base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from studiogate.gateway.providers import ALGORITHMS
from studiogate.gateway.signin.why import Why, refused

LONGEST_TOKEN = 16 * 1024
LONGEST_HEADER = 2 * 1024
LONGEST_KEY_ID = 256

_SWAPPED = bytes.maketrans(b"-_+/", b"+/-_")
"""Base64url as base64, and what is only base64 as what is neither."""

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\Z")
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
LOGOUT_TYPES = frozenset({"jwt", "logout+jwt", "application/logout+jwt"})
"""What a logout token may be typed as, if it is (Back-Channel Logout 1.0 §2.4)."""

_UNSPOKEN = frozenset({"crit", "b64", "zip"})


@dataclass(frozen=True, slots=True)
class Compact:
    """A token whose shape is right.  Nothing in it is to be believed yet."""

    text: str = field(repr=False)
    key_id: str = field(repr=False)
    algorithm: str
    type: str
    """In lower case; empty when the header has none."""

    claims: Mapping[str, Any] = field(repr=False)
    signature: bytes = field(repr=False)

    @property
    def signed(self) -> bytes:
        """What the signature is over: all of the text before the second dot (RFC 7515 §5.2)."""
        return self.text.rpartition(".")[0].encode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes `text` stands for, if it is their only spelling: no padding, no spare bits.

    Raises:
        ValueError: it is not.
    """
    given = bytes(text, "ascii").translate(_SWAPPED)
    raw = a2b_base64(given + b"==")
    if b2a_base64(raw, newline=False).rstrip(b"=") != given:
        raise ValueError("not the canonical base64url of its bytes")
    return raw


def to_base64url(raw: bytes) -> str:
    """`raw` in base64url without padding (RFC 7515 §2)."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def strict_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in `raw`: UTF-8, no member twice, no NaN or Infinity.

    Raises:
        ValueError: it is anything else, or nested too deeply to read.
    """
    try:
        found = _STRICT.decode(raw.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - what is wrong is the text
    if not _is_shallow(found):
        raise ValueError("nested too deeply")
    return found


def _is_shallow(found: Any) -> bool:
    """Whether nothing lies deeper than any token's claims do.

    Pythons differ in how deep they read; what we take must not.
    """
    level = [found]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return True
    return False


def compact(text: str, *, types: Collection[str] = _TYPES) -> Compact:
    """The token in `text`, of one of `types` if it has one; its shape checked, nothing else.

    Raises:
        NotSignedIn: saying for the record what is wrong with it.
    """
    if len(text) > LONGEST_TOKEN:
        raise refused(Why.TOKEN_SIZE)
    parts = _COMPACT.match(text)
    if parts is None or len(parts[1]) > LONGEST_HEADER:
        raise refused(Why.TOKEN_MALFORMED)
    kind, algorithm, key_id = _header(parts[1])
    if kind and kind not in types:
        raise refused(Why.TOKEN_TYPE)
    return Compact(text, key_id, algorithm, kind, _object(parts[2]), _bytes(parts[3]))


@lru_cache(maxsize=256)
def _header(text: str) -> tuple[str, str, str]:
    """Type, algorithm and key id of a header, read once: all tokens of one key have the same.

    What a header says depends on its text alone, and a refusal is never remembered.
    """
    header = _object(text)
    if _UNSPOKEN & header.keys():
        raise refused(Why.TOKEN_CRITICAL)
    said = header.get("typ", "")
    kind = said.lower() if isinstance(said, str) else ""
    if "typ" in header and not kind:
        raise refused(Why.TOKEN_TYPE)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise refused(Why.TOKEN_ALGORITHM)
    key_id = header.get("kid")
    if not isinstance(key_id, str) or not 1 <= len(key_id) <= LONGEST_KEY_ID:
        raise refused(Why.TOKEN_NO_KEY_ID)
    return kind, algorithm, key_id


def _object(text: str) -> dict[str, Any]:
    try:
        return strict_object(_bytes(text))
    except ValueError:
        raise refused(Why.TOKEN_JSON) from None


def _bytes(text: str) -> bytes:
    try:
        return from_base64url(text)
    except ValueError:
        raise refused(Why.TOKEN_ENCODING) from None


def _once_each(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member appears twice")
    return found


def _no_constant(_constant: str) -> Any:
    raise ValueError("NaN and Infinity are not JSON")


_DEEPEST = 16
"""Levels of objects and lists; tokens of providers have three or four."""

_STRICT = json.JSONDecoder(object_pairs_hook=_once_each, parse_constant=_no_constant)
