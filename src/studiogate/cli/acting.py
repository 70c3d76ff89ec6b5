"""For whom the command line acts at a gateway, and how it comes to: kept, or signed in anew."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

import typer

from studiogate.aws.wire.blocking import BlockingTransport
from studiogate.cli.browser import has_browser
from studiogate.cli.front_door import FrontDoor, address_of, is_here
from studiogate.cli.present import note
from studiogate.cli.remembered import Remembered, folder
from studiogate.cli.signing_in import SigningIn
from studiogate.cli.tokens import Kept, Tokens, system_keyring
from studiogate.errors import NotAllowed, NotSignedIn, SettingsError, StudioGateError

GATEWAY = "STUDIOGATE_GATEWAY"
_PATIENCE_S = 35.0
"""Seconds for one answer: more than the 29 that API Gateway waits for its function."""

_UP = Path(".studiogate")
_T = TypeVar("_T")

GatewayOption = Annotated[
    str | None,
    typer.Option(
        envvar=GATEWAY,
        help="The portal's address; else that of a running `up` here, else the last one used.",
    ),
]
PersonOption = Annotated[
    str | None, typer.Option("--as", help="Act for this person, of several who signed in here.")
]


@dataclass(frozen=True, slots=True)
class Acting:
    """What one run of a command has to act with."""

    door: FrontDoor
    tokens: Tokens
    remembered: Remembered
    signing_in: SigningIn
    is_without_browser: bool
    person: str | None
    """Whom it shall act for, where that was said."""

    def done(self, what: Callable[[Kept], _T]) -> _T:
        """What `what` gives for whoever is acted for, who signs in if need be.

        A kept token that the gateway does not believe any more is forgotten, and they sign in
        once more.

        Raises:
            NotSignedIn, NotAllowed: they did not.
            SettingsError: it is not said which of several people is meant.
        """
        kept = self.kept()
        if kept is not None:
            try:
                return what(kept)
            except NotSignedIn:
                note(f"The sign-in of {kept.person} has ended.")
                self.tokens.forget(kept.person)
        new = self._signed_in()
        self.remembered.used(self.door.address)
        return what(new)

    def kept(self) -> Kept | None:
        """The token that is kept for whoever is acted for; `None` if they have to sign in.

        Raises:
            SettingsError: it is not said which of several people is meant.
        """
        people = [self.person] if self.person is not None else self.tokens.people
        found = [kept for kept in map(self.tokens.of, people) if kept is not None]
        now = self.signing_in.clock()
        good = [kept for kept in found if kept.is_good(now)]
        for kept in found:
            if kept not in good:
                self.tokens.forget(kept.person)
        if len(good) > 1:
            raise SettingsError(
                "several people are signed in here: " + ", ".join(kept.person for kept in good),
                remedy="Say for whom: --as PERSON.",
            )
        return good[0] if good else None

    def _signed_in(self) -> Kept:
        """A new token, kept if that can be done safely."""
        way = self.signing_in
        new = way.elsewhere() if self.is_without_browser else way.with_browser()
        if self.person is not None and new.person != self.person:
            self._end(new)
            raise NotAllowed(
                f"{new.person} signed in, and not {self.person}",
                remedy="Sign out of the portal in the browser first, or leave --as away.",
                reason="somebody-else",
            )
        note(f"Signed in as {new.person} until {new.ends.astimezone():%H:%M}.")
        if not self.tokens.keep(new):
            note(
                "There is no keyring here that protects it, so the sign-in is not kept: it is "
                "needed again next time."
            )
        return new

    def _end(self, kept: Kept) -> None:
        """End a token nobody wants; that it ends by itself has to do if the gateway is gone."""
        try:
            self.door.post("/api/signout", kept.token)
        except StudioGateError:
            return


def acting(gateway: str | None, person: str | None, *, no_browser: bool = False) -> Acting:
    """What a run has to act with, for the gateway that was named or is meant.

    Raises:
        SettingsError: none is known, or no token may be sent there.
    """
    environ = os.environ
    remembered = Remembered(folder(environ, "XDG_CONFIG_HOME", ".config"))
    address = which(gateway, remembered)
    door = FrontDoor(address, BlockingTransport(timeout_s=_PATIENCE_S))
    return Acting(
        door=door,
        tokens=Tokens(address, system_keyring(), remembered),
        remembered=remembered,
        signing_in=SigningIn(door, pages(environ), _now),
        is_without_browser=no_browser or not has_browser(environ),
        person=person,
    )


def pages(environ: Mapping[str, str]) -> Path:
    """Where pages for the browser may be written: a folder of the user's own."""
    return folder(environ, "XDG_CACHE_HOME", ".cache")


def which(gateway: str | None, remembered: Remembered) -> str:
    """The address of the gateway that is meant.

    Raises:
        SettingsError: none is known.
    """
    found = gateway or _running() or remembered.last
    if found is None:
        raise SettingsError(
            "it is not known which gateway is meant",
            remedy=f"Give the portal's address as people open it: --gateway URL, or {GATEWAY}.",
        )
    return address_of(found)


def _running() -> str | None:
    """The portal of an organisation that runs from this directory.

    A file that names another machine is somebody else's idea of where to sign in.
    """
    from studiogate.local.statedir import StateDir  # noqa: PLC0415 - only where it is asked

    try:
        document: dict[str, Any] = StateDir(_UP).published() or {}
        portal = document.get("portal")
        address = address_of(portal) if isinstance(portal, str) else ""
    except (OSError, ValueError, SettingsError):
        return None
    return address if is_here(urlsplit(address).hostname or "") else None


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the command's clock is made here
