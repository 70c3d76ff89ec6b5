"""The two directory tables, and the rows the landscape makes of them (S2-09, S2-10, S2-26)."""

from collections.abc import Iterable
from typing import Any

from studiogate import names
from studiogate.foundation.directory import Item


def lay_table(dynamodb: Any, table: str, rows: Iterable[Item]) -> None:
    """Create `table` keyed by `PK` and put `rows` into it."""
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}],
    )
    for row in rows:
        dynamodb.put_item(TableName=table, Item=row)


def lay_tables(dynamodb: Any, people: Iterable[Item], lobs: Iterable[Item]) -> None:
    """Create both tables of the directory and fill them."""
    lay_table(dynamodb, names.PEOPLE_TABLE, people)
    lay_table(dynamodb, names.LOBS_TABLE, lobs)
