"""The directory over two DynamoDB tables: rows are read exactly or not at all.

A person's row is asked for at every request, in one question with the marks that end sign-ins,
so that a revocation or a sign-out counts from the next request on (decision 15).  The same
question asks whose the sign-in name is, so that a name which was released and taken by somebody
else lets nobody else in (decision 20).  Lines of business change with a deployment, and are
remembered for seconds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any, Protocol, TypeVar

from studiogate import names
from studiogate.errors import Invalid
from studiogate.foundation.directory import DomainRow, Item, LobRow, PersonRow
from studiogate.foundation.marks import SO_FAR
from studiogate.foundation.owners import of_person
from studiogate.gateway.marks import TableMarks, keys_of
from studiogate.gateway.owners import told_apart
from studiogate.gateway.ports import Clock, Identity, Mark, Marked
from studiogate.gateway.remember import Remembered
from studiogate.gateway.signin.why import Why, refused
from studiogate.gateway.whom import platform

KEEPS_S = 15
"""Seconds the row of a line of business is remembered."""

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
_LOB_COLUMNS = {
    "PK": "S", "ACCOUNT_ID": "S", "EXTERNAL_ID": "S", "DOMAINS": "S", "OWNER": "S",
    "GROUPS": "S",
}  # fmt: skip

Row = TypeVar("Row")


class Items(Protocol):
    """The DynamoDB calls the directory makes."""

    async def get_item(self, table: str, key: Item, *, consistent: bool = False) -> Item | None:
        """The item under `key`, or `None` where there is none.

        Raises:
            AwsError: the table did not answer, or refused.
        """
        ...

    async def get_items(self, keys: Mapping[str, list[Item]]) -> Mapping[str, list[Item]]:
        """Those items that are there, consistently read.

        Raises:
            AwsError: a table did not answer, or refused.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What the tables are called."""

    people: str = names.PEOPLE_TABLE
    lobs: str = names.LOBS_TABLE
    signins: str = names.SIGNINS_TABLE


class TableDirectory:
    """People and lines of business, as `apply` wrote them."""

    def __init__(
        self,
        items: Items,
        marks: TableMarks,
        clock: Clock,
        *,
        named: Named | None = None,
        keeps_s: int = KEEPS_S,
        contact: str | None = None,
    ) -> None:
        self._items = items
        self._marks = marks
        self._clock = clock
        self._named = named or Named()
        self._keeps = timedelta(seconds=keeps_s)
        self._whom = platform(contact)
        self._lobs: Remembered[str, LobRow | None] = Remembered(clock, holds=_HOLDS)

    async def standing(self, identity: Identity) -> PersonRow | None:
        """The row of whoever `identity` vouches for, if nobody ended their sign-in.

        Raises:
            NotSignedIn: the sign-in was ended, here or at the provider.
            NotAllowed: the sign-in name is somebody else's, who came under it first.
            AwsError: a table did not answer or refused, or a row is malformed.
        """
        name, ends = identity.person, identity.ended_by
        whose = of_person(identity.idp, name)
        keys = {self._named.signins: keys_of((*ends, whose))}
        if names.is_person(name):
            keys[self._named.people] = [_key(name)]
        found = await self._items.get_items(keys)
        marked = found[self._named.signins]
        _unless_ended(identity, self._marks.read(ends, marked))
        told_apart(identity, self._marks.read((whose,), marked).get(whose), self._whom)
        rows = found.get(self._named.people)
        return self._person(rows[0], name) if rows else None

    async def person(self, name: str) -> PersonRow | None:
        """The person called exactly `name`, now; a name nobody can have is not asked for.

        Raises:
            AwsError: the table did not answer or refused, or the row is malformed.
        """
        if not names.is_person(name):
            return None
        item = await self._items.get_item(self._named.people, _key(name), consistent=True)
        return self._person(item, name) if item is not None else None

    async def lob(self, name: str) -> LobRow | None:
        """The line of business called `name`, as of some seconds ago.

        Raises:
            AwsError: the table did not answer or refused, or the row is malformed.
        """
        possible = name.isascii() and name.isprintable() and 0 < len(name) <= _LONGEST_LOB
        return await self._lobs.get(name, lambda: self._lob(name)) if possible else None

    async def ready(self) -> None:
        """Return when all tables answer, whatever they answer.

        Raises:
            AwsError: one of them did not answer, or refused.
        """
        await self._items.get_items(
            {
                self._named.people: [_key(_PROBE)],
                self._named.lobs: [_key(_PROBE)],
                self._named.signins: [_key(_PROBE)],
            }
        )

    def _person(self, item: Item, name: str) -> PersonRow:
        return _read(self._named.people, _read_person, item, name)

    async def _lob(self, name: str) -> tuple[LobRow | None, datetime | None]:
        item = await self._items.get_item(self._named.lobs, _key(name))
        if item is None:
            return None, None
        row = _read(self._named.lobs, _read_lob, item, name)
        return row, self._clock() + self._keeps


def _unless_ended(identity: Identity, found: Mapping[Mark, Marked]) -> None:
    """Return if none of the marks that were found is about this very sign-in.

    Whoever was signed out everywhere may sign in again: that mark ends what began before it.
    """
    for mark, made in found.items():
        is_later = identity.at is not None and identity.at > made.at
        if mark.kind not in SO_FAR or not is_later:
            raise refused(Why.SESSION_ENDED)


def _read(table: str, read: Callable[[Item, str], Row], item: Item, name: str) -> Row:
    try:
        return read(item, name)
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise Invalid(
            f"the row {name!r} of {table} cannot be read: {exc}",
            remedy=f"Correct the row of {table}: decision 4 says what it holds.",
            action="dynamodb:GetItem",
            about=f"{table}/{name}",
            code="MalformedRow",
        ) from exc


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
