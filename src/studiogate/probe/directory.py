"""The directory as it is, for one opening: two rows, and how they change what is declared.

The gateway decides by these rows and not by the landscape (`gateway.authorise`), so that a
world without them would say "opens" of somebody who was revoked.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, ip_network
from typing import Any, TypeVar

from studiogate import names
from studiogate.aws.session import Accounts, calling
from studiogate.foundation.directory import DomainRow, Item, LobRow, PersonRow
from studiogate.landscape.model import Landscape
from studiogate.probe.people import Unreadable
from studiogate.reach.world import Bar, World

Row = TypeVar("Row", PersonRow, LobRow)

_SHORTEST = timedelta(seconds=1800)
"""The shortest Studio session (SageMaker API reference, CreatePresignedDomainUrl)."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What the directory says of one person; `None` where there is no row."""

    person: PersonRow | Unreadable | None
    lob: LobRow | Unreadable | None
    """Of the lob that the person's row names."""


def rows(landscape: Landscape, accounts: Accounts, person: str) -> Rows:
    """The row of `person`, and of the lob it names.

    Raises:
        AwsError: the tables could not be read.
        SettingsError: there are no credentials to ask with.
    """
    dynamodb = accounts.client(landscape.hub_account, "dynamodb")
    found = _row(dynamodb, names.PEOPLE_TABLE, person, PersonRow.from_item)
    lob = found.lob if isinstance(found, PersonRow) else None
    return Rows(found, _row(dynamodb, names.LOBS_TABLE, lob, LobRow.from_item) if lob else None)


def _row(
    dynamodb: Any, table: str, key: str, read: Callable[[Item], Row]
) -> Row | Unreadable | None:
    with calling("dynamodb:GetItem", about=table):
        item = dynamodb.get_item(
            TableName=table, Key={"PK": {"S": key}}, ConsistentRead=True
        ).get("Item")
    try:
        return None if item is None else read(item)
    except ValueError as error:
        return Unreadable(str(error))


def as_entered(known: World, found: Rows, *, person: str, domain: str, now: datetime) -> World:
    """`known` with `person` and `domain` as the directory's rows have them.

    Where the rows let the person in nowhere, or not to `domain`, the world bars them, and says
    why.
    """
    bar = next(_bars(known, found, person=person, domain=domain, now=now), None)
    if bar is not None or not isinstance(found.person, PersonRow):
        return known.but(barred={person: bar} if bar else {})
    return known.but(landscape=_entered(known.landscape, found.person, found.lob, domain))


def _bars(
    known: World, found: Rows, *, person: str, domain: str, now: datetime
) -> Iterator[Bar]:
    """Everything in the rows that keeps the person out, in the order the gateway looks."""
    row, table = found.person, names.PEOPLE_TABLE
    if not isinstance(row, PersonRow):
        what = "is not there" if row is None else f"cannot be read: {row.why}"
        yield Bar(f"The row of {person} in {table} {what}.", f"enter it in {table}")
        return
    if row.revoked:
        yield Bar(f"{person} was revoked: REVOKED is in {table}.", _restore(person))
    if row.until is not None and row.until - now < _SHORTEST:
        ends = "ended" if row.until <= now else "ends too soon for a session,"
        said = f"The access of {person} {ends} at {row.until.isoformat(timespec='minutes')}."
        yield Bar(said, f"set a later UNTIL in {table}")
    if row.lob is not None:
        yield from _lob_bars(known, row.lob, found.lob, domain)
    if row.profile is not None and not names.is_profile(row.profile):
        said = f"The row of {person} in {table} has a PROFILE that Studio would not take."
        yield Bar(said, f"correct PROFILE in {table}")


def _lob_bars(
    known: World, lob: str, row: LobRow | Unreadable | None, domain: str
) -> Iterator[Bar]:
    landscape, table = known.landscape, names.LOBS_TABLE
    if lob not in landscape.lobs:
        said = f"{names.PEOPLE_TABLE} puts them into {lob}, which the landscape has not."
        yield Bar(said, f"correct LOB in {names.PEOPLE_TABLE}")
        return
    if not isinstance(row, LobRow):
        what = "is not there" if row is None else f"cannot be read: {row.why}"
        yield Bar(f"The row of {lob} in {table} {what}.", f"enter it in {table}")
        return
    account = landscape.accounts[landscape.lobs[lob].account]
    external = names.external_id(landscape.name, landscape.environment, lob)
    if (row.account, row.external_id) != (account, external):
        said = f"The row of {lob} in {table} has another account or external id than declared."
        yield Bar(said, f"correct the row in {table}")
    elif landscape.domains[domain].lob == lob:
        yield from _domain_bars(known, lob, _domain(row, domain), domain)


def _domain_bars(known: World, lob: str, row: DomainRow | None, domain: str) -> Iterator[Bar]:
    table, there = names.LOBS_TABLE, known.ids.domains.get(domain)
    if row is None:
        said = f"The row of {lob} in {table} has no domain {domain}."
        yield Bar(said, f"enter the domain in {table}")
    elif there is not None and row.domain_id != there:
        said = f"{table} leads {domain} to {row.domain_id}, and the domain is {there}."
        yield Bar(said, f"correct its id in {table}")


def _restore(person: str) -> str:
    return f"run `studiogate restore {person}`"


def _domain(row: LobRow | Unreadable | None, domain: str) -> DomainRow | None:
    domains = row.domains if isinstance(row, LobRow) else ()
    return next((one for one in domains if one.name == domain), None)


def _entered(
    landscape: Landscape, row: PersonRow, lob: LobRow | Unreadable | None, domain: str
) -> Landscape:
    """`landscape` with what the rows have of one person and one domain."""
    people, domains = landscape.people, landscape.domains
    entered = people[row.person].model_copy(update={"lob": row.lob, "profile": row.profile})
    changed: dict[str, Any] = {"people": {**people, row.person: entered}}
    found = _domain(lob, domain)
    if found is not None:
        opens = domains[domain].model_copy(update={"opens_from": _networks(landscape, found)})
        changed["domains"] = {**domains, domain: opens}
    return landscape.model_copy(update=changed)


def _networks(landscape: Landscape, row: DomainRow) -> tuple[str, ...]:
    """The networks all of whose addresses the row lets in."""
    known = (ip_network(cidr) for cidrs in row.opens_from.values() for cidr in cidrs)
    blocks = [one for one in known if isinstance(one, IPv4Network)]

    def inside(name: str) -> bool:
        cidrs = landscape.networks[name].cidrs
        return all(any(one.supernet_of(cidr) for one in blocks) for cidr in cidrs)

    return tuple(name for name in landscape.networks if inside(name))
