"""`studiogate people`: who is called what behind the front door, and releasing a name."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import show, show_json
from studiogate.cli.releasing import release, released
from studiogate.landscape.model import Landscape

RECORD = Path(".studiogate/releases.jsonl")
_NONE = "–"


class Does(StrEnum):
    """What is done."""

    LIST = "list"
    RELEASE = "release"


def people(
    does: Annotated[Does, typer.Argument(metavar="list|release", help="What is done.")],
    person: Annotated[
        str | None, typer.Argument(help="To release: a sign-in name, byte for byte.")
    ] = None,
    *,
    owned: Annotated[
        str | None,
        typer.Option(metavar="LOB/PROFILE", help="To release: a Studio profile instead."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Release without being asked.")] = False,
    landscape: Annotated[Path, typer.Option(help="The landscape that names them.")] = Path(
        "landscape.yaml"
    ),
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    record: Annotated[
        Path, typer.Option(help="File a release is recorded in; appended to.")
    ] = RECORD,
    as_json: Annotated[bool, typer.Option("--json", help="List as a JSON document.")] = False,
) -> None:
    """List who is called what, or release a name so that somebody else can have it."""
    read = landscape_of(landscape)
    if does is Does.LIST:
        if person is not None or owned is not None:
            raise typer.BadParameter("a list is of everybody", param_hint="PERSON")
        show_json(document(read)) if as_json else show(_table(read))
        return
    if as_json:
        raise typer.BadParameter("a release is told in words alone", param_hint="--json")
    name = released(read, person, owned)
    accounts = accounts_of(read.region, profile=profile, role=role)
    release(name, accounts, read.hub_account, record, yes=yes)


@dataclass(frozen=True, slots=True)
class _Named:
    """One person, as the landscape has them."""

    person: str
    lob: str | None
    profile: str | None
    made_from: str | None
    """`declared`, `rule` (`profiles` of the landscape) or `name` (the sign-in name itself)."""

    idps: tuple[str, ...]
    administrator: bool


def document(landscape: Landscape) -> dict[str, object]:
    """The list, for a program."""
    return {"people": [asdict(one) for one in _named(landscape)]}


def _named(landscape: Landscape) -> Iterator[_Named]:
    rule = "name" if landscape.profiles is None else "rule"
    for name, one in landscape.people.items():
        profile = landscape.profile_of(name)
        made_from = "declared" if one.profile is not None else rule
        yield _Named(
            person=name,
            lob=one.lob,
            profile=profile,
            made_from=made_from if profile is not None else None,
            idps=one.idp or landscape.idp_names,
            administrator=one.administrator,
        )


def _table(landscape: Landscape) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("person", "lob", "profile", "made from", "idps"):
        table.add_column(heading, overflow="fold")
    for one in _named(landscape):
        facts = (one.person, one.lob, one.profile, one.made_from, ", ".join(one.idps))
        table.add_row(*(fact or _NONE for fact in facts))
    return table
