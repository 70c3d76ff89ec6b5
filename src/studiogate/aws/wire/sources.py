"""Where the gateway's own credentials come from, by what its environment names.

`from_environment` chooses as AWS's SDKs do, among what a Lambda function, an ECS task and an
EKS pod are given.  Files of profiles and instance roles are not looked at: a gateway has a role
of its own.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from studiogate.aws.wire.call import Credentials, CredentialSource, Transport
from studiogate.aws.wire.container import (
    FULL_URI,
    RELATIVE_URI,
    ContainerCredentials,
    authorization,
    container_url,
)
from studiogate.errors import SettingsError

KEY_ID: Final = "AWS_ACCESS_KEY_ID"
SECRET: Final = "AWS_SECRET_ACCESS_KEY"  # noqa: S105 - the variable's name, not its value
TOKEN: Final = "AWS_SESSION_TOKEN"  # noqa: S105 - the variable's name, not its value

Clock = Callable[[], datetime]


class EnvironmentCredentials:
    """The credentials in environment variables, as Lambda sets them for a function's role."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    async def credentials(self) -> Credentials:
        """The credentials as the variables are now.

        Raises:
            SettingsError: one of the two compulsory variables is missing or empty.
        """
        missing = [name for name in (KEY_ID, SECRET) if not self._environ.get(name)]
        if missing:
            raise _half_set(missing)
        return Credentials(
            self._environ[KEY_ID], self._environ[SECRET], self._environ.get(TOKEN) or None
        )


def from_environment(
    environ: Mapping[str, str], transport: Transport, clock: Clock
) -> CredentialSource:
    """The source that the environment names: keys first, then the container's agent.

    Raises:
        SettingsError: it names none, or half of one; variables are named, values never.
    """
    if environ.get(KEY_ID) or environ.get(SECRET):
        missing = [name for name in (KEY_ID, SECRET) if not environ.get(name)]
        if missing:
            raise _half_set(missing)
        return EnvironmentCredentials(environ)
    url = container_url(environ)
    if url is None:
        raise SettingsError(
            "the environment names no credentials",
            remedy=(
                f"Give the function, task or pod a role (AWS then sets {KEY_ID}, "
                f"{RELATIVE_URI} or {FULL_URI}), or set {KEY_ID} and {SECRET}."
            ),
        )
    return ContainerCredentials(
        transport, url=url, clock=clock, authorization=authorization(environ)
    )


def _half_set(missing: list[str]) -> SettingsError:
    return SettingsError(
        f"{' and '.join(missing)} is not set",
        remedy=f"Set {KEY_ID} and {SECRET} together, and {TOKEN} for a role.",
    )
