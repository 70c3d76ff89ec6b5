"""A person or a group as a provider sent it, checked, and as a row keeps it.

What is kept is what was sent, but for passwords, which nobody here may have, and for what is
ours to say.  Members of a group are 16 bytes each, so that 10,000 of them, and as many that
are still to be told, fit into one item of DynamoDB's 400 KB.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

from studiogate import names
from studiogate.foundation.directory import Item
from studiogate.gateway.scim.filters import CORE, key_of
from studiogate.gateway.scim.patch import MOST_VALUES, READ_ONLY, SEVERAL, Json
from studiogate.gateway.scim.refused import Wrong, refused

MOST_MEMBERS: Final = 10_000
LARGEST: Final = 16 * 1024
"""Bytes of what is kept of one resource, members not counted."""

_LONGEST_NAME: Final = 256
_ID_BYTES: Final = 16
_PERSON_RULE: Final = "userName is not 2 to 64 letters, digits or any of _+=,.@-"
_CANONICAL: Final = {
    one.lower(): one
    for one in (
        "userName", "externalId", "displayName", "nickName", "profileUrl", "title", "userType",
        "preferredLanguage", "locale", "timezone", "active", "name", "emails", "phoneNumbers",
        "ims", "photos", "addresses", "entitlements", "roles", "x509Certificates", "members",
    )
}  # fmt: skip
_NEVER: Final = READ_ONLY | {"password"}


class Kind(StrEnum):
    """What a resource is."""

    USER = "User"
    GROUP = "Group"


NAMED_BY: Final = {Kind.USER: "userName", Kind.GROUP: "displayName"}
"""The attribute that no two of a kind share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One person or group of one provider."""

    kind: Kind
    idp: str
    id: str
    """32 hexadecimal digits, ours."""

    attributes: Json = field(repr=False)
    created: datetime
    changed: datetime
    version: int = 1
    groups: Mapping[str, str] = field(default_factory=dict)
    """Of a person: the groups they are in, id to name."""

    members: frozenset[str] = frozenset()
    """Of a group: the ids of its people."""

    pending: frozenset[str] = frozenset()
    """Of a group: whom a change of it has not reached yet."""

    @property
    def name(self) -> str:
        """The sign-in name of a person, the display name of a group."""
        found: str = self.attributes[NAMED_BY[self.kind]]
        return found

    @property
    def active(self) -> bool:
        """Whether the provider says that the person may sign in."""
        return self.attributes.get("active") is True

    def item(self) -> Item:
        """The row as DynamoDB keeps it."""
        item: Item = {
            "PK": {"S": key_in_table(self.kind, self.idp, self.id)},
            "BODY": {"S": as_text(self.attributes)},
            "VERSION": {"N": str(self.version)},
            "CREATED": {"S": self.created.isoformat()},
            "CHANGED": {"S": self.changed.isoformat()},
        }
        if self.groups:
            item["GROUPS"] = {"S": as_text(dict(self.groups))}
        for column, ids in (("MEMBERS", self.members), ("PENDING", self.pending)):
            if ids:
                item[column] = {"B": _packed(ids)}
        return item

    @classmethod
    def from_item(cls, item: Item) -> Self:
        """The resource in `item`.

        Raises:
            ValueError: a column holds what it cannot hold.
            KeyError: one is missing.
        """
        kind, idp, id_ = item["PK"]["S"].split("#")
        return cls(
            kind=Kind(kind),
            idp=idp,
            id=id_,
            attributes=json.loads(item["BODY"]["S"]),
            created=datetime.fromisoformat(item["CREATED"]["S"]),
            changed=datetime.fromisoformat(item["CHANGED"]["S"]),
            version=int(item["VERSION"]["N"]),
            groups=json.loads(item.get("GROUPS", {"S": "{}"})["S"]),
            members=_unpacked(item.get("MEMBERS", {"B": ""})["B"]),
            pending=_unpacked(item.get("PENDING", {"B": ""})["B"]),
        )


def key_in_table(kind: Kind, idp: str, id_: str) -> str:
    """The key of a resource; no name of a provider holds a `#`."""
    return f"{kind}#{idp}#{id_}"


def is_id(text: object) -> bool:
    """Whether `text` can be the id of a resource."""
    return isinstance(text, str) and len(text) == _ID_BYTES * 2 and set(text) <= _HEX


_HEX: Final = frozenset("0123456789abcdef")


def as_sent(kind: Kind, body: Mapping[str, Any], before: Json | None = None) -> Json:
    """The attributes in `body`, a whole resource, checked; but for members of a group.

    `before` is what the resource was: whether somebody is active stays as it was where it is
    not said, because leaving a word out must not let anybody in again.

    Raises:
        Malformed: a value cannot be; its name is said, and never the value.
    """
    found: Json = {}
    for name, value in body.items():
        plain = _plain(name)
        if plain in found:
            raise refused(Wrong.SYNTAX, "an attribute is there twice")
        if value is not None and plain.lower() not in _NEVER | {"members"}:
            found[plain] = value
    if kind is Kind.USER:
        found.setdefault("active", before.get("active", False) if before else True)
    return checked(kind, found)


def checked(kind: Kind, attributes: Json) -> Json:
    """`attributes` in the spelling of RFC 7643, if they can be those of a `kind`.

    Raises:
        Malformed: a value cannot be.
    """
    found = {
        _plain(name): value for name, value in attributes.items() if name.lower() not in _NEVER
    }
    if kind is Kind.USER:
        found["active"] = boolean(found.get("active", False), "active")
    for name in found.keys() & {"externalId", "displayName"}:
        if not _is_name(found[name]):
            raise refused(Wrong.VALUE, f"{name} is not a text of 1 to {_LONGEST_NAME}")
    for name, value in found.items():
        if name.lower() in SEVERAL:
            found[name] = _values(value, name)
    _check_name(kind, found)
    if len(as_text(found).encode()) > LARGEST:
        raise refused(Wrong.TOO_LARGE, f"a resource is larger than {LARGEST} bytes")
    return found


def _plain(name: str) -> str:
    """`name` without the schema of its own resource, in the spelling of RFC 7643."""
    own = name[len(CORE) :].partition(":")[2] if name.startswith(CORE) else name
    return _CANONICAL.get(own.lower(), own)


def _check_name(kind: Kind, found: Json) -> None:
    name = found.get(NAMED_BY[kind])
    if kind is Kind.USER and not (isinstance(name, str) and names.is_person(name)):
        raise refused(Wrong.VALUE, _PERSON_RULE)
    if name is None:
        raise refused(Wrong.VALUE, f"{NAMED_BY[kind]} is missing")


def boolean(value: Any, name: str) -> bool:
    """`value` as truth; some providers write it as a text, `"False"`.

    Raises:
        Malformed: it is neither.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise refused(Wrong.VALUE, f"{name} is neither true nor false")


