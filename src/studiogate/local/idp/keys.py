"""The keys a user pool signs with, made when it is founded and never written down.

As Cognito does, a pool publishes two keys: identity tokens are signed by the one, access tokens
by the other, and a verifier that takes "the first key" is wrong half of the time (Cognito
developer guide, "Verifying JSON web tokens").
"""

import base64
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from joserfc import jws
from joserfc.jwk import KeySetSerialization, RSAKey

from studiogate.gateway.ports import Clock

Use = Literal["id", "access"]
MakeKey = Callable[[], RSAKey]

BITS = 2048
OVERLAP = timedelta(days=1)
"""How long a replaced key stays published: the longest life Cognito allows an access token."""


@dataclass(frozen=True, slots=True)
class _Pair:
    made: Mapping[Use, RSAKey]
    until: datetime | None = None
    """When its last token has expired; `None` while it still signs."""


def new_key() -> RSAKey:
    """A fresh RSA key for signing; takes about a tenth of a second."""
    # Cognito's key ids are base64 with its padding; a verifier must not expect a tame alphabet.
    kid = base64.b64encode(secrets.token_bytes(32)).decode("ascii")
    return RSAKey.generate_key(BITS, {"kid": kid, "use": "sig", "alg": "RS256"})


class SigningKeys:
    """The signing keys of one pool."""

    def __init__(self, clock: Clock, *, make: MakeKey = new_key) -> None:
        self._clock = clock
        self._make = make
        self._signing = self._pair()
        self._retired: list[_Pair] = []

    def sign(self, claims: Mapping[str, Any], use: Use) -> str:
        """`claims` as a compact JWS (RS256), by the key for tokens of this `use`."""
        key = self._signing.made[use]
        # No `typ`: Cognito's header has these two members and no others.
        payload = json.dumps(claims, separators=(",", ":")).encode("utf-8")
        return jws.serialize_compact({"kid": key.kid, "alg": "RS256"}, payload, key)

    def published(self) -> KeySetSerialization:
        """The key set for `jwks.json`: public halves, those that sign first."""
        now = self._clock()
        self._retired = [pair for pair in self._retired if pair.until and now < pair.until]
        keys = [key for pair in (self._signing, *self._retired) for key in pair.made.values()]
        return {"keys": [key.as_dict(private=False) for key in keys]}

    def rotate(self) -> None:
        """Sign with new keys from now on; the old ones stay published for `OVERLAP`."""
        self._retired.insert(0, _Pair(self._signing.made, self._clock() + OVERLAP))
        self._signing = self._pair()

    def _pair(self) -> _Pair:
        return _Pair({"id": self._make(), "access": self._make()})
