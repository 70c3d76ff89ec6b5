"""What the verbs share that ask AWS: their options, the world, and how they ask for consent."""

import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from studiogate.aws.session import Accounts
from studiogate.cli.present import note, printable
from studiogate.images.attached.targets import Wanted
from studiogate.images.world import World
from studiogate.landscape.model import Landscape

NameArgument = Annotated[str, typer.Argument(help="The image, as the landscape calls it.")]
LandscapeOption = Annotated[Path, typer.Option(help="The landscape that names it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do it without being asked.")]
LobOption = Annotated[
    list[str] | None,
    typer.Option("--lob", metavar="LOB", help="Only this line of business; may be repeated."),
]
DomainOption = Annotated[
    list[str] | None,
    typer.Option("--domain", metavar="DOMAIN", help="Only this domain; may be repeated."),
]
PersonOption = Annotated[
    str | None,
    typer.Option(help="Only this person's own list, by their sign-in name."),
]
SharedOption = Annotated[
    bool,
    typer.Option("--shared", help="In the list of shared spaces, in place of people's."),
]
FILE = Path("landscape.yaml")


def world_of(landscape: Landscape, accounts: Accounts, step: Callable[[str], None]) -> World:
    """The world as it is; what is done in it is told to `step`, a line at a time."""
    one_at_a_time = threading.Lock()

    def told(doing: str) -> None:
        with one_at_a_time:
            step(printable(doing))

    return World(
        accounts=accounts,
        region=landscape.region,
        clock=lambda: datetime.now(UTC),  # noqa: TID251 - the command's clock is made here
        ticks=time.monotonic,
        pause=time.sleep,
        chance=secrets.SystemRandom().random,
        tell=told,
    )


def wanted_of(
    domain: list[str] | None,
    lob: list[str] | None,
    person: str | None,
    *,
    shared: bool,
    everywhere: bool = False,
) -> Wanted:
    """Where a change is to be made, of what a verb was given.

    Raises:
        BadParameter: a person's list and that of shared spaces, which are nobody's.
    """
    if shared and person is not None:
        raise typer.BadParameter("a shared space is nobody's: --shared, or --person")
    return Wanted(tuple(domain or ()), tuple(lob or ()), person, everywhere, shared)


def refuse_unless_meant(question: str, *, yes: bool) -> None:
    """Return if `yes` was given, or is said now.

    Raises:
        Abort: it is not meant.
    """
    if yes:
        return
    try:
        meant = typer.confirm(question, err=True)
    except typer.Abort:
        note("\nNobody answered, and nothing was changed: give --yes if it is meant.")
        raise
    if not meant:
        raise typer.Abort
