"""The gateway as a Lambda function: the same application, one request at a time.

Calls block, so there is no event loop and no aiohttp; what an opening does not need is not
imported, for imports are most of a cold start.  The record is in a table: a function's output
is shipped after its answer, and would make "no record, no URL" untrue.
"""

from collections.abc import Callable, Mapping
from typing import Any

from studiogate.audit.record import Opening
from studiogate.audit.signing_in import SigningIn
from studiogate.aws.wire.blocking import BlockingTransport
from studiogate.aws.wire.call import Transport
from studiogate.errors import NotThere, SettingsError
from studiogate.gateway.assembled import TABLE, Surroundings, assembled
from studiogate.gateway.function.asked import answer
from studiogate.gateway.function.event import Event, answer_of, request_of
from studiogate.gateway.ports import Clock
from studiogate.gateway.settings import Settings
from studiogate.gateway.source import through

Handler = Callable[[Event, object], dict[str, Any]]
"""What Lambda calls with an event and its context."""


class Uncounted:
    """Counts nothing: CloudWatch counts a function's requests, and the table its openings."""

    def opening(self, opening: Opening) -> None:
        """Nothing is counted here."""

    def signing_in(self, record: SigningIn) -> None:
        """Nothing is counted here."""

    def aws_call(self, action: str, seconds: float, outcome: str) -> None:
        """Nothing is counted here."""

    def text(self) -> bytes:
        """There is none: a scraper would meet another instance each time.

        Raises:
            NotThere: always.
        """
        raise NotThere(
            "a function has no metrics of its own",
            remedy="Look at the metrics of the function and of its API in CloudWatch.",
            reason="no-such-page",
        )


def gateway(
    environ: Mapping[str, str], *, clock: Clock, transport: Transport | None = None
) -> Handler:
    """The handler of the gateway as `environ` describes it; connects to nothing yet.

    Raises:
        SettingsError: a variable is wrong, or missing in a function.
    """
    settings = Settings.from_environment(environ)
    endpoint = _endpoint(settings)
    around = Surroundings(
        transport or BlockingTransport(), clock, through(endpoint), Uncounted()
    )
    app = assembled(settings, environ, around).app

    def handler(event: Event, _context: object) -> dict[str, Any]:
        scope, body = request_of(event)
        said = answer(app, scope, body)
        return answer_of(said.status or 0, said.headers, bytes(said.body))

    return handler


def _endpoint(settings: Settings) -> str:
    """The VPC endpoint that requests come through; what a function cannot do is refused."""
    if settings.landscape is not None:
        raise SettingsError(
            "STUDIOGATE_LANDSCAPE: a function has no landscape to show",
            remedy="Leave it out; `studiogate reach` shows the same without a gateway.",
        )
    if not settings.ledger.startswith(TABLE):
        raise SettingsError(
            "STUDIOGATE_LEDGER: a function has no place of its own that lasts",
            remedy=f"Set it to `{TABLE}` and the name of the table of openings.",
        )
    if settings.api_endpoint is None:
        raise SettingsError(
            "STUDIOGATE_API_ENDPOINT: is not set",
            remedy="Set it to the id of API Gateway's VPC endpoint, as vpce-0a1b2c3d.",
        )
    return settings.api_endpoint
