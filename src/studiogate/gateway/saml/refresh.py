"""Metadata that a provider publishes at an address: its certificates roll over by themselves.

What an administrator entered is where trust begins.  What is fetched may take certificates
away, and may renew its own dates; a new certificate, or another place to sign in at, counts
only in a document that is signed by a certificate which counts already.  Whoever can answer in
the provider's place can so keep a change from us, and cannot make one.  A change that is not
signed waits for an administrator: the log says so, and `apply` is the confirmation.

A provider rolls over in steps, each signed by the one before: the new certificate beside the
old one, then without it.  Whoever starts after the last step has what was entered before the
first, from which it does not follow.  So whoever has followed leaves a copy for them
(`copies`), under what was entered: another `apply` begins anew.

Source: saml-metadata-2.0-os §3 (signatures of metadata).
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from studiogate.aws.wire.call import NoAnswer, Transport, WireRequest
from studiogate.errors import Busy, Invalid, StudioGateError, Unreachable
from studiogate.gateway.providers import SamlSettings
from studiogate.gateway.saml.documents import Documents
from studiogate.gateway.saml.metadata import (
    LARGEST_METADATA,
    SamlProvider,
    Unusable,
    described,
    read,
    root_of,
)
from studiogate.gateway.saml.reading import DSIG, Element, child
from studiogate.gateway.saml.signed import proved_by
from studiogate.gateway.saml.structure import enveloped, ruled
from studiogate.gateway.signin.copies import Copies, Shelf
from studiogate.gateway.signin.kept import Ages, Fetched, Kept

_SIGNATURE = f"{{{DSIG}}}Signature"
_OK, _TOO_MANY, _SERVER_FAULT = 200, 429, 500
FOLLOWED_FOR = timedelta(days=90)
"""How long a step that was followed is known to whoever starts, since it was last seen."""

_AGES = Ages(
    soft=timedelta(hours=1),
    hard=timedelta(hours=24),
    cool_down=timedelta(minutes=5),
    retry=timedelta(minutes=1),
)
_log = logging.getLogger(__name__)


def accepted(kept: bytes, fetched: bytes, now: datetime) -> SamlProvider:
    """The provider as `fetched` describes it, if that follows from what is `kept`.

    Raises:
        Unusable: it does not, and why; what is kept stays.
    """
    before = read(kept)
    root = root_of(fetched)
    said = described(root)
    if said.entity_id != before.entity_id:
        raise Unusable("it describes a provider of another name")
    if _widens(before, said):
        said = described(_proved(root, before, now))
        if said.entity_id != before.entity_id:
            raise Unusable("what is signed of it describes a provider of another name")
    if not said.usable(now):
        raise Unusable("it is over, or every certificate in it is")
    return said


def _widens(before: SamlProvider, after: SamlProvider) -> bool:
    """Whether `after` asks to be believed for more than `before` did."""
    moved = (before.sso_redirect, before.sso_post) != (after.sso_redirect, after.sso_post)
    return moved or not after.prints <= before.prints


def _proved(root: Element, before: SamlProvider, now: datetime) -> Element:
    """The part of the document that a certificate of `before` signed: all of it."""
    signature = child(root, _SIGNATURE)
    if signature is None:
        raise Unusable("it changes certificates or places, and is not signed")
    try:
        ruled(signature)
        enveloped(root)
        return proved_by(root, before.usable(now), now)
    except StudioGateError:
        pass
    except Exception as broken:  # noqa: BLE001 - a stranger's document; what breaks a check fails
        _log.warning("metadata broke a check: %s", type(broken).__name__)
    raise Unusable("it changes certificates or places, and nobody we know has signed that")


@dataclass(slots=True)
class _Chain:
    """What an administrator entered, and what has followed from it."""

    entered: bytes
    last: bytes
    copies: Copies
    refused: bytes | None = None


class PublishedDocuments:
    """Metadata as entered, carried on by what providers publish; the port `Documents`."""

    def __init__(
        self,
        entered: Documents,
        idps: Mapping[str, SamlSettings],
        transport: Transport,
        shelf: Shelf,
    ) -> None:
        self._entered = entered
        self._transport = transport
        self._shelf = shelf
        self._clock = shelf.clock
        self._chains: dict[str, _Chain] = {}
        self._kept = {
            name: self._keeping(name, idp.metadata_url)
            for name, idp in idps.items()
            if idp.metadata_url is not None
        }

    async def document(self, idp: str) -> bytes:
        """The metadata of `idp`: what it published last, as far as it may be followed.

        Raises:
            NotThere: nobody entered any.
            AwsError: what was entered cannot be had.
        """
        entered = await self._entered.document(idp)
        kept = self._kept.get(idp)
        if kept is None:
            return entered
        chain = self._chains.get(idp)
        if chain is None or chain.entered != entered:
            chain = self._chains[idp] = await self._taken_up(idp, entered)
        try:
            fetched = await kept.value()
        except StudioGateError:
            return chain.last  # the log has it; what is known still holds
        await self._follow(idp, chain, fetched)
        if fetched == chain.last != entered:
            await chain.copies.make(fetched)
        return chain.last

    async def close(self) -> None:
        """Stop what is being fetched."""
        for kept in self._kept.values():
            await kept.close()

    async def _taken_up(self, idp: str, entered: bytes) -> _Chain:
        """What was `entered`, as far as others have followed it already."""
        place = ("saml", idp, sha256(entered).hexdigest())
        copies = self._shelf.copies(*place, lasts=FOLLOWED_FOR)
        found = await copies.found()
        return _Chain(entered, found[0] if found is not None else entered, copies)

    async def _follow(self, idp: str, chain: _Chain, fetched: bytes) -> None:
        """Carry `chain` on to `fetched`, or say once why not."""
        if fetched in (chain.last, chain.refused):
            return
        why = self._wrong(chain.last, fetched)
        if why is not None and await self._others_are_there(chain, fetched):
            why = None
        if why is not None:
            chain.refused = fetched
            _log.warning("the metadata that the idp %r publishes is not followed: %s", idp, why)
            return
        chain.last, chain.refused = fetched, None
        _log.warning("the idp %r has published other metadata, and it is followed", idp)

    async def _others_are_there(self, chain: _Chain, fetched: bytes) -> bool:
        """Whether others got to `fetched` by a step that this process has slept through.

        Asked only while it has taken none itself: what it has let go of must not come back.
        """
        found = await chain.copies.found() if chain.last == chain.entered else None
        if found is None:
            return False
        return found[0] == fetched or self._wrong(found[0], fetched) is None

    def _wrong(self, known: bytes, fetched: bytes) -> str | None:
        """Why `fetched` does not follow from what is `known`; `None`: it does."""
        try:
            accepted(known, fetched, self._clock())
        except Unusable as why:
            return str(why)
        return None

    def _keeping(self, idp: str, url: str) -> Kept[bytes]:
        about = f"the metadata that the idp {idp!r} publishes"
        return Kept(lambda: self._fetch(idp, url), self._clock, _AGES, about=about)

    async def _fetch(self, idp: str, url: str) -> Fetched[bytes]:
        """What is published at `url`; a redirect is not followed.

        Raises:
            AwsError: nothing that can be metadata.
        """
        action, remedy = "idp:Metadata", "Compare `metadata_url` with what the idp publishes."
        asked = WireRequest("GET", url, {"accept": "application/samlmetadata+xml"}, b"")
        try:
            answer = await self._transport.send(asked)
        except NoAnswer:
            answer = None
        if answer is None:
            what = f"the idp {idp!r} did not answer"
            raise Unreachable(what, remedy=remedy, action=action, about=idp)
        if answer.status == _TOO_MANY or answer.status >= _SERVER_FAULT:
            what = f"the idp {idp!r} answered {answer.status}"
            raise Busy(what, remedy=remedy, action=action, about=idp)
        if answer.status != _OK or not 0 < len(answer.body) <= LARGEST_METADATA:
            what = f"what the idp {idp!r} answered ({answer.status}) is no metadata"
            raise Invalid(what, remedy=remedy, action=action, about=idp)
        return Fetched(answer.body)
