"""DynamoDB as the gateway uses it: few operations, each read whole.

Writes carry conditions, so that of any number of instances exactly one wins; what a condition
met instead is given back by DynamoDB itself and never asked for afterwards.

Source: Amazon DynamoDB API reference (Low-Level API), of each operation by its name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from studiogate.aws.wire import answers
from studiogate.aws.wire.answers import Put
from studiogate.aws.wire.calls import Wire
from studiogate.errors import Busy
from studiogate.foundation.directory import Item

Table = str


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of the item that is there, as DynamoDB writes it."""

    expression: str
    names: Mapping[str, str] = field(default_factory=dict)
    values: Item = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The members of a request that say it; a map that is empty may not be sent."""
        maps = {
            "ExpressionAttributeNames": dict(self.names),
            "ExpressionAttributeValues": self.values,
        }
        said = {member: one for member, one in maps.items() if one}
        return {"ConditionExpression": self.expression, **said}


ABSENT = Condition("attribute_not_exists(#key)", {"#key": "PK"})
"""Nothing is there under the key."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some items of a table, and where the next begin; `None`: these were the last."""

    items: Sequence[Item]
    next: Item | None


class Tables:
    """The tables of the gateway, over one `Wire`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def get_item(
        self, table: Table, key: Item, *, consistent: bool = False
    ) -> Item | None:
        """The item of `table` under `key`; `None` if there is none.

        Without `consistent` it may be the one of a second ago.

        Raises:
            AwsError: DynamoDB refused, did not answer, or answered something else.
        """
        body = {"TableName": table, "Key": key, "ConsistentRead": consistent}
        return await self._wire.dynamodb("GetItem", table, body, answers.item)

    async def get_items(
        self, keys: Mapping[Table, Sequence[Item]]
    ) -> Mapping[Table, list[Item]]:
        """Those items that are there, in no order, all consistently read.

        At most 100 keys (DynamoDB quotas).

        Raises:
            AwsError: DynamoDB refused, did not answer, or answered for some of them only.
        """
        asked = {
            table: {"Keys": list(some), "ConsistentRead": True} for table, some in keys.items()
        }
        about = ",".join(keys)
        found, left = await self._wire.dynamodb(
            "BatchGetItem", about, {"RequestItems": asked}, answers.batch
        )
        if left:
            raise Busy(
                "dynamodb:BatchGetItem: some keys were not processed",
                remedy="Try again in a moment.",
                action="dynamodb:BatchGetItem",
                about=about,
            )
        return {table: found.get(table, []) for table in keys}

    async def put_item(
        self, table: Table, item: Item, *, key: str, only_if: Literal["absent", "present"]
    ) -> Put:
        """Put `item` if one with its keys is absent, or present.

        `key` is the attribute of the partition key, which every item has.

        Raises:
            AwsError: DynamoDB refused, did not answer, or answered something else.
        """
        exists = "attribute_not_exists" if only_if == "absent" else "attribute_exists"
        return await self.put(table, item, Condition(f"{exists}(#key)", {"#key": key}))

    async def put(self, table: Table, item: Item, condition: Condition | None = None) -> Put:
        """Put `item`, if `condition` holds of what is there.

        Raises:
            AwsError: DynamoDB refused, did not answer, or answered something else.
        """
        body: dict[str, Any] = {"TableName": table, "Item": item}
        if condition is not None:
            body |= condition.body() | {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        return await self._wire.dynamodb(
            "PutItem", table, body, answers.put, besides=answers.unmet
        )

    async def update(
        self, table: Table, key: Item, expression: str, condition: Condition
    ) -> Put:
        """Change the item under `key` by `expression`, if `condition` holds of what is there.

        The names and values of `expression` are those of `condition`.

        Raises:
            AwsError: DynamoDB refused, did not answer, or answered something else.
        """
        body = {
            "TableName": table,
            "Key": key,
            "UpdateExpression": expression,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            **condition.body(),
        }
        return await self._wire.dynamodb(
            "UpdateItem", table, body, answers.put, besides=answers.unmet
        )

    async def delete(self, table: Table, key: Item, condition: Condition | None = None) -> Put:
        """Delete the item under `key`, if `condition` holds of it; none there is done, too.

        Raises:
            AwsError: DynamoDB refused, did not answer, or answered something else.
        """
        body: dict[str, Any] = {"TableName": table, "Key": key}
        if condition is not None:
            body |= condition.body() | {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        return await self._wire.dynamodb(
            "DeleteItem", table, body, answers.put, besides=answers.unmet
        )

    async def scan(
        self, table: Table, *, start: Item | None = None, limit: int | None = None
    ) -> Page:
        """Some items of `table` from `start` on: a megabyte, or `limit` of them.

        Raises:
            AwsError: DynamoDB refused, did not answer, or answered something else.
        """
        body: dict[str, Any] = {"TableName": table, "ConsistentRead": True}
        if start is not None:
            body["ExclusiveStartKey"] = start
        if limit is not None:
            body["Limit"] = limit
        items, following = await self._wire.dynamodb("Scan", table, body, answers.page)
        return Page(items, following)

    async def transact(self, writes: Sequence[Mapping[str, Any]]) -> bool:
        """Do all of `writes`, as TransactWriteItems has them, or none; whether they were done.

        `False`: a condition of one of them did not hold.

        Raises:
            AwsError: DynamoDB refused, did not answer, or answered something else.
        """
        tables = ",".join(
            sorted({one["TableName"] for write in writes for one in write.values()})
        )
        return await self._wire.dynamodb(
            "TransactWriteItems",
            tables,
            {"TransactItems": list(writes)},
            answers.transacted,
            besides=answers.cancelled,
        )
