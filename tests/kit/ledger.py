"""A ledger in memory, which can be told to fail as a full disk does."""

from studiogate.audit.record import Opening
from studiogate.audit.signing_in import SigningIn
from studiogate.errors import RecordError


class MemoryLedger:
    """Keeps openings, and sign-ins, in the order they were written."""

    def __init__(self, *, fail: bool = False) -> None:
        self.fail = fail
        self.openings: list[Opening] = []
        self.sign_ins: list[SigningIn] = []

    async def write(self, record: Opening | SigningIn) -> None:
        await self.ready()
        if isinstance(record, Opening):
            self.openings.append(record)
        else:
            self.sign_ins.append(record)

    async def ready(self) -> None:
        if self.fail:
            raise RecordError(
                "the record was not kept in memory: it was told to fail",
                remedy="Set fail to false.",
            )
