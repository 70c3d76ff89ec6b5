"""The table of openings in memory; `tests/audit/test_table.py` holds it against DynamoDB."""

from typing import Literal

from studiogate.aws.wire.answers import Put
from studiogate.errors import AwsError
from studiogate.foundation.directory import Item
from studiogate.foundation.openings import DAY, MOMENT


class MemoryTable:
    """Rows by their keys; `fails` is raised in place of an answer."""

    def __init__(self, fails: AwsError | None = None) -> None:
        self.rows: dict[tuple[str, str, str], Item] = {}
        self.fails = fails

    async def put_item(
        self, table: str, item: Item, *, key: str, only_if: Literal["absent", "present"]
    ) -> Put:
        if self.fails is not None:
            raise self.fails
        assert key == DAY
        keys = (table, item[DAY]["S"], item[MOMENT]["S"])
        there = self.rows.get(keys)
        if (there is not None) is not (only_if == "present"):
            return Put(done=False, there=there)
        self.rows[keys] = item
        return Put(done=True, there=None)
