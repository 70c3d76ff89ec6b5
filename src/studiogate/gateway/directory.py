"""The directory over two DynamoDB tables: asked once, checked, and remembered for seconds.

Only rows that let somebody in are remembered, so that a person entered or restored a moment ago
may come in at once.  A person revoked a moment ago is refused when what is remembered runs out,
after `keeps_s`, or as soon as AWS refuses them: then they are forgotten and asked for anew.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any, Generic, Protocol, TypeVar

from studiogate import names
from studiogate.errors import Invalid
from studiogate.foundation.directory import DomainRow, Item, LobRow, PersonRow
from studiogate.gateway.ports import Clock
from studiogate.gateway.remember import Remembered

KEEPS_S = 15
"""Seconds a row is remembered: how long a revocation may go unnoticed."""

_HOLDS = 10_000
_LONGEST_LOB = 128
_OWNER = 120  # characters, as in the landscape
_PROBE = "studiogate-readyz"
_URL_EXPIRES_S = range(5, 301)
_SESSION_S = range(1800, 43201)

# Column types, because a column of another type would read as absent, and absent is wider:
# an UNTIL that is a number must not mean "for ever".
_PEOPLE_COLUMNS = {
    "PK": "S", "LOB": "S", "PROFILE": "S", "IDP": "S", "UNTIL": "S",
    "REVOKED": "BOOL", "ADMINISTRATOR": "BOOL",
}  # fmt: skip
_LOB_COLUMNS = {"PK": "S", "ACCOUNT_ID": "S", "EXTERNAL_ID": "S", "DOMAINS": "S", "OWNER": "S"}

Row = TypeVar("Row")


class Items(Protocol):
    """The one DynamoDB call the directory makes."""

    async def get_item(self, table: str, key: Item) -> Item | None:
        """The item under `key`, or `None` where there is none.

        Raises:
            AwsError: the table did not answer, or refused.
        """
        ...


class TableDirectory:
    """People and lines of business, as `apply` wrote them."""

    def __init__(
        self,
        items: Items,
        clock: Clock,
        *,
        people_table: str = names.PEOPLE_TABLE,
        lobs_table: str = names.LOBS_TABLE,
        keeps_s: int = KEEPS_S,
    ) -> None:
        self._people = _Table(items, clock, people_table, _read_person, keeps_s=keeps_s)
        self._lobs = _Table(items, clock, lobs_table, _read_lob, keeps_s=keeps_s)

    async def person(self, name: str) -> PersonRow | None:
        """The person called exactly `name`; a name nobody can have is not asked for.

        Raises:
            AwsError: the table did not answer or refused, or the row is malformed.
        """
        return await self._people.row(name) if names.is_person(name) else None

    async def lob(self, name: str) -> LobRow | None:
        """The line of business called `name`.

        Raises:
            AwsError: the table did not answer or refused, or the row is malformed.
        """
        possible = name.isascii() and name.isprintable() and 0 < len(name) <= _LONGEST_LOB
        return await self._lobs.row(name) if possible else None

    def forget(self, person: str) -> None:
        """Ask the table anew the next time `person` is asked for."""
        self._people.forget(person)

    async def ready(self) -> None:
        """Return when both tables answer, whatever they answer.

        Raises:
            AwsError: one of them did not answer, or refused.
        """
        await self._people.ready()
        await self._lobs.ready()


class _Table(Generic[Row]):
    """One table: its rows are read exactly or not at all."""

    def __init__(
        self,
        items: Items,
        clock: Clock,
        table: str,
        read: Callable[[Item, str], Row],
        *,
        keeps_s: int,
    ) -> None:
        self._items = items
        self._clock = clock
        self._table = table
        self._read = read
        self._keeps = timedelta(seconds=keeps_s)
        self._rows: Remembered[str, Row | None] = Remembered(clock, holds=_HOLDS)

    async def row(self, name: str) -> Row | None:
        return await self._rows.get(name, lambda: self._ask(name))

    def forget(self, name: str) -> None:
        self._rows.forget(name)

    async def ready(self) -> None:
        await self._items.get_item(self._table, _key(_PROBE))

    async def _ask(self, name: str) -> tuple[Row | None, datetime | None]:
        item = await self._items.get_item(self._table, _key(name))
        if item is None:
            return None, None
        try:
            row = self._read(item, name)
        except (ValueError, KeyError, TypeError, AttributeError) as exc:
            raise Invalid(
                f"the row {name!r} of {self._table} cannot be read: {exc}",
                remedy=f"Correct the row of {self._table}: decision 4 says what it holds.",
                action="dynamodb:GetItem",
                about=f"{self._table}/{name}",
                code="MalformedRow",
            ) from exc
        return row, None if _is_revoked(row) else self._clock() + self._keeps


def _is_revoked(row: object) -> bool:
    return isinstance(row, PersonRow) and row.revoked


def _key(name: str) -> Item:
    return {"PK": {"S": name}}


def _typed(item: Item, name: str, columns: Mapping[str, str]) -> None:
    if item["PK"] != {"S": name}:
        raise ValueError("PK is not the key asked for")
    for column, kind in columns.items():
        if column in item and (set(item[column]) != {kind} or item[column][kind] == ""):
            raise ValueError(f"{column} is not of type {kind}, or empty")


def _read_person(item: Item, name: str) -> PersonRow:
    _typed(item, name, _PEOPLE_COLUMNS)
    for column in ("REVOKED", "ADMINISTRATOR"):
        if not isinstance(item.get(column, {"BOOL": False})["BOOL"], bool):
            raise TypeError(f"{column} is neither true nor false")
    return PersonRow.from_item(item)


def _read_lob(item: Item, name: str) -> LobRow:
    _typed(item, name, _LOB_COLUMNS)
    row = LobRow.from_item(item)
    if row.account is not None and not names.is_account(row.account):
        raise ValueError("ACCOUNT_ID is not 12 digits")
    if row.owner is not None and not (row.owner.isprintable() and len(row.owner) <= _OWNER):
        raise ValueError("OWNER cannot be said in a sentence")
    if len({domain.name for domain in row.domains}) != len(row.domains):
        raise ValueError("DOMAINS holds a name twice")
    for domain in row.domains:
        _check(domain)
    return row


def _check(domain: DomainRow) -> None:
    facts: tuple[tuple[str, bool], ...] = (
        ("name", _is_text(domain.name)),
        ("id", _is_text(domain.domain_id) and names.is_domain_id(domain.domain_id)),
        ("url_expires_s", domain.url_expires_s in _URL_EXPIRES_S),
        ("session_s", domain.session_s in _SESSION_S),
        ("landing", _is_text(domain.landing)),
    )
    for fact, holds in facts:
        if not holds:
            raise ValueError(f"DOMAINS holds a {fact} that cannot be")
    for cidrs in domain.opens_from.values():
        for cidr in cidrs:
            ip_network(cidr)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""
