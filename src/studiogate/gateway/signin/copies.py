"""What a provider published, kept where every instance finds it.

A process that starts while the provider is down would know no key, and sign nobody in, though
every process beside it still knows them.  A copy is read only then, goes through the same
admission as a document that was just fetched, and is good no longer than the hard limit,
counted from when it was fetched.  A table that does not answer costs nobody their sign-in.
"""

import logging
from datetime import datetime, timedelta

from studiogate.errors import StudioGateError
from studiogate.gateway.ports import Clock, Kind, Mark, Marks

LARGEST_COPY = 300_000
"""Bytes: an item of DynamoDB has at most 400 KB, names and all."""

MADE_EVERY = timedelta(hours=1)
_log = logging.getLogger(__name__)


class Copies:
    """The copy of one document of one provider."""

    def __init__(
        self, marks: Marks, clock: Clock, of: tuple[str, ...], *, lasts: timedelta
    ) -> None:
        self._marks = marks
        self._clock = clock
        self._mark = Mark(Kind.DOCUMENT, of)
        self._lasts = lasts
        self._last: tuple[bytes, datetime] | None = None

    async def make(self, document: bytes) -> None:
        """Keep a copy of `document`, unless a fresh one is there or it is too large."""
        now = self._clock()
        if len(document) > LARGEST_COPY or self._has(document, now):
            return
        try:
            await self._marks.make(
                self._mark, until=now + self._lasts, value=document.decode("utf-8")
            )
        except (StudioGateError, UnicodeDecodeError) as failure:
            _log.warning(
                "no copy of a provider's document was kept: %s", type(failure).__name__
            )
            return
        self._last = document, now

    def _has(self, document: bytes, now: datetime) -> bool:
        last, at = self._last or (b"", now)
        return last == document and abs(now - at) < MADE_EVERY

    async def found(self) -> tuple[bytes, datetime] | None:
        """The copy, and when its original was fetched; `None`: there is none to be had."""
        try:
            kept = (await self._marks.found(self._mark)).get(self._mark)
        except StudioGateError as failure:
            _log.warning("copies of providers' documents: %s", type(failure).__name__)
            return None
        return (kept.value.encode("utf-8"), kept.at) if kept is not None else None
