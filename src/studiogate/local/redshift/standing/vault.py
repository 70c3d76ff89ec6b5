"""The passwords that were handed out: what each lets somebody do, and until when.

Passwords themselves are kept nowhere.  Of each there are two digests: a salted one, that what
is sent is compared with; and the one PostgreSQL's md5 challenge is made of, `md5(password +
login)`, without which a password that is only proved could not be checked (PostgreSQL
documentation, "Message Flow", AuthenticationMD5Password).

`Vault` implements `parts.Grants`.
"""

import hashlib
import hmac
import secrets
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from studiogate.local.redshift.parts import Grant, Seat

_ALPHABET = string.ascii_letters + string.digits + "+="
_LENGTH = 64
_SALT_BYTES = 16
_ANSWER = "md5"

Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class _Kept:
    """One password's digests."""

    grant: Grant
    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    proof: bytes = field(repr=False)
    """`md5(password + login)` in hexadecimal digits."""


class Vault:
    """Every password of every seat; one event loop uses it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Take the time from `clock`: a password that has expired is none."""
        self._clock = clock
        self._kept: dict[Key, list[_Kept]] = {}
        self._masters: dict[Key, _Kept] = {}

    def now(self) -> datetime:
        """The time, by which passwords expire."""
        return self._clock()

    def hand_out(self, seat: Seat, grant: Grant) -> str:
        """A new password that lets somebody do what `grant` says."""
        password = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        kept = [one for one in self._kept.get(seat.key, ()) if self._valid(one.grant)]
        self._kept[seat.key] = [*kept, _digested(grant, password)]
        return password

    def set_master(self, seat: Seat, password: str) -> None:
        """Make `password` the administrator's, and the one before it none."""
        grant = Grant(login=seat.master, user=seat.master)
        self._masters[seat.key] = _digested(grant, password)

    def move_master(self, seat: Seat, to: Seat) -> None:
        """Let the administrator's password of `seat` be that of another, and not its own."""
        if (found := self._masters.pop(seat.key, None)) is not None:
            self._masters[to.key] = found

    def forget(self, seat: Seat, *, master: bool = True) -> None:
        """Let no password open the seat any more; the administrator's only if `master`."""
        self._kept.pop(seat.key, None)
        if master:
            self._masters.pop(seat.key, None)

    def of(self, seat: Seat, login: str, password: str) -> Grant | None:
        """What `password` lets `login` do at `seat`; `None` when it is wrong or has expired."""
        text = password.encode()
        for one in self._standing(seat, login):
            if hmac.compare_digest(_salted(one.salt, text), one.digest):
                return one.grant
        return None

    def md5(self, seat: Seat, login: str, salt: bytes, answer: bytes) -> Grant | None:
        """The same for a password that was proved to be known."""
        for one in self._standing(seat, login):
            proved = hashlib.md5(one.proof + salt, usedforsecurity=False).hexdigest()
            if hmac.compare_digest(f"{_ANSWER}{proved}".encode(), answer):
                return one.grant
        return None

    def _standing(self, seat: Seat, login: str) -> Iterator[_Kept]:
        master = self._masters.get(seat.key)
        every = [*self._kept.get(seat.key, ()), *((master,) if master else ())]
        for one in every:
            if one.grant.login == login and self._valid(one.grant):
                yield one

    def _valid(self, grant: Grant) -> bool:
        return grant.expires_at is None or self._clock() < grant.expires_at


def master_password() -> str:
    """A password for an administrator that nobody chose: it keeps Redshift's rules."""
    return "Aa0" + "".join(secrets.choice(_ALPHABET) for _ in range(29))


def lifetime(seconds: int) -> timedelta:
    """How long a password is good for."""
    return timedelta(seconds=seconds)


def _digested(grant: Grant, password: str) -> _Kept:
    text, salt = password.encode(), secrets.token_bytes(_SALT_BYTES)
    proof = hashlib.md5(text + grant.login.encode(), usedforsecurity=False).hexdigest()
    return _Kept(grant, salt, _salted(salt, text), proof.encode())


def _salted(salt: bytes, text: bytes) -> bytes:
    return hashlib.sha256(salt + text).digest()
