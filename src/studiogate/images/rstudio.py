"""RStudio in a domain: whether it is there, and making its application anew (S6-02).

A domain whose RStudioServerPro application is older than 2022-04-07 shows no custom images, and
one that runs another version of Posit Workbench refuses sessions of newer images; both are
mended by deleting the application and making it again.  Whoever works in a session is
interrupted, so it is done only with consent, after the sessions were named.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from studiogate.errors import Absent, ImageError, PlanRefused
from studiogate.images.attached.spots import Studio, described
from studiogate.images.recipe.workbench import known
from studiogate.images.world import Account, World

SINCE: Final = date(2022, 4, 7)
"""Applications made before show no custom images."""

SERVER: Final = "RStudioServerPro"
SESSION: Final = "RSessionGateway"
_SHARED: Final = "domain-shared"
"""The profile that AWS keeps for what a whole domain has."""

_SETTINGS: Final = "RStudioServerProDomainSettings"
_LIVE: Final = frozenset({"InService", "Pending"})


@dataclass(frozen=True, slots=True)
class Workbench:
    """The RStudioServerPro application of a domain, and who works through it."""

    studio: Studio
    made: datetime | None
    """`None` where there is none."""

    sessions: tuple[tuple[str, str], ...]
    """Profile and name of each session that runs or starts."""

    def is_older_than(self, session: str | None) -> bool:
        """Whether it shows no images of Workbench `session`, by its age.

        A domain keeps the version of the day its application was made.
        """
        version = known(session) if session else None
        since = version.since if version else SINCE
        return self.made is not None and self.made.date() < max(since, SINCE)


def refuse_without_rstudio(world: World, studio: Studio) -> None:
    """Return if the domain has RStudio.

    Raises:
        PlanRefused: it has not.
        AwsError: SageMaker refused, or did not answer.
    """
    there = described(world.account(studio.account), studio).get("DomainSettings") or {}
    if not there.get(_SETTINGS):
        raise PlanRefused(
            f"{studio} has no RStudio",
            remedy=f"Add `rstudio: {{}}` to domains.{studio.domain}, then `studiogate apply`; "
            "`studiogate doctor` says whether the account has the licence for it.",
            reason="no-rstudio",
        )


def workbench(world: World, studio: Studio) -> Workbench:
    """How RStudio stands in the domain.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    account = world.account(studio.account)
    apps = account.listed(
        "sagemaker", "list_apps", "Apps", about=str(studio), DomainIdEquals=studio.domain_id
    )
    live = [one for one in apps if one.get("Status") in _LIVE]
    made = [one.get("CreationTime") for one in live if one["AppType"] == SERVER]
    sessions = [
        (one["UserProfileName"], one["AppName"]) for one in live if one["AppType"] == SESSION
    ]
    return Workbench(studio, made[0] if made else None, tuple(sorted(sessions)))


def renew(world: World, there: Workbench) -> None:
    """End the sessions, delete the application and make it again; return when it serves.

    AWS has the sessions ended first (Developer Guide, "Shut down and restart RStudio").
    Everything may be done again: what is gone already is what was wanted.

    Raises:
        ImageError: it does not come to serve, and why.
        AwsError: SageMaker refused, or did not answer; so it does where somebody began a
            session meanwhile.
    """
    studio, account = there.studio, world.account(there.studio.account)
    for profile, name in there.sessions:
        world.tell(f"{studio}: ending the session of {profile}")
        _end(account, studio, _key(studio, SESSION, profile, name))
    server = _key(studio, SERVER, _SHARED, "default")
    world.tell(f"{studio}: deleting {SERVER}")
    _end(account, studio, server)
    world.tell(f"{studio}: making {SERVER}")
    account.ask("sagemaker", "create_app", about=str(studio), **server)
    made = _settled(account, studio, server, "Pending")
    if made["Status"] != "InService":
        raise ImageError(
            f"{studio}: {SERVER} is {made['Status']}: "
            f"{made.get('FailureReason') or 'AWS does not say why'}",
            remedy="Put right what AWS says, and run the command again.",
        )


def _end(account: Account, studio: Studio, key: Mapping[str, str]) -> None:
    """Delete one app, and return when it is gone."""
    try:
        account.ask("sagemaker", "delete_app", about=str(studio), **key)
        _settled(account, studio, key, "Deleting")
    except Absent:
        return  # it is what was wanted


def _settled(
    account: Account, studio: Studio, key: Mapping[str, str], going: str
) -> Mapping[str, Any]:
    return account.settled(
        f"{studio}: {key['AppType']}",
        lambda: account.ask("sagemaker", "describe_app", about=str(studio), **key),
        status="Status",
        going={going},
    )


def _key(studio: Studio, kind: str, profile: str, name: str) -> dict[str, str]:
    """What names an app in SageMaker's operations."""
    return {
        "DomainId": studio.domain_id,
        "UserProfileName": profile,
        "AppType": kind,
        "AppName": name,
    }
