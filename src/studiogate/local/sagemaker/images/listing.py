"""Lists of images, versions and configurations: filtered by their times, the newest first."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from studiogate.local.sagemaker.model import Thing
from studiogate.local.sagemaker.paging import page

_T = TypeVar("_T", bound=Thing)
_BY_NAME = frozenset({"IMAGE_NAME", "VERSION", "Name"})
_BY_CHANGE = frozenset({"LAST_MODIFIED_TIME", "LastModifiedTime"})


def listed(
    things: Iterable[_T], asked: Mapping[str, Any], *, name: Callable[[_T], str]
) -> tuple[list[_T], dict[str, str]]:
    """The page of `things` that is asked for, and the `NextToken` to add, if any.

    `name` is what `SortBy` calls a name or a version, and is another for each of them.
    """
    by = asked.get("SortBy")
    return page(
        (one for one in things if _within(asked, one)),
        asked,
        key=lambda one: ("" if by in _BY_NAME else _when(one, by), name(one)),
        newest_first=True,
    )


def _when(one: Thing, by: str | None) -> str:
    return (one.modified if by in _BY_CHANGE else one.created).isoformat()


def _within(asked: Mapping[str, Any], one: Thing) -> bool:
    """Whether it was made and changed on or within the bounds that are given."""
    times = {"Creation": one.created, "LastModified": one.modified, "Modified": one.modified}
    return all(
        asked.get(f"{what}TimeAfter", -math.inf)
        <= when.timestamp()
        <= asked.get(f"{what}TimeBefore", math.inf)
        for what, when in times.items()
    )
