"""`studiogate signout`: end what `studiogate open` signed in with, here and at the gateway."""

from typing import Annotated

import typer

from studiogate.cli.acting import Acting, GatewayOption, PersonOption, acting
from studiogate.cli.present import note, show
from studiogate.cli.tokens import Kept
from studiogate.errors import NotSignedIn


def signout(
    *,
    gateway: GatewayOption = None,
    person: PersonOption = None,
    everybody: Annotated[
        bool, typer.Option("--all", help="Everybody who signed in here, at that gateway.")
    ] = False,
) -> None:
    """End the command line's sign-in, at the gateway and in the keyring."""
    run = acting(gateway, person)
    if everybody:
        found = [kept for kept in map(run.tokens.of, run.tokens.people) if kept is not None]
    else:
        found = [kept for kept in [run.kept()] if kept is not None]
    if not found:
        show("Nobody is signed in here.")
    for kept in found:
        _end(run, kept)
        show(f"{kept.person} is signed out.")


def _end(run: Acting, kept: Kept) -> None:
    """End it at the gateway, then forget it; one that cannot be ended is kept for another try.

    Raises:
        AwsError: the gateway did not answer.
    """
    try:
        run.door.post("/api/signout", kept.token)
    except NotSignedIn:
        note(f"The sign-in of {kept.person} had ended.")
    run.tokens.forget(kept.person)
