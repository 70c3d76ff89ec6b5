"""Every token a pool has given out and still stands by."""

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from studiogate.gateway.ports import Clock
from studiogate.local.idp.keys import SigningKeys
from studiogate.local.idp.tokens import (
    API_SCOPE,
    SignIn,
    Subject,
    access_claims,
    id_claims,
    readable,
)


@dataclass(frozen=True, slots=True)
class Lives:
    """How long tokens of one app client live."""

    access: timedelta = timedelta(hours=1)
    id: timedelta = timedelta(hours=1)
    refresh: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """What a sign-in hands over; `refresh` is absent when an old one was used."""

    access: str
    id: str | None
    refresh: str | None
    expires_in: int
    """Seconds the access token lives."""


@dataclass(frozen=True, slots=True)
class _Kept:
    sign_in: SignIn
    until: datetime


class TokenBook:
    """Makes tokens, and remembers those that can be taken back."""

    def __init__(self, issuer: str, keys: SigningKeys, clock: Clock) -> None:
        self.issuer = issuer
        self._keys = keys
        self._clock = clock
        self._access: dict[str, _Kept] = {}
        self._refresh: dict[str, _Kept] = {}

    def open(
        self,
        sign_in: SignIn,
        subject: Subject,
        *,
        lives: Lives,
        allowed: Collection[str] | None = None,
    ) -> Tokens:
        """The first tokens of a sign-in, with a refresh token.

        `sign_in` needs no `origin_jti` and `event_id`: they are made here.
        """
        marked = replace(sign_in, origin_jti=str(uuid4()), event_id=str(uuid4()))
        refresh = secrets.token_urlsafe(48)
        self._refresh[refresh] = _Kept(marked, self._clock() + lives.refresh)
        tokens = self.again(marked, subject, lives=lives, allowed=allowed)
        return replace(tokens, refresh=refresh)

    def again(
        self,
        sign_in: SignIn,
        subject: Subject,
        *,
        lives: Lives,
        allowed: Collection[str] | None = None,
    ) -> Tokens:
        """New access and identity tokens of a sign-in that was opened before."""
        now = self._clock()
        self._drop_old(now)
        claims = access_claims(
            sign_in, subject, issuer=self.issuer, now=now, lives=lives.access
        )
        access = self._keys.sign(claims, "access")
        self._access[access] = _Kept(sign_in, now + lives.access)
        return Tokens(
            access=access,
            id=self._id(sign_in, subject, now, lives=lives, allowed=allowed, access=access),
            refresh=None,
            expires_in=int(lives.access.total_seconds()),
        )

    def refreshable(self, refresh: str, *, client_id: str) -> SignIn | None:
        """The sign-in behind a refresh token of this client; `None` if it is not good."""
        kept = self._refresh.get(refresh)
        if kept is None or kept.until <= self._clock() or kept.sign_in.client_id != client_id:
            return None
        return kept.sign_in

    def holder(self, access: str) -> SignIn | None:
        """The sign-in behind an access token that is neither expired nor taken back."""
        kept = self._access.get(access)
        return kept.sign_in if kept and self._clock() < kept.until else None

    def living(self) -> tuple[str, ...]:
        """Access tokens that are neither expired nor taken back."""
        return tuple(token for token in list(self._access) if self.holder(token))

    def revoke(self, refresh: str, *, client_id: str) -> None:
        """Take back a refresh token and all that followed from it (RFC 7009)."""
        sign_in = self.refreshable(refresh, client_id=client_id)
        if sign_in is not None:
            self._forget(lambda kept: kept.origin_jti == sign_in.origin_jti)

    def sign_out(self, username: str) -> None:
        """Take back everything `username` holds."""
        self._forget(lambda kept: kept.username == username)

    def _id(
        self,
        sign_in: SignIn,
        subject: Subject,
        now: datetime,
        *,
        lives: Lives,
        allowed: Collection[str] | None,
        access: str,
    ) -> str | None:
        # Without `openid` the token endpoint gives no identity token; InitiateAuth always does.
        if sign_in.by_page and "openid" not in sign_in.scopes:
            return None
        claims = id_claims(
            sign_in,
            subject,
            issuer=self.issuer,
            now=now,
            lives=lives.id,
            attributes=readable(subject, sign_in.scopes, allowed),
            access_token=access,
        )
        return self._keys.sign(claims, "id")

    def _forget(self, which: Callable[[SignIn], bool]) -> None:
        for store in (self._access, self._refresh):
            for token in [token for token, kept in list(store.items()) if which(kept.sign_in)]:
                store.pop(token, None)

    def _drop_old(self, now: datetime) -> None:
        for store in (self._access, self._refresh):
            for token in [token for token, kept in list(store.items()) if kept.until <= now]:
                store.pop(token, None)


class SelfServiceTokens(Mapping[str, tuple[str, str]]):
    """Living access tokens that GetUser and its like accept: token to (client, username).

    Only those with the scope Cognito asks of them; a token of the sign-in page has another.
    """

    def __init__(self, book: TokenBook) -> None:
        self._book = book

    def __getitem__(self, token: str) -> tuple[str, str]:
        sign_in = self._book.holder(token)
        if sign_in is None or API_SCOPE not in sign_in.scopes:
            raise KeyError
        return sign_in.client_id, sign_in.username

    def __iter__(self) -> Iterator[str]:
        return (token for token in self._book.living() if token in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
