"""The room's door: everything the command line signs in with.

The gateway itself is the authorization server of its command line.  Corporate providers rarely
allow a loopback redirect, Amazon Cognito has no device grant, and SAML has neither: so whoever
is signed in at the portal, by whatever provider, lets the command line act for them, and no
provider has to be told that there is one (RFC 8252, RFC 8628).
"""

from starlette.routing import Route

from studiogate.gateway.ports import Clock
from studiogate.gateway.program.codes import Codes
from studiogate.gateway.program.consent import Consent
from studiogate.gateway.program.devices import Devices
from studiogate.gateway.program.issuing import Issuing
from studiogate.gateway.signin.cookie import Sealer
from studiogate.gateway.signin.session import Sessions


class Programs:
    """The pages that ask a person, and what the command line asks for."""

    def __init__(self, sealer: Sealer, sessions: Sessions, clock: Clock) -> None:
        codes, devices = Codes(sealer, clock), Devices(sealer, clock)
        self._pages = Consent(sealer, sessions, codes, devices, clock)
        self._issuing = Issuing(sealer, codes, devices, clock)

    @property
    def routes(self) -> list[Route]:
        """For the application to serve."""
        pages, issuing = self._pages, self._issuing
        return [
            Route("/cli", pages.ask, methods=["GET"]),
            Route("/cli", pages.answer, methods=["POST"]),
            Route("/device", pages.ask_for_code, methods=["GET"]),
            Route("/device", pages.answer_device, methods=["POST"]),
            Route("/api/token", issuing.token, methods=["POST"]),
            Route("/api/device", issuing.device, methods=["POST"]),
            Route("/api/signout", issuing.sign_out, methods=["POST"]),
        ]
