"""How long a name must wait after wrong passwords, as Cognito counts it.

Five wrong passwords lock the name for one second; each further one doubles that, up to about
15 minutes.  What is tried during a lock is not counted.  The count starts anew after a sign-in,
or after 15 minutes without a try (Cognito developer guide, "Lockout behavior for failed sign-in
attempts").  Names nobody has are counted too, so that a lock does not tell who exists.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from studiogate.gateway.ports import Clock

FREE = 5
LONGEST = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(minutes=15)


@dataclass(slots=True)
class _Count:
    wrong: int
    last: datetime
    until: datetime


class Attempts:
    """Wrong passwords, counted by name."""

    def __init__(self, clock: Clock, *, names: int = 10_000) -> None:
        self._clock = clock
        self._names = names
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def wait_s(self, name: str) -> int:
        """Whole seconds `name` must wait before a password of theirs is looked at; 0 is now."""
        count = self._counts.get(name)
        if count is None:
            return 0
        return max(0, ceil((count.until - self._clock()).total_seconds()))

    def wrong(self, name: str) -> None:
        """Count one wrong password of `name`."""
        now = self._clock()
        count = self._counts.get(name)
        before = 0 if count is None or now - count.last >= FORGOTTEN_AFTER else count.wrong
        wrong = before + 1
        # The exponent is capped before it is used: 2 ** 10 s is longer than the longest lock.
        lock = timedelta(seconds=2 ** min(wrong - FREE, 10)) if wrong >= FREE else timedelta()
        self._counts[name] = _Count(wrong, now, now + min(lock, LONGEST))
        self._counts.move_to_end(name)
        while len(self._counts) > self._names:
            self._counts.popitem(last=False)

    def right(self, name: str) -> None:
        """Forget what was counted: `name` has signed in."""
        self._counts.pop(name, None)
