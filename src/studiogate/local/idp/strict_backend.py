"""The library's Cognito operations, where they are easier than AWS, made as strict as AWS is.

As they come, they sign anybody in over SRP without looking at the password, let the holder of
one challenge set the password of another person, confirm a sign-up without a code, accept any
recovery code, and never look at the flows a client allows.  Each of these is closed here; what
cannot be done faithfully is refused.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NoReturn

from moto.cognitoidp.exceptions import (
    InvalidParameterException,
    InvalidPasswordException,
    NotAuthorizedError,
    ResourceNotFoundError,
)
from moto.cognitoidp.models import CognitoIdpUserPoolClient, UserStatus
from moto.core.exceptions import JsonRESTError

from studiogate.gateway.ports import Clock
from studiogate.local.idp.book import Tokens
from studiogate.local.idp.federating_backend import FederatingBackend
from studiogate.local.idp.keys import MakeKey, SigningKeys
from studiogate.local.idp.strict_pool import Standing, StrictPool
from studiogate.local.idp.tokens import SignIn
from studiogate.local.sites.shelf import Shelf

WRONG = "Incorrect username or password."
CHALLENGE = "NEW_PASSWORD_REQUIRED"
NO_FACTOR = "the emulated user pool knows no second factor: nobody can register one"

DEFAULT_FLOWS = ("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH")
"""What a client may do that was created without ExplicitAuthFlows (API reference)."""


class StrictBackend(FederatingBackend):
    """The user pools of one account and region."""

    def __init__(
        self, region_name: str, account_id: str, *, clock: Clock, make_key: MakeKey
    ) -> None:
        super().__init__(region_name, account_id)
        self.clock = clock
        self._make_key = make_key
        self._challenged: Shelf[tuple[str, str]] = Shelf(
            lives=timedelta(minutes=3), clock=clock
        )

    def reset(self) -> None:
        """Forget every pool."""
        for store in (self.user_pools, self.user_pool_domains, self.sessions):
            store.clear()

    def create_user_pool(
        self, name: str, extended_config: dict[str, Any], *, pool_id: str | None = None
    ) -> StrictPool:
        """A new pool, under `pool_id` or an id of chance; factors are a call of their own."""
        if extended_config.get("MfaConfiguration", "OFF") != "OFF":
            raise InvalidParameterException(
                "SMS configuration and Auto verification for phone_number are required when "
                "MFA is required/optional"
            )
        pool = StrictPool(
            self.account_id,
            self.region_name,
            name,
            extended_config,
            keys=SigningKeys(self.clock, make=self._make_key),
            clock=self.clock,
            pool_id=pool_id,
        )
        self.user_pools[pool.id] = pool
        return pool

    def initiate_auth(
        self, client_id: str, auth_flow: str, auth_parameters: Mapping[str, str]
    ) -> dict[str, Any]:
        """Sign in with a password, or refresh (InitiateAuth)."""
        pool, client = self._pool_of(client_id)
        flow = _flow(client, auth_flow, offers="USER_PASSWORD_AUTH")
        return self._authenticate(pool, client, flow, auth_parameters or {})

    def admin_initiate_auth(
        self,
        user_pool_id: str,
        client_id: str,
        auth_flow: str,
        auth_parameters: Mapping[str, str],
    ) -> dict[str, Any]:
        """The same for an administrator, by the flow for administrators (AdminInitiateAuth)."""
        pool, client = self._pool_of(client_id)
        if pool.id != user_pool_id:
            raise ResourceNotFoundError(f"User pool client {client_id} does not exist.")
        name = "ADMIN_USER_PASSWORD_AUTH"
        asked = name if auth_flow == "ADMIN_NO_SRP_AUTH" else auth_flow
        flow = _flow(client, asked, offers=name)
        return self._authenticate(pool, client, flow, auth_parameters or {})

    def respond_to_auth_challenge(
        self,
        session: str,
        client_id: str,
        challenge_name: str,
        challenge_responses: Mapping[str, str],
    ) -> dict[str, Any]:
        """Replace a temporary password, for whoever proved to know it."""
        pool, client = self._pool_of(client_id)
        if challenge_name != CHALLENGE:
            raise InvalidParameterException(
                f"the emulated user pool does not do the challenge {challenge_name}"
            )
        challenged = self._challenged.look(session or "")
        username = (challenge_responses or {}).get("USERNAME", "")
        # The session says whose password may be set; the answer must not say another name.
        if challenged != (client_id, username):
            raise NotAuthorizedError("Invalid session for the user.")
        self.replace_temporary(pool, username, challenge_responses.get("NEW_PASSWORD", ""))
        self._challenged.take(session)
        return _result(pool, SignIn(client.id, username, self.clock()))

    # The same for an administrator: who may ask is decided before.
    admin_respond_to_auth_challenge = respond_to_auth_challenge

    def replace_temporary(self, pool: StrictPool, username: str, password: str) -> None:
        """Set the password of somebody who proved to know their temporary one."""
        if not password:
            raise InvalidPasswordException
        # Once it is replaced, an older proof of the temporary one opens nothing.
        if pool.users[username].status is not UserStatus.FORCE_CHANGE_PASSWORD:
            raise NotAuthorizedError("Invalid session for the user.")
        self.admin_set_user_password(pool.id, username, password, permanent=True)

    def sign_up(self, client_id: str, *_: object, **__: object) -> NoReturn:
        """Refused: only an administrator makes people."""
        self._pool_of(client_id)
        raise NotAuthorizedError("SignUp is not permitted for this user pool")

    def confirm_sign_up(self, client_id: str, username: str) -> NoReturn:
        """Refused: nobody signed up, so nobody has a code."""
        self._pool_of(client_id)
        raise NotAuthorizedError(f"User cannot be confirmed: {username!r} did not sign up")

    def forgot_password(self, client_id: str, *_: object, **__: object) -> NoReturn:
        """Refused: the pool recovers nobody by mail."""
        self._pool_of(client_id)
        raise NotAuthorizedError("Contact administrator to reset password.")

    def confirm_forgot_password(self, client_id: str, *_: object, **__: object) -> NoReturn:
        """Refused: no code was ever sent."""
        self._pool_of(client_id)
        raise JsonRESTError(
            "ExpiredCodeException", "Invalid code provided, please request a code again."
        )

    def set_user_pool_mfa_config(
        self,
        user_pool_id: str,
        sms_config: Mapping[str, Any] | None,
        token_config: Mapping[str, Any] | None,
        mfa_config: str,
    ) -> dict[str, Any]:
        """Say whether a second factor is asked for; the only one is a code of an app.

        Nobody can register one here.  Of a pool that leaves it to people nobody is asked, as on
        AWS; into one that wants it nobody gets.
        """
        if sms_config:
            raise InvalidParameterException("the emulated user pool sends no messages")
        wanted = mfa_config or "OFF"
        if wanted != "OFF" and not (token_config or {}).get("Enabled"):
            raise InvalidParameterException(
                "Invalid MFA configuration given, can't disable all MFAs with a required or "
                "optional configuration."
            )
        found: dict[str, Any] = super().set_user_pool_mfa_config(
            user_pool_id, None, token_config, wanted
        )
        return found

    def associate_software_token(self, *_: object, **__: object) -> NoReturn:
        """Refused: a second factor that accepts anything would be worse than none."""
        raise InvalidParameterException(NO_FACTOR)

    set_user_mfa_preference = associate_software_token
    admin_set_user_mfa_preference = associate_software_token
    verify_software_token = associate_software_token

    def _pool_of(self, client_id: str) -> tuple[StrictPool, CognitoIdpUserPoolClient]:
        for pool in self.user_pools.values():
            if client_id in pool.clients:
                return pool, pool.clients[client_id]
        raise ResourceNotFoundError(f"User pool client {client_id} does not exist.")

    def _authenticate(
        self,
        pool: StrictPool,
        client: CognitoIdpUserPoolClient,
        flow: str,
        given: Mapping[str, str],
    ) -> dict[str, Any]:
        if flow == "REFRESH":
            return _refreshed(pool, client, given.get("REFRESH_TOKEN", ""))
        username, password = given.get("USERNAME"), given.get("PASSWORD")
        if not username or not password:
            raise InvalidParameterException("Missing required parameter USERNAME or PASSWORD")
        checked = pool.check(username, password)
        if checked.standing is Standing.MUST_CHANGE:
            return {
                "ChallengeName": CHALLENGE,
                "ChallengeParameters": {
                    "USER_ID_FOR_SRP": username,
                    "requiredAttributes": "[]",
                },
                "Session": self._challenged.put((client.id, username)),
            }
        if checked.standing is not Standing.SIGNED_IN:
            raise JsonRESTError(*_REFUSALS[checked.standing])
        return _result(pool, SignIn(client.id, username, self.clock()))


_REFUSALS = {
    Standing.WRONG: ("NotAuthorizedException", WRONG),
    Standing.LOCKED: ("NotAuthorizedException", "Password attempts exceeded"),
    Standing.DISABLED: ("NotAuthorizedException", "User is disabled."),
    Standing.UNCONFIRMED: ("UserNotConfirmedException", "User is not confirmed."),
    Standing.SECOND_FACTOR: ("InvalidParameterException", NO_FACTOR),
    Standing.MUST_RESET: (
        "PasswordResetRequiredException",
        "Password reset required for the user",
    ),
}


def _flow(client: CognitoIdpUserPoolClient, asked: str, *, offers: str) -> str:
    """`PASSWORD` or `REFRESH`; anything the client does not allow is refused as AWS does."""
    if client.generate_secret:
        raise InvalidParameterException(
            "the emulated user pool serves public app clients only; this one has a secret"
        )
    allowed = client.extended_config.get("ExplicitAuthFlows") or DEFAULT_FLOWS
    name = "REFRESH_TOKEN_AUTH" if asked == "REFRESH_TOKEN" else asked
    if f"ALLOW_{name}" not in allowed:
        raise InvalidParameterException(f"{asked} flow not enabled for this client")
    if name not in {offers, "REFRESH_TOKEN_AUTH"}:
        raise InvalidParameterException(f"the emulated user pool does not do {asked}")
    return "REFRESH" if name == "REFRESH_TOKEN_AUTH" else "PASSWORD"


def _result(pool: StrictPool, sign_in: SignIn) -> dict[str, Any]:
    tokens = pool.open(sign_in)
    if tokens is None:
        raise NotAuthorizedError(WRONG)
    return _written(tokens)


def _refreshed(
    pool: StrictPool, client: CognitoIdpUserPoolClient, token: str
) -> dict[str, Any]:
    tokens = pool.refresh(token, client_id=client.id)
    if tokens is None:
        raise NotAuthorizedError("Invalid Refresh Token")
    return _written(tokens)


def _written(tokens: Tokens) -> dict[str, Any]:
    given = {
        "AccessToken": tokens.access,
        "IdToken": tokens.id,
        "RefreshToken": tokens.refresh,
        "ExpiresIn": tokens.expires_in,
        "TokenType": "Bearer",
    }
    return {
        "ChallengeParameters": {},
        "AuthenticationResult": {name: value for name, value in given.items() if value},
    }
