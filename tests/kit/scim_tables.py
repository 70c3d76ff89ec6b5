"""DynamoDB tables in memory, with conditions; `tests/gateway/scim/test_tables.py` holds them
against DynamoDB.

Only the expressions the gateway writes are understood; another raises, as DynamoDB would.
"""

import copy
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from studiogate import names
from studiogate.aws.wire.answers import Put
from studiogate.aws.wire.tables import Condition, Page
from studiogate.errors import Invalid, StudioGateError
from studiogate.foundation.directory import Item

LARGEST_ITEM = 400 * 1024
_TOKEN = re.compile(r"\s*(\(|\)|<>|<=|=|,|[#:]?[A-Za-z_][A-Za-z0-9_]*)")


class MemoryTables:
    """Rows by table and key.

    `fails` holds, by operation, errors that are raised one after the other; `before` is run
    once, before the next operation of its name is done: somebody else comes in between.
    `repeats` are operations whose answers are lost, so that the wire sends them a second time.
    """

    def __init__(self, *, page: int = 3) -> None:
        self.rows: dict[str, dict[str, Item]] = {}
        self.fails: dict[str, list[StudioGateError]] = {}
        self.before: dict[str, list[Callable[[], Awaitable[None]]]] = {}
        self.repeats: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self.updates: list[Item] = []
        """Every row that an update made, as it was then."""

        self._page = page

    def of(self, table: str) -> dict[str, Item]:
        """The rows of `table`, by key."""
        return self.rows.setdefault(table, {})

    async def get_item(self, table: str, key: Item, *, consistent: bool = False) -> Item | None:
        await self._comes("get_item", table)
        assert consistent or table == names.LOBS_TABLE, (
            "what is decided on must be as it is now"
        )
        return copy.deepcopy(self.of(table).get(key["PK"]["S"]))

    async def get_items(self, keys: Mapping[str, Sequence[Item]]) -> Mapping[str, list[Item]]:
        await self._comes("get_items", ",".join(keys))
        wanted = {table: [key["PK"]["S"] for key in some] for table, some in keys.items()}
        assert all(len(set(some)) == len(some) <= 100 for some in wanted.values())
        return {
            table: [copy.deepcopy(self.of(table)[key]) for key in some if key in self.of(table)]
            for table, some in wanted.items()
        }

    async def put(self, table: str, item: Item, condition: Condition | None = None) -> Put:
        await self._comes("put", table)
        return self._put(table, item, condition)

    async def update(self, table: str, key: Item, expression: str, condition: Condition) -> Put:
        await self._comes("update", table)
        _all_used(f"{expression} {condition.expression}", condition)
        there = self.of(table).get(key["PK"]["S"])
        if not _holds(condition, there):
            return Put(done=False, there=copy.deepcopy(there))
        changed = _updated(there or copy.deepcopy(key), expression, condition)
        self.of(table)[key["PK"]["S"]] = _fitting(changed)
        self.updates.append(copy.deepcopy(changed))
        return Put(done=True, there=None)

    async def delete(self, table: str, key: Item, condition: Condition | None = None) -> Put:
        await self._comes("delete", table)
        return self._delete(table, key, condition)

    async def scan(
        self, table: str, *, start: Item | None = None, limit: int | None = None
    ) -> Page:
        await self._comes("scan", table)
        keys = sorted(self.of(table))
        if start is not None:
            keys = [key for key in keys if key > start["PK"]["S"]]
        some = keys[: min(limit or self._page, self._page)]
        following = {"PK": {"S": some[-1]}} if len(some) < len(keys) else None
        return Page([copy.deepcopy(self.of(table)[key]) for key in some], following)

    async def transact(self, writes: Sequence[Mapping[str, Any]]) -> bool:
        await self._comes("transact", "")
        if "transact" in self.repeats:
            self._transacted(writes)
        return self._transacted(writes)

    def _transacted(self, writes: Sequence[Mapping[str, Any]]) -> bool:
        assert 1 <= len(writes) <= 100
        each = [(kind, one) for write in writes for kind, one in write.items()]
        if not all(_holds(_said(one), self._at(one)) for _, one in each):
            return False
        for kind, one in each:
            if kind == "Put":
                self._put(one["TableName"], one["Item"], None)
            else:
                assert kind == "Delete"
                self._delete(one["TableName"], one["Key"], None)
        return True

    def _at(self, write: Mapping[str, Any]) -> Item | None:
        key = write["Item"]["PK"] if "Item" in write else write["Key"]["PK"]
        return self.of(write["TableName"]).get(key["S"])

    def _put(self, table: str, item: Item, condition: Condition | None) -> Put:
        there = self.of(table).get(item["PK"]["S"])
        if not _holds(condition, there):
            return Put(done=False, there=copy.deepcopy(there))
        self.of(table)[item["PK"]["S"]] = _fitting(copy.deepcopy(item))
        return Put(done=True, there=None)

    def _delete(self, table: str, key: Item, condition: Condition | None) -> Put:
        there = self.of(table).get(key["PK"]["S"])
        if not _holds(condition, there):
            return Put(done=False, there=copy.deepcopy(there))
        self.of(table).pop(key["PK"]["S"], None)
        return Put(done=True, there=None)

    async def _comes(self, operation: str, table: str) -> None:
        self.asked.append((operation, table))
        if self.fails.get(operation):
            raise self.fails[operation].pop(0)
        if self.before.get(operation):
            await self.before[operation].pop(0)()


