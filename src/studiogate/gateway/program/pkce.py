"""PKCE with S256, for whoever makes a challenge and whoever checks it (RFC 7636 §4).

The command line imports this module, so nothing heavy may be imported here.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from hashlib import sha256

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")


def challenge_of(verifier: str) -> str:
    """The S256 challenge of `verifier`, which is ASCII."""
    digest = sha256(verifier.encode("ascii")).digest()
    return urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def proves(verifier: str, challenge: str) -> bool:
    """Whether `verifier` can be one, and is the one that `challenge` was made of."""
    is_one = _VERIFIER.match(verifier) is not None
    return is_one and hmac.compare_digest(challenge_of(verifier), challenge)
