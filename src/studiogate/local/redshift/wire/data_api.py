"""A statement of the Data API, run in a session of its own and written into the seat's log."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from studiogate.local.redshift.engine.frames import Broken
from studiogate.local.redshift.engine.journal import Journal, stated, unquoting
from studiogate.local.redshift.engine.results import result
from studiogate.local.redshift.engine.talk import Answer, Talk
from studiogate.local.redshift.parts import Failed, Grant, Result
from studiogate.local.redshift.wire.front import Ground
from studiogate.local.redshift.wire.ports import Refused

DATA_API = "data-api"
"""The network that statements of the Data API come from, in the log."""


@dataclass(frozen=True, slots=True)
class DataApi:
    """One session with a database, for one grant."""

    ground: Ground
    journal: Journal
    talk: Talk
    grant: Grant
    database: str

    async def run(self, sql: str, parameters: Mapping[str, str]) -> Result:
        """What a statement comes to; cancelling this cancels it at the server.

        Raises:
            Failed: it was refused.
        """
        at = self.ground.clock()
        line = stated(
            self.grant,
            DATA_API,
            at=at,
            database=self.database,
            pid=self.talk.pid,
            text=self.ground.dialect.shown(sql),
            seconds=0.0,
            status="failed",
        )
        try:
            answer = await self._asked(sql, parameters)
            line = replace(line, status="success", rows=answer.count)
            return result(answer)
        except Failed as failed:
            error = unquoting(str(failed), hides=line.text != sql)
            line = replace(line, details={"code": failed.code, "error": error})
            raise
        except asyncio.CancelledError:
            line = replace(line, status="cancelled")
            raise
        finally:
            seconds = (self.ground.clock() - at).total_seconds()
            self.journal.statement(replace(line, seconds=seconds))

    async def _asked(self, sql: str, parameters: Mapping[str, str]) -> Answer:
        dialect = self.ground.dialect
        try:
            wanted, values = dialect.positioned(sql, parameters)
            return await self.talk.ask(dialect.rewritten(wanted), *values)
        except Refused as refused:
            raise Failed(refused.message, code=refused.code) from None
        except Broken as broken:
            raise Failed(str(broken), code="22021") from None
        except Failed as failed:
            raise Failed(dialect.worded(str(failed), failed.code), code=failed.code) from None
