"""Credentials that are given and stay; implements `aws.wire.call.CredentialSource`."""

from studiogate.aws.wire.call import Credentials


class GivenCredentials:
    """The credentials it was given."""

    def __init__(self, given: Credentials) -> None:
        self._given = given

    async def credentials(self) -> Credentials:
        """The credentials given, whatever their age."""
        return self._given
