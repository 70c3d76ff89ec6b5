"""What a provider published, kept where every instance finds it.

A process that starts while the provider is down would know no key, and sign nobody in, though
every process beside it still knows them.  A copy is read only where it is needed, goes through
the same admission as a document that was just fetched, and is good no longer than it was meant
to be, counted from when it was fetched.  A table that does not answer costs nobody their
sign-in.

What is in the table is not believed because it is there: a copy carries a tag that only who has
the keys of sessions can make, over what it is a copy of, when it was made, and all of it.
Whoever may write into the table, and no more, cannot put a key of their own in.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from studiogate.errors import StudioGateError
from studiogate.gateway.ports import Clock, Kind, Mark, Marks
from studiogate.gateway.signin.cookie import Sealer

LARGEST_COPY = 300_000
"""Bytes: an item of DynamoDB has at most 400 KB, names and all."""

MADE_EVERY = timedelta(hours=1)
_PURPOSE = "copy"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where copies are kept, and what tells them from what anybody else put there."""

    marks: Marks
    sealer: Sealer
    clock: Clock

    def copies(self, *of: str, lasts: timedelta) -> "Copies":
        """The copy of the document that `of` names; one that is older than `lasts` is none."""
        return Copies(self, Mark(Kind.DOCUMENT, of), lasts)


class Copies:
    """The copy of one document of one provider."""

    def __init__(self, shelf: Shelf, mark: Mark, lasts: timedelta) -> None:
        self._shelf = shelf
        self._mark = mark
        self._lasts = lasts
        self._last: tuple[bytes, datetime] | None = None

    async def make(self, document: bytes) -> None:
        """Keep a copy of `document`, unless a fresh one is there or it is too large."""
        now = self._shelf.clock()
        if len(document) > LARGEST_COPY or self._has(document, now):
            return
        try:
            made = f"{now.astimezone(UTC).isoformat()}\n{document.decode('utf-8')}"
            value = f"{self._shelf.sealer.tag(_PURPOSE, self._bound(made))}\n{made}"
            await self._shelf.marks.make(self._mark, until=now + self._lasts, value=value)
        except (StudioGateError, UnicodeDecodeError) as failure:
            _log.warning(
                "no copy of a provider's document was kept: %s", type(failure).__name__
            )
            return
        self._last = document, now

    async def found(self) -> tuple[bytes, datetime] | None:
        """The copy, and when its original was fetched; `None`: there is none to be had."""
        try:
            kept = (await self._shelf.marks.found(self._mark)).get(self._mark)
        except StudioGateError as failure:
            _log.warning("copies of providers' documents: %s", type(failure).__name__)
            return None
        return self._ours(kept.value) if kept is not None else None

    def _ours(self, value: str) -> tuple[bytes, datetime] | None:
        """What is in the copy `value`, if one of us made it and it still holds."""
        tag, _, made = value.partition("\n")
        if not self._shelf.sealer.is_tag(tag, _PURPOSE, self._bound(made)):
            _log.warning("a copy of a provider's document is none of ours, and not used")
            return None
        at, _, document = made.partition("\n")
        fetched = datetime.fromisoformat(at)
        holds = self._shelf.clock() - fetched < self._lasts
        return (document.encode("utf-8"), fetched) if holds else None

    def _bound(self, made: str) -> str:
        return f"{self._mark.key}\n{made}"

    def _has(self, document: bytes, now: datetime) -> bool:
        last, at = self._last or (b"", now)
        return last == document and abs(now - at) < MADE_EVERY
