"""Which keys of a provider's key set are let in, one by one.

A bad key is left out and the others stay: one key of a kind we do not use must not keep
everybody from signing in.  A key vouches with one algorithm: the one it names, if that is
allowed for its provider, else the first allowed one that keys of its kind have.

Sources: RFC 7517 §4; RFC 7518 §6; RFC 8037 §2; RFC 8725 §3.1; RFC 8032 §5.1.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from studiogate.gateway.signin.shape import LONGEST_KEY_ID, from_base64url, strict_object

SMALLEST_RSA_BITS = 2048
LARGEST_RSA_BITS = 8192
"""Larger ones cost whoever checks them, at the choice of whoever sends tokens."""

_F4 = 65537
_COORDINATE_BYTES = {"P-256": 32, "P-384": 48}
_ED25519_BYTES = 32
_ED25519_PRIME = 2**255 - 19
_MOST_KEYS = 64

_ALGORITHMS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("RSA", ""): ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
"""What keys of a type and curve can vouch with."""

_SMALL_ORDER = frozenset(
    {
        0,
        1,
        _ED25519_PRIME - 1,
        2707385501144840649318225287225658788936804267575313519463743609750303402022,
        55188659117513257062467267217118295137698188065244968500265048394206261417927,
    }
)
"""The y of points that, as a key, vouch for whatever is signed with nothing."""

Key = RSAKey | ECKey | OKPKey


@dataclass(frozen=True, slots=True)
class AdmittedKey:
    """A public key that may vouch for tokens, and the one algorithm it does it with."""

    key_id: str
    algorithm: str
    key: Key = field(repr=False)


class NoKeys(Exception):
    """The document is not a key set, or no key in it may be used."""


def admitted(
    document: bytes, allowed: Sequence[str] = ("RS256", "ES256")
) -> Mapping[str, AdmittedKey]:
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
    keys = [_admit(jwk, allowed) for jwk in named if ids[jwk["kid"]] == 1]
    found = {key.key_id: key for key in keys if key is not None}
    if not found:
        raise NoKeys(f"none of the {len(listed)} keys may be used")
    return found


def _admit(jwk: Mapping[str, Any], allowed: Sequence[str]) -> AdmittedKey | None:
    """The key, or nothing when any of its members speaks against it."""
    algorithm = _algorithm(jwk, allowed)
    if algorithm is None or not _is_for_signatures(jwk) or "d" in jwk:
        return None
    key_id = jwk["kid"]
    if not 1 <= len(key_id) <= LONGEST_KEY_ID:
        return None
    try:
        return AdmittedKey(key_id, algorithm, _MAKERS[jwk["kty"]](jwk))
    except (KeyError, TypeError, ValueError, JoseError):
        return None


def _algorithm(jwk: Mapping[str, Any], allowed: Sequence[str]) -> str | None:
    """The one algorithm the key may be used with."""
    kind = str(jwk.get("kty"))
    curve = "" if kind == "RSA" else str(jwk.get("crv"))
    fitting = _ALGORITHMS.get((kind, curve), ())
    usable = [one for one in allowed if one in fitting and jwk.get("alg", one) == one]
    return usable[0] if usable else None


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
    size = _COORDINATE_BYTES[jwk["crv"]]
    if any(len(from_base64url(jwk[part])) != size for part in ("x", "y")):
        raise ValueError("coordinates are as long as their curve is wide")
    return ECKey.import_key({part: jwk[part] for part in ("kty", "crv", "x", "y")})


def _okp(jwk: Mapping[str, Any]) -> OKPKey:
    raw = from_base64url(jwk["x"])
    if len(raw) != _ED25519_BYTES:
        raise ValueError("a key of Ed25519 is 32 bytes")
    # The highest bit is the sign of x; what is left has one spelling, below the prime.
    y = int.from_bytes(raw, "little") % 2**255
    if y >= _ED25519_PRIME or y in _SMALL_ORDER:
        raise ValueError("a point nobody can have a private key of")
    return OKPKey.import_key({part: jwk[part] for part in ("kty", "crv", "x")})


_MAKERS: Mapping[str, Callable[[Mapping[str, Any]], Key]] = {
    "RSA": _rsa,
    "EC": _ec,
    "OKP": _okp,
}
