"""`studiogate revoke`: cut a person off, and prove it."""

import os
import time
from concurrent.futures import CancelledError
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from studiogate import names
from studiogate.aws.session import Accounts, calling
from studiogate.aws.wire.blocking import BlockingTransport
from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import Steps, note, steps
from studiogate.cli.revocations import concluded
from studiogate.errors import AwsError, SettingsError
from studiogate.landscape.model import Landscape
from studiogate.revoke.cutting import words
from studiogate.revoke.gateway_api import GatewayApi, gateway_api
from studiogate.revoke.in_time import asked_in_time
from studiogate.revoke.plan import Plan, plan
from studiogate.revoke.revoking import revoke as cut_off
from studiogate.revoke.row import Row
from studiogate.revoke.world import Clients, World

TOKEN = "STUDIOGATE_TOKEN"  # noqa: S105 - the variable's name
RECORD = Path(".studiogate/revocations.jsonl")

_PATIENCE_S = 10
"""Seconds for one answer of AWS: an account that hangs is left behind the others."""

_DIRECTORY_S = 5.0
"""Seconds the directory has to say who they are, where the landscape knows it, too."""

PersonArgument = Annotated[str, typer.Argument(help="Their sign-in name, byte for byte.")]
LandscapeOption = Annotated[Path, typer.Option(help="The landscape that names them.")]
RecordOption = Annotated[Path, typer.Option(help="File the run is recorded in; appended to.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


def revoke(
    person: PersonArgument,
    *,
    apps: Annotated[bool, typer.Option("--apps", help="End their running apps, too.")] = False,
    gateway: Annotated[
        str | None,
        typer.Option(help=f"The portal's address; proves it with the token in ${TOKEN}."),
    ] = None,
    within: Annotated[
        float, typer.Option(min=1, max=3600, help="Seconds to wait until nothing answers.")
    ] = 60.0,
    landscape: LandscapeOption = Path("landscape.yaml"),
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    record: RecordOption = RECORD,
    as_json: JsonOption = False,
) -> None:
    """Cut a person off in every account, and watch until nothing of theirs answers."""
    refuse_unless_name(person)
    read = landscape_of(landscape)
    asked = _gateway(gateway)
    accounts = accounts_of(read.region, profile=profile, role=role, patience_s=_PATIENCE_S)
    with steps("Asking who is there") as tell:
        by = caller(accounts)
        cuts = planned(read, accounts, person)
        if not as_json:
            _show_plan(cuts, end_apps=apps)
        world = world_of(read, accounts, tell, gateway=asked, within_s=within)
        report = cut_off(cuts, world, by=by, end_apps=apps)
    raise typer.Exit(concluded(report, record, as_json=as_json))


def refuse_unless_name(person: str) -> None:
    """Return if `person` can be somebody's sign-in name.

    Raises:
        BadParameter: nobody can be called that.
    """
    if not names.is_person(person):
        raise typer.BadParameter(
            "nobody can be called that: a sign-in name is 2 to 64 letters, digits or _+=,.@-",
            param_hint="PERSON",
        )


def planned(
    landscape: Landscape, accounts: Clients, person: str, *, within_s: float = _DIRECTORY_S
) -> Plan:
    """What there is to cut, by the landscape and by the directory.

    A directory that cannot be read, or not at once, does not stop it where the landscape knows
    the person.

    Raises:
        LandscapeError: neither knows them.
        AwsError: the directory cannot be read, and the landscape does not know them.
    """
    row = Row(accounts.client(landscape.hub_account, "dynamodb"), person)
    if person not in landscape.people:
        return plan(landscape, person, row.read())
    (answer,) = asked_in_time([row.read], within_s=within_s, at_once=1)
    try:
        found = answer.result(timeout=0)
    except (AwsError, TimeoutError, CancelledError):
        found = None
    return plan(landscape, person, found)


def caller(accounts: Accounts) -> str:
    """Who signs, as AWS knows them.

    Raises:
        AwsError: AWS does not know them, or did not answer.
        SettingsError: there is nothing to sign with.
    """
    with calling("sts:GetCallerIdentity"):
        return accounts.client(None, "sts").get_caller_identity()["Arn"]


def world_of(
    landscape: Landscape,
    accounts: Accounts,
    tell: Steps,
    *,
    gateway: GatewayApi | None = None,
    within_s: float = 60.0,
) -> World:
    """The world as it is."""
    return World(
        accounts=accounts,
        hub=landscape.hub_account,
        clock=_now,
        ticks=time.monotonic,
        pause=time.sleep,
        tell=tell,
        gateway=gateway,
        within_s=within_s,
    )


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the command's clock is made here


def _gateway(url: str | None) -> GatewayApi | None:
    """The gateway to prove it with; `None` without one, or without a token for it."""
    token = os.environ.get(TOKEN, "")
    if url is None:
        return None
    if not token:
        note(f"{TOKEN} is not set: everything is cut, and nothing can be proved.")
        return None
    try:
        return gateway_api(url, token, lambda wait_s: BlockingTransport(timeout_s=wait_s))
    except SettingsError as error:
        note(f"{error}: everything is cut, and nothing can be proved.")
        return None


def _show_plan(cuts: Plan, *, end_apps: bool) -> None:
    """What will be done, before it is; on stderr, because it is not the answer."""
    lines = [f"directory: refuse new openings of {cuts.person}"]
    lines += [
        f"{lob} ({one.account}): {words(one)}" for lob in cuts.lobs for one in cuts.cuts(lob)
    ]
    lines += ["every domain: end their running apps"] if end_apps else []
    note(Text("\n".join(lines)))
