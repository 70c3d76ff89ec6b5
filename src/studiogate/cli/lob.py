"""`studiogate lob add`: one more line of business, written into the landscape."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from studiogate.cli.editing import difference, replace
from studiogate.cli.landscape_file import text_of
from studiogate.cli.present import note, show
from studiogate.landscape.grow import NewLob, with_lob

IdpOption = Annotated[
    list[str] | None,
    typer.Option(help="An idp whose word counts for these people; repeatable."),
]


class Does(StrEnum):
    """What is done with a line of business."""

    ADD = "add"


def lob(
    _does: Annotated[Does, typer.Argument(metavar="add", help="What is done.")],
    name: Annotated[str, typer.Argument(help="The new line of business.")],
    *,
    account: Annotated[str, typer.Option(help="Id of its AWS account, of 12 digits.")],
    opens_from: Annotated[
        list[str], typer.Option("--from", help="A network its domain opens from; repeatable.")
    ],
    person: Annotated[
        list[str] | None,
        typer.Option(help="SIGN-IN-NAME, or SIGN-IN-NAME=PROFILE; repeatable."),
    ] = None,
    idp: IdpOption = None,
    group: Annotated[
        list[str] | None, typer.Option(help="A group of the identity provider; repeatable.")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Whom its people ask for access.")] = None,
    domain: Annotated[
        str | None, typer.Option(help="Name of its domain; that of the lob by default.")
    ] = None,
    cidr: Annotated[
        str | None, typer.Option(help="Addresses of its VPC; the next free block by default.")
    ] = None,
    landscape: Annotated[Path, typer.Option(help="The landscape to write to.")] = Path(
        "landscape.yaml"
    ),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")
    ] = False,
) -> None:
    """Add a line of business to the landscape; `studiogate apply` then builds it."""
    wanted = NewLob(
        name=name,
        account=account,
        opens_from=tuple(opens_from),
        domain=domain,
        cidr=cidr,
        groups=tuple(group or ()),
        owner=owner,
        people=_people(person or []),
        idps=tuple(idp or ()),
    )
    before = text_of(landscape)
    after = with_lob(before, wanted, source=str(landscape))
    show(difference(before, after, landscape))
    if not dry_run:
        replace(landscape, after)
        note(f"{name} is in {landscape}.  What it changes: studiogate plan {landscape}")


def _people(said: list[str]) -> dict[str, str | None]:
    """`ada@acme.example=ada` as a name and its profile."""
    found: dict[str, str | None] = {}
    for one in said:
        name, _, profile = one.rpartition("=") if "=" in one else (one, "", "")
        found[name] = profile or None
    return found
