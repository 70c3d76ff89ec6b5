"""Who can sign in at the access portal, and which applications they are assigned.

People are the landscape's demo people, as it says now; an application stands for one Studio
domain that exists, and everybody of the domain's lob is assigned it (S3-07).
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from studiogate.gateway.ports import Clock
from studiogate.landscape.model import Landscape
from studiogate.local.sites.attempts import Attempts

LONGEST_NAME = 128
"""Characters of a user name (Identity Store API reference, UserName)."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who has an account at the access portal."""

    name: str
    mail: str
    """Their address: what assertions are about."""

    lob: str | None
    groups: tuple[str, ...]
    administrator: bool


@dataclass(frozen=True, slots=True)
class Application:
    """A Studio domain, as people see it at the access portal."""

    name: str
    """The domain's name in the landscape."""

    domain_id: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer to a name and a password."""

    account: Account | None
    wait_s: int = 0
    """Seconds until a password of that name is looked at; 0 if this one was."""


class Accounts:
    """The accounts of one provider of the landscape."""

    def __init__(
        self,
        landscape: Callable[[], Landscape],
        idp: str,
        domains: Callable[[], Mapping[str, str]],
        clock: Clock,
    ) -> None:
        """Follow `landscape` and `domains`: the ids of those domains that exist, by name."""
        self._landscape = landscape
        self._idp = idp
        self._domains = domains
        self._attempts = Attempts(clock)

    def account(self, name: str) -> Account | None:
        """The account called `name`; `None` for whoever another provider alone vouches for.

        An administrator has one even so, to look after this provider: assigned to nothing,
        because nobody would believe what is said here about them.
        """
        landscape = self._landscape()
        person = landscape.people.get(name)
        if person is None or person.demo_password is None:
            return None
        mail = name if "@" in name else f"{name}@{landscape.name}.example"
        if mail != name and mail in landscape.people:
            return None  # two people under one address would be one subject
        vouched = person.idp is None or self._idp in person.idp
        if not vouched and not person.administrator:
            return None
        lob = person.lob if vouched else None
        groups = landscape.lobs[lob].groups if lob else ()
        return Account(name, mail, lob, groups, person.administrator)

    def check(self, name: str, password: str) -> Checked:
        """Whose `name` and `password` these are; wrong ones are counted, and slow the next."""
        if len(name) > LONGEST_NAME:
            return Checked(None)
        if wait_s := self._attempts.wait_s(name):
            return Checked(None, wait_s)
        account = self.account(name)
        known = self._password(name) if account else ""
        if not known or not hmac.compare_digest(known.encode(), password.encode()):
            self._attempts.wrong(name)
            return Checked(None)
        self._attempts.right(name)
        return Checked(account)

    def assigned(self, account: Account) -> tuple[Application, ...]:
        """The applications of `account`: the domains of their own lob that exist."""
        declared = self._landscape().domains
        return tuple(
            Application(name, domain_id)
            for name, domain_id in self._domains().items()
            if account.lob is not None
            and name in declared
            and declared[name].lob == account.lob
        )

    def _password(self, name: str) -> str:
        secret = self._landscape().people[name].demo_password
        return secret.get_secret_value() if secret else ""
