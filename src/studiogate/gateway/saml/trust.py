"""The providers whose assertions count, as they are known this minute.

Metadata is parsed once for each document, not for each message.  What an administrator must
know is logged as a warning: other certificates than before, and, once a day, whatever ends
within a month.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cryptography.x509 import Certificate

from studiogate.errors import Invalid, NotThere, StudioGateError
from studiogate.gateway.ports import Clock
from studiogate.gateway.providers import SamlSettings
from studiogate.gateway.saml.documents import Documents
from studiogate.gateway.saml.metadata import SamlProvider, Unusable, fingerprint, read
from studiogate.gateway.signin.why import Why, unfinished

WARNED = timedelta(days=30)
"""How long before a certificate or a document ends it is warned of."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """A provider that may vouch for people."""

    settings: SamlSettings
    provider: SamlProvider


@dataclass(slots=True)
class _Read:
    """A document, and what is in it."""

    document: bytes
    provider: SamlProvider
    warned: date | None = None


class Trust:
    """Knows the providers by name and by entity id."""

    def __init__(
        self, idps: Mapping[str, SamlSettings], documents: Documents, clock: Clock
    ) -> None:
        self._idps = idps
        self._documents = documents
        self._clock = clock
        self._read: dict[str, _Read] = {}

    async def named(self, name: str) -> Known:
        """The provider called `name` in the landscape.

        Raises:
            NotThere: there is none, or it has not been set up.
            AwsError: its metadata cannot be had, or cannot be used.
        """
        settings = self._idps.get(name)
        if settings is None:
            raise NotThere(
                "there is no identity provider of that name here",
                remedy="Go to the portal and choose one of those it shows.",
                reason="unknown-idp",
            )
        return Known(settings, self._provider(name, await self._documents.document(name)))

    async def issuing(self, entity_id: str) -> Known:
        """The one provider that calls itself `entity_id`.

        Raises:
            NotSignedIn: there is none, or there are several, so that it cannot be known which.
            AwsError: a provider that might be it cannot be known now.
        """
        found: list[Known] = []
        failure: StudioGateError | None = None
        for name in self._idps:
            try:
                known = await self.named(name)
            except StudioGateError as unknown:
                failure = unknown
                continue
            if known.provider.entity_id == entity_id:
                found.append(known)
        if len(found) == 1:
            return found[0]
        if not found and failure is not None and not isinstance(failure, NotThere):
            raise failure
        raise unfinished(Why.SAML_PROVIDER)

    def certificates(self, known: Known) -> tuple[Certificate, ...]:
        """What `known` signs with, now.

        Raises:
            NotSignedIn: nothing, because its document or all of its certificates are over.
        """
        found = known.provider.usable(self._clock())
        if not found:
            _log.warning(
                "nothing of the idp %r counts any more: renew its metadata", known.settings.name
            )
            raise unfinished(Why.SAML_PROVIDER_OVER)
        return found

    def _provider(self, name: str, document: bytes) -> SamlProvider:
        before = self._read.get(name)
        if before is None or before.document != document:
            provider = _usable(name, document)
            if before is not None:
                _tell_change(name, before.provider, provider)
            before = self._read[name] = _Read(document, provider)
        now = self._clock()
        if before.warned != now.date():
            before.warned = now.date()
            _tell_ends(name, before.provider, now)
        return before.provider


def _usable(name: str, document: bytes) -> SamlProvider:
    try:
        return read(document)
    except Unusable as why:
        what = str(why)
    raise Invalid(
        f"the metadata of the idp {name!r} cannot be used: {what}",
        remedy="Fetch its metadata anew, and run `studiogate apply`.",
        action="idp:Metadata",
        about=name,
        code="Metadata",
    )


def _tell_change(name: str, before: SamlProvider, after: SamlProvider) -> None:
    if before.prints != after.prints:
        _log.warning(
            "the idp %r signs with other certificates: new %s, gone %s",
            name,
            sorted(after.prints - before.prints) or "none",
            sorted(before.prints - after.prints) or "none",
        )


def _tell_ends(name: str, provider: SamlProvider, now: datetime) -> None:
    soon = now + WARNED
    for each in provider.certificates:
        if each.not_valid_after_utc < soon:
            ends = each.not_valid_after_utc.date()
            _log.warning(
                "a certificate of the idp %r ends on %s: %s", name, ends, fingerprint(each)
            )
    if provider.valid_until is not None and provider.valid_until < soon:
        _log.warning("the metadata of the idp %r ends on %s", name, provider.valid_until.date())
