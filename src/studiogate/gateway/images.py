"""Which custom images a person finds in a domain, and which of them have a newer version: pure.

A domain's settings count for whoever has none of their own; a profile's list stands in place of
the domain's, never beside it (SageMaker API reference, UserSettings).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SETTINGS = {
    "JupyterLab": "JupyterLabAppSettings",
    "Code Editor": "CodeEditorAppSettings",
    "RStudio": "RSessionAppSettings",
}
"""By what people call an application, the member of UserSettings that has its images."""


@dataclass(frozen=True, slots=True)
class Attached:
    """An image in the list of an application, as the settings have it."""

    app: str
    image: str
    version: int | None
    """The one that starts; `None`: whichever is the newest."""


def attached(domain: Mapping[str, Any], profile: Mapping[str, Any]) -> tuple[Attached, ...]:
    """The images for the owner of `profile` in `domain`, in the order of the lists.

    Both are what SageMaker describes.

    Raises:
        ValueError: it describes something else.
    """
    theirs, everybodys = profile.get("UserSettings"), domain.get("DefaultUserSettings")
    found: list[Attached] = []
    for app, member in _SETTINGS.items():
        own = _listed(theirs, member)
        some = own if own is not None else _listed(everybodys, member)
        found += (_read(app, one) for one in some or ())
    return tuple(found)


def newest(versions: Sequence[Mapping[str, Any]]) -> int | None:
    """The number of the newest version that can be started; `None` where there is none."""
    return max(_created(versions), default=None)


def _created(versions: Sequence[Mapping[str, Any]]) -> Iterator[int]:
    for one in versions:
        number = one.get("Version")
        if one.get("ImageVersionStatus") == "CREATED" and isinstance(number, int):
            yield number


def _listed(settings: object, member: str) -> list[Any] | None:
    if not isinstance(settings, Mapping) or not isinstance(settings.get(member), Mapping):
        return None
    listed = settings[member].get("CustomImages")
    return listed if isinstance(listed, list) else None


def _read(app: str, one: object) -> Attached:
    if not isinstance(one, Mapping) or not isinstance(one.get("ImageName"), str):
        raise ValueError("a custom image without ImageName")  # noqa: TRY004 - an answer
    version = one.get("ImageVersionNumber")
    return Attached(app, one["ImageName"], version if isinstance(version, int) else None)
