"""The one place that holds a warehouse's password: asked for, renewed, told nobody.

A password lasts an hour, and so does the session of the role that asks for it, because a role
that was reached from another role never lasts longer.  Both are renewed before they end: a
session that is open stays open, and one that is opened later has a password that still holds.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from studiogate.errors import AwsError, Busy, NotAwake, Unreachable
from studiogate.warehouse.explained import explained
from studiogate.warehouse.login import Login
from studiogate.warehouse.ports import Aws, Role
from studiogate.warehouse.settings import Listed

if TYPE_CHECKING:
    from studiogate.aws.notebook import Password, Standing

Clock = Callable[[], datetime]
"""The present, in UTC."""

RENEWED_AT: Final = 0.8
"""Part of a password's life after which another one is asked for."""

_ASLEEP: Final = frozenset(
    {
        "creating", "deleting", "final-snapshot", "hardware-failure", "incompatible-hsm",
        "incompatible-network", "incompatible-parameters", "incompatible-restore", "paused",
        "pausing", "rebooting", "restoring", "resuming",
    }
)  # fmt: skip
"""Words of a cluster's or workgroup's status that mean that it serves nobody.

A word that is not here is tried: `resizing` and `available, prep-for-resize`, say, do serve.
Source: Redshift Management Guide, "Cluster status".
"""


class Credentials:
    """How one profile signs in to one warehouse.  Safe to share between threads."""

    def __init__(self, listed: Listed, *, profile: str, aws: Aws, clock: Clock) -> None:
        """Ask `aws`, as the reader role of `listed`, when somebody signs in; not before."""
        self._listed = listed
        self._profile = profile
        self._aws = aws
        self._clock = clock
        self._asking = threading.Lock()
        self._role: Role | None = None
        self._held: Login | None = None
        self._renew_at: datetime | None = None

    def login(self) -> Login:
        """What signs in now: the password held, or a new one when its time has come.

        While a password still holds, that AWS is busy or out of reach costs nothing.

        Raises:
            NotAwake: the cluster or workgroup does not serve.
            AwsError: AWS refused, or did not answer; the remedy is for whoever has a notebook.
        """
        with self._asking:
            now = self._clock()
            if self._held and self._renew_at and now < self._renew_at:
                return self._held
            try:
                return self._renewed(now)
            except (Busy, Unreachable):
                if self._held and now < self._held.expires_at:
                    return self._held
                raise

    @property
    def held(self) -> Login | None:
        """The password that is held, old or new; `None` before the first."""
        return self._held

    def forget(self) -> None:
        """Let go of the password: the database says that it has expired."""
        with self._asking:
            self._held = self._renew_at = None

    def _renewed(self, now: datetime) -> Login:
        try:
            login = self._asked()
        except AwsError as exc:
            raise explained(exc, self._listed, self._profile, self._aws, self._role) from exc
        self._held = login
        self._renew_at = now + RENEWED_AT * (login.expires_at - now)
        return login

    def _asked(self) -> Login:
        listed = self._listed
        if self._role is None:
            self._role = self._aws.reader(listed.role_arn(self._profile), profile=self._profile)
        standing, password = self._of(self._role)
        return Login(
            host=listed.host or _awake(standing, listed),
            port=listed.port or standing.port,
            database=listed.database,
            user=password.user,
            password=password.password,
            expires_at=password.expires_at,
        )

    def _of(self, role: Role) -> "tuple[Standing, Password]":
        """Where it stands, then the password: nobody gets one for what does not serve."""
        listed = self._listed
        if listed.kind == "workgroup":
            standing = role.workgroup(listed.name)
            _awake(standing, listed)
            return standing, role.workgroup_password(listed.name, database=listed.database)
        standing = role.cluster(listed.name)
        _awake(standing, listed)
        return standing, role.cluster_password(
            listed.name, user=self._profile, database=listed.database, groups=listed.groups
        )


def _awake(standing: "Standing", listed: Listed) -> str:
    """The host of what serves.

    Raises:
        NotAwake: it does not.
    """
    if standing.status not in _ASLEEP and standing.host:
        return standing.host
    word = standing.status or "without an address"
    raise NotAwake(
        f"{listed.title}: the {listed.kind} {listed.name!r} of account {listed.account} is "
        f"there, but {word}",
        remedy=_remedy(word, listed),
        reason="paused" if word in {"paused", "pausing"} else "not-available",
    )


def _remedy(word: str, listed: Listed) -> str:
    if word in {"paused", "pausing"}:
        return (
            "Ask whoever runs it to resume it: `aws redshift resume-cluster "
            f"--cluster-identifier {listed.name}` in account {listed.account}."
        )
    return "Try again in some minutes; if it stays so, ask whoever runs it."
