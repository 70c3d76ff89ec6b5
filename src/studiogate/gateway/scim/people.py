"""The row of a person in the directory, brought to what their provider says of them.

A row that the landscape wrote stays the landscape's: a provider whose people it names may
raise the flag in it, and take down the flag it raised, and nothing else.  A row that came by
SCIM is its provider's.  Every write is an update of these columns under a condition on what
was read, so that an administrator who revokes at the same moment is never overwritten.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from studiogate.aws.wire.answers import Put
from studiogate.aws.wire.tables import Condition
from studiogate.foundation import provisioned as columns
from studiogate.foundation.directory import Item
from studiogate.gateway.ports import Clock
from studiogate.gateway.scim.refused import Wrong, refused
from studiogate.gateway.scim.resources import Resource
from studiogate.gateway.scim.store import ScimTables, busy

_TRIES: Final = 8
_SETS: Final = frozenset({"REVOKED_BY", "UNTIL"})
"""Columns that an administrator sets against somebody."""

_BY_SOMEBODY: Final = "administrator"
"""Who raised a flag that nobody signed."""


class Whose(Enum):
    """Whose row it is, seen from one resource."""

    NOBODYS = auto()
    OURS = auto()
    LANDSCAPES = auto()
    FOREIGN = auto()


@dataclass(slots=True)
class _Change:
    """An update in the making."""

    set: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)
    add: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    take: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    conditions: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    values: Item = field(default_factory=dict)

    def only_if(self, expression: str, values: Item | None = None, *named: str) -> None:
        """Do it only where `expression` holds, over `named` columns as `#NAME`."""
        self.conditions.append(f"({expression})")
        self.names |= {f"#{name}": name for name in named}
        self.values |= values or {}

    def expression(self) -> str:
        """The update as DynamoDB writes it; empty where nothing is changed."""
        parts = {
            "SET": [f"#{name} = :{name}" for name in self.set],
            "REMOVE": [f"#{name}" for name in self.remove],
            "ADD": [f"#{name} :{name}" for name in self.add],
            "DELETE": [f"#{name} :{name}" for name in self.take],
        }
        changed = self.set | self.add | self.take
        self.names |= {f"#{name}": name for name in (*changed, *self.remove)}
        self.values |= {f":{name}": dict(value) for name, value in changed.items()}
        return " ".join(f"{word} {', '.join(some)}" for word, some in parts.items() if some)

    def condition(self) -> Condition:
        """Everything that must hold."""
        return Condition(" AND ".join(self.conditions), self.names, self.values)


def whose(row: Item | None, user: Resource) -> Whose:
    """Whose row it is, for the provider of `user`."""
    if row is None:
        return Whose.NOBODYS
    idps = _text(row, "IDP").split(",") if "IDP" in row else None
    if not columns.is_provisioned(row):
        return Whose.LANDSCAPES if idps is None or user.idp in idps else Whose.FOREIGN
    ours = idps == [user.idp] and _text(row, columns.SCIM_ID) in {"", user.id}
    return Whose.OURS if ours else Whose.FOREIGN


@dataclass(frozen=True, slots=True)
class People:
    """The rows of people whom providers send."""

    tables: ScimTables
    table: str
    clock: Clock

    async def free(self, user: Resource) -> None:
        """Return if the provider of `user` may speak for their name.

        Raises:
            Malformed: the name is somebody's whom another provider answers for.
            AwsError: the table did not answer, or refused.
        """
        if whose(await self._row(user.name), user) is Whose.FOREIGN:
            raise _foreign()

    async def enter(self, user: Resource, lob: str | None) -> None:
        """Have the row say what `user` says, and that they belong to `lob`.

        Raises:
            Malformed: the name is somebody's whom another provider answers for.
            AwsError: the table did not answer or refused; sent again, it is done.
        """
        for _ in range(_TRIES):
            row = await self._row(user.name)
            if _is_newer(row, user):
                return
            change = self._entering(row, user, lob)
            if change is None or (await self._done(user.name, change)).done:
                return
        raise busy(self.table)

    async def leave(self, user: Resource, name: str) -> None:
        """Have the row called `name` let nobody in any more: `user` is gone, or renamed.

        A row in which an administrator said something stays, without a line of business, so
        that whoever is sent under the same name later is still revoked.

        Raises:
            AwsError: the table did not answer or refused; sent again, it is done.
        """
        for _ in range(_TRIES):
            row = await self._row(name)
            match whose(row, user):
                case Whose.NOBODYS | Whose.FOREIGN:
                    return
                case Whose.OURS:
                    if (await self._deleted(row or {}, user, name)).done:
                        return
                case Whose.LANDSCAPES:
                    change = _flag(row or {}, user, self._now(), active=False)
                    if change is None or (await self._done(name, change)).done:
                        return
        raise busy(self.table)

    async def _row(self, name: str) -> Item | None:
        return await self.tables.get_item(self.table, _key(name), consistent=True)

    async def _done(self, name: str, change: _Change) -> Put:
        expression = change.expression()
        return await self.tables.update(self.table, _key(name), expression, change.condition())

    async def _deleted(self, row: Item, user: Resource, name: str) -> Put:
        own = _Change()
        _own(own, user)
        if _SETS & row.keys():
            own.remove = ["LOB", columns.SCIM_ID, columns.SCIM_VERSION, columns.MEMBER_OF]
            return await self._done(name, own)
        for column in sorted(_SETS):
            own.only_if(f"attribute_not_exists(#{column})", None, column)
        return await self.tables.delete(self.table, _key(name), own.condition())

    def _entering(self, row: Item | None, user: Resource, lob: str | None) -> _Change | None:
        """What has to change; `None`: nothing."""
        if row is None:
            return _new(user, lob) if user.active else None
        match whose(row, user):
            case Whose.FOREIGN:
                raise _foreign()
            case Whose.OURS:
                change = _flag(row, user, self._now(), active=user.active) or _Change()
                _own(change, user)
                _not_later(change, user)
                _tell(change, row, user, lob)
                return change
            case _:
                return _flag(row, user, self._now(), active=user.active)

    def _now(self) -> str:
        return self.clock().isoformat()


def _new(user: Resource, lob: str | None) -> _Change:
    change = _Change()
    change.only_if("attribute_not_exists(#PK)", None, "PK")
    _tell(change, None, user, lob)
    return change


def _tell(change: _Change, row: Item | None, user: Resource, lob: str | None) -> None:
    change.set |= {
        "PROFILE": {"S": columns.profile_in(row, lob)},
        "IDP": {"S": user.idp},
        columns.SOURCE: {"S": columns.SCIM},
        columns.SCIM_ID: {"S": user.id},
        columns.SCIM_VERSION: {"N": str(user.version)},
        columns.MEMBER_OF: {"S": json.dumps(sorted(user.groups.values()))},
    }
    if lob is None:
        change.remove.append("LOB")
    else:
        change.set["LOB"] = {"S": lob}


def _own(change: _Change, user: Resource) -> None:
    """Only a row that is still of this resource, or of none."""
    change.only_if(
        "#SOURCE = :scim AND #IDP = :idp AND "
        "(attribute_not_exists(#SCIM_ID) OR #SCIM_ID = :id)",
        {":scim": {"S": columns.SCIM}, ":idp": {"S": user.idp}, ":id": {"S": user.id}},
        columns.SOURCE,
        "IDP",
        columns.SCIM_ID,
    )


def _not_later(change: _Change, user: Resource) -> None:
    """Only a row that was not made from a later version of this resource."""
    change.only_if(
        "attribute_not_exists(#SCIM_VERSION) OR #SCIM_VERSION <= :version",
        {":version": {"N": str(user.version)}},
        columns.SCIM_VERSION,
    )


def _is_newer(row: Item | None, user: Resource) -> bool:
    """Whether `row` was made from a later version of `user` than this one."""
    if row is None or _text(row, columns.SCIM_ID) != user.id:
        return False
    return int(row.get(columns.SCIM_VERSION, {}).get("N", "0")) > user.version


def _flag(row: Item, user: Resource, now: str, *, active: bool) -> _Change | None:
    """What becomes of the flag of a row that is there; `None`: it is as it should be."""
    by = frozenset(row.get(columns.DEACTIVATED_BY, {}).get("SS", ()))
    mine = {"SS": [user.idp]}
    revoked = row.get("REVOKED") == {"BOOL": True}
    change = _Change()
    _as_read(change, row, revoked=revoked)
    if not active and not (revoked and user.idp in by):
        change.add[columns.DEACTIVATED_BY] = mine
        if not revoked:
            change.set |= {"REVOKED": {"BOOL": True}, "REVOKED_AT": {"S": now}}
        elif not by and "REVOKED_BY" not in row:
            change.set["REVOKED_BY"] = {"S": _BY_SOMEBODY}
        return change
    if active and user.idp in by:
        if revoked and by == {user.idp} and "REVOKED_BY" not in row:
            change.only_if(f"#{columns.DEACTIVATED_BY} = :mine", {":mine": mine})
            change.remove = ["REVOKED", "REVOKED_AT", "DEAD_AFTER_S", columns.DEACTIVATED_BY]
        else:
            change.take[columns.DEACTIVATED_BY] = mine
        return change
    return None


def _as_read(change: _Change, row: Item, *, revoked: bool) -> None:
    """Only where the flag, and who raised it, are as they were read."""
    yes = {":yes": {"BOOL": True}}
    flagged = "#REVOKED = :yes"
    change.only_if(
        flagged if revoked else f"attribute_not_exists(#REVOKED) OR NOT {flagged}",
        yes,
        "REVOKED",
    )
    signed = "REVOKED_BY" in row
    change.only_if(
        "attribute_exists(#REVOKED_BY)" if signed else "attribute_not_exists(#REVOKED_BY)",
        None,
        "REVOKED_BY",
    )
    landscapes = not columns.is_provisioned(row)
    if landscapes:
        change.only_if(
            "attribute_exists(#PK) AND attribute_not_exists(#SOURCE)",
            None,
            "PK",
            columns.SOURCE,
        )


def _foreign() -> Exception:
    return refused(
        Wrong.UNIQUENESS, "this userName is somebody's whom another provider answers for"
    )


def _text(item: Item, column: str) -> str:
    return str(item.get(column, {}).get("S", ""))


def _key(name: str) -> Item:
    return {"PK": {"S": name}}
