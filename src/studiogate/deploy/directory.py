"""The two directory tables, brought to what the landscape says (S2-26, S2-28).

Columns that others write are theirs: a person who was revoked stays revoked, whatever is
deployed.  So rows that are there are updated column by column, and only new ones are put.
Rows that a provider sent by SCIM are made and ended by it alone: here they get the profile that
was made for them, and the line of business that the landscape gives their groups.
Whatever fails is found by looking again, never by sending a put a second time: what somebody
wrote into the row in between would be lost.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from studiogate import names
from studiogate.aws.patience import asked
from studiogate.aws.session import calling, paged
from studiogate.deploy.plan import Rows
from studiogate.deploy.provisioned import Sent
from studiogate.deploy.world import Doing, World
from studiogate.errors import AwsError, Busy, DeployError, Invalid, Unreachable
from studiogate.foundation import provisioned
from studiogate.foundation.directory import Item, PersonRow
from studiogate.foundation.rows import lob_rows, person_rows
from studiogate.landscape.model import Landscape
from studiogate.landscape.people import Person

Wanted = Mapping[str, Mapping[str, Item]]
"""By table and key, the items that should be there."""

OURS: Final[Mapping[str, frozenset[str]]] = {
    names.PEOPLE_TABLE: frozenset({"LOB", "PROFILE", "IDP", "ADMINISTRATOR"})
    | frozenset(
        {
            provisioned.SOURCE,
            provisioned.SCIM_ID,
            provisioned.SCIM_VERSION,
            provisioned.MEMBER_OF,
            provisioned.PROFILE_MADE,
        }
    ),
    names.LOBS_TABLE: frozenset({"ACCOUNT_ID", "EXTERNAL_ID", "OWNER", "DOMAINS", "GROUPS"}),
    names.IDPS_TABLE: frozenset({"METADATA"}),
}
"""The columns that are written from the landscape; every other is somebody else's.