def _said(write: Mapping[str, Any]) -> Condition | None:
    if "ConditionExpression" not in write:
        return None
    return Condition(
        write["ConditionExpression"],
        write.get("ExpressionAttributeNames", {}),
        write.get("ExpressionAttributeValues", {}),
    )


def _all_used(text: str, condition: Condition) -> None:
    """DynamoDB refuses names and values that no expression uses, and those nobody gave."""
    words = set(re.findall(r"[#:][A-Za-z0-9_]+", text))
    assert words == {*condition.names, *condition.values}, words ^ {
        *condition.names,
        *condition.values,
    }


def _fitting(item: Item) -> Item:
    if sum(len(name) + _size(value) for name, value in item.items()) > LARGEST_ITEM:
        raise Invalid(
            "Item size has exceeded the maximum allowed size",
            remedy="Keep less.",
            action="dynamodb:PutItem",
            code="ValidationException",
        )
    return item


def _size(value: Mapping[str, Any]) -> int:
    ((kind, one),) = value.items()
    return len(one) * 3 // 4 if kind == "B" else len(str(one).encode())


def _updated(item: Item, expression: str, said: Condition) -> Item:
    item = copy.deepcopy(item)
    parts = re.split(r"\b(SET|REMOVE|ADD|DELETE) ", expression)[1:]
    for word, some in zip(parts[::2], parts[1::2], strict=True):
        for one in some.strip().split(", "):
            name, _, value = one.replace(" = ", " ").partition(" ")
            column = said.names[name]
            if word == "SET":
                item[column] = said.values[value]
            elif word == "REMOVE":
                item.pop(column, None)
            else:
                _moved(item, column, set(said.values[value]["SS"]), add=word == "ADD")
    return item


def _moved(item: Item, column: str, some: set[str], *, add: bool) -> None:
    there = set(item.get(column, {}).get("SS", []))
    after = there | some if add else there - some
    if after:
        item[column] = {"SS": sorted(after)}
    else:
        item.pop(column, None)


def _holds(condition: Condition | None, item: Item | None) -> bool:
    if condition is None:
        return True
    assert set(re.findall(r"[#:][A-Za-z0-9_]+", condition.expression)) <= {
        *condition.names,
        *condition.values,
    }
    return _Reader(condition, item or {}).read()


class _Reader:
    """One condition, held against one item: OR below AND below NOT below a comparison."""

    def __init__(self, condition: Condition, item: Item) -> None:
        text = condition.expression
        self._words = _TOKEN.findall(text)
        assert "".join(self._words) == re.sub(r"\s", "", text), text
        self._said = condition
        self._item = item

    def read(self) -> bool:
        found = self._either()
        assert not self._words, self._words
        return found

    def _either(self) -> bool:
        found = self._both()
        while self._words[:1] == ["OR"]:
            self._words.pop(0)
            found = self._both() or found
        return found

    def _both(self) -> bool:
        found = self._one()
        while self._words[:1] == ["AND"]:
            self._words.pop(0)
            found = self._one() and found
        return found

    def _one(self) -> bool:
        word = self._words.pop(0)
        if word == "NOT":
            return not self._one()
        if word == "(":
            found = self._either()
            assert self._words.pop(0) == ")"
            return found
        if word in {"attribute_exists", "attribute_not_exists"}:
            assert self._words.pop(0) == "("
            there = self._said.names[self._words.pop(0)] in self._item
            assert self._words.pop(0) == ")"
            return there is (word == "attribute_exists")
        return self._compared(self._said.names[word])

    def _compared(self, column: str) -> bool:
        sign, value = self._words.pop(0), self._said.values[self._words.pop(0)]
        there = self._item.get(column)
        if sign == "=":
            return there is not None and _plain(there) == _plain(value)
        if sign == "<>":
            return there is None or _plain(there) != _plain(value)
        return there is not None and int(there["N"]) <= int(value["N"])


def _plain(value: Mapping[str, Any]) -> Any:
    ((kind, one),) = value.items()
    return kind, sorted(one) if kind == "SS" else one
