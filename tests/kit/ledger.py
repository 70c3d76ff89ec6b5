"""A ledger in memory, which can be told to fail as a full disk does."""

from studiogate.audit.record import Opening
from studiogate.errors import RecordError


class MemoryLedger:
    """Keeps openings in the order they were written."""

    def __init__(self, *, fail: bool = False) -> None:
        self.fail = fail
        self.openings: list[Opening] = []

    async def write(self, opening: Opening) -> None:
        await self.ready()
        self.openings.append(opening)

    async def ready(self) -> None:
        if self.fail:
            raise RecordError(
                "the record was not kept in memory: it was told to fail",
                remedy="Set fail to false.",
            )
