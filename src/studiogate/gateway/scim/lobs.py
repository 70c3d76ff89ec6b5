"""The lines of business, by the groups they name, as `apply` wrote them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from studiogate.errors import Invalid
from studiogate.foundation.directory import Item, LobRow
from studiogate.gateway.ports import Clock
from studiogate.gateway.remember import Remembered
from studiogate.gateway.scim.store import ScimTables

KEEPS_S: Final = 60
"""Seconds the groups are remembered; a deployment looks at everybody's anew by itself."""

Groups = Mapping[str, tuple[str, ...]]


class LobGroups:
    """Which line of business names which groups."""

    def __init__(self, tables: ScimTables, table: str, clock: Clock) -> None:
        self._tables = tables
        self._table = table
        self._clock = clock
        self._known: Remembered[str, Groups] = Remembered(clock, holds=1)

    async def all(self) -> Groups:
        """The groups that each line of business names.

        Raises:
            AwsError: the table did not answer or refused, or a row is malformed.
        """
        return await self._known.get("all", self._ask)

    async def _ask(self) -> tuple[Groups, datetime]:
        found: list[Item] = []
        start = None
        while True:
            page = await self._tables.scan(self._table, start=start)
            found += page.items
            start = page.next
            if start is None:
                break
        try:
            rows = [LobRow.from_item(item) for item in found]
        except (ValueError, KeyError, TypeError, AttributeError) as exc:
            raise Invalid(
                f"a row of {self._table} cannot be read: {exc}",
                remedy=f"Run `studiogate apply`: it writes {self._table}.",
                action="dynamodb:Scan",
                about=self._table,
                code="MalformedRow",
            ) from exc
        keeps = timedelta(seconds=KEEPS_S)
        return {row.lob: row.groups for row in rows}, self._clock() + keeps
