"""Many questions at once, and not too many: within one request, and by one administrator."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from studiogate.errors import Busy
from studiogate.gateway import loop
from studiogate.gateway.limits import MOST_AT_ONCE

_T = TypeVar("_T")


class Turns:
    """Who has how many requests under way; for one process, and one event loop.

    It keeps an administrator, or whoever has their token, from taking the connections that
    everybody's openings go over.
    """

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._most = most
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def taken(self, who: str) -> Iterator[None]:
        """A turn of `who`, for as long as the block takes.

        Raises:
            Busy: they have as many under way as one may have.
        """
        if self._under_way[who] >= self._most:
            raise Busy(
                f"{who} has {self._most} requests about canaries under way",
                remedy="Wait for their answers before asking again.",
                action="canary",
                code="TooManyAtOnce",
                retry_after_s=1,
            )
        self._under_way[who] += 1
        try:
            yield
        finally:
            self._under_way[who] -= 1
            self._under_way += Counter()  # forgets whoever has none


async def all_of(asked: Iterable[Awaitable[_T]], *, at_once: int) -> list[_T]:
    """What all of `asked` answer, a few at a time; one after the other where no loop runs.

    The first failure is raised once all have ended, so that none goes on unseen.
    """
    if not loop.runs():
        return [await one for one in asked]
    room = asyncio.Semaphore(at_once)

    async def one(question: Awaitable[_T]) -> _T:
        async with room:
            return await question

    answers = await asyncio.gather(*map(one, asked), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer for answer in answers if not isinstance(answer, BaseException)]
