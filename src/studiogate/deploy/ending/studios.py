"""Emptying a Studio domain: apps, then spaces, then profiles, then the domain (S1-35, S2-46).

SageMaker refuses each while one of those before is there, and CloudFormation ends none of them.
RStudio's server is the last of the apps: it is not deleted while a session of it runs.
Everything may be done again: what is gone already is what was wanted.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

from studiogate.aws.patience import asked
from studiogate.aws.session import paged
from studiogate.deploy.patience import looks
from studiogate.deploy.world import Doing, World
from studiogate.errors import Absent, DeployError

Efs = Literal["keep", "delete"]
"""What becomes of the file system with everybody's home directories."""

_RETENTION: Final[Mapping[Efs, str]] = {"keep": "Retain", "delete": "Delete"}
_OVER: Final = frozenset({"Deleted", "Failed"})
"""Statuses of an app that runs nothing (SageMaker API reference, DescribeApp)."""

_LIVE: Final = frozenset({"InService", "Pending"})
"""Those that hold back a change of the domain (DomainSettingsForUpdate)."""

SERVER: Final = "RStudioServerPro"
"""The app that a domain with RStudio has once, for all of it."""

_STUCK: Final = ("Delete_Failed", "Failed")

Key = Mapping[str, str]
"""What names one app, space or profile in SageMaker's operations."""


@dataclass(frozen=True, slots=True)
class Studio:
    """One Studio domain."""

    account: str
    domain_id: str

    def __str__(self) -> str:
        """As `222222222222/d-abc`."""
        return f"{self.account}/{self.domain_id}"


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of thing in a domain, and the calls about it."""

    word: str
    listing: str
    items: str
    names: tuple[str, ...]
    """The keys by which one is named; those that one has not are left out."""

    verb: str
    """As in `delete_app`, `describe_app`."""

    operation: str
    """As in `DeleteApp`."""


_APP = _Kind(
    "app",
    "list_apps",
    "Apps",
    ("DomainId", "UserProfileName", "SpaceName", "AppType", "AppName"),
    "app",
    "App",
)
_SPACE = _Kind("space", "list_spaces", "Spaces", ("DomainId", "SpaceName"), "space", "Space")
_PROFILE = _Kind(
    "profile",
    "list_user_profiles",
    "UserProfiles",
    ("DomainId", "UserProfileName"),
    "user_profile",
    "UserProfile",
)


def quieten(world: World, studio: Studio) -> None:
    """End every app of the domain, then delete every space; return when they are gone.

    Raises:
        DeployError: one does not end.
        AwsError: SageMaker refused, or did not answer.
    """
    for kind in (_APP, _SPACE):
        _end_all(world, studio, kind, _every)


def free_profiles(world: World, studio: Studio, profiles: Iterable[str]) -> None:
    """End the apps and private spaces of `profiles`, so that the profiles can be deleted.

    Raises:
        DeployError: one does not end.
        AwsError: SageMaker refused, or did not answer.
    """
    theirs = frozenset(profiles)
    spaces = {
        one["SpaceName"]
        for one in _listed(world, studio, _SPACE)
        if one.get("OwnershipSettingsSummary", {}).get("OwnerUserProfileName") in theirs
    }

    def of_them(one: Mapping[str, Any]) -> bool:
        return one.get("UserProfileName") in theirs or one.get("SpaceName") in spaces

    for kind in (_APP, _SPACE):
        _end_all(world, studio, kind, of_them)


def delete(world: World, studio: Studio, *, efs: Efs) -> None:
    """Delete the profiles that are left, then the domain; return when it is gone.

    Raises:
        DeployError: it does not end.
        AwsError: SageMaker refused, or did not answer.
    """
    _end_all(world, studio, _PROFILE, _every)
    client = world.client(studio.account, "sagemaker")
    told = {"DomainId": studio.domain_id}
    world.tell(Doing(str(studio), f"deleting the domain; its file system: {efs}"))
    kept = {"HomeEfsFileSystem": _RETENTION[efs]}
    if _done(
        world,
        "sagemaker:DeleteDomain",
        str(studio),
        lambda: client.delete_domain(**told, RetentionPolicy=kept),
    ):
        _until_gone(world, str(studio), "Domain", lambda: client.describe_domain(**told))


def live_apps(world: World, studio: Studio) -> list[dict[str, Any]]:
    """The apps of the domain that are in service or pending, as SageMaker lists them.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    return [one for one in _listed(world, studio, _APP) if one.get("Status") in _LIVE]


