"""Administrators' passwords that Redshift looks after, in the emulated Secrets Manager.

The secret is in the account of the cluster or namespace, and made and read as Redshift's own;
who may ask for that is decided before (Redshift Management Guide, "Managing Amazon Redshift
admin passwords using AWS Secrets Manager").
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from studiogate.local.call import ApiError, Place
from studiogate.local.front.event import Trail
from studiogate.local.kept.moto_app import MotoApp
from studiogate.local.kept.own import Itself, OwnCalls

_REDSHIFT = Itself("redshift.amazonaws.com", "AWSServiceRoleForRedshift", "Redshift")


class Managed(Protocol):
    """Where secrets are."""

    async def make(
        self, place: Place, name: str, login: tuple[str, str], *, key: str | None, owner: str
    ) -> str:
        """The ARN of a new secret with a user and a password; `owner` is an ARN, too.

        Raises:
            ApiError: Secrets Manager refused.
        """
        ...

    async def read(self, place: Place, secret: str) -> tuple[str, str]:
        """User and password of a secret.

        Raises:
            ApiError: it is not there, or holds neither.
        """
        ...

    async def end(self, place: Place, secret: str) -> None:
        """Delete a secret; one that is gone is no error."""
        ...


class ManagedByMoto:
    """Makes, reads and ends secrets.  Implements `Managed`."""

    def __init__(self, app: MotoApp, *, trail: Trail, clock: Callable[[], datetime]) -> None:
        calls = OwnCalls(app, "secretsmanager", _REDSHIFT, trail=trail, clock=clock)
        self._call = calls.call

    async def make(
        self, place: Place, name: str, login: tuple[str, str], *, key: str | None, owner: str
    ) -> str:
        """The ARN of a new secret, marked as `owner`'s."""
        user, password = login
        made = await self._call(
            place,
            "CreateSecret",
            Name=name,
            ClientRequestToken=str(uuid4()),
            Description=f"The secret associated with {owner}",
            SecretString=json.dumps({"username": user, "password": password}),
            Tags=[{"Key": "aws:redshift:primaryClusterArn", "Value": owner}],
            **({"KmsKeyId": key} if key else {}),
        )
        return str(made["ARN"])

    async def read(self, place: Place, secret: str) -> tuple[str, str]:
        """User and password of a secret."""
        found = await self._call(place, "GetSecretValue", SecretId=secret)
        try:
            text = json.loads(found.get("SecretString") or "{}")
            return str(text["username"]), str(text["password"])
        except (ValueError, KeyError, TypeError) as exc:
            raise ApiError(
                "ValidationException", "username and password in secret cannot be empty"
            ) from exc

    async def end(self, place: Place, secret: str) -> None:
        """Delete a secret at once."""
        try:
            await self._call(
                place, "DeleteSecret", SecretId=secret, ForceDeleteWithoutRecovery=True
            )
        except ApiError as exc:
            if exc.code != "ResourceNotFoundException":
                raise
