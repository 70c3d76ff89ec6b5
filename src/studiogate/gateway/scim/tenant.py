"""Which provider is speaking: the one whose token the request shows.

Every provider has a token of its own, and with it sees and changes what it sent, and nothing
of any other's.
"""

from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest

from starlette.requests import Request

from studiogate.audit.signing_in import Deed
from studiogate.errors import NotSignedIn
from studiogate.gateway.signin.bearer import token_of
from studiogate.gateway.signin.noted import noted
from studiogate.gateway.signin.why import Why, refused
from studiogate.gateway.told import Secret


class Tenants:
    """Providers by the digests of their tokens; the tokens themselves are not kept."""

    def __init__(self, tokens: Mapping[str, Secret]) -> None:
        self._digests = {
            idp: sha256(token.get_secret_value()).digest() for idp, token in tokens.items()
        }

    async def idp_of(self, request: Request) -> str:
        """The provider that sent `request`.

        Raises:
            NotSignedIn: nobody's token is shown; that is recorded.
            RecordError: it could not be recorded.
        """
        try:
            return self._known(token_of(request))
        except NotSignedIn:
            async with noted(request, "scim", deed=Deed.PROVISION) as note:
                note.about = "token"
                raise

    def _known(self, token: str | None) -> str:
        if token is None:
            raise refused(Why.NOTHING_SHOWN)
        shown = sha256(token.encode()).digest()
        # All are compared, so that how long it takes says nothing about which is near.
        found = [idp for idp, one in self._digests.items() if compare_digest(one, shown)]
        if len(found) != 1:
            raise refused(Why.SCIM_TOKEN)
        return found[0]
