"""Remembering what was asked, and asking once however many want to know.

Two things the opening asks for again and again, directory rows and credentials, are kept here
for a while.  What is kept is bounded in number and in time; failures are never kept.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class _AskerLeft(Exception):
    """Whoever was asking was cancelled; somebody else has to."""


class Remembered(Generic[K, V]):
    """Answers by key, each kept until its own time; the least recently used go first.

    While an answer is being fetched, others who want the same key wait for that one, and share
    its failure too: a slow dependency is asked once, not once per person waiting.  A future is
    made only when somebody really waits, so that without contention no event loop is needed.
    """

    def __init__(self, clock: Callable[[], datetime], *, holds: int) -> None:
        self._clock = clock
        self._holds = holds
        self._kept: OrderedDict[K, tuple[V, datetime]] = OrderedDict()
        self._asked: dict[K, list[asyncio.Future[V]]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    async def get(self, key: K, ask: Callable[[], Awaitable[tuple[V, datetime | None]]]) -> V:
        """The answer for `key`, from memory or from `ask`.

        `ask` gives the answer and until when it may be kept (`None`: not at all).  Whatever it
        raises goes to everybody waiting.
        """
        while True:
            kept = self._kept.get(key)
            if kept is not None and self._clock() < kept[1]:
                self._kept.move_to_end(key)
                return kept[0]
            waiting = self._asked.get(key)
            if waiting is None:
                return await self._fetch(key, ask)
            turn: asyncio.Future[V] = asyncio.get_running_loop().create_future()
            waiting.append(turn)
            try:
                return await turn
            except _AskerLeft:
                continue

    def forget(self, key: K) -> None:
        """Let go of the answer for `key`, if there is one."""
        self._kept.pop(key, None)

    async def _fetch(
        self, key: K, ask: Callable[[], Awaitable[tuple[V, datetime | None]]]
    ) -> V:
        waiting = self._asked[key] = []
        failure: Exception = _AskerLeft()
        try:
            value, until = await ask()
        except Exception as error:
            failure = error
            raise
        else:
            self._keep(key, value, until)
            _settle(waiting, lambda turn: turn.set_result(value))
            return value
        finally:
            del self._asked[key]
            _settle(waiting, lambda turn: turn.set_exception(failure))

    def _keep(self, key: K, value: V, until: datetime | None) -> None:
        if until is None:
            return
        self._kept[key] = (value, until)
        self._kept.move_to_end(key)
        while len(self._kept) > self._holds:
            self._kept.popitem(last=False)


def _settle(waiting: list[asyncio.Future[V]], end: Callable[[asyncio.Future[V]], None]) -> None:
    """End every turn nobody has ended yet; one whose waiter was cancelled is done already."""
    for turn in waiting:
        if not turn.done():
            end(turn)
