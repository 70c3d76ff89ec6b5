"""The keys of one issuer, kept: soft and hard limits, rotation, outage, floods.

A key id nobody knows costs the provider one fetch per cool-down however many tokens carry it,
and the same unknown id is not asked for again for a while.  A new set that is empty or broken
never replaces a good one.  The gateway starts without the provider: the first token asks.
"""

import logging
from collections import OrderedDict
from datetime import datetime, timedelta

from studiogate.gateway.ports import Clock
from studiogate.gateway.signin.jwks import AdmittedKey
from studiogate.gateway.signin.kept import Ages, Kept
from studiogate.gateway.signin.provider import Provider, Published
from studiogate.gateway.signin.why import Why, refused

UNKNOWN_FOR = timedelta(minutes=2)
MOST_UNKNOWN = 256
_DISCOVERY = Ages(soft=timedelta(hours=1))
_log = logging.getLogger(__name__)


class KeyCache:
    """Published addresses and keys of one provider, for as long as they may be trusted."""

    def __init__(self, provider: Provider, clock: Clock, *, ages: Ages | None = None) -> None:
        name = provider.idp.name
        self._name = name
        self._clock = clock
        self._provider = provider
        self._published = Kept(
            provider.published, clock, _DISCOVERY, about=f"addresses of the idp {name!r}"
        )
        self._keys = Kept(self._fetch, clock, ages or Ages(), about=f"keys of the idp {name!r}")
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

    async def _fetch(self) -> dict[str, AdmittedKey]:
        keys = await self._provider.keys(await self._published.value())
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
