"""The resources of every provider in one table, written under conditions.

A row for each resource, and one for its name: whoever makes the second row of a name is told
that there is one, however many try at once.  Every change names the version it was made from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from studiogate.aws.wire.answers import Put
from studiogate.aws.wire.tables import ABSENT, Condition, Page
from studiogate.errors import Busy, Invalid
from studiogate.foundation.directory import Item
from studiogate.gateway.scim.refused import Wrong, refused
from studiogate.gateway.scim.resources import Kind, Resource, key_in_table

_TRIES: Final = 8
_A_PAGE: Final = 100
"""Rows of one Scan: a megabyte of them, as DynamoDB gives it, is more as JSON."""


class ScimTables(Protocol):
    """The DynamoDB calls of this room; each raises `AwsError` where there is no answer."""

    async def get_item(self, table: str, key: Item, *, consistent: bool = False) -> Item | None:
        """The item under `key`; `None` if there is none."""
        ...

    async def get_items(self, keys: Mapping[str, Sequence[Item]]) -> Mapping[str, list[Item]]:
        """Those items that are there, in no order, consistently read."""
        ...

    async def put(self, table: str, item: Item, condition: Condition | None = None) -> Put:
        """Put `item`, if `condition` holds of what is there."""
        ...

    async def update(self, table: str, key: Item, expression: str, condition: Condition) -> Put:
        """Change the item under `key`, if `condition` holds of what is there."""
        ...

    async def delete(self, table: str, key: Item, condition: Condition | None = None) -> Put:
        """Delete the item under `key`, if `condition` holds of it."""
        ...

    async def scan(
        self, table: str, *, start: Item | None = None, limit: int | None = None
    ) -> Page:
        """Some items of `table`, consistently read."""
        ...

    async def transact(self, writes: Sequence[Mapping[str, Any]]) -> bool:
        """Do all of `writes`, or none because a condition did not hold."""
        ...


@dataclass(frozen=True, slots=True)
class Store:
    """What providers sent."""

    tables: ScimTables
    table: str

    async def find(self, kind: Kind, idp: str, id_: str) -> Resource | None:
        """The resource of `idp` with that id, as it is now.

        Raises:
            AwsError: the table did not answer or refused, or the row is malformed.
        """
        key = _key(key_in_table(kind, idp, id_))
        item = await self.tables.get_item(self.table, key, consistent=True)
        return None if item is None else self._read(item)

    async def named(self, kind: Kind, idp: str, name: str) -> Resource | None:
        """The resource of `idp` called `name`, in any case.

        Raises:
            AwsError: as `find`.
        """
        id_ = await self._id_of(kind, idp, name)
        found = None if id_ is None else await self.find(kind, idp, id_)
        return found if found and found.name.casefold() == name.casefold() else None

    async def known(self, idp: str, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids`, 20 at most, that are people of `idp`.

        Raises:
            AwsError: the table did not answer, or refused.
        """
        keys = [_key(key_in_table(Kind.USER, idp, one)) for one in ids]
        found = await self.tables.get_items({self.table: keys})
        return frozenset(one["PK"]["S"].rpartition("#")[2] for one in found[self.table])

    async def every(self, kind: Kind, idp: str) -> list[Resource]:
        """Every resource of a kind that `idp` sent, the oldest first.

        Raises:
            AwsError: as `find`.
        """
        begins, start, found = key_in_table(kind, idp, ""), None, []
        while True:
            page = await self.tables.scan(self.table, start=start, limit=_A_PAGE)
            found += [
                self._read(one) for one in page.items if one["PK"]["S"].startswith(begins)
            ]
            start = page.next
            if start is None:
                return sorted(found, key=lambda one: (one.created, one.id))

    async def create(self, new: Resource) -> None:
        """Keep `new`.

        Raises:
            Malformed: there is one of that name.
            AwsError: the table did not answer, or refused.
        """
        done = await self.tables.transact(
            [self._put(_name_item(new), ABSENT), self._put(new.item(), ABSENT)]
        )
        # An answer that was lost is asked for again, and then meets what it did itself.
        if not done and await self._id_of(new.kind, new.idp, new.name) != new.id:
            raise taken(new.kind)

    async def save(self, before: Resource, after: Resource) -> bool:
        """Put `after` in place of `before`; `False`: somebody changed it in the meantime.

        Raises:
            Malformed: its name is another, and somebody else's.
            AwsError: the table did not answer, or refused.
        """
        as_read = Condition(
            "#version = :read", {"#version": "VERSION"}, {":read": {"N": str(before.version)}}
        )
        if _folded(before) == _folded(after):
            return (await self.tables.put(self.table, after.item(), as_read)).done
        done = await self.tables.transact(
            [
                self._put(_name_item(after), ABSENT),
                self._put(after.item(), as_read),
                self._delete(_name_item(before)["PK"], before.id),
            ]
        )
        if not done and await self._id_of(after.kind, after.idp, after.name) not in {
            None,
            after.id,
        }:
            raise taken(after.kind)
        return done

    async def remove(self, gone: Resource) -> None:
        """Delete `gone` and its name.

        Raises:
            Busy: it was being changed all the while.
            AwsError: the table did not answer, or refused.
        """
        for _ in range(_TRIES):
            there = await self.find(gone.kind, gone.idp, gone.id)
            if there is None:
                return
            name = _name_item(there)["PK"]
            key = there.item()["PK"]
            version = Condition(
                "#version = :read",
                {"#version": "VERSION"},
                {":read": {"N": str(there.version)}},
            )
            delete = {"TableName": self.table, "Key": {"PK": key}} | version.body()
            if await self.tables.transact([self._delete(name, there.id), {"Delete": delete}]):
                return
        raise busy(self.table)

    async def _id_of(self, kind: Kind, idp: str, name: str) -> str | None:
        key = _key(_name_key(kind, idp, name))
        item = await self.tables.get_item(self.table, key, consistent=True)
        return None if item is None else str(item["ID"]["S"])

    def _put(self, item: Item, condition: Condition) -> Mapping[str, Any]:
        return {"Put": {"TableName": self.table, "Item": item} | condition.body()}

    def _delete(self, key: Mapping[str, Any], id_: str) -> Mapping[str, Any]:
        """A deletion of the row of a name, which must be that of `id_`."""
        own = Condition("#id = :id", {"#id": "ID"}, {":id": {"S": id_}})
        return {"Delete": {"TableName": self.table, "Key": {"PK": key}} | own.body()}

    def _read(self, item: Item) -> Resource:
        try:
            return Resource.from_item(item)
        except (ValueError, KeyError, TypeError, AttributeError):
            pass
        raise Invalid(
            f"a row of {self.table} cannot be read",
            remedy=f"Delete the row of {self.table}, and have the provider send it again.",
            action="dynamodb:GetItem",
            about=self.table,
            code="MalformedRow",
        )


def taken(kind: Kind) -> Exception:
    """The refusal of a second resource of one name."""
    what = "userName" if kind is Kind.USER else "displayName"
    return refused(Wrong.UNIQUENESS, f"there is another with this {what}")


def busy(table: str) -> Busy:
    """What is raised when a row changes faster than it can be written."""
    return Busy(
        f"a row of {table} was changed by others all the while",
        remedy="Send it again in a moment.",
        action="dynamodb:PutItem",
        about=table,
        code="Contended",
    )


def _key(key: str) -> Item:
    return {"PK": {"S": key}}


def _folded(one: Resource) -> str:
    return _name_key(one.kind, one.idp, one.name)


def _name_key(kind: Kind, idp: str, name: str) -> str:
    return f"{kind}-name#{idp}#{name.casefold()}"


def _name_item(one: Resource) -> Item:
    return _key(_folded(one)) | {"ID": {"S": one.id}}
