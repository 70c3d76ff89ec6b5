"""`studiogate restore`: let a revoked person in again."""

from pathlib import Path

import typer

from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import steps
from studiogate.cli.revocations import concluded
from studiogate.cli.revoke import (
    RECORD,
    JsonOption,
    LandscapeOption,
    PersonArgument,
    RecordOption,
    caller,
    planned,
    refuse_unless_name,
    world_of,
)
from studiogate.revoke.restoring import restore as let_in


def restore(
    person: PersonArgument,
    *,
    landscape: LandscapeOption = Path("landscape.yaml"),
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    record: RecordOption = RECORD,
    as_json: JsonOption = False,
) -> None:
    """Undo a revocation: take every Deny away, then let the person in again."""
    refuse_unless_name(person)
    read = landscape_of(landscape)
    accounts = accounts_of(read.region, profile=profile, role=role)
    with steps("Asking who is there") as tell:
        by = caller(accounts)
        world = world_of(read, accounts, tell)
        report = let_in(planned(read, accounts, person), world, by=by)
    raise typer.Exit(concluded(report, record, as_json=as_json))
