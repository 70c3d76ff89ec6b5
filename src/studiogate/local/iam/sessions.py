"""Temporary credentials: made once, looked up by access key, never prolonged.

A session keeps what AWS keeps through a chain of roles: the source identity, which nobody can
change, and the transitive tags.  Session policies and other tags end with the session.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from studiogate.aws.wire.call import Credentials
from studiogate.local.call import Caller
from studiogate.local.iam import entities
from studiogate.policy.language import Policy

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_KEPT_EXPIRED = timedelta(hours=1)
"""How long an expired session is still told apart from an unknown one."""

_SWEEP_ABOVE = 10_000


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a session of a role is to carry."""

    role: Any
    """The role as moto keeps it."""

    session_name: str
    lives_s: int
    source_identity: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    """Session tags: those passed, and the transitive ones inherited."""

    transitive_tags: frozenset[str] = frozenset()
    session_policies: tuple[Policy, ...] | None = None
    chained: bool = False
    context: Mapping[str, str] = field(default_factory=dict)


class SessionStore:
    """Everybody's keys: sessions made here, and the users' and roots' long-term keys."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._sessions: dict[str, Caller] = {}
        self._roots: dict[str, Caller] = {}

    def of_role(self, asked: NewSession) -> Caller:
        """Credentials for a session of a role; `expires_at` is always set."""
        role = asked.role
        now, keys = self._now(), _fresh_keys()
        caller = Caller(
            kind="assumed-role",
            account=role.account_id,
            arn=f"arn:aws:sts::{role.account_id}:assumed-role/{role.name}/{asked.session_name}",
            user_id=f"{role.id}:{asked.session_name}",
            name=role.name,
            access_key=keys.access_key,
            secret_key=keys.secret_key,
            token=keys.token,
            session_name=asked.session_name,
            source_identity=asked.source_identity,
            tags=_overlaid(entities.tags_of(role), asked.tags),
            transitive_tags=asked.transitive_tags,
            session_policies=asked.session_policies,
            chained=asked.chained,
            issued_at=now,
            expires_at=now + timedelta(seconds=asked.lives_s),
            context=dict(asked.context),
        )
        return self._keep(caller)

    def of_caller(self, caller: Caller, *, lives_s: int) -> Caller:
        """Temporary credentials of a user or a root, for what they could before."""
        now, keys = self._now(), _fresh_keys()
        return self._keep(
            replace(
                caller,
                access_key=keys.access_key,
                secret_key=keys.secret_key,
                token=keys.token,
                issued_at=now,
                expires_at=now + timedelta(seconds=lives_s),
            )
        )

    def root_key(self, account: str) -> Caller:
        """A long-term key of the root of `account`."""
        keys = _fresh_keys(prefix="AKIA")
        caller = Caller(
            kind="root",
            account=account,
            arn=f"arn:aws:iam::{account}:root",
            user_id=account,
            name=account,
            access_key=keys.access_key,
            secret_key=keys.secret_key,
        )
        self._roots[caller.access_key] = caller
        return caller

    def lookup(self, access_key: str) -> Caller | None:
        """Whose key it is; `None` for an unknown, inactive or deleted one.

        An expired session is found: whoever checks its signature has to say that it expired.
        """
        found = self._sessions.get(access_key) or self._roots.get(access_key)
        if found is not None:
            return found
        owned = entities.key_owner(access_key)
        if owned is None:
            return None
        user, key = owned
        return Caller(
            kind="user",
            account=user.account_id,
            arn=user.arn,
            user_id=user.id,
            name=user.name,
            access_key=access_key,
            secret_key=key.secret_access_key,
            tags=entities.tags_of(user),
        )

    def _keep(self, caller: Caller) -> Caller:
        if len(self._sessions) >= _SWEEP_ABOVE:
            self._sweep()
        self._sessions[caller.access_key] = caller
        return caller

    def _sweep(self) -> None:
        limit = self._now() - _KEPT_EXPIRED
        self._sessions = {
            key: one
            for key, one in self._sessions.items()
            if one.expires_at is not None and one.expires_at > limit
        }

    def _now(self) -> datetime:
        """Now, in whole seconds: what AWS writes into `Expiration`."""
        return self._clock().astimezone(UTC).replace(microsecond=0)


def _overlaid(own: Mapping[str, str], session: Mapping[str, str]) -> dict[str, str]:
    """Principal tags: a session tag hides the role's tag of the same name, in any case."""
    hidden = {key.lower() for key in session}
    return {key: value for key, value in own.items() if key.lower() not in hidden} | dict(
        session
    )


def _fresh_keys(prefix: str = "ASIA") -> Credentials:
    """Keys nobody can guess, in the lengths AWS's have."""
    key = prefix + "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return Credentials(key, secrets.token_urlsafe(30), secrets.token_urlsafe(180))
