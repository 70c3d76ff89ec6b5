"""People whom providers sent by SCIM, as part of the landscape that is deployed.

What the file declares comes first: whoever was sent and does not fit beside it gets no profile
and no line of business, and the reason is told.  A deployment stops for none of them, because
what a provider sends must not decide whether an administrator can deploy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from pydantic import PrivateAttr

from studiogate import names
from studiogate.aws.patience import asked
from studiogate.aws.session import calling, paged
from studiogate.deploy.world import Doing, World
from studiogate.errors import Absent, Invalid
from studiogate.foundation import provisioned as columns
from studiogate.foundation.directory import Item
from studiogate.landscape.collisions import collisions
from studiogate.landscape.complaints import Finding
from studiogate.landscape.model import Landscape
from studiogate.landscape.people import Person
from studiogate.landscape.people_rules import people_findings

_PEOPLE: Final = "people"


class Sent(Person):
    """Somebody whom a provider sent, as the rest of the landscape's people.

    A class of its own, so that whoever writes the directory can tell them from people whom the
    file declares: their rows are the provider's to make and to end.
    """

    _version: str = PrivateAttr(default="")

    @classmethod
    def of(cls, row: Item, lob: str | None) -> Self:
        """Whoever `row` is about, in `lob`.

        Raises:
            ValueError: the row names no provider that could be one.
        """
        found = cls(lob=lob, idp=(str(row.get("IDP", {}).get("S", "")),))
        found._version = row.get(columns.SCIM_VERSION, {}).get("N", "")
        return found

    @property
    def version(self) -> str:
        """The version of the row they were read from: a later one is not written over."""
        return self._version


@dataclass(frozen=True, slots=True)
class Provisioned:
    """A landscape with the people that providers sent."""

    landscape: Landscape
    entered: tuple[str, ...] = ()
    """Those who are in it because a provider sent them."""

    left_out: Mapping[str, str] = field(default_factory=dict)
    """Those who were sent and fit nowhere, each with why, in the words of `check`."""

    homeless: tuple[str, ...] = ()
    """Those of `left_out` who cannot even be named beside the others."""


def provisioned(world: World, landscape: Landscape) -> Provisioned:
    """`landscape` with the people that providers sent; itself where there is no table yet.

    Raises:
        AwsError: the table could not be read.
    """
    try:
        rows = _sent(world, landscape.hub_account)
    except Absent:
        return Provisioned(landscape)
    return joined(landscape, rows)


def joined(landscape: Landscape, rows: Mapping[str, Item]) -> Provisioned:
    """`landscape` with the people of `rows`, which providers sent.  Pure.

    Where somebody belongs is told from their groups anew, because the landscape may give the
    groups to other lines of business than it did.
    """
    newcomers: dict[str, Sent] = {}
    why: dict[str, str] = {}
    groups = {name: lob.groups for name, lob in landscape.lobs.items()}
    for name in sorted(rows.keys() - landscape.people.keys()):
        try:
            lob = columns.lob_of(columns.member_of(rows[name]), groups)
            newcomers[name] = Sent.of(rows[name], lob)
        except ValueError:
            why[name] = "their row cannot be read. Have the provider send them again."
    unread = tuple(why)
    why |= _unfit(landscape, newcomers)
    settled = {
        name: one.model_copy(update={"lob": None}) if name in why else one
        for name, one in newcomers.items()
    }
    still = _unfit(landscape, settled)
    return Provisioned(
        landscape=_with(landscape, {k: v for k, v in settled.items() if k not in still}),
        entered=tuple(name for name in settled if name not in why),
        left_out=why,
        homeless=(*unread, *still),
    )


def close(world: World, account: str, found: Provisioned) -> None:
    """Have the rows of people who cannot be named beside the others let nobody in.

    Raises:
        AwsError: a row could not be written.
    """
    client = world.client(account, "dynamodb")
    for name in found.homeless:
        world.tell(Doing(names.PEOPLE_TABLE, f"{name} fits nowhere: {found.left_out[name]}"))
        _closed(client, name)


def _sent(world: World, account: str) -> dict[str, Item]:
    client = world.client(account, "dynamodb")
    table = names.PEOPLE_TABLE
    items = asked(
        world,
        "dynamodb:Scan",
        table,
        lambda: list(paged(client, "scan", "Items", TableName=table, ConsistentRead=True)),
    )
    return {item["PK"]["S"]: item for item in items if columns.is_provisioned(item)}


def _unfit(landscape: Landscape, newcomers: Mapping[str, Sent]) -> dict[str, str]:
    """Those of `newcomers` whom something is wrong with, and what."""
    found: dict[str, str] = {}
    for said in _findings(_with(landscape, newcomers)):
        if said.path[0] == _PEOPLE and said.path[1] in newcomers:
            found.setdefault(str(said.path[1]), f"{said.what}. {said.remedy}")
    return found


def _findings(whole: Landscape) -> Iterator[Finding]:
    sections = ("accounts", "networks", "lobs", "domains", "idps", _PEOPLE)
    declared = {section: tuple(getattr(whole, section)) for section in sections}
    yield from people_findings(whole, declared)
    yield from collisions(whole)


def _with(landscape: Landscape, newcomers: Mapping[str, Sent]) -> Landscape:
    """`landscape` with more people, after its own: of two who collide the later is at fault."""
    return landscape.model_copy(update={_PEOPLE: {**landscape.people, **newcomers}})


def _closed(client: Any, name: str) -> None:
    """Take the line of business from a row that is a provider's; any other is left alone."""
    try:
        with calling("dynamodb:UpdateItem", about=names.PEOPLE_TABLE):
            client.update_item(
                TableName=names.PEOPLE_TABLE,
                Key={"PK": {"S": name}},
                UpdateExpression="SET #PROFILE = :PROFILE REMOVE #LOB",
                ConditionExpression="#SOURCE = :SOURCE",
                ExpressionAttributeNames={
                    f"#{column}": column for column in ("PROFILE", "LOB", columns.SOURCE)
                },
                ExpressionAttributeValues={
                    ":PROFILE": {"S": columns.NOT_MADE},
                    ":SOURCE": {"S": columns.SCIM},
                },
            )
    except Invalid as error:
        if not error.code.startswith("ConditionalCheckFailed"):
            raise