def as_text(found: Mapping[str, Any]) -> str:
    """`found` as JSON that can be sent and read again.

    Raises:
        Malformed: a text in it is no Unicode, or a number no number.
    """
    try:
        text = json.dumps(found, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text.encode()
    except (ValueError, RecursionError):
        raise refused(Wrong.VALUE, "a value cannot be written as JSON") from None
    return text


def _values(value: Any, name: str) -> list[Any]:
    """Several values, with `primary` as truth."""
    several = value if isinstance(value, list) else [value]
    if len(several) > MOST_VALUES:
        raise refused(Wrong.TOO_LARGE, f"{name} has more than {MOST_VALUES} values")
    return [_with_primary(one, name) if isinstance(one, dict) else one for one in several]


def _with_primary(value: Json, name: str) -> Json:
    key = key_of(value, "primary")
    if key is None or value[key] is None:
        return value
    return value | {key: boolean(value[key], f"{name}.primary")}


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= _LONGEST_NAME and value.isprintable()


def _packed(ids: frozenset[str]) -> str:
    return b64encode(bytes.fromhex("".join(sorted(ids)))).decode("ascii")


def _unpacked(text: str) -> frozenset[str]:
    raw = b64decode(text, validate=True).hex()
    width = _ID_BYTES * 2
    return frozenset(raw[at : at + width] for at in range(0, len(raw), width))
