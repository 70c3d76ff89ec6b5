"""The demo organisation's user pool: the one the landscape's first Cognito issuer names."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from moto.cognitoidp.exceptions import InvalidPasswordException, NotAuthorizedError
from moto.cognitoidp.models import CognitoIdpUserPoolClient, cognitoidp_backends

from studiogate.errors import StartError
from studiogate.gateway.ports import Clock
from studiogate.landscape.model import Landscape, OidcIdp, VpcNetwork
from studiogate.landscape.people import Person
from studiogate.local.idp.keys import MakeKey, new_key
from studiogate.local.idp.strict_backend import StrictBackend
from studiogate.local.idp.strict_pool import StrictPool

_ISSUER = re.compile(
    r"https://cognito-idp\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/"
    r"(?P<pool>(?P=region)_[0-9A-Za-z]{1,55})\Z"
)

SCOPES = ("openid", "email", "profile")

_PASSWORDS = {
    "MinimumLength": 10,
    "RequireUppercase": True,
    "RequireLowercase": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
    "TemporaryPasswordValidityDays": 1,
}


@dataclass(frozen=True, slots=True)
class Pool:
    """The founded pool, and what its sign-in page must know of it."""

    idp: str
    """Name of the identity provider in the landscape."""

    pool: StrictPool
    backend: StrictBackend
    client_id: str
    clock: Clock

    @property
    def callbacks(self) -> frozenset[str]:
        """Where a sign-in may lead back to, as the client is registered now."""
        return self._registered("CallbackURLs")

    @property
    def logouts(self) -> frozenset[str]:
        """Where a sign-out may lead to; the same."""
        return self._registered("LogoutURLs")

    @property
    def issuer(self) -> str:
        """Exactly what the tokens say, and the landscape."""
        return self.pool.book.issuer

    def _registered(self, kind: str) -> frozenset[str]:
        return frozenset(self.pool.clients[self.client_id].extended_config.get(kind) or ())

    def set_new_password(self, username: str, password: str) -> bool:
        """Replace a temporary password; whether the new one meets the pool's policy."""
        try:
            self.backend.replace_temporary(self.pool, username, password)
        except (InvalidPasswordException, NotAuthorizedError):
            return False
        return True


def found_pool(
    landscape: Landscape,
    *,
    callback_urls: Collection[str],
    logout_urls: Collection[str] = (),
    clock: Clock,
    make_key: MakeKey = new_key,
) -> Pool:
    """Make the pool, its public client, its people and groups, under the landscape's own ids.

    Only for the emulated organisation.  `callback_urls` and `logout_urls` are matched whole.

    Raises:
        StartError: the landscape is no demo, or none of its providers is a Cognito user pool.
    """
    _only_a_demo(landscape)
    name, idp, region, pool_id = _cognito(landscape)
    home = _account(landscape)
    for account in landscape.accounts.values():
        # In the place of the library's own, before anybody has used those.
        cognitoidp_backends[account][region] = StrictBackend(
            region, account, clock=clock, make_key=make_key
        )
    backend = cognitoidp_backends[home][region]
    pool = backend.create_user_pool(landscape.name, _pool_settings(), pool_id=pool_id)
    backend.create_user_pool_domain(pool_id, f"{landscape.name}-studiogate")
    _client(pool, idp.client_id, callback_urls, logout_urls)
    _people(backend, pool_id, landscape, idp=name)
    return Pool(
        idp=name,
        pool=pool,
        backend=backend,
        client_id=idp.client_id,
        clock=clock,
    )


def _only_a_demo(landscape: Landscape) -> None:
    if landscape.environment != "demo":
        raise StartError(
            f"the environment is {landscape.environment!r}; people with published passwords "
            "exist in a demo only",
            remedy="Set `environment: demo`, or use your own identity provider.",
        )


def _cognito(landscape: Landscape) -> tuple[str, OidcIdp, str, str]:
    for name, idp in landscape.idps.items():
        found = _ISSUER.match(idp.issuer) if isinstance(idp, OidcIdp) else None
        if isinstance(idp, OidcIdp) and found:
            return name, idp, found["region"], found["pool"]
    raise StartError(
        "no identity provider of the landscape is a Cognito user pool",
        remedy="Give one of `idps` the issuer https://cognito-idp.REGION.amazonaws.com/POOL_ID.",
    )


def cognito_pool(landscape: Landscape) -> str | None:
    """The id of the landscape's pool; `None`: none of its idps is one."""
    try:
        return _cognito(landscape)[3]
    except StartError:
        return None


def _account(landscape: Landscape) -> str:
    network = landscape.networks[landscape.gateway.network]
    if not isinstance(network, VpcNetwork):
        raise StartError(
            f"gateway.network is {landscape.gateway.network!r}, which is in no AWS account",
            remedy="Name a network of `kind: vpc`.",
        )
    return landscape.accounts[network.account]


def _pool_settings() -> dict[str, Any]:
    return {
        "Policies": {"PasswordPolicy": dict(_PASSWORDS)},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
        # Said aloud because the emulation cannot do the other: names differ by case here.
        "UsernameConfiguration": {"CaseSensitive": True},
        "AccountRecoverySetting": {
            "RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]
        },
    }


def _client(
    pool: StrictPool, client_id: str, callbacks: Collection[str], logouts: Collection[str]
) -> None:
    client = CognitoIdpUserPoolClient(
        pool.id,
        generate_secret=False,
        extended_config={
            "ClientName": "studiogate",
            "AllowedOAuthFlowsUserPoolClient": True,
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": list(SCOPES),
            "CallbackURLs": sorted(callbacks),
            "LogoutURLs": sorted(logouts),
            "SupportedIdentityProviders": ["COGNITO"],
            # The published token command needs the password flow (requirement S2-32).
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "PreventUserExistenceErrors": "ENABLED",
        },
    )
    client.id = client_id
    pool.clients[client_id] = client


def _people(backend: StrictBackend, pool_id: str, landscape: Landscape, *, idp: str) -> None:
    for lob in landscape.lobs.values():
        for group in lob.groups:
            if group not in backend.user_pools[pool_id].groups:
                backend.create_group(pool_id, group, None, None, None)
    for name, person in landscape.people.items():
        elsewhere = person.idp is not None and idp not in person.idp
        if person.demo_password is None or elsewhere:
            continue
        _person(backend, pool_id, name, person)
        for group in landscape.lobs[person.lob].groups if person.lob else ():
            backend.admin_add_user_to_group(pool_id, group, name)


def _person(backend: StrictBackend, pool_id: str, name: str, person: Person) -> None:
    password = person.demo_password.get_secret_value() if person.demo_password else ""
    mail = {"email": name, "email_verified": "true"} if "@" in name else {}
    attributes = [{"Name": key, "Value": value} for key, value in mail.items()]
    backend.admin_create_user(pool_id, name, "SUPPRESS", password, attributes)
    try:
        backend.admin_set_user_password(pool_id, name, password, permanent=True)
    except InvalidPasswordException as exc:
        raise StartError(
            f"the demo password of {name!r} is weaker than the user pool allows",
            remedy="Ten characters or more: upper and lower case, a digit and a symbol.",
        ) from exc
