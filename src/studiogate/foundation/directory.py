"""The two directory tables: who a person is, and where their line of business lives.

Rows are values here; `item` and `from_item` give and read DynamoDB's typed JSON.  Keys follow
the published design: `PK` and `LOB` for people (S2-09), `PK` and `ACCOUNT_ID` for lines of
business (S2-10).  Everything else a sign-in needs is in the same two rows, so that a warm
opening needs no other look-up and a new line of business needs no redeployment (S2-45).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

Item = dict[str, dict[str, Any]]
"""A DynamoDB item in typed JSON: `{"PK": {"S": "user-lob-a"}}`."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person, as the directory knows them."""

    person: str
    """The name the identity provider signs for, byte for byte."""

    lob: str | None
    """Their line of business; `None` for somebody entered without one."""

    profile: str | None
    """Their Studio profile; `None` where the published two-column row is used."""

    idps: tuple[str, ...] | None = None
    """The identity providers whose word counts for this person; `None` accepts any."""

    until: datetime | None = None
    """Aware UTC; from then on every opening is refused."""

    revoked: bool = False
    administrator: bool = False
    """Whether they may see everybody's reach, and have a revocation proved."""

    def item(self) -> Item:
        """The row as DynamoDB keeps it; absent columns are left out.

        Raises:
            ValueError: `idps` cannot be written so that it is read as it is.
        """
        columns: dict[str, str | None] = {
            "PK": self.person,
            "LOB": self.lob,
            "PROFILE": self.profile,
            "IDP": _joined(self.idps),
            "UNTIL": self.until.isoformat() if self.until else None,
        }
        item: Item = {name: {"S": value} for name, value in columns.items() if value}
        for column, said in (("REVOKED", self.revoked), ("ADMINISTRATOR", self.administrator)):
            if said:
                item[column] = {"BOOL": True}
        return item

    @classmethod
    def from_item(cls, item: Item) -> Self:
        """The row in `item`.

        Raises:
            ValueError: a column holds something it cannot hold.
            KeyError: there is no `PK`.
        """
        until = _text(item, "UNTIL")
        return cls(
            person=item["PK"]["S"],
            lob=_text(item, "LOB"),
            profile=_text(item, "PROFILE"),
            idps=_idps(_text(item, "IDP")),
            until=_aware(until) if until else None,
            revoked=bool(item.get("REVOKED", {}).get("BOOL", False)),
            administrator=bool(item.get("ADMINISTRATOR", {}).get("BOOL", False)),
        )


@dataclass(frozen=True, slots=True)
class DomainRow:
    """One Studio domain of a line of business, with what its grants allow."""

    name: str
    """The name in the landscape, in URLs and in the record."""

    domain_id: str
    opens_from: Mapping[str, tuple[str, ...]]
    """Network name to its CIDRs; a person must come from one of them."""

    url_expires_s: int = 20
    """Seconds the URL may be used in: 5 to 300 (CreatePresignedDomainUrl)."""

    session_s: int = 28800
    """Seconds the Studio session lasts: 1,800 to 43,200 (CreatePresignedDomainUrl)."""

    landing: str = "app:JupyterLab:"
    """LandingUri of CreatePresignedDomainUrl."""


@dataclass(frozen=True, slots=True)
class LobRow:
    """One line of business: its account, and the domains in it."""

    lob: str
    account: str | None
    """12 digits; `None` for a line of business whose account is not there yet."""

    external_id: str | None
    domains: tuple[DomainRow, ...] = ()
    owner: str | None = None
    """Whom its people ask for access; shown to them as plain text."""

    groups: tuple[str, ...] = ()
    """Groups of identity providers whose members belong to it."""

    def item(self) -> Item:
        """The row as DynamoDB keeps it; the domains are one JSON text."""
        columns: dict[str, str | None] = {
            "PK": self.lob,
            "ACCOUNT_ID": self.account,
            "EXTERNAL_ID": self.external_id,
            "OWNER": self.owner,
            "DOMAINS": json.dumps([_domain_json(domain) for domain in self.domains]),
            "GROUPS": json.dumps(self.groups) if self.groups else None,
        }
        return {name: {"S": value} for name, value in columns.items() if value}

    @classmethod
    def from_item(cls, item: Item) -> Self:
        """The row in `item`.

        Raises:
            ValueError: the `DOMAINS` column is not what `item` writes.
            KeyError: there is no `PK`.
        """
        return cls(
            lob=item["PK"]["S"],
            account=_text(item, "ACCOUNT_ID"),
            external_id=_text(item, "EXTERNAL_ID"),
            domains=_domains(_text(item, "DOMAINS") or "[]"),
            owner=_text(item, "OWNER"),
            groups=_groups(_text(item, "GROUPS") or "[]"),
        )


def _joined(idps: tuple[str, ...] | None) -> str | None:
    """`idps` as one text; none at all must not be read as any."""
    if idps is None:
        return None
    text = ",".join(idps)
    if _idps(text) != idps:
        raise ValueError("idps holds no name, or one with a comma in it")
    return text


def _idps(text: str | None) -> tuple[str, ...] | None:
    """The names in `text`, with commas between them; none of them may be empty."""
    if text is None:
        return None
    found = tuple(text.split(","))
    if not all(found):
        raise ValueError("IDP is not a list of names with commas between them")
    return found


def _groups(text: str) -> tuple[str, ...]:
    found = json.loads(text)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise ValueError("GROUPS is not a list of texts")
    return tuple(found)


def _text(item: Item, column: str) -> str | None:
    value = item.get(column, {}).get("S")
    return str(value) if value else None


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("UNTIL needs a time zone, as 2030-01-31T18:00:00+00:00")
    return moment


def _domain_json(domain: DomainRow) -> dict[str, Any]:
    return {
        "name": domain.name,
        "id": domain.domain_id,
        "opens_from": {name: list(cidrs) for name, cidrs in domain.opens_from.items()},
        "url_expires_s": domain.url_expires_s,
        "session_s": domain.session_s,
        "landing": domain.landing,
    }


def _domains(text: str) -> tuple[DomainRow, ...]:
    try:
        return tuple(
            DomainRow(
                name=row["name"],
                domain_id=row["id"],
                opens_from={name: tuple(cidrs) for name, cidrs in row["opens_from"].items()},
                url_expires_s=int(row["url_expires_s"]),
                session_s=int(row["session_s"]),
                landing=row["landing"],
            )
            for row in json.loads(text)
        )
    except (KeyError, TypeError, AttributeError) as exc:
        raise ValueError(f"DOMAINS does not hold what apply writes: {exc!r}") from exc
