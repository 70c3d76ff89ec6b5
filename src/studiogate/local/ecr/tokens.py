"""Passwords for the registry: each stands for whoever asked for it, and ends with them.

ECR User Guide, "Private registry authentication": user name `AWS`, good for 12 hours and for
every registry that its owner may use.  One asked for with temporary credentials ends with those
here: AWS does not say how long it outlives them, and this is the safe side.
"""

import base64
import binascii
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from studiogate.local.call import Caller

LIVES = timedelta(hours=12)
USER = "AWS"
_SWEEP_ABOVE = 10_000


class Unknown(Exception):
    """Nobody was ever given this."""


class Expired(Exception):
    """It was good once."""


@dataclass(frozen=True, slots=True)
class _Entry:
    access_key: str
    account: str
    expires: datetime


class Tokens:
    """Gives out tokens, and says whose they are; of what it gives out it keeps a hash."""

    def __init__(
        self, lookup: Callable[[str], Caller | None], clock: Callable[[], datetime]
    ) -> None:
        """`lookup` says whose an access key is now: one that is deleted ends its tokens."""
        self._lookup = lookup
        self._clock = clock
        self._entries: dict[bytes, _Entry] = {}

    def issue(self, caller: Caller) -> tuple[str, datetime]:
        """A token for `caller`, as GetAuthorizationToken writes it, and when it ends."""
        now = self._clock()
        if len(self._entries) >= _SWEEP_ABOVE:
            kept = self._entries.items()
            self._entries = {key: one for key, one in kept if one.expires + LIVES > now}
        ends = now + LIVES
        expires = ends if caller.expires_at is None else min(ends, caller.expires_at)
        password = secrets.token_urlsafe(600)
        self._entries[_hashed(password)] = _Entry(caller.access_key, caller.account, expires)
        return base64.b64encode(f"{USER}:{password}".encode()).decode("ascii"), expires

    def owner(self, token: str) -> Caller:
        """Whose token it is, as they are now.

        Raises:
            Unknown: it is nobody's.
            Expired: it has ended.
        """
        entry = self._entries.get(_hashed(_password(token)))
        caller = None if entry is None else self._lookup(entry.access_key)
        if entry is None or caller is None or caller.account != entry.account:
            raise Unknown
        if self._clock() >= entry.expires:
            raise Expired
        return caller


def _password(token: str) -> str:
    try:
        text = base64.b64decode(token, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise Unknown from None
    user, _, password = text.partition(":")
    if user != USER:
        raise Unknown
    return password


def _hashed(password: str) -> bytes:
    return sha256(password.encode()).digest()
