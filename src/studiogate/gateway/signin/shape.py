"""The shape of a token, judged before any cryptography: compact form, base64url, JSON.

Libraries differ in what they let pass here (padding, duplicate members, NaN), and a token that
two readers read differently is how one of them is deceived.  So a token has one spelling, or
it is refused.  Sources: RFC 7515 §3.1, §4.1; RFC 8725 §3; RFC 9068 §2.1.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from studiogate.gateway.signin.why import Why, refused

LONGEST_TOKEN = 16 * 1024
LONGEST_HEADER = 2 * 1024
LONGEST_KEY_ID = 256
ALGORITHMS = frozenset({"RS256", "ES256"})

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\Z")
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
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


def from_base64url(text: str) -> bytes:
    """The bytes `text` stands for, if it is their only spelling: no padding, no spare bits.

    Raises:
        ValueError: it is not.
    """
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_base64url(raw) != text:
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
        found = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_no_constant
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - what is wrong is the text
    return found


def compact(text: str) -> Compact:
    """The token in `text`, its shape checked and nothing else.

    Raises:
        NotSignedIn: saying for the record what is wrong with it.
    """
    if len(text) > LONGEST_TOKEN:
        raise refused(Why.TOKEN_SIZE)
    parts = _COMPACT.match(text)
    if parts is None or len(parts[1]) > LONGEST_HEADER:
        raise refused(Why.TOKEN_MALFORMED)
    try:
        header_raw, claims_raw, _ = [from_base64url(part) for part in parts.groups()]
    except ValueError:
        raise refused(Why.TOKEN_ENCODING) from None
    try:
        header, claims = strict_object(header_raw), strict_object(claims_raw)
    except ValueError:
        raise refused(Why.TOKEN_JSON) from None
    return _checked(text, header, claims)


def _checked(text: str, header: Mapping[str, Any], claims: Mapping[str, Any]) -> Compact:
    if _UNSPOKEN & header.keys():
        raise refused(Why.TOKEN_CRITICAL)
    said = header.get("typ", "")
    kind = said.lower() if isinstance(said, str) else None
    if kind is None or ("typ" in header and kind not in _TYPES):
        raise refused(Why.TOKEN_TYPE)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise refused(Why.TOKEN_ALGORITHM)
    key_id = header.get("kid")
    if not isinstance(key_id, str) or not 1 <= len(key_id) <= LONGEST_KEY_ID:
        raise refused(Why.TOKEN_NO_KEY_ID)
    return Compact(text=text, key_id=key_id, algorithm=algorithm, type=kind, claims=claims)


def _once_each(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member appears twice")
    return found


def _no_constant(_constant: str) -> Any:
    raise ValueError("NaN and Infinity are not JSON")
