"""One fetched value, kept: served while good, renewed behind the reader's back.

A provider that is slow or down must not be felt by people while what it said last still holds;
and nobody can make us ask it more often than once in a cool-down.  A process that has nothing
yet, because it started while the provider is down, may be given a copy that another one made;
the copy is as old as what it is a copy of.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from studiogate.errors import StudioGateError, Unreachable
from studiogate.gateway import loop
from studiogate.gateway.ports import Clock

T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ages:
    """How long a value is good, and how often its source may be asked."""

    soft: timedelta = timedelta(minutes=10)
    """From here on it is served and renewed in the background, unless its source said how long
    it is good for; that is believed from `soft_least` to `soft_most`."""

    soft_least: timedelta = timedelta(minutes=1)
    soft_most: timedelta = timedelta(hours=1)

    hard: timedelta = timedelta(hours=24)
    """From here on it is not served any more."""

    cool_down: timedelta = timedelta(seconds=30)
    """Between two fetches while there is something to serve."""

    retry: timedelta = timedelta(seconds=3)
    """Between two fetches while there is nothing to serve."""

    def good_for(self, said: timedelta | None) -> timedelta:
        """The soft limit, where the source of the value `said` one."""
        if said is None:
            return self.soft
        return min(max(said, self.soft_least), self.soft_most)


@dataclass(frozen=True, slots=True)
class Fetched(Generic[T]):
    """A value, and what is known of its age."""

    value: T
    good_for: timedelta | None = None
    """As its source said."""

    at: datetime | None = None
    """Aware UTC: when it was fetched, where that was not just now."""


async def _no_copy() -> None:
    return None


class Kept(Generic[T]):
    """The value `fetch` gives, with the rules of `ages`; one fetch at a time."""

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Fetched[T]]],
        clock: Clock,
        ages: Ages,
        *,
        about: str,
        copy: Callable[[], Awaitable[Fetched[T] | None]] = _no_copy,
    ) -> None:
        self._fetch = fetch
        self._copy = copy
        self._clock = clock
        self._ages = ages
        self._about = about
        self._value: T | None = None
        self._fetched_at: datetime | None = None
        self._soft = ages.soft
        self._tried_at: datetime | None = None
        self._failure: StudioGateError | None = None
        self._flight: asyncio.Task[None] | None = None

    @property
    def current(self) -> T | None:
        """The value as it is, however old; `None` before there was one."""
        return self._value

    async def value(self) -> T:
        """The value, not older than the hard limit.

        Raises:
            AwsError: there is none, and its source did not give one.
        """
        if not self._within(self._fetched_at, self._ages.hard):
            await self._landed(self._start(after=self._ages.retry))
        elif not self._within(self._fetched_at, self._soft):
            await self._aside(self._start(after=self._ages.cool_down))
        return self._held()

    async def renewed(self) -> T:
        """The value after one more fetch, unless one was made within the cool-down.

        Raises:
            AwsError: there is no value to fall back on either.
        """
        await self._landed(self._start(after=self._ages.cool_down))
        return self._held()

    async def close(self) -> None:
        """Stop a fetch that is under way."""
        if self._flight is not None:
            self._flight.cancel()
            await asyncio.gather(self._flight, return_exceptions=True)

    def _held(self) -> T:
        if self._value is not None and self._within(self._fetched_at, self._ages.hard):
            return self._value
        if self._failure is not None:
            raise self._failure.with_traceback(None)
        raise Unreachable(
            f"{self._about} have not been fetched yet",
            remedy="Try again in a few seconds.",
            action="idp:Fetch",
            about=self._about,
        )

    def _within(self, then: datetime | None, limit: timedelta) -> bool:
        # Absolute, so that a clock set back makes us ask again and not trust for ever.
        return then is not None and abs(self._clock() - then) < limit

    def _start(self, *, after: timedelta) -> Awaitable[None] | None:
        """The fetch under way, a new one, or none because the last was too recent."""
        if self._flight is not None and not self._flight.done():
            return self._flight
        if self._within(self._tried_at, after):
            return None
        self._tried_at = self._clock()
        if not loop.runs():
            return self._renew()
        self._flight = asyncio.create_task(self._renew())
        return self._flight

    async def _landed(self, flight: Awaitable[None] | None) -> None:
        # Shielded: a reader who goes away must not take the fetch from the others.
        if isinstance(flight, asyncio.Task):
            await asyncio.shield(flight)
        else:
            await self._aside(flight)

    async def _aside(self, flight: Awaitable[None] | None) -> None:
        """Let `flight` go on by itself; where no loop runs it is made at once."""
        if flight is not None and not isinstance(flight, asyncio.Task):
            await flight

    async def _renew(self) -> None:
        """Fetch once; what was there stays when the fetch fails."""
        try:
            fetched = await self._fetch()
        except StudioGateError as failure:
            self._failure = failure
            _log.warning("%s could not be renewed: %s", self._about, failure)
        else:
            self._failure = None
            self._take(fetched)
            return
        if not self._within(self._fetched_at, self._ages.hard):
            await self._borrow()

    async def _borrow(self) -> None:
        """Take the copy, where there is one that still holds."""
        copied = await self._copy()
        if copied is not None and self._within(copied.at, self._ages.hard):
            self._take(copied)
            _log.warning("%s are served from a copy made at %s", self._about, copied.at)

    def _take(self, fetched: Fetched[T]) -> None:
        self._value = fetched.value
        self._fetched_at = fetched.at or self._clock()
        self._soft = self._ages.good_for(fetched.good_for)
