"""People of a pool whom another provider vouches for.

At their first sign-in a user is made of them: called like the provider and what it calls them,
without a password, in a group of everybody who comes from there.
Sources: Cognito developer guide, "User pool sign-in with third party identity providers",
"Understanding the identity (ID) token" (`identities`), "Adding groups to a user pool".
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.cognitoidp.models import CognitoIdpUser

STATUS = "EXTERNAL_PROVIDER"
"""Of somebody who has no password here (API reference, UserStatusType)."""

LONGEST_USERNAME = 128
LONGEST_VALUE = 2048
"""Characters of an attribute that is mapped."""

_KINDS = frozenset("LMSNP")
"""General categories that a user name consists of (API reference, UsernameType)."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody, as a provider has just said who they are."""

    provider: str
    """Its name in the pool."""

    issuer: str
    """What it calls itself."""

    subject: str
    """What it calls them."""

    attributes: Mapping[str, str]
    """Attributes of the pool that it fills."""

    @property
    def username(self) -> str:
        """What the pool calls them."""
        return f"{self.provider}_{self.subject}"

    @property
    def fits(self) -> bool:
        """Whether the pool can call them that."""
        kinds = {unicodedata.category(letter)[0] for letter in self.username}
        return bool(self.subject) and len(self.username) <= LONGEST_USERNAME and kinds <= _KINDS


class ExternalUser(CognitoIdpUser):  # type: ignore[misc]  # the library is untyped to us
    """A user of a pool whom a provider vouches for; `identity` is not for anybody to change."""

    def __init__(self, pool_id: str, vouched: Vouched, now: datetime) -> None:
        super().__init__(pool_id, vouched.username, None, STATUS, [])
        self.identity: Mapping[str, str] = {
            "userId": vouched.subject,
            "providerName": vouched.provider,
            "providerType": "SAML",
            "issuer": vouched.issuer,
            "primary": "true",
            "dateCreated": str(int(now.timestamp() * 1000)),
        }
        identities = json.dumps([self.identity], separators=(",", ":"))
        self.update_attributes([{"Name": "identities", "Value": identities}])

    def is_of(self, vouched: Vouched) -> bool:
        """Whether this is the very person that the provider vouches for."""
        named = (self.identity["providerName"], self.identity["userId"])
        return named == (vouched.provider, vouched.subject)

    def fill(self, attributes: Mapping[str, str]) -> None:
        """Take over what the provider says now; what it does not say stays as it was.

        An address it sends is unverified, unless it says otherwise itself.
        """
        news = dict(attributes)
        if "email" in news:
            news.setdefault("email_verified", "false")
        self.update_attributes([{"Name": name, "Value": value} for name, value in news.items()])


def identities(user: Any) -> tuple[Mapping[str, str], ...]:
    """Who vouches for `user`; nobody for somebody with an account of the pool's own."""
    return (user.identity,) if isinstance(user, ExternalUser) else ()


def group_of(pool_id: str, provider: str) -> str:
    """The group of everybody who comes from `provider`."""
    return f"{pool_id}_{provider}"
