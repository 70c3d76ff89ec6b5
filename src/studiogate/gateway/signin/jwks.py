"""Which keys of a provider's key set are let in, one by one.

A bad key is left out and the others stay: one key of a kind we do not use must not keep
everybody from signing in.  Sources: RFC 7517 §4, RFC 7518 §6, RFC 8725 §3.1.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from studiogate.gateway.signin.shape import LONGEST_KEY_ID, from_base64url, strict_object

SMALLEST_RSA_BITS = 2048
LARGEST_RSA_BITS = 8192
"""Larger ones cost whoever checks them, at the choice of whoever sends tokens."""

_F4 = 65537
_P256_BYTES = 32
_MOST_KEYS = 64


@dataclass(frozen=True, slots=True)
class AdmittedKey:
    """A public key that may vouch for tokens, and the one algorithm it does it with."""

    key_id: str
    algorithm: str
    key: RSAKey | ECKey = field(repr=False)


class NoKeys(Exception):
    """The document is not a key set, or no key in it may be used."""


def admitted(document: bytes) -> Mapping[str, AdmittedKey]:
    """The usable keys of the key set `document`, by key id; never empty.

    Two keys of one id are both left out: which of them is meant cannot be known.

    Raises:
        NoKeys: there is nothing to use.
    """
    try:
        listed = strict_object(document).get("keys")
    except ValueError:
        raise NoKeys("the key set is not JSON we read") from None
    if not isinstance(listed, list) or len(listed) > _MOST_KEYS:
        raise NoKeys(f"the key set has no list of at most {_MOST_KEYS} keys")
    named = [jwk for jwk in listed if isinstance(jwk, dict) and isinstance(jwk.get("kid"), str)]
    ids = Counter(jwk["kid"] for jwk in named)
    keys = [_admit(jwk) for jwk in named if ids[jwk["kid"]] == 1]
    found = {key.key_id: key for key in keys if key is not None}
    if not found:
        raise NoKeys(f"none of the {len(listed)} keys may be used")
    return found


def _admit(jwk: Mapping[str, Any]) -> AdmittedKey | None:
    """The key, or nothing when any of its members speaks against it."""
    make = _MAKERS.get(str(jwk.get("kty")))
    if make is None or not _is_for_signatures(jwk) or "d" in jwk:
        return None
    algorithm, build = make
    key_id = jwk["kid"]
    if not 1 <= len(key_id) <= LONGEST_KEY_ID or jwk.get("alg", algorithm) != algorithm:
        return None
    try:
        return AdmittedKey(key_id, algorithm, build(jwk))
    except (KeyError, TypeError, ValueError, JoseError):
        return None


def _is_for_signatures(jwk: Mapping[str, Any]) -> bool:
    operations = jwk.get("key_ops", ["verify"])
    return jwk.get("use", "sig") == "sig" and (
        isinstance(operations, list) and "verify" in operations
    )


def _rsa(jwk: Mapping[str, Any]) -> RSAKey:
    modulus, exponent = (int.from_bytes(from_base64url(jwk[part])) for part in ("n", "e"))
    if not SMALLEST_RSA_BITS <= modulus.bit_length() <= LARGEST_RSA_BITS:
        raise ValueError("RSA key of a size we do not use")
    if exponent < _F4 or exponent % 2 == 0:
        raise ValueError("RSA exponent that is small or even")
    return RSAKey.import_key({part: jwk[part] for part in ("kty", "n", "e")})


def _ec(jwk: Mapping[str, Any]) -> ECKey:
    if jwk["crv"] != "P-256":
        raise ValueError("ES256 is P-256 and no other curve")
    if any(len(from_base64url(jwk[part])) != _P256_BYTES for part in ("x", "y")):
        raise ValueError("coordinates of P-256 are 32 bytes")
    return ECKey.import_key({part: jwk[part] for part in ("kty", "crv", "x", "y")})


_MAKERS: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], RSAKey | ECKey]]] = {
    "RSA": ("RS256", _rsa),
    "EC": ("ES256", _ec),
}
