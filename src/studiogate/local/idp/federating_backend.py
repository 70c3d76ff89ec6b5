"""The library's operations on providers and attributes, made as strict as Cognito's.

As they come, they take any text for metadata, let a client name providers there are none of,
and let people write into their own entry what only a pool or a provider may say.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moto.cognitoidp.exceptions import InvalidParameterException, NotAuthorizedError
from moto.cognitoidp.models import (
    CognitoIdpBackend,
    CognitoIdpIdentityProvider,
    CognitoIdpUser,
    CognitoIdpUserPoolClient,
)
from moto.core.exceptions import JsonRESTError

from studiogate.gateway.ports import Clock
from studiogate.local.idp import providers
from studiogate.local.idp.external import ExternalUser, Vouched, group_of
from studiogate.local.idp.providers import NATIVE, Unfit

_OF_THE_POOL = frozenset({"sub", "identities"})
_PROVED = {"email": "email_verified", "phone_number": "phone_number_verified"}
"""What is to be proved anew when somebody changes it."""

Attributes = list[dict[str, str]]


class FederatingBackend(CognitoIdpBackend):  # type: ignore[misc]  # the library is untyped to us
    """User pools that federate with SAML providers."""

    clock: Clock

    def create_identity_provider(
        self, user_pool_id: str, name: str, extended_config: dict[str, Any]
    ) -> CognitoIdpIdentityProvider:
        """Configure a provider; its metadata is read now, so that nobody finds out later."""
        pool = self.describe_user_pool(user_pool_id)
        if name in pool.identity_providers:
            raise JsonRESTError(
                "DuplicateProviderException", f"A provider with name {name} already exists."
            )
        kind = extended_config.get("ProviderType")
        if kind != "SAML":
            raise InvalidParameterException(
                f"the emulated user pool federates with SAML providers only, not with {kind}"
            )
        with _refusing():
            providers.named(name)
            found = self._fit(pool, name, extended_config)
        return super().create_identity_provider(user_pool_id, name, found)

    def update_identity_provider(
        self, user_pool_id: str, name: str, extended_config: dict[str, Any]
    ) -> CognitoIdpIdentityProvider:
        """Configure a provider anew, such as after a certificate was rolled over."""
        kept = self.describe_identity_provider(user_pool_id, name).extended_config
        pool = self.describe_user_pool(user_pool_id)
        with _refusing():
            found = self._fit(pool, name, {**kept, **extended_config})
        return super().update_identity_provider(user_pool_id, name, found)

    def create_user_pool_client(
        self,
        user_pool_id: str,
        generate_secret: bool,  # noqa: FBT001 - the library calls it like this
        extended_config: dict[str, Any],
    ) -> CognitoIdpUserPoolClient:
        """A new client, of providers that there are."""
        self._supported(user_pool_id, extended_config)
        return super().create_user_pool_client(user_pool_id, generate_secret, extended_config)

    def update_user_pool_client(
        self, user_pool_id: str, client_id: str, extended_config: dict[str, Any]
    ) -> CognitoIdpUserPoolClient:
        """Say anew what a client is; it cannot name a provider there is none of.

        What is not said becomes what it is for a new client (API reference,
        UpdateUserPoolClient); only its name stays.
        """
        self._supported(user_pool_id, extended_config)
        client = self.describe_user_pool_client(user_pool_id, client_id)
        said = {"ClientName": client.extended_config.get("ClientName"), **extended_config}
        fresh = CognitoIdpUserPoolClient(user_pool_id, client.generate_secret, said)
        client.extended_config = fresh.extended_config
        return client

    def admin_create_user(
        self,
        user_pool_id: str,
        username: str,
        message_action: str,
        temporary_password: str,
        attributes: Attributes,
    ) -> CognitoIdpUser:
        """A user of the pool's own: nobody but a provider makes one that it vouches for."""
        _not_of_the_pool(attributes)
        return super().admin_create_user(
            user_pool_id, username, message_action, temporary_password, attributes
        )

    def admin_update_user_attributes(
        self, user_pool_id: str, username: str, attributes: Attributes
    ) -> None:
        """Change what a pool does not say itself."""
        _not_of_the_pool(attributes)
        super().admin_update_user_attributes(user_pool_id, username, attributes)

    def update_user_attributes(self, access_token: str, attributes: Attributes) -> None:
        """The same for oneself; nobody proves their own address by saying so."""
        _not_of_the_pool(attributes)
        names = {each["Name"] for each in attributes}
        if names & set(_PROVED.values()):
            raise NotAuthorizedError("A client attempted to write unauthorized attribute")
        unproved = [
            {"Name": flag, "Value": "false"} for name, flag in _PROVED.items() if name in names
        ]
        super().update_user_attributes(access_token, [*attributes, *unproved])

    def enter(self, user_pool_id: str, vouched: Vouched) -> str:
        """Make or renew the user that a provider vouches for; their name in the pool.

        Raises:
            Unfit: they cannot be entered, and why.
        """
        pool = self.describe_user_pool(user_pool_id)
        name = vouched.username
        if not vouched.fits:
            raise Unfit("Invalid user attributes: username")
        user = pool.users.get(name)
        if user is None:
            _all_required(pool, vouched.attributes)
            user = pool.users[name] = ExternalUser(pool.id, vouched, self.clock())
        elif not isinstance(user, ExternalUser) or not user.is_of(vouched):
            raise Unfit("User already exists")
        if not user.enabled:
            raise Unfit("User is disabled.")
        user.fill(vouched.attributes)
        self._into_group(pool, name, vouched.provider)
        return name

    def _into_group(self, pool: Any, username: str, provider: str) -> None:
        group = group_of(pool.id, provider)
        if group not in pool.groups:
            words = f"Autogenerated group for users who sign in using {provider}"
            self.create_group(pool.id, group, words, None, None)
        self.admin_add_user_to_group(pool.id, group, username)

    def _fit(self, pool: Any, name: str, config: Mapping[str, Any]) -> dict[str, Any]:
        """`config` as it is kept; an `Unfit` says why it is not."""
        from studiogate.local.idp import assertions  # noqa: PLC0415 - loads XML signatures

        document = providers.metadata_in(config.get("ProviderDetails") or {})
        found = assertions.provider_in(document, now=self.clock())
        others = [one for one in providers.configured(pool) if one.name != name]
        taken = {identifier for one in others for identifier in one.identifiers}
        mapping = config.get("AttributeMapping") or {}
        return {
            **config,
            "ProviderDetails": {
                "MetadataFile": document,
                "SSORedirectBindingURI": found.sso_redirect,
            },
            "AttributeMapping": dict(providers.mapped(mapping, pool.schema_attributes)),
            "IdpIdentifiers": providers.identifiers_in(
                config.get("IdpIdentifiers") or [], taken
            ),
        }

    def _supported(self, user_pool_id: str, config: Mapping[str, Any]) -> None:
        known = {NATIVE, *self.describe_user_pool(user_pool_id).identity_providers}
        for name in config.get("SupportedIdentityProviders") or ():
            if name not in known:
                raise InvalidParameterException(
                    f"The provider {name} does not exist for User Pool {user_pool_id}."
                )


@contextmanager
def _refusing() -> Iterator[None]:
    """What is unfit is refused as Cognito refuses it."""
    try:
        yield
    except Unfit as why:
        raise InvalidParameterException(str(why)) from None


def _not_of_the_pool(attributes: Attributes | None) -> None:
    for each in attributes or ():
        if each["Name"] in _OF_THE_POOL:
            raise InvalidParameterException(
                f"user.{each['Name']}: Attribute cannot be updated."
            )


def _all_required(pool: Any, attributes: Collection[str]) -> None:
    for name, declared in pool.schema_attributes.items():
        if declared.required and name not in {*attributes, *_OF_THE_POOL}:
            raise Unfit(f"Invalid user attributes: {name}: The attribute is required")
