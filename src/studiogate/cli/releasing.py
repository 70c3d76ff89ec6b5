"""Releasing a name: what it means is said first, it is recorded, and only then it is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer

from studiogate import names
from studiogate.audit.ledger import FileLedger
from studiogate.audit.release import Release
from studiogate.aws.session import calling
from studiogate.aws.wire.blocking import drive
from studiogate.cli.present import note, printable, show, steps
from studiogate.foundation.marks import Mark
from studiogate.foundation.owners import of_person, of_profile
from studiogate.landscape.model import Landscape
from studiogate.revoke.owned import Owned
from studiogate.revoke.world import Clients

_AT_ONCE = "As soon as somebody else opens with it, whoever had it before is out."


@dataclass(frozen=True, slots=True)
class Released:
    """A name that is to be released, and what that means."""

    person: str | None
    """The sign-in name, if it is one."""

    profile: str | None
    """The profile, as `lob-a/ada`, if it is one."""

    marks: Mapping[str, Mark]
    """What may hold it, by who it is that says so."""

    meaning: str

    def __str__(self) -> str:
        """The name."""
        return self.person or self.profile or ""


def released(landscape: Landscape, person: str | None, owned: str | None) -> Released:
    """The sign-in name `person`, or the profile `owned`, written `LOB/PROFILE`.

    Raises:
        BadParameter: not exactly one is given, or it is a name nobody and nothing can have.
    """
    if person is not None and owned is None:
        return _sign_in_name(landscape, person)
    if owned is not None and person is None:
        return _profile(landscape, owned)
    raise typer.BadParameter("name a person, or a profile with --owned", param_hint="PERSON")


def _sign_in_name(landscape: Landscape, person: str) -> Released:
    if not names.is_person(person):
        raise typer.BadParameter("nobody can be called that", param_hint="PERSON")
    profile = landscape.profile_of(person) if person in landscape.people else None
    theirs = f", the Studio profile {profile} with every file in it" if profile else ""
    return Released(
        person=person,
        profile=None,
        marks={idp: of_person(idp, person) for idp in landscape.idp_names},
        meaning=f"Whoever opens next as {person} gets what this name gives{theirs}. "
        "If that is somebody else than before, give them another `profile:` first.",
    )


def _profile(landscape: Landscape, owned: str) -> Released:
    lob, _, profile = owned.partition("/")
    if not names.is_profile(profile) or lob not in landscape.lobs:
        raise typer.BadParameter(
            f"{printable(owned)!r} is no profile of a lob: write LOB/PROFILE, with one of "
            f"{', '.join(landscape.lobs)}",
            param_hint="--owned",
        )
    return Released(
        person=None,
        profile=owned,
        marks={"the first who opened it": of_profile(lob, profile)},
        meaning=f"Whoever opens the profile {profile} of {lob} next owns it, every file in it "
        "and its database user. To let nobody have the files, delete the profile and its home "
        "directory first.",
    )


def release(
    name: Released, accounts: Clients, hub: str, record: Path, *, yes: bool = False
) -> None:
    """Release `name` with the clients `accounts`; `hub` is the account of the gateway.

    Raises:
        Abort: whoever was asked did not say yes.
        RecordError: it could not be recorded, so it is not done.
        AwsError: AWS refused, or did not answer.
    """
    marks = Owned(accounts.client(hub, "dynamodb"))
    with steps("Asking whose it is"):
        since = {who: marks.since(mark) for who, mark in name.marks.items()}
        held = {who: at for who, at in since.items() if at is not None}
        by = _caller(accounts)
    if not held:
        show(f"{name} is nobody's: the next who opens with it has it.")
        return
    for who, at in held.items():
        note(f"{name} is held since {at:%Y-%m-%d %H:%M} UTC, by the word of {who}.")
    note(name.meaning)
    if not yes:
        typer.confirm(f"Release {name}?", abort=True, err=True)
    said = tuple(f"{who} since {at.isoformat()}" for who, at in held.items())
    drive(FileLedger(record).write(Release(_now(), by, name.person, name.profile, said)))
    for who in held:
        marks.release(name.marks[who])
    show(f"{name} is released. {_AT_ONCE}")


def _caller(accounts: Clients) -> str:
    """Who signs, as AWS knows them."""
    with calling("sts:GetCallerIdentity"):
        return accounts.client(None, "sts").get_caller_identity()["Arn"]


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the command's clock is made here
