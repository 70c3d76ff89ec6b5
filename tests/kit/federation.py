"""A user pool that federates with a SAML provider, and a browser that goes between the two."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from studiogate.local.idp.pool import Pool, found_pool
from studiogate.local.idp.site import idp_site
from tests.kit.idp import (
    BASE,
    CALLBACK,
    CLIENT_ID,
    GOODBYE,
    POOL_ID,
    Browser,
    StandingClock,
    answered,
    landscape,
    spare_keys,
    verified,
)
from tests.kit.saml_idp import Asked, SamlIdp, asked

PROVIDER = "Workforce"
MAPPING = {"preferred_username": "username", "email": "mail"}
POOL_ENTITY = f"urn:amazon:cognito:sp:{POOL_ID}"
POOL_ACS = f"{BASE}/saml2/idpresponse"
SUBJECT = "ada@acme.example"
USERNAME = f"{PROVIDER}_{SUBJECT}"


def new_pool(clock: StandingClock) -> Pool:
    """The demo pool, which federates with nobody yet."""
    return found_pool(
        landscape(),
        callback_urls=[CALLBACK],
        logout_urls=[GOODBYE],
        clock=clock,
        make_key=spare_keys(),
    )


def details(idp: SamlIdp, **more: Any) -> dict[str, Any]:
    """What an administrator configures of `idp`."""
    return {
        "ProviderType": "SAML",
        "ProviderDetails": {"MetadataFile": idp.metadata().decode()},
        "AttributeMapping": dict(MAPPING),
        **more,
    }


@dataclass
class Federation:
    """The pool, the provider it trusts, and the site people meet."""

    clock: StandingClock = field(default_factory=StandingClock)

    def __post_init__(self) -> None:
        self.pool = new_pool(self.clock)
        self.idp = SamlIdp(self.clock)
        self.site = idp_site(self.pool, base=BASE, name="Acme")
        self.pool.backend.create_identity_provider(POOL_ID, PROVIDER, details(self.idp))
        self.offer("COGNITO", PROVIDER)

    def offer(self, *names: str) -> None:
        """Let the client offer those providers."""
        client = self.pool.pool.clients[CLIENT_ID]
        config = {**client.extended_config, "SupportedIdentityProviders": list(names)}
        self.pool.backend.update_user_pool_client(POOL_ID, CLIENT_ID, config)

    def browser(self) -> "Traveller":
        """A new browser."""
        return Traveller(self)

    @property
    def usernames(self) -> set[str]:
        """Everybody the pool knows."""
        return set(self.pool.pool.users)


class Traveller(Browser):
    """A browser that can leave for the provider, and bring back what it says."""

    def __init__(self, federation: Federation) -> None:
        super().__init__(federation.site)
        self.federation = federation

    async def leave(self, **changed: str | None) -> Asked:
        """Choose the provider: what it is asked."""
        away = await self.begin(**{"identity_provider": PROVIDER, **changed})
        assert away.status_code == 302, away.text
        return asked(away.headers["location"])

    def said(self, to: Asked, **changes: Any) -> dict[str, str]:
        """The form by which the provider answers `to`, but for `changes`."""
        form = self.federation.idp.form(**answering(to) | changes)
        return {**form, "RelayState": to.relay or ""}

    async def arrive(self, form: Mapping[str, str] | bytes) -> httpx.Response:
        """Post what the provider's page posts."""
        if isinstance(form, bytes):
            kind = {"content-type": "application/x-www-form-urlencoded"}
            return await self.http.post("/saml2/idpresponse", content=form, headers=kind)
        return await self.http.post("/saml2/idpresponse", data=dict(form))

    async def comes_in(self, **changes: Any) -> Mapping[str, Any]:
        """Sign in by the provider: the claims of the identity token."""
        back = await self.arrive(self.said(await self.leave(), **changes))
        return (await self.tokens(back))["id"]

    async def tokens(self, back: httpx.Response) -> dict[str, Mapping[str, Any]]:
        """The claims of the tokens for the code that `back` brings."""
        answer = (await self.redeem(answered(back)["code"])).json()
        keys = await self.keys()
        return {use: verified(answer[f"{use}_token"], keys) for use in ("id", "access")}


def answering(to: Asked) -> dict[str, Any]:
    """What an honest answer to `to` says, as `Said` has it."""
    return {
        "audiences": ((POOL_ENTITY,),),
        "destination": POOL_ACS,
        "recipient": POOL_ACS,
        "in_response_to": to.id,
        "name_id": SUBJECT,
        "attributes": {"username": ("ada",), "mail": ("ada@acme.example",)},
    }
