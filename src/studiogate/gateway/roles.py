"""The presign role, as one person, for one profile of one domain, or for a look at their apps.

The session carries the person three times: as its name, as its source identity (which no later
role can change) and in its policy, which allows one user-profile ARN and nothing beside it.
A look has sessions of its own, which open nothing.
Credentials are remembered until shortly before they end, never past the person's own end.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from studiogate import names
from studiogate.aws.wire.call import Credentials
from studiogate.aws.wire.calls import AssumeRole
from studiogate.errors import NotAllowed
from studiogate.gateway.ports import Grant
from studiogate.gateway.remember import Remembered
from studiogate.gateway.whom import Whom, platform
from studiogate.policy.documents import (
    compact,
    looking_session_policy,
    opening_session_policy,
)
from studiogate.policy.language import Document

LONGEST_S = 3600
"""Seconds: a chained role session is never longer (STS API reference, AssumeRole)."""

SHORTEST_S = 900
"""Seconds: DurationSeconds is never less (STS API reference, AssumeRole)."""

Session = tuple[str, str, str, str, str, datetime | None]
"""What one set of credentials is good for; all of a grant that the role depends on."""

SessionPolicy = Callable[[str, Grant], Document]
"""Region and grant to the session policy."""

_SPARE = timedelta(minutes=5)
_HOLDS = 5_000
_TEAM = platform(None)


class Sts(Protocol):
    """The one STS call the gateway makes."""

    async def assume_role(self, asked: AssumeRole) -> Credentials:
        """Credentials of the role.

        Raises:
            AwsError: STS refused, or did not answer.
        """
        ...


def of_opening(region: str, grant: Grant) -> Document:
    """What a session that opens may do."""
    return opening_session_policy(
        region=region,
        account=grant.account,
        domain_id=grant.domain_id,
        profile=grant.profile,
    )


def of_look(_region: str, _grant: Grant) -> Document:
    """What a session that looks at a person's apps may do."""
    return looking_session_policy()


class Roles:
    """Credentials by person, account, domain and profile; asked for once, kept for a while."""

    def __init__(
        self,
        sts: Sts,
        *,
        region: str,
        clock: Callable[[], datetime],
        whom: Whom = _TEAM,
        policy: SessionPolicy = of_opening,
    ) -> None:
        """`policy` is what sessions of a grant are cut down to."""
        self._policy = policy
        self._sts = sts
        self._whom = whom
        self._region = region
        self._clock = clock
        self._sessions: Remembered[Session, Credentials] = Remembered(clock, holds=_HOLDS)

    async def credentials(self, grant: Grant) -> Credentials:
        """Credentials that can do what `grant` says, as its person.

        Raises:
            NotAllowed: the person's access ends before the shortest session would.
            AwsError: STS refused, or did not answer.
        """
        return await self._sessions.get(_session(grant), lambda: self._assume(grant))

    def forget(self, grant: Grant) -> None:
        """Ask again next time: what is remembered for `grant` is no longer taken."""
        self._sessions.forget(_session(grant))

    async def _assume(self, grant: Grant) -> tuple[Credentials, datetime | None]:
        policy = self._policy(self._region, grant)
        credentials = await self._sts.assume_role(
            AssumeRole(
                role_arn=names.role_arn(self._region, grant.account, names.PRESIGN_ROLE),
                session_name=grant.person,
                source_identity=grant.person,
                external_id=grant.external_id,
                policy=compact(policy),
                tags={names.PROFILE_TAG: grant.profile},
                duration_s=self._duration_s(grant),
            )
        )
        return credentials, _keep_until(credentials, grant)

    def _duration_s(self, grant: Grant) -> int:
        if grant.until is None:
            return LONGEST_S
        left_s = int((grant.until - self._clock()).total_seconds())
        if left_s < SHORTEST_S:
            raise NotAllowed(
                "your access ends sooner than the shortest session AWS gives",
                remedy=f"Ask {self._whom} to extend it.",
                reason="expires-too-soon",
                contact=self._whom.contact,
            )
        return min(LONGEST_S, left_s)


def _session(grant: Grant) -> Session:
    return (
        grant.person,
        grant.account,
        grant.external_id,
        grant.domain_id,
        grant.profile,
        grant.until,
    )


def _keep_until(credentials: Credentials, grant: Grant) -> datetime | None:
    """Until when to remember; `None` for credentials that do not say when they end."""
    if credentials.expires_at is None:
        return None
    spare = credentials.expires_at - _SPARE
    return spare if grant.until is None else min(spare, grant.until)