Those of SCIM are among them to be taken away: whom the file declares is no provider's any more.
"""

OF_SENT: Final = frozenset({"LOB", "PROFILE", provisioned.PROFILE_MADE})
"""The columns that are written of people whom a provider sent."""

_AT_ONCE: Final = 25
"""Items of one BatchWriteItem (DynamoDB quotas)."""

_SIDE_BY_SIDE: Final = 8
"""Calls at once: as many connections as boto3 keeps to one service, and less."""

_ROUNDS: Final = 6
_PASSING = (Busy, Unreachable)


@dataclass(frozen=True, slots=True)
class Differing:
    """What of one table is not as it should be."""

    table: str
    new: Mapping[str, Item]
    changed: Mapping[str, Item]
    gone: tuple[str, ...]
    same: int

    @property
    def counted(self) -> Rows:
        """How many rows of each kind."""
        return Rows(self.table, len(self.new) + len(self.changed), len(self.gone), self.same)


def wanted_rows(
    landscape: Landscape,
    domain_ids: Mapping[str, str],
    documents: Mapping[str, str] | None = None,
) -> Wanted:
    """Every row that `landscape` declares; `domain_ids` are those of domains that stand.

    `documents` are what SAML providers published, by idp.
    """
    lobs = lob_rows(landscape, domain_ids)
    return {
        names.PEOPLE_TABLE: {
            one.person: _person_item(one, landscape.people[one.person])
            for one in person_rows(landscape)
        },
        names.LOBS_TABLE: {one.lob: one.item() for one in lobs},
        names.IDPS_TABLE: {
            idp: {"PK": {"S": idp}, "METADATA": {"S": text}}
            for idp, text in (documents or {}).items()
        },
    }


def _person_item(row: PersonRow, person: Person) -> Item:
    """The row of somebody; of whoever was sent, with the mark of it and the profile made."""
    item = row.item()
    if not isinstance(person, Sent):
        return item
    item[provisioned.SOURCE] = {"S": provisioned.SCIM}
    item[provisioned.SCIM_VERSION] = {"N": person.version}
    if row.lob is None or row.profile is None:
        return item | {"PROFILE": {"S": provisioned.NOT_MADE}}
    made = provisioned.made(row.lob, row.profile)
    return item | {provisioned.PROFILE_MADE: {"S": made}}


def differing(table: str, there: Mapping[str, Item], wanted: Mapping[str, Item]) -> Differing:
    """How a table differs, in the columns that are ours."""
    changed = {
        key: item
        for key, item in wanted.items()
        if key in there and _differs(table, there[key], item)
    }
    lacking = {key: item for key, item in wanted.items() if key not in there}
    new = {k: item for k, item in lacking.items() if not provisioned.is_provisioned(item)}
    return Differing(
        table=table,
        new=new,
        changed=changed,
        gone=tuple(
            key
            for key, item in there.items()
            if key not in wanted and not provisioned.is_provisioned(item)
        ),
        same=len(wanted) - len(lacking) - len(changed),
    )


def _differs(table: str, there: Item, item: Item) -> bool:
    """Whether our columns of a row differ; of one that was sent, if it is as it was read."""
    if not provisioned.is_provisioned(item):
        return _own(table, there) != _own(table, item)
    version = provisioned.SCIM_VERSION
    still = provisioned.is_provisioned(there) and there.get(version) == item[version]
    return still and _some(there, OF_SENT) != _some(item, OF_SENT)


def compared(world: World, account: str, wanted: Wanted) -> tuple[Differing, ...]:
    """How both tables in `account` differ from `wanted`.

    Raises:
        AwsError: one could not be read; `Absent` where it is not there.
    """
    return tuple(
        differing(table, _there(world, account, table), items)
        for table, items in wanted.items()
    )


def write(world: World, account: str, wanted: Wanted) -> tuple[Rows, ...]:
    """Bring both tables to `wanted`, changing only what differs; what was done, by table.

    Raises:
        DeployError: some rows could not be written; with how many, and why the first.
        AwsError: a table could not be read.
    """
    done = []
    for table, items in wanted.items():
        world.tell(Doing(table, "comparing rows"))
        done.append(_brought(world, account, table, items))
    return tuple(done)


def _brought(world: World, account: str, table: str, items: Mapping[str, Item]) -> Rows:
    first: Differing | None = None
    failures: list[AwsError] = []
    found = differing(table, {}, {})
    for turn in range(_ROUNDS):
        found = differing(table, _there(world, account, table), items)
        first = first or found
        if not found.new and not found.changed and not found.gone:
            return first.counted
        failures = _written(world, account, found)
        if not all(isinstance(one, _PASSING) for one in failures):
            raise _partly(found, failures)
        if failures:
            world.pause(2**turn * (0.5 + world.chance() / 2))
    if failures:
        raise _partly(found, failures)
    raise DeployError(
        f"{table}: rows still differ after {_ROUNDS} rounds; somebody else writes them, too",
        remedy="Find out who writes into the table, and run the command again.",
    )


def _written(world: World, account: str, found: Differing) -> list[AwsError]:
    """Everything that was refused; each call is made once."""
    client = world.client(account, "dynamodb")
    calls = [
        *(_batch(client, found.table, some) for some in _twenty_five(_requests(found))),
        *(_update(client, found.table, item) for item in found.changed.values()),
    ]
    world.tell(Doing(found.table, f"writing {found.counted.put}, removing {len(found.gone)}"))
    with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="rows") as threads:
        return [error for error in threads.map(_tried, calls) if error is not None]


def _tried(call: Callable[[], None]) -> AwsError | None:
    try:
        call()
    except AwsError as error:
        return error
    return None


def _requests(found: Differing) -> Iterator[dict[str, Any]]:
    yield from ({"PutRequest": {"Item": item}} for item in found.new.values())
    yield from ({"DeleteRequest": {"Key": {"PK": {"S": key}}}} for key in found.gone)


def _twenty_five(requests: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    some = list(requests)
    for start in range(0, len(some), _AT_ONCE):
        yield some[start : start + _AT_ONCE]


def _batch(client: Any, table: str, some: list[dict[str, Any]]) -> Callable[[], None]:
    def call() -> None:
        with calling("dynamodb:BatchWriteItem", about=table):
            left = client.batch_write_item(RequestItems={table: some})["UnprocessedItems"]
        if left:
            raise Busy(
                f"dynamodb:BatchWriteItem: {len(left[table])} items were not processed",
                remedy="Try again later.",
                action="dynamodb:BatchWriteItem",
                about=table,
            )

    return call


def _update(client: Any, table: str, item: Item) -> Callable[[], None]:
    """Our columns and no other; of a row that is gone in the meantime nothing is made."""
    sent = provisioned.is_provisioned(item)
    columns = sorted(OF_SENT if sent else OURS[table])
    put = [name for name in columns if name in item]
    cut = [name for name in columns if name not in item]
    parts = [
        "SET " + ", ".join(f"#{name} = :{name}" for name in put) if put else "",
        "REMOVE " + ", ".join(f"#{name}" for name in cut) if cut else "",
    ]
    values: dict[str, Any] = {f":{name}": item[name] for name in put}
    if sent:
        values[":read"] = item[provisioned.SCIM_VERSION]

    def call() -> None:
        with calling("dynamodb:UpdateItem", about=table):
            client.update_item(
                TableName=table,
                Key={"PK": item["PK"]},
                ConditionExpression="SCIM_VERSION = :read" if sent else "attribute_exists(PK)",
                UpdateExpression=" ".join(part for part in parts if part),
                ExpressionAttributeNames={f"#{name}": name for name in columns},
                **({"ExpressionAttributeValues": values} if values else {}),
            )

    return _or_look_again(call)


def _or_look_again(call: Callable[[], None]) -> Callable[[], None]:
    """`call`, for which a row that is gone is a reason to look again."""

    def tried() -> None:
        try:
            call()
        except Invalid as error:
            if not error.code.startswith("ConditionalCheckFailed"):
                raise

    return tried


def _there(world: World, account: str, table: str) -> dict[str, Item]:
    client = world.client(account, "dynamodb")
    items = asked(
        world,
        "dynamodb:Scan",
        table,
        lambda: list(paged(client, "scan", "Items", TableName=table, ConsistentRead=True)),
    )
    return {item["PK"]["S"]: item for item in items}


def _own(table: str, item: Item) -> Item:
    return _some(item, OURS[table])


def _some(item: Item, columns: frozenset[str]) -> Item:
    return {name: value for name, value in item.items() if name in columns}


def _partly(found: Differing, failures: list[AwsError]) -> DeployError:
    grave = [one for one in failures if not isinstance(one, _PASSING)]
    first = (grave or failures)[0]
    return DeployError(
        f"{found.table}: not every row could be written: {len(failures)} calls failed, "
        f"the first with {first}",
        remedy=f"{first.remedy} Then run the command again: it writes what is missing.",
    )
