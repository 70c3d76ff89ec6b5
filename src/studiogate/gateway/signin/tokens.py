"""A token verified: its shape, then its signature, then what it says.

The signature is joserfc's business, over the bytes `shape` has read; which key, which algorithm
and what the claims must be is ours.  Keys come from the provider's published set and from
nowhere else: `jku`, `x5u`, `jwk` and `x5c` in a header are never read (ASVS 9.1.3).
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

from joserfc.jws import JWSRegistry

from studiogate.aws.wire.call import Transport
from studiogate.errors import NotThere, StudioGateError
from studiogate.gateway.ports import Clock, Identity
from studiogate.gateway.providers import ALGORITHMS, IdpSettings
from studiogate.gateway.signin import claims
from studiogate.gateway.signin.claims import SignedOut
from studiogate.gateway.signin.copies import Shelf
from studiogate.gateway.signin.jwks import AdmittedKey
from studiogate.gateway.signin.keys import KeyCache
from studiogate.gateway.signin.provider import Provider
from studiogate.gateway.signin.shape import LOGOUT_TYPES, Compact, compact
from studiogate.gateway.signin.why import Why, refused
from studiogate.gateway.told import Secret

_log = logging.getLogger(__name__)


_Judged = TypeVar("_Judged")
_OF_REGISTRY = {name: name for name in ALGORITHMS} | {"EdDSA": "Ed25519"}
"""What the library calls each: its own `EdDSA` would take a second curve, which we do not."""

_REGISTRY = JWSRegistry(algorithms=sorted(_OF_REGISTRY.values()))
_ALGORITHMS = {name: _REGISTRY.get_alg(its) for name, its in _OF_REGISTRY.items()}


class Verifier:
    """Verifies the tokens of one provider."""

    def __init__(self, idp: IdpSettings, keys: KeyCache, clock: Clock) -> None:
        self.idp = idp
        self._keys = keys
        self._clock = clock

    async def access(self, token: Compact) -> Identity:
        """Who the access token `token` speaks for.

        Raises:
            NotSignedIn: whatever is wrong with it; `recorded` says what.
            AwsError: the provider's keys are not known, so it cannot be judged.
        """
        return await self._verified(
            lambda: token,
            lambda shape: claims.of_access_token(shape, self.idp, self._clock()),
        )

    async def id_token(self, token: str, *, nonce: str) -> Identity:
        """Who the ID token `token` says has signed in, in answer to `nonce`.

        Raises:
            NotSignedIn: whatever is wrong with it; `recorded` says what.
            AwsError: the provider's keys are not known, so it cannot be judged.
        """
        return await self._verified(
            lambda: compact(token),
            lambda shape: claims.of_id_token(shape, self.idp, self._clock(), nonce=nonce),
        )

    async def logout_token(self, token: str) -> SignedOut:
        """What the logout token `token` says has ended.

        Raises:
            NotSignedIn: whatever is wrong with it; `recorded` says what.
            AwsError: the provider's keys are not known, so it cannot be judged.
        """
        return await self._verified(
            lambda: compact(token, types=LOGOUT_TYPES),
            lambda shape: claims.of_logout_token(shape, self.idp, self._clock()),
        )

    async def _verified(
        self, read: Callable[[], Compact], judge: Callable[[Compact], _Judged]
    ) -> _Judged:
        try:
            shape = read()
            _allowed(shape, self.idp)
            _signed(shape, await self._keys.key(shape.key_id))
            return judge(shape)
        except StudioGateError:
            raise
        except Exception as broken:  # noqa: BLE001 - hostile input; what breaks a check is refused
            _log.warning("a token broke a check: %s", type(broken).__name__)
        # Outside the `except`: nothing of the token travels in a chained traceback.
        raise refused(Why.TOKEN_UNREADABLE)


@dataclass(frozen=True, slots=True)
class Trusted:
    """Everything the gateway has of one provider: how to ask it, its keys, its verifier."""

    provider: Provider
    keys: KeyCache
    verifier: Verifier

    @classmethod
    def of(
        cls,
        idp: IdpSettings,
        transport: Transport,
        clock: Clock,
        *,
        secret: Secret | None = None,
        shelf: Shelf | None = None,
    ) -> Self:
        """The provider of `idp`; nothing is fetched before the first person asks.

        With a `shelf`, what it publishes is kept for whoever starts while it is down.
        """
        provider = Provider(idp, transport, secret)
        keys = KeyCache(provider, clock, shelf=shelf)
        return cls(provider, keys, Verifier(idp, keys, clock))


def of_name(idps: Mapping[str, Trusted], name: str) -> Trusted:
    """The provider that is called `name` here.

    Raises:
        NotThere: none is.
    """
    found = idps.get(name)
    if found is None:
        raise NotThere(
            "there is no identity provider of that name here",
            remedy="Go to the portal and choose one of those it shows.",
            reason="unknown-idp",
        )
    return found


async def vouched(idps: Mapping[str, Trusted], token: str) -> Identity:
    """Who the access token `token` speaks for, by the provider it is from.

    Raises:
        NotSignedIn: whatever is wrong with it; `recorded` says what.
        AwsError: the provider's keys are not known, so it cannot be judged.
    """
    said = compact(token)
    return await _verifier(idps, said).access(said)


def _verifier(idps: Mapping[str, Trusted], token: Compact) -> Verifier:
    """The verifier of the provider the token says it is from; that is not yet believed."""
    said = token.claims
    issuer = said.get("iss")
    found = [idp.verifier for idp in idps.values() if idp.provider.idp.issuer == issuer]
    if not found:
        raise refused(Why.TOKEN_ISSUER)
    # Several clients of one issuer differ in nothing else.
    named = [one for one in found if claims.is_of_client(said, one.idp)]
    meant = [one for one in named or found if claims.is_for(said, one.idp)]
    return next(iter(meant or named or found))


def _allowed(token: Compact, idp: IdpSettings) -> None:
    """Return if `idp` may sign as `token` says; asked before anybody is asked for keys."""
    if token.algorithm not in idp.algorithms:
        raise refused(Why.TOKEN_ALGORITHM)


def _signed(token: Compact, key: AdmittedKey) -> None:
    """Return if `key` signed `token` with the key's own algorithm."""
    if token.algorithm != key.algorithm:
        raise refused(Why.TOKEN_KEY_ALGORITHM)
    if not _ALGORITHMS[key.algorithm].verify(token.signed, token.signature, key.key):
        raise refused(Why.TOKEN_SIGNATURE)
