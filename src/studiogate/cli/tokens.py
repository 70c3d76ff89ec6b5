"""Tokens of the command line, in the system's keyring and nowhere else.

One entry for each gateway and person: service `studiogate GATEWAY`, user PERSON.  Where there
is no keyring that protects what it holds, a token is not kept: it acts for this run only.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from studiogate.cli.remembered import Remembered

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_SPARE = timedelta(seconds=30)
"""A token that ends sooner than that is of no use any more."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A token, whom it acts for and until when."""

    person: str
    token: str = field(repr=False)
    ends: datetime

    def is_good(self, now: datetime) -> bool:
        """Whether it can still be used at `now`."""
        return now + _SPARE < self.ends


class Tokens:
    """The tokens for one gateway."""

    def __init__(
        self, gateway: str, keyring: "KeyringBackend | None", remembered: Remembered
    ) -> None:
        self._gateway = gateway
        self._keyring = keyring
        self._remembered = remembered

    @property
    def people(self) -> list[str]:
        """Who has signed in here and not out again, as far as we remember."""
        return self._remembered.people(self._gateway) if self._keyring is not None else []

    def of(self, person: str) -> Kept | None:
        """The token of `person`; `None` if there is none, or the keyring does not open."""
        if self._keyring is None:
            return None
        from keyring.errors import KeyringError  # noqa: PLC0415 - slow, and not every command's

        try:
            text = self._keyring.get_password(self._service, person)
            return _kept(person, json.loads(text)) if text else None
        except (KeyringError, ValueError, KeyError, TypeError):
            return None

    def keep(self, kept: Kept) -> bool:
        """Keep the token for the next run; whether that could be done."""
        if self._keyring is None:
            return False
        from keyring.errors import KeyringError  # noqa: PLC0415 - as in `of`

        text = json.dumps({"token": kept.token, "ends": kept.ends.isoformat()})
        try:
            self._keyring.set_password(self._service, kept.person, text)
        except KeyringError:
            return False
        self._remembered.add(self._gateway, kept.person)
        return True

    def forget(self, person: str) -> None:
        """Keep the token of `person` no longer."""
        self._remembered.drop(self._gateway, person)
        if self._keyring is None:
            return
        from keyring.errors import KeyringError  # noqa: PLC0415 - as in `of`

        try:
            self._keyring.delete_password(self._service, person)
        except KeyringError:
            return  # it was not there, or does not open: the gateway has ended it anyway

    @property
    def _service(self) -> str:
        return f"studiogate {self._gateway}"


def _kept(person: str, facts: dict[str, str]) -> Kept:
    ends = datetime.fromisoformat(facts["ends"]).astimezone(UTC)
    return Kept(person, str(facts["token"]), ends)


def system_keyring() -> "KeyringBackend | None":
    """The keyring of whoever runs this; `None` if there is none that protects what it holds.

    keyring's own measure: a backend below priority 1 is not recommended (plain text, or none).
    """
    import keyring  # noqa: PLC0415 - it looks for backends as soon as it is imported
    from keyring.errors import KeyringError  # noqa: PLC0415 - the same

    try:
        found = keyring.get_keyring()
        is_safe = found.priority >= 1
    except (KeyringError, ImportError, AttributeError, RuntimeError):
        return None  # one is named, by its variable or file, that is not there
    return found if is_safe else None
