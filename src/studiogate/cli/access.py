"""How a command gets into the accounts: the options for it, and the clients they open."""

import re
from collections.abc import Callable
from typing import Annotated

import typer

from studiogate.aws.session import ADMIN_ROLE, Accounts
from studiogate.cli.present import Steps

ProfileOption = Annotated[
    str | None,
    typer.Option(help="AWS profile of the management account; else what AWS tools find."),
]
RoleOption = Annotated[
    str,
    typer.Option(help="The role to become in every account."),
]
EVERYWHERE = ADMIN_ROLE
"""The role that is there by itself; an administrator's, so more than any command needs."""

_TOLD = 20
"""Times progress is told, however many accounts there are: a log has a line for each."""

_ROLE = re.compile(r"(?:[\w+=,.@-]+/)*[\w+=,.@-]{1,64}\Z", re.ASCII)
"""A role's name, after its path (IAM User Guide, "IAM and STS quotas")."""


def accounts_of(
    region: str, *, profile: str | None, role: str, patience_s: int = 60
) -> Accounts:
    """The accounts, entered as `role` with the keys of `profile`.

    `patience_s` is how many seconds one answer of AWS is waited for.

    Raises:
        BadParameter: no role can be called that.
        SettingsError: there is no such profile.
    """
    if _ROLE.match(role) is None:
        raise typer.BadParameter(
            "no role can be called that: 1 to 64 letters, digits or any of _+=,.@-, "
            "after a path if it has one",
            param_hint="--role",
        )
    return Accounts(region, profile=profile, role=role, patience_s=patience_s)


def accounts_if(*, live: bool, region: str, profile: str | None, role: str) -> Accounts | None:
    """The accounts, for a command that asks AWS with `--live` alone; `None` without it.

    Whoever names keys or a role means the accounts; to answer about the file would mislead.

    Raises:
        BadParameter: a profile or a role is named and `--live` is not.
        SettingsError: there is no such profile.
    """
    if live:
        return accounts_of(region, profile=profile, role=role)
    if profile is not None or role != EVERYWHERE:
        raise typer.BadParameter("--profile and --role say how to ask AWS: give --live, too")
    return None


def telling(step: Steps, accounts: Accounts) -> Callable[[int, int], None]:
    """Says on stderr, a few times, how many accounts are read and what that took."""

    def told(read: int, of: int) -> None:
        if read == of or read % max(of // _TOLD, 1) == 0:
            calls = sum(accounts.calls.values())
            step(f"Asking AWS: {read:,} of {of:,} accounts read, {calls:,} calls")

    return told
