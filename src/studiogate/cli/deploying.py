"""What plan, apply, destroy and status share: the world, who asks, and what is wanted."""

import os
import secrets
import socket
from pathlib import Path
from typing import Annotated

import typer

from studiogate.aws.session import Accounts, calling
from studiogate.cli.present import Steps, note, printable
from studiogate.deploy.applying import Wish
from studiogate.deploy.documents import documents
from studiogate.deploy.here import wish_here, world_here
from studiogate.deploy.keep.lock import Holder
from studiogate.deploy.plan import Limit
from studiogate.deploy.provisioned import Provisioned
from studiogate.deploy.world import World
from studiogate.foundation.composed import composed
from studiogate.foundation.quotas import Hit, hits
from studiogate.foundation.stacks import Stack
from studiogate.landscape.model import Landscape

FileArgument = Annotated[Path, typer.Argument(help="The landscape.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
AllowOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-replacement",
        metavar="NAME",
        help="What may be replaced or deleted although it holds data, as the plan names it.",
    ),
]
StopOption = Annotated[
    bool,
    typer.Option(
        "--stop-apps",
        help="Stop running apps where a domain's setting cannot be changed while they run; "
        "their owners lose what is not saved.",
    ),
]
BreakOption = Annotated[
    bool,
    typer.Option("--break-lock", help="Take the lock away from a run that is gone."),
]
STATE = Path(".studiogate")


def world_of(landscape: Landscape, accounts: Accounts, step: Steps) -> World:
    """The world as it is; what is done in it is told to `step`, a line at a time."""
    return world_here(accounts, landscape.region, step)


def stacks_of(landscape: Landscape) -> tuple[Stack, ...]:
    """Every stack of `landscape`.

    Raises:
        LandscapeError: the network cannot be laid out.
    """
    return composed(landscape).stacks


def holder_of(accounts: Accounts) -> Holder:
    """Who runs this, for others who meet the lock.

    Raises:
        AwsError: AWS does not know them, or did not answer.
        SettingsError: there is nothing to sign with.
    """
    with calling("sts:GetCallerIdentity"):
        by = accounts.client(None, "sts").get_caller_identity()["Arn"]
    place = f"{socket.gethostname()}, process {os.getpid()}"
    return Holder(by=by, place=place, word=secrets.token_hex(16))


def wish_of(
    landscape: Landscape, holder: Holder, *, file: Path, allowed: list[str] | None = None
) -> Wish:
    """What is to be applied; `file` is where the landscape was read.

    Raises:
        LandscapeError: the network cannot be laid out, or what it names beside it is not there.
    """
    published = documents(landscape, beside=file)
    whole = composed(landscape)
    found = hits(landscape, whole.plan, whole.stacks)
    limits = tuple(_limit(hit) for hit in found)
    return wish_here(
        whole,
        holder,
        limits=limits,
        allowed=frozenset(allowed or ()),
        documents=published,
    )


def tell_left_out(sent: Provisioned) -> None:
    """Say, on standard error, who was sent by a provider and gets no profile, and why."""
    for person, why in sent.left_out.items():
        note(printable(f"{person}, sent by SCIM, gets no profile: {why}"))


def mark_of(landscape: Landscape) -> Path:
    """The file by which a run on this machine is known to be alive."""
    return STATE / f"{landscape.name}-{landscape.environment}.run"


def _limit(hit: Hit) -> Limit:
    return Limit(says=str(hit), hard=not hit.adjustable, remedy=hit.remedy)