def stop_apps(world: World, studio: Studio) -> None:
    """End every app of the domain; return when nothing runs.  Homes and spaces stay.

    Raises:
        DeployError: one does not end.
        AwsError: SageMaker refused, or did not answer.
    """
    _end_all(world, studio, _APP, _every)


def _every(_one: Mapping[str, Any]) -> bool:
    return True


def _end_all(
    world: World, studio: Studio, kind: _Kind, which: Callable[[Mapping[str, Any]], bool]
) -> None:
    """Have all of a kind deleted, then wait for all of them; servers after their sessions."""
    there = [one for one in _listed(world, studio, kind) if which(one)]
    servers = [one for one in there if one.get("AppType") == SERVER]
    _end_these(world, studio, kind, [one for one in there if one not in servers])
    _end_these(world, studio, kind, servers)


def _end_these(world: World, studio: Studio, kind: _Kind, there: list[dict[str, Any]]) -> None:
    client = world.client(studio.account, "sagemaker")
    keys = [{name: one[name] for name in kind.names if one.get(name)} for one in there]
    if keys:
        world.tell(Doing(str(studio), f"deleting {len(keys)} × {kind.word}"))
    for one, key in zip(there, keys, strict=True):
        if one.get("Status") not in {"Deleting", "Deleted"}:
            _delete_one(world, client, kind, key)
    describe = getattr(client, f"describe_{kind.verb}")
    for key in keys:
        _until_gone(world, " ".join(key.values()), kind.operation, partial(describe, **key))


def _listed(world: World, studio: Studio, kind: _Kind) -> list[dict[str, Any]]:
    client = world.client(studio.account, "sagemaker")
    try:
        found = asked(
            world,
            f"sagemaker:{kind.listing.title().replace('_', '')}",
            str(studio),
            lambda: list(
                paged(client, kind.listing, kind.items, DomainIdEquals=studio.domain_id)
            ),
        )
    except Absent:
        return []
    return [one for one in found if kind is not _APP or one.get("Status") not in _OVER]


def _delete_one(world: World, client: Any, kind: _Kind, key: Key) -> None:
    _done(
        world,
        f"sagemaker:Delete{kind.operation}",
        " ".join(key.values()),
        lambda: getattr(client, f"delete_{kind.verb}")(**key),
    )


def _done(world: World, action: str, about: str, call: Callable[[], Any]) -> bool:
    """Whether the call was made; `False` where there is nothing to make it about."""
    try:
        asked(world, action, about, call)
    except Absent:
        return False
    return True


def _until_gone(
    world: World, about: str, operation: str, describe: Callable[[], Mapping[str, Any]]
) -> None:
    action = f"sagemaker:Describe{operation}"
    for _ in looks(world, within_s=world.stack_s):
        try:
            there = asked(world, action, about, describe)
        except Absent:
            return
        status = there.get("Status", "")
        if operation == "App" and status in _OVER:
            return
        if status in _STUCK:
            why = there.get("FailureReason") or "AWS does not say why"
            raise DeployError(
                f"{about} could not be deleted: {why}",
                remedy="Put right what AWS says, and run the command again.",
            )
    raise DeployError(
        f"{about} is still there after {world.stack_s:.0f} s",
        remedy="Look at it in the SageMaker console, and run the command again.",
    )
