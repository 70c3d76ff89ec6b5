"""What deploying needs of the world: accounts, threads, and time that can be set in tests."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from studiogate.foundation.stacks import MANAGEMENT, StackKey

_MOST_OPEN: Final = 64
"""Accounts whose clients are kept; a thousand accounts' would be gigabytes."""


class Clients(Protocol):
    """Clients by account, as `studiogate.aws.session.Accounts` gives them."""

    def client(self, account_id: str | None, service: Any, /) -> Any:
        """The boto3 client of `service` in an account; `None` is the management account."""
        ...

    def forget(self, account_id: str, /) -> None:
        """Let go of an account's clients; nobody may be using them."""
        ...


@dataclass(frozen=True, slots=True)
class Doing:
    """One line of progress."""

    about: str
    """A stack, as `222222222222/studiogate-studio`, or another thing that is worked at."""

    what: str
    """What is being done, as `creating DomainSales (AWS::SageMaker::Domain)`."""

    seconds: float = 0.0
    """Since the work at it began."""


Tell = Callable[[Doing], None]
"""Is told what is being done; called from several threads, one at a time."""


class _Visits:
    """Who is in which account, so that those nobody is in can be let go of."""

    def __init__(self) -> None:
        self._inside: Counter[str] = Counter()
        self._counting = threading.Lock()

    @contextmanager
    def to(self, account: str, forget: Callable[[str], None]) -> Iterator[None]:
        with self._counting:
            self._inside[account] += 1
        try:
            yield
        finally:
            with self._counting:
                self._inside[account] -= 1
                if self._inside[account] == 0 and len(self._inside) > _MOST_OPEN:
                    del self._inside[account]
                    forget(account)


@dataclass(frozen=True, slots=True)
class World:
    """Everything a run is given."""

    accounts: Clients
    region: str
    clock: Callable[[], datetime]
    ticks: Callable[[], float]
    """Seconds of a clock that only goes forward."""

    pause: Callable[[float], None]
    """Waits that many seconds."""

    chance: Callable[[], float]
    """A random number from 0 to 1, so that those who were throttled do not return together."""

    token: Callable[[], str]
    """Another word of letters and digits each time: names of change sets, client tokens."""

    tell: Tell
    at_once: int = 32
    """Stacks, or accounts, worked at side by side."""

    stack_s: float = 5400.0
    """Seconds one stack may take; a Studio domain takes minutes, its deletion more."""

    throttled_s: float = 600.0
    """Seconds that one call is tried again while AWS says it is too busy."""

    halt: threading.Event = field(default_factory=threading.Event)
    """Set by whoever is interrupted: nothing is waited for any more."""

    _visits: _Visits = field(default_factory=_Visits)

    @contextmanager
    def visit(self, account: str) -> Iterator[None]:
        """Be in an account of a stack's key; its clients are kept as long as somebody is."""
        forget = _nothing if account == MANAGEMENT else self.accounts.forget
        with self._visits.to(account, forget):
            yield

    def client(self, account: str, service: str) -> Any:
        """The client of `service` in an account of a stack's key."""
        return self.accounts.client(None if account == MANAGEMENT else account, service)

    def cloudformation(self, key: StackKey) -> Any:
        """CloudFormation, in the account of a stack."""
        return self.client(key.account, "cloudformation")


def _nothing(_account: str) -> None:
    """Nobody lets go of the management account: everybody gets in through it."""
