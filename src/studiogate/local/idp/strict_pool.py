"""One user pool of the library, made as strict as Cognito is: keys, tokens, attempts.

As they come, the library's pools sign with a key everybody can download and forget nothing and
nobody.  What is asked of the service rather than of one pool is in `strict_backend`.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, NoReturn

from moto.cognitoidp.models import (
    CognitoIdpUserPool,
    CognitoIdpUserPoolClient,
    UserStatus,
)

from studiogate.gateway.ports import Clock
from studiogate.local.idp.book import Lives, SelfServiceTokens, TokenBook, Tokens
from studiogate.local.idp.external import STATUS, identities
from studiogate.local.idp.keys import SigningKeys
from studiogate.local.idp.tokens import SignIn, Subject
from studiogate.local.sites.attempts import Attempts
from studiogate.names import dns_suffix, partition

LONGEST_NAME = 128
"""Characters of a username (Cognito API reference, UsernameType)."""

_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


class Standing(Enum):
    """What a password check found."""

    SIGNED_IN = "signed in"
    WRONG = "wrong"
    LOCKED = "locked"
    MUST_CHANGE = "must change"
    DISABLED = "disabled"
    UNCONFIRMED = "unconfirmed"
    MUST_RESET = "must reset"
    SECOND_FACTOR = "a second factor is wanted"


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer to a name and a password."""

    standing: Standing
    wait_s: int = 0
    """Seconds until a password of that name is looked at again."""


_BY_STATUS = {
    UserStatus.CONFIRMED: Standing.SIGNED_IN,
    UserStatus.FORCE_CHANGE_PASSWORD: Standing.MUST_CHANGE,
    UserStatus.UNCONFIRMED: Standing.UNCONFIRMED,
    UserStatus.RESET_REQUIRED: Standing.MUST_RESET,
}

_IN_GOOD_STANDING = frozenset({UserStatus.CONFIRMED, STATUS})


class StrictPool(CognitoIdpUserPool):  # type: ignore[misc]  # the library is untyped to us
    """A user pool with its own keys, tokens that can be taken back, and counted attempts."""

    id: str

    def __init__(
        self,
        account: str,
        region: str,
        name: str,
        config: Mapping[str, Any],
        *,
        keys: SigningKeys,
        clock: Clock,
        pool_id: str | None = None,
    ) -> None:
        super().__init__(account, region, name, dict(config))
        # The library's key is in its package for everybody to read: nothing may sign with it.
        self.json_web_key = None
        self.id = pool_id or self.id
        self.arn = f"arn:{partition(region)}:cognito-idp:{region}:{account}:userpool/{self.id}"
        self.keys = keys
        issuer = f"https://cognito-idp.{region}.{dns_suffix(region)}/{self.id}"
        self.book = TokenBook(issuer, keys, clock)
        self.attempts = Attempts(clock)
        self.access_tokens = SelfServiceTokens(self.book)

    def check(self, username: str, password: str) -> Checked:
        """Whether `password` is that of `username`; wrong ones are counted."""
        if len(username) > LONGEST_NAME:
            return Checked(Standing.WRONG)
        wait_s = self.attempts.wait_s(username)
        if wait_s:
            return Checked(Standing.LOCKED, wait_s)
        user = self.users.get(username)
        known = "" if user is None or user.password is None else user.password
        if not known or not hmac.compare_digest(known.encode(), password.encode()):
            self.attempts.wrong(username)
            return Checked(Standing.WRONG, self.attempts.wait_s(username))
        self.attempts.right(username)
        if not user.enabled:
            return Checked(Standing.DISABLED)
        return Checked(Standing.SECOND_FACTOR if self._wants_more else _BY_STATUS[user.status])

    @property
    def _wants_more(self) -> bool:
        """Whether a password is not enough; nobody here has anything else."""
        return bool(self.mfa_config == "ON")

    def _unproved(self, username: str) -> bool:
        """Whether a second factor is missing; who comes from elsewhere gave theirs there."""
        return self._wants_more and self.users[username].status != STATUS

    def subject(self, username: str) -> Subject | None:
        """The person called `username`, if they may hold tokens now."""
        user = self.users.get(username)
        if user is None or not user.enabled or user.status not in _IN_GOOD_STANDING:
            return None
        return Subject(
            sub=user.id,
            username=user.username,
            groups=tuple(group.group_name for group in user.groups),
            attributes=dict(user.attribute_lookup),
            identities=identities(user),
        )

    def open(self, sign_in: SignIn) -> Tokens | None:
        """The tokens of a new sign-in; `None` when the person or the client is gone."""
        subject, client = self.subject(sign_in.username), self.clients.get(sign_in.client_id)
        if subject is None or client is None or self._unproved(sign_in.username):
            return None
        read = client.get_readable_fields()
        return self.book.open(sign_in, subject, lives=lives(client), allowed=read)

    def refresh(self, token: str, *, client_id: str) -> Tokens | None:
        """New tokens for a refresh token of that client; `None` if it is not good any more."""
        sign_in = self.book.refreshable(token, client_id=client_id)
        client = self.clients.get(client_id)
        subject = self.subject(sign_in.username) if sign_in else None
        if sign_in is None or subject is None or client is None:
            return None
        read = client.get_readable_fields()
        return self.book.again(sign_in, subject, lives=lives(client), allowed=read)

    def sign_out(self, username: str) -> None:
        """Take back every token of `username` (GlobalSignOut)."""
        self.book.sign_out(username)

    def create_jwt(self, *_: object, **__: object) -> NoReturn:
        """Not the way tokens are made here: `book` makes them."""
        raise NotImplementedError("tokens of this pool are made by its book")


def lives(client: CognitoIdpUserPoolClient) -> Lives:
    """How long tokens of `client` live, by its validity settings and their units."""
    config = client.extended_config
    units = config.get("TokenValidityUnits") or {}

    def asked(name: str, unit: str, default: timedelta) -> timedelta:
        number = config.get(f"{name}TokenValidity")
        seconds = _UNITS[units.get(f"{name}Token", unit)]
        return timedelta(seconds=number * seconds) if number else default

    usual = Lives()
    return Lives(
        access=asked("Access", "hours", usual.access),
        id=asked("Id", "hours", usual.id),
        refresh=asked("Refresh", "days", usual.refresh),
    )
