"""The keys of one issuer, kept: soft and hard limits, rotation, outage, floods.

A key id nobody knows costs the provider one fetch per cool-down however many tokens carry it,
and the same unknown id is not asked for again for a while.  A new set that is empty or broken
never replaces a good one.  The gateway starts without the provider: the first token asks, and
if the provider is down, a copy that another process kept serves for the rest of its day.
"""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from studiogate.errors import StudioGateError
from studiogate.gateway.ports import Clock
from studiogate.gateway.signin import discovery
from studiogate.gateway.signin.copies import Copies, Shelf
from studiogate.gateway.signin.discovery import Published
from studiogate.gateway.signin.jwks import AdmittedKey
from studiogate.gateway.signin.kept import Ages, Fetched, Kept
from studiogate.gateway.signin.provider import Document, Provider
from studiogate.gateway.signin.why import Why, refused

UNKNOWN_FOR = timedelta(minutes=2)
MOST_UNKNOWN = 256
_DISCOVERY = Ages(soft=timedelta(hours=1))
_log = logging.getLogger(__name__)

T = TypeVar("T")
Keys = dict[str, AdmittedKey]


class _Read(Generic[T]):
    """One document of a provider: fetched anew only where it changed, read, and copied."""

    def __init__(
        self,
        ask: Callable[[Document | None], Awaitable[Document]],
        read: Callable[[bytes], T],
        copies: Copies | None,
    ) -> None:
        self._ask = ask
        self._read = read
        self._copies = copies
        self._held: tuple[Document, T] | None = None

    async def fetched(self) -> Fetched[T]:
        """What the document says now."""
        held = self._held
        document = await self._ask(held[0] if held else None)
        if held is None or document is not held[0]:
            held = document, self._read(document.body)
        self._held = held
        if self._copies is not None:
            await self._copies.make(document.body)
        return Fetched(held[1], document.good_for)

    async def copied(self) -> Fetched[T] | None:
        """What the copy of it says, if there is one that can be used."""
        found = await self._copies.found() if self._copies is not None else None
        if found is None:
            return None
        try:
            return Fetched(self._read(found[0]), at=found[1])
        except StudioGateError as failure:
            _log.warning("a copy cannot be used: %s", failure)
            return None


class KeyCache:
    """Published addresses and keys of one provider, for as long as they may be trusted."""

    def __init__(
        self,
        provider: Provider,
        clock: Clock,
        *,
        ages: Ages | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self._name = name = provider.idp.name
        self._clock = clock
        self._provider = provider
        limits = ages or Ages()

        def copies(what: str, lasts: timedelta) -> Copies | None:
            place = ("oidc", provider.idp.issuer, provider.idp.endpoint or "", what)
            return shelf.copies(*place, lasts=lasts) if shelf is not None else None

        said = _Read(
            provider.discovery,
            lambda document: discovery.published(document, provider.idp),
            copies("discovery", _DISCOVERY.hard),
        )
        keys = _Read(self._ask, self._admitted, copies("keys", limits.hard))
        self._published: Kept[Published] = Kept(
            said.fetched,
            clock,
            _DISCOVERY,
            about=f"addresses of the idp {name!r}",
            copy=said.copied,
        )
        self._keys: Kept[Keys] = Kept(
            keys.fetched, clock, limits, about=f"keys of the idp {name!r}", copy=keys.copied
        )
        self._unknown: OrderedDict[str, datetime] = OrderedDict()

    async def published(self) -> Published:
        """What the provider publishes.

        Raises:
            AwsError: it has not answered yet, or not usably.
        """
        return await self._published.value()

    async def key(self, key_id: str) -> AdmittedKey:
        """The provider's key of that id.

        Raises:
            NotSignedIn: the provider has no such key that may be used.
            AwsError: its keys are not known, so nothing can be said about the token.
        """
        found = (await self._keys.value()).get(key_id)
        if found is None and not self._is_unknown(key_id):
            found = (await self._keys.renewed()).get(key_id)
        if found is None:
            self._note_unknown(key_id)
            raise refused(Why.TOKEN_UNKNOWN_KEY)
        return found

    async def close(self) -> None:
        """Stop fetches that are under way."""
        await self._keys.close()
        await self._published.close()

    async def _ask(self, held: Document | None) -> Document:
        return await self._provider.key_set(await self._published.value(), held)

    def _admitted(self, document: bytes) -> Keys:
        keys = self._provider.keys(document)
        _log.info("keys of the idp %r: %d usable", self._name, len(keys))
        return keys

    def _is_unknown(self, key_id: str) -> bool:
        until = self._unknown.get(key_id)
        return until is not None and self._clock() < until

    def _note_unknown(self, key_id: str) -> None:
        if not self._is_unknown(key_id):
            self._unknown[key_id] = self._clock() + UNKNOWN_FOR
            self._unknown.move_to_end(key_id)
        while len(self._unknown) > MOST_UNKNOWN:
            self._unknown.popitem(last=False)
