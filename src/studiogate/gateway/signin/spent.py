"""What has been used up: sessions signed out, sign-ins that came back.

Kept in this process, bounded, until each would have ended anyway.  When it is full, the entry
that would end first is dropped and everything that ends no later counts as used up too: a few
people sign in again, and nothing that was ended comes back.  Another process of the gateway
does not know; the shared store comes with the revocation of people.
"""

from datetime import UTC, datetime
from heapq import heappop, heappush

from studiogate.gateway.ports import Clock

MOST_SPENT = 100_000


class Spent:
    """Names that may not be used again before they end."""

    def __init__(self, clock: Clock, *, most: int = MOST_SPENT) -> None:
        self._clock = clock
        self._most = most
        self._names: set[str] = set()
        self._ends: list[tuple[datetime, str]] = []
        self._all_until = datetime.min.replace(tzinfo=UTC)

    def add(self, name: str, until: datetime) -> None:
        """Use `name` up; from `until` on it is of no use to anybody."""
        if name not in self._names:
            self._names.add(name)
            heappush(self._ends, (until, name))
        while self._ends and self._ends[0][0] <= self._clock():
            self._names.discard(heappop(self._ends)[1])
        while len(self._ends) > self._most:
            self._all_until, dropped = heappop(self._ends)
            self._names.discard(dropped)

    def has(self, name: str, until: datetime) -> bool:
        """Whether `name`, which ends at `until`, is used up."""
        return name in self._names or until <= self._all_until
