"""Marks in a DynamoDB table: what every instance of the gateway knows at once.

DynamoDB deletes what is over when it finds the time, within days (Developer Guide, "Using time
to live"), so a mark whose time is over counts as absent, and its place may be taken.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil
from typing import Any, Protocol

from studiogate.aws.wire.answers import Put
from studiogate.aws.wire.tables import Condition
from studiogate.errors import Invalid
from studiogate.foundation.directory import Item
from studiogate.foundation.marks import ENDS
from studiogate.gateway.ports import Clock, Mark, Marked


class MarksTable(Protocol):
    """The DynamoDB calls that marks need."""

    async def get_items(self, keys: Mapping[str, list[Item]]) -> Mapping[str, list[Item]]:
        """Those items that are there, consistently read."""
        ...

    async def put(self, table: str, item: Item, condition: Condition | None = None) -> Put:
        """Put `item`, if `condition` holds of what is there."""
        ...


class TableMarks:
    """Marks as rows of one table."""

    def __init__(self, tables: MarksTable, clock: Clock, table: str) -> None:
        self._tables = tables
        self._clock = clock
        self._table = table

    async def claim(self, mark: Mark, *, until: datetime, value: str = "") -> Marked | None:
        """Make `mark` if it is not there; `None` then, else what is there.

        Asked twice because an answer was lost, the second time finds the first: whoever cannot
        be sure that they were the one is not.

        Raises:
            AwsError: the table did not answer, or refused: nothing may be concluded.
        """
        now = self._clock()
        vacant = Condition(
            "attribute_not_exists(#key) OR #ends <= :now",
            {"#key": "PK", "#ends": ENDS},
            {":now": {"N": str(int(now.timestamp()))}},
        )
        put = await self._tables.put(self._table, _item(mark, now, until, value), vacant)
        if put.done:
            return None
        return self._read(put.there or {})

    async def make(self, mark: Mark, *, until: datetime, value: str = "") -> None:
        """Make `mark`, in place of what is there.

        Raises:
            AwsError: the table did not answer, or refused.
        """
        await self._tables.put(self._table, _item(mark, self._clock(), until, value))

    async def found(self, *marks: Mark) -> Mapping[Mark, Marked]:
        """Those of `marks` that are there.

        Raises:
            AwsError: the table did not answer, or refused.
        """
        found = await self._tables.get_items({self._table: keys_of(marks)})
        return self.read(marks, found[self._table])

    def read(self, marks: tuple[Mark, ...], items: list[Item]) -> Mapping[Mark, Marked]:
        """Those of `marks` that `items` say are there now.

        Raises:
            Invalid: a row is not one of ours.
        """
        now = self._clock()
        there = {item["PK"]["S"]: self._read(item) for item in items}
        kept = {mark: there.get(mark.key) for mark in marks}
        return {mark: one for mark, one in kept.items() if one is not None and now < one.until}

    def _read(self, item: Item) -> Marked:
        try:
            return Marked(
                at=datetime.fromisoformat(item["AT"]["S"]).astimezone(UTC),
                until=datetime.fromtimestamp(int(item[ENDS]["N"]), UTC),
                value=str(item.get("VALUE", {}).get("S", "")),
            )
        except (KeyError, ValueError, TypeError, OverflowError):
            pass
        raise Invalid(
            f"a row of {self._table} cannot be read",
            remedy=f"Delete the row of {self._table} that has no AT or {ENDS}: nobody who is "
            "signed in can be told from somebody who was signed out meanwhile.",
            action="dynamodb:GetItem",
            about=self._table,
            code="MalformedRow",
        )


def keys_of(marks: tuple[Mark, ...]) -> list[Item]:
    """Their keys, each once: DynamoDB refuses a key that is given twice."""
    return [{"PK": {"S": key}} for key in dict.fromkeys(mark.key for mark in marks)]


def _item(mark: Mark, at: datetime, until: datetime, value: str) -> Item:
    item: dict[str, dict[str, Any]] = {
        "PK": {"S": mark.key},
        "AT": {"S": at.astimezone(UTC).isoformat()},
        # Up: a mark may last a second too long, and never one too short.
        ENDS: {"N": str(ceil(until.timestamp()))},
    }
    if value:
        item["VALUE"] = {"S": value}
    return item
