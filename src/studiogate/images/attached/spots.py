"""One list of custom images as it is in AWS: a domain's for everybody, or one person's own.

A person who has a list of their own sees that one, and not the domain's (SageMaker API
reference, UserSettings); so a list that is begun for them begins as the domain's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from studiogate.errors import Absent, ImageError
from studiogate.images.attached.settings import LIST
from studiogate.images.places import Place
from studiogate.images.world import Account, World

FOR_ALL: Final = "DefaultUserSettings"
FOR_SHARED: Final = "DefaultSpaceSettings"
FOR_ONE: Final = "UserSettings"
_GOING: Final = frozenset({"Pending", "Updating"})
_SERVING: Final = "InService"


@dataclass(frozen=True, slots=True)
class Studio:
    """A Studio domain as it is in its account."""

    lob: str
    account: str
    domain: str
    """As the landscape calls it, or AWS, where the landscape does not know it."""

    domain_id: str

    def __str__(self) -> str:
        """As `forecasting (lob-a)`."""
        return f"{self.domain} ({self.lob})"


@dataclass(frozen=True, slots=True)
class Spot:
    """One list of custom images: whose, and of which application."""

    studio: Studio
    key: str
    """Which application's settings: `JupyterLabAppSettings`."""

    profile: str | None = None
    """Whose own list; `None` for that of the domain."""

    member: str = FOR_ALL
    """Which settings of the domain; one person has `UserSettings` alone."""

    def __str__(self) -> str:
        """As `forecasting (lob-a), profile ada`."""
        if self.profile is not None:
            return f"{self.studio}, profile {self.profile}"
        return (
            f"{self.studio}, shared spaces" if self.member == FOR_SHARED else str(self.studio)
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """What one list's settings are, and since when."""

    settings: Mapping[str, Any]
    """Of the one application; what is sent has to hold all of it."""

    modified: datetime | None
    """When anything of the domain or profile was changed last."""

    inherited: Mapping[str, Any] = field(default_factory=dict)
    """Those of the domain, where this is one person's."""

    beside: Mapping[str, Any] = field(default_factory=dict)
    """Of shared spaces, what else their settings hold: whether it would stay where it is not
    sent, AWS does not document."""

    @property
    def is_own(self) -> bool:
        """Whether there is a list here, and not only the domain's."""
        return LIST in self.settings

    @property
    def begun(self) -> Mapping[str, Any]:
        """The settings, with the domain's list where a person has none of their own."""
        if self.is_own or LIST not in self.inherited:
            return self.settings
        return {**self.settings, LIST: self.inherited[LIST]}


def studios(world: World, place: Place) -> tuple[Studio, ...]:
    """The domains of `place` that are there, in its order.

    Raises:
        ImageError: one is not there.
        AwsError: SageMaker refused, or did not answer.
    """
    listed = world.account(place.account).listed(
        "sagemaker", "list_domains", "Domains", about=place.lob
    )
    ids = {one["DomainName"]: one["DomainId"] for one in listed}
    for domain in place.domains:
        if domain not in ids:
            raise ImageError(
                f"{place.account} has no Studio domain {domain}",
                remedy="Run `studiogate apply`: it makes what the landscape declares.",
            )
    return tuple(Studio(place.lob, place.account, one, ids[one]) for one in place.domains)


def seen(world: World, spot: Spot) -> Seen:
    """What a list's settings are, once nothing of its domain or profile is under way.

    Raises:
        ImageError: the domain or profile is in no state to be changed; or there is no such
            profile.
        AwsError: SageMaker refused, or did not answer.
    """
    account = world.account(spot.studio.account)
    there = _settled(account, spot)
    settings = (there.get(spot.member) or {}).get(spot.key) or {}
    inherited: Mapping[str, Any] = {}
    if spot.profile is not None:
        of_all = described(account, spot.studio).get(FOR_ALL) or {}
        inherited = of_all.get(spot.key) or {}
    shared = there.get(FOR_SHARED) or {} if spot.member == FOR_SHARED else {}
    beside = {key: value for key, value in shared.items() if key != spot.key}
    return Seen(settings, there.get("LastModifiedTime"), inherited, beside)


def write(
    world: World, spot: Spot, settings: Mapping[str, Any], beside: Mapping[str, Any]
) -> None:
    """Send the settings of the one application, and those `beside` it; nothing else.

    Raises:
        Invalid: AWS refuses them, or is at work on the domain.
        AwsError: SageMaker refused, or did not answer.
    """
    account, told = world.account(spot.studio.account), {**beside, spot.key: dict(settings)}
    if spot.profile is None:
        account.ask(
            "sagemaker",
            "update_domain",
            about=str(spot),
            DomainId=spot.studio.domain_id,
            **{spot.member: told},
        )
    else:
        account.ask(
            "sagemaker",
            "update_user_profile",
            about=str(spot),
            DomainId=spot.studio.domain_id,
            UserProfileName=spot.profile,
            UserSettings=told,
        )


def described(account: Account, studio: Studio) -> Mapping[str, Any]:
    """What SageMaker says of a domain.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    there: Mapping[str, Any] = account.ask(
        "sagemaker", "describe_domain", about=str(studio), DomainId=studio.domain_id
    )
    return there


def profile_described(account: Account, studio: Studio, profile: str) -> Mapping[str, Any]:
    """What SageMaker says of a profile.

    Raises:
        Absent: there is no such profile.
        AwsError: SageMaker refused, or did not answer.
    """
    there: Mapping[str, Any] = account.ask(
        "sagemaker",
        "describe_user_profile",
        about=f"{studio}, profile {profile}",
        DomainId=studio.domain_id,
        UserProfileName=profile,
    )
    return there


def under_way(world: World, spot: Spot) -> bool:
    """Whether SageMaker is at work on the domain or profile.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    return _described(world.account(spot.studio.account), spot)["Status"] in _GOING


def _described(account: Account, spot: Spot) -> Mapping[str, Any]:
    if spot.profile is None:
        return described(account, spot.studio)
    return profile_described(account, spot.studio, spot.profile)


def _settled(account: Account, spot: Spot) -> Mapping[str, Any]:
    try:
        there = account.settled(
            str(spot), lambda: _described(account, spot), status="Status", going=_GOING
        )
    except Absent as error:
        if spot.profile is None:
            raise
        raise ImageError(
            f"there is no {spot}",
            remedy="Run `studiogate apply`: it makes a profile for every person of the lob.",
        ) from error
    # A change that failed leaves it as it was, and it may be changed again.
    if there["Status"] not in {_SERVING, "Update_Failed"}:
        why = there.get("FailureReason") or "AWS does not say why"
        raise ImageError(
            f"{spot} is {there['Status']}: {why}",
            remedy="Put right what AWS says; until then Studio takes no change of it.",
        )
    return there
