"""Things kept for a short while under a name nobody can guess: codes, tickets, sessions."""

import secrets
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from studiogate.gateway.ports import Clock

T = TypeVar("T")

NAME_BYTES = 32
"""256 random bits; nobody finds a name by trying."""


class Shelf(Generic[T]):
    """Keeps values for `lives`; forgets the oldest when `holds` is exceeded.

    Forgetting early only makes somebody start again; growing without bound would let a stranger
    who opens sign-in pages fill the memory of the process.
    """

    def __init__(self, *, lives: timedelta, clock: Clock, holds: int = 10_000) -> None:
        self._lives = lives
        self._clock = clock
        self._holds = holds
        self._kept: OrderedDict[str, tuple[datetime, T]] = OrderedDict()

    def put(self, value: T) -> str:
        """Keep `value`; the random name to ask for it by."""
        name = secrets.token_urlsafe(NAME_BYTES)
        self.put_as(name, value)
        return name

    def put_as(self, name: str, value: T) -> None:
        """Keep `value` under `name`, which the caller knows to be unguessable."""
        self._drop_old()
        self._kept[name] = (self._clock() + self._lives, value)
        self._kept.move_to_end(name)
        while len(self._kept) > self._holds:
            self._kept.popitem(last=False)

    def look(self, name: str) -> T | None:
        """The value called `name`, left where it is; `None` once it is too old."""
        until, value = self._kept.get(name, (None, None))
        return value if until is not None and self._clock() < until else None

    def take(self, name: str) -> T | None:
        """The value called `name`, and nobody gets it again."""
        value = self.look(name)
        self._kept.pop(name, None)
        return value

    def _drop_old(self) -> None:
        now = self._clock()
        while self._kept:
            name, (until, _) = next(iter(self._kept.items()))
            if now < until:
                return
            del self._kept[name]
