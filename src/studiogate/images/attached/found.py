"""What there is in an account: every domain, every list of custom images, every app that runs.

Found by what AWS says, and not by what the landscape does: an image may be attached, or run,
where nobody of ours put it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from studiogate.errors import Absent
from studiogate.images.attached.settings import LIST, mentions, version_of
from studiogate.images.attached.spots import (
    FOR_ALL,
    FOR_ONE,
    FOR_SHARED,
    Spot,
    Studio,
    described,
    profile_described,
)
from studiogate.images.places import Place
from studiogate.images.world import Account, World

_LIVE: Final = frozenset({"InService", "Pending"})
_KEYS: Final = ("DomainId", "UserProfileName", "SpaceName", "AppType", "AppName")


@dataclass(frozen=True, slots=True)
class Listed:
    """One list of custom images, as it is."""

    spot: Spot
    settings: Mapping[str, Any]
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class App:
    """An app that runs or starts."""

    studio: Studio
    profile: str
    """Whose; empty for a shared space that nobody owns."""

    space: str
    app: str
    """As `JupyterLab/default`."""

    since: datetime | None
    spec: Mapping[str, Any]
    """Its ResourceSpec: the image and the version it runs."""

    def __str__(self) -> str:
        """As `JupyterLab/default of ada in forecasting (lob-a)`."""
        whose = self.profile or f"space {self.space}"
        return f"{self.app} of {whose} in {self.studio}"

    def runs(self, image: str) -> tuple[bool, int | None]:
        """Whether it runs `image`, and in which version, where AWS says so."""
        return version_of(self.spec, image)


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that names an image and is no list that it can be taken out of."""

    studio: Studio
    what: str
    """As `space forecasts: SpaceSettings.JupyterLabAppSettings…`."""

    def __str__(self) -> str:
        """As `forecasting (lob-a), space forecasts: …`."""
        return f"{self.studio}, {self.what}"


def every_studio(world: World, place: Place) -> tuple[tuple[Studio, bool], ...]:
    """Every domain of the account, and whether the landscape has it.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    listed = world.account(place.account).listed(
        "sagemaker", "list_domains", "Domains", about=place.lob
    )
    return tuple(
        (
            Studio(place.lob, place.account, one["DomainName"], one["DomainId"]),
            one["DomainName"] in place.domains,
        )
        for one in listed
    )


def lists(world: World, studio: Studio, *, people: bool) -> Iterator[Listed]:
    """Every list of custom images of a domain; with `people`, their own ones, too.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    account = world.account(studio.account)
    there = described(account, studio)
    for member in (FOR_ALL, FOR_SHARED):
        yield from _lists(studio, there, member)
    for profile, of in _profiles(account, studio) if people else ():
        yield from _lists(studio, of, FOR_ONE, profile)


def apps(world: World, studio: Studio) -> tuple[App, ...]:
    """Every app of a domain that runs or starts.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    account = world.account(studio.account)
    listed = account.listed(
        "sagemaker", "list_apps", "Apps", about=str(studio), DomainIdEquals=studio.domain_id
    )
    live = [one for one in listed if one.get("Status") in _LIVE]
    owners = _owners(account, studio) if any(one.get("SpaceName") for one in live) else {}
    return tuple(app for one in live if (app := _app(account, studio, one, owners)))


def other_mentions(world: World, studio: Studio, image: str) -> Iterator[Mention]:
    """Whatever of a domain names `image` and is no list: what an app starts with by itself.

    A space keeps the image that it ran last, and asks for it at its next start.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    account = world.account(studio.account)
    there = described(account, studio)
    for member in (FOR_ALL, FOR_SHARED):
        yield from _mentions(studio, "", there, member, image)
    for profile, of in _profiles(account, studio):
        yield from _mentions(studio, f"profile {profile}: ", of, FOR_ONE, image)
    for space in _spaces(account, studio):
        name = space["SpaceName"]
        try:
            of = account.ask(
                "sagemaker",
                "describe_space",
                about=f"{studio}, space {name}",
                DomainId=studio.domain_id,
                SpaceName=name,
            )
        except Absent:
            continue
        yield from _mentions(studio, f"space {name}: ", of, "SpaceSettings", image)


def _lists(
    studio: Studio, there: Mapping[str, Any], member: str, profile: str | None = None
) -> Iterator[Listed]:
    for key, settings in (there.get(member) or {}).items():
        if isinstance(settings, Mapping) and LIST in settings:
            spot = Spot(studio, key, profile=profile, member=member)
            yield Listed(spot, settings, there.get("LastModifiedTime"))


def _mentions(
    studio: Studio, who: str, there: Mapping[str, Any], member: str, image: str
) -> Iterator[Mention]:
    for path in mentions(there.get(member) or {}, image):
        if not path.endswith(LIST):
            yield Mention(studio, f"{who}{member}.{path}")


def _profiles(account: Account, studio: Studio) -> Iterator[tuple[str, Mapping[str, Any]]]:
    listed = account.listed(
        "sagemaker",
        "list_user_profiles",
        "UserProfiles",
        about=str(studio),
        DomainIdEquals=studio.domain_id,
    )
    for one in listed:
        name = one["UserProfileName"]
        try:
            yield name, profile_described(account, studio, name)
        except Absent:
            continue  # it has gone meanwhile


def _spaces(account: Account, studio: Studio) -> list[Mapping[str, Any]]:
    return account.listed(
        "sagemaker", "list_spaces", "Spaces", about=str(studio), DomainIdEquals=studio.domain_id
    )


def _owners(account: Account, studio: Studio) -> dict[str, str]:
    return {
        one["SpaceName"]: (one.get("OwnershipSettingsSummary") or {}).get(
            "OwnerUserProfileName", ""
        )
        for one in _spaces(account, studio)
    }


def _app(
    account: Account, studio: Studio, one: Mapping[str, Any], owners: Mapping[str, str]
) -> App | None:
    key = {name: one[name] for name in _KEYS if one.get(name)}
    try:
        there = account.ask("sagemaker", "describe_app", about=str(studio), **key)
    except Absent:
        return None  # it has ended meanwhile
    space = one.get("SpaceName") or ""
    return App(
        studio=studio,
        profile=one.get("UserProfileName") or owners.get(space, ""),
        space=space,
        app=f"{one['AppType']}/{one['AppName']}",
        since=there.get("CreationTime"),
        spec=there.get("ResourceSpec") or {},
    )
