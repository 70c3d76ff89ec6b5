"""Marks in memory: the promise of the port, for rooms whose table is not what is tested."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from studiogate.gateway.ports import Clock, Mark, Marked

if TYPE_CHECKING:
    from studiogate.errors import StudioGateError


class MemoryMarks:
    """Marks in memory; `fails` is raised in place of an answer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.there: dict[str, Marked] = {}
        self.fails: StudioGateError | None = None

    async def claim(self, mark: Mark, *, until: datetime, value: str = "") -> Marked | None:
        there = (await self.found(mark)).get(mark)
        if there is None:
            await self.make(mark, until=until, value=value)
        return there

    async def make(self, mark: Mark, *, until: datetime, value: str = "") -> None:
        self._answer()
        self.there[mark.key] = Marked(self._clock(), until, value)

    async def found(self, *marks: Mark) -> Mapping[Mark, Marked]:
        self._answer()
        now = self._clock()
        kept = {mark: self.there.get(mark.key) for mark in marks}
        return {mark: one for mark, one in kept.items() if one is not None and now < one.until}

    def _answer(self) -> None:
        if self.fails is not None:
            raise self.fails
