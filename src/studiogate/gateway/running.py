"""Which of a domain's apps are a person's own, and what becomes of them: pure.

An app belongs to a profile, or to a space; a space that is private belongs to the profile that
its ownership names (SageMaker API reference, ListApps and ListSpaces).  Shared spaces are left
out: what runs there may be somebody else's.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from studiogate.gateway.ports import App

_STATES = {"Pending": True, "InService": False}
"""Whether an app of that status is starting; those that ended or failed are left out."""


def own_apps(
    apps: Iterable[Mapping[str, Any]], spaces: Iterable[Mapping[str, Any]], *, profile: str
) -> tuple[App, ...]:
    """The apps of `profile` that run or start, the newest first.

    Raises:
        ValueError: SageMaker lists something that is no app.
    """
    private = {
        space.get("SpaceName")
        for space in spaces
        if _is_private(space) and _owner(space) == profile
    }
    mine = [
        app
        for app in apps
        if app.get("Status") in _STATES
        and (app.get("UserProfileName") == profile or app.get("SpaceName") in private)
    ]
    return tuple(sorted(map(_app, mine), key=lambda app: app.since, reverse=True))


def _app(listed: Mapping[str, Any]) -> App:
    since, kind = listed.get("CreationTime"), listed.get("AppType")
    if not isinstance(since, int | float) or not isinstance(kind, str):
        raise ValueError("an app without AppType and CreationTime")  # noqa: TRY004 - an answer
    space = listed.get("SpaceName")
    return App(
        type=kind,
        starting=_STATES[listed["Status"]],
        since=datetime.fromtimestamp(since, UTC),
        space=space if isinstance(space, str) else None,
    )


def _is_private(space: Mapping[str, Any]) -> bool:
    settings = space.get("SpaceSharingSettingsSummary")
    return isinstance(settings, Mapping) and settings.get("SharingType") == "Private"


def _owner(space: Mapping[str, Any]) -> object:
    settings = space.get("OwnershipSettingsSummary")
    return settings.get("OwnerUserProfileName") if isinstance(settings, Mapping) else None
