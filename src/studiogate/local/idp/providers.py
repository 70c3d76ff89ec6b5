"""The providers a user pool federates with: what may be configured, and what a client offers.

As Cognito has it, with SAML providers only.  What cannot be done here is refused when somebody
configures it, not when somebody signs in.
Sources: Cognito API reference, CreateIdentityProvider; developer guide, "Mapping IdP attributes
to profiles and tokens" and "SAML identity provider names and identifiers".
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NATIVE = "COGNITO"
"""What the pool itself is called among the providers of a client."""

NAME_ID = "NameID"
MOST_IDENTIFIERS = 50

_NAME = re.compile(r"[^_\s]\S[^_\s]{1,30}\Z")
_IDENTIFIER = re.compile(r"[\w\s+=.@-]{1,40}\Z")
_DETAILS = frozenset({"MetadataFile", "MetadataURL", "SSORedirectBindingURI"})
_REFUSED_DETAILS = {
    "IDPInit": "accepts no assertion that it did not ask for",
    "IDPSignout": "signs nobody out at a provider",
    "EncryptedResponses": "has no key that assertions could be encrypted for",
    "RequestSigningAlgorithm": "does not sign its requests",
}
_OURS = frozenset({"sub", "identities", "username"})
"""What a pool says of its users itself."""


class Unfit(Exception):
    """A configuration that is refused, and why, in words for the administrator."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One SAML provider, as it is configured now."""

    name: str
    metadata: str
    mapping: Mapping[str, str]
    """Attributes of the pool, and the attributes of assertions they are taken from."""

    identifiers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Offer:
    """With whom people may sign in at one client."""

    native: bool = True
    """Whether with a name and a password of the pool."""

    providers: tuple[str, ...] = ()
    identifiers: Mapping[str, str] | None = None
    """The name of a provider by each of its identifiers."""

    def chosen(self, given: Mapping[str, str]) -> str | None:
        """Whom a request goes to at once; `NATIVE` is the page, `None` is nobody we know.

        Where there is one provider and nothing else, nobody is asked which.
        """
        name = given.get("identity_provider")
        if name is None and "idp_identifier" in given:
            name = (self.identifiers or {}).get(given["idp_identifier"], "")
        if name is None:
            alone = not self.native and len(self.providers) == 1
            return self.providers[0] if alone else NATIVE
        known = name in self.providers or (name == NATIVE and self.native)
        return name if known else None


def named(name: str) -> None:
    """Return if a provider may be called `name`; underscores would blur names of users.

    Raises:
        Unfit: it may not.
    """
    if not _NAME.match(name) or not name.isprintable() or name.upper() == NATIVE:
        raise Unfit(
            "1 validation error detected: Value at 'providerName' failed to satisfy "
            r"constraint: Member must satisfy regular expression pattern: "
            r"[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+"
        )


def metadata_in(details: Mapping[str, str]) -> str:
    """The metadata document in the ProviderDetails of a SAML provider.

    Raises:
        Unfit: there is none, or something else is asked for that is not done here.
    """
    for name, why in _REFUSED_DETAILS.items():
        if str(details.get(name, "false")).lower() != "false":
            raise Unfit(f"{name}: the emulated user pool {why}")
    unknown = sorted(details.keys() - _DETAILS - _REFUSED_DETAILS.keys())
    if unknown:
        raise Unfit(f"Invalid provider details: {', '.join(unknown)}")
    if "MetadataURL" in details:
        raise Unfit(
            "MetadataURL: the emulated user pool fetches nothing; give it as MetadataFile"
        )
    if not details.get("MetadataFile"):
        raise Unfit("MetadataFile or MetadataURL is required for a SAML provider")
    return details["MetadataFile"]


def mapped(mapping: Mapping[str, str], schema: Mapping[str, Any]) -> Mapping[str, str]:
    """`mapping`, if every attribute in it is one of the pool's that a provider may write.

    Raises:
        Unfit: one is not.
    """
    if mapping.get("username", NAME_ID) != NAME_ID:
        raise Unfit(f"Invalid AttributeMapping: username can only be mapped to {NAME_ID}")
    for name, source in mapping.items():
        if name == "username":
            continue
        attribute = schema.get(name)
        if attribute is None or name in _OURS or not attribute.mutable or not source:
            raise Unfit(f"Invalid AttributeMapping: {name} cannot be mapped")
    return mapping


def identifiers_in(wanted: Collection[str], taken: Collection[str]) -> list[str]:
    """`wanted`, if each can be an identifier and is nobody else's.

    Raises:
        Unfit: one is not.
    """
    if len(wanted) > MOST_IDENTIFIERS or not all(map(_IDENTIFIER.match, wanted)):
        raise Unfit("Invalid IdpIdentifiers: 50 at most, of 40 characters or fewer")
    twice = sorted(set(wanted) & set(taken))
    if twice:
        raise Unfit(f"The identifier {twice[0]} is already in use")
    return list(wanted)


def configured(pool: Any) -> Iterator[Provider]:
    """The SAML providers of `pool`, as the library keeps them."""
    for name, kept in pool.identity_providers.items():
        config = kept.extended_config
        yield Provider(
            name=name,
            metadata=config["ProviderDetails"]["MetadataFile"],
            mapping=config.get("AttributeMapping") or {},
            identifiers=frozenset(config.get("IdpIdentifiers") or ()),
        )


def offered(pool: Any, client_id: str) -> Offer:
    """What the client offers; a provider that has been deleted since is passed over."""
    client = pool.clients.get(client_id)
    supported = (
        (client.extended_config.get("SupportedIdentityProviders") or ()) if client else ()
    )
    known = {provider.name: provider for provider in configured(pool)}
    names = tuple(name for name in dict.fromkeys(supported) if name in known)
    identifiers = {one: name for name in names for one in known[name].identifiers}
    return Offer(NATIVE in supported, names, identifiers)
