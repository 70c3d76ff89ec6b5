"""Who can open what, and the map, from the landscape file: read when it is first asked for.

The gateway decides by its directory and needs no landscape.  This page does: table and map
are computed from the whole of it, away from the event loop, and kept until the file changes.
Whatever computes it is imported then too, so that no opening waits for it.
"""

import asyncio
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from studiogate.errors import LandscapeError, NotThere
from studiogate.gateway.loop import aside

if TYPE_CHECKING:
    from studiogate.reach.map.sites import Map
    from studiogate.reach.table import Table

Stamp = tuple[int, int, int]
"""What tells one state of a file from another: inode, time of change in ns, size in bytes."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one state of the file comes to."""

    table: "Table"
    map: "Map"


class LandscapeReach:
    """The reach of the landscape in a file; the port `Reach`."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._kept: tuple[Stamp, _Seen] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def table(self) -> "Table":
        """The table of the landscape as it is now.

        Raises:
            NotThere: there is no landscape, or not one that can be read.
        """
        return (await self._seen()).table

    async def map(self) -> "Map":
        """The landscape as a map, as it is now.

        Raises:
            NotThere: as `table`.
        """
        return (await self._seen()).map

    async def _seen(self) -> _Seen:
        if self._file is None:
            raise NotThere(
                "this gateway has no landscape to compute it from",
                remedy="Set STUDIOGATE_LANDSCAPE to the path of the landscape file and start "
                "the gateway again; `studiogate reach` shows the same without a gateway.",
                reason="no-landscape",
            )
        async with self._one_at_a_time:
            return await aside(partial(self._latest, self._file))

    def _latest(self, file: Path) -> _Seen:
        try:
            with file.open("rb") as opened:
                facts = os.fstat(opened.fileno())
                stamp = (facts.st_ino, facts.st_mtime_ns, facts.st_size)
                if self._kept is not None and self._kept[0] == stamp:
                    return self._kept[1]
                self._kept = None
                text = opened.read().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as failed:
            why = failed.strerror if isinstance(failed, OSError) else "it is not UTF-8"
            raise NotThere(
                f"the landscape file cannot be read: {why}",
                remedy="Put it where STUDIOGATE_LANDSCAPE says, readable for the gateway.",
                reason="landscape-unreadable",
            ) from failed
        seen = _computed(text, source=file.name)
        self._kept = (stamp, seen)
        return seen


def _computed(text: str, *, source: str) -> _Seen:
    from studiogate.landscape.read import read  # noqa: PLC0415 - see the module
    from studiogate.reach.map.sites import mapped  # noqa: PLC0415
    from studiogate.reach.table import table  # noqa: PLC0415
    from studiogate.reach.world import world  # noqa: PLC0415

    try:
        known = world(read(text, source=source))
    except LandscapeError as unsound:
        raise NotThere(
            f"the landscape is not sound, and its first problem is {unsound.problems[0]}",
            remedy="Run `studiogate check` on the file: it names every problem and its fix.",
            reason="landscape-unsound",
        ) from unsound
    whole = table(known)
    return _Seen(whole, mapped(known, whole))
