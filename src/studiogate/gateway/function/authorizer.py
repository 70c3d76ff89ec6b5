"""The authorizer of the private API: whose token it is, and that they may ask for themselves.

It verifies the token as the gateway does and answers with a policy for exactly one path
(S2-07, S2-38).  It is asked about `GET /{person}` alone; what a browser asks for is decided
by the gateway, which knows cookies.  Nothing of a token is logged, in whatever way it is bad.

Source: API Gateway Developer Guide, "Input to an API Gateway Lambda authorizer" (type REQUEST)
and "Output from …"; an error called `Unauthorized` becomes 401, any other 500.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from studiogate.aws.wire.blocking import BlockingTransport, drive
from studiogate.aws.wire.call import Transport
from studiogate.errors import AwsError, NotSignedIn
from studiogate.gateway.function.entry import Handler
from studiogate.gateway.function.event import Event, headers_of
from studiogate.gateway.ports import Clock, Identity
from studiogate.gateway.settings import AuthorizerSettings
from studiogate.gateway.signin import bearer
from studiogate.gateway.signin.tokens import Trusted, vouched
from studiogate.gateway.signin.why import Why, refused
from studiogate.policy.doors import authorizer_policy

_METHOD_ARN = re.compile(
    r"(arn:[a-z-]+:execute-api:[a-z0-9-]+:[0-9]{12}:[a-z0-9]+)/([A-Za-z0-9_-]+)/([A-Z]+)/"
)
_log = logging.getLogger(__name__)


class Unauthorized(Exception):
    """API Gateway answers 401 when this is the error's whole text."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


class Unanswered(Exception):
    """The token cannot be judged now; API Gateway answers 500."""


def authorizer(
    environ: Mapping[str, str], *, clock: Clock, transport: Transport | None = None
) -> Handler:
    """The handler of the authorizer as `environ` describes it; asks nobody yet.

    Raises:
        SettingsError: a variable is wrong or missing.
    """
    settings = AuthorizerSettings.from_environment(environ)
    carrier = transport or BlockingTransport()
    idps = {name: Trusted.of(idp, carrier, clock) for name, idp in settings.idps.items()}

    def handler(event: Event, _context: object) -> dict[str, Any]:
        api, stage, method = _asked(event)
        identity = _who(idps, event)
        policy = authorizer_policy(
            api_arn=api, stage=stage, method=method, person=identity.person
        )
        return {
            "principalId": identity.person,
            "policyDocument": policy,
            "context": {"person": identity.person, "idp": identity.idp},
        }

    return handler


def _who(idps: Mapping[str, Trusted], event: Event) -> Identity:
    """Who the request's bearer token speaks for.

    Raises:
        Unauthorized: nobody we can vouch for.
        Unanswered: their provider's keys cannot be had.
    """
    request = Request({"type": "http", "headers": headers_of(event)})
    try:
        return drive(_vouched(idps, request))
    except NotSignedIn as nobody:
        _log.info("refused", extra={"facts": {"reason": nobody.recorded}})
        error: Exception = Unauthorized()
    except AwsError as failed:
        _log.error("failed", extra={"facts": {"error": failed, "action": failed.action}})
        error = Unanswered("the identity provider's keys are not known")
    # Outside the `except`: nothing of the token travels in a chained traceback.
    raise error


async def _vouched(idps: Mapping[str, Trusted], request: Request) -> Identity:
    token = bearer.token_of(request)
    if token is None:
        raise refused(Why.BEARER_MALFORMED)
    return await vouched(idps, token)


def _asked(event: Event) -> tuple[str, str, str]:
    """The API, stage and method that the event asks about."""
    found = _METHOD_ARN.match(str(event.get("methodArn", "")))
    if event.get("type") != "REQUEST" or found is None:
        raise ValueError("not an event of a REST API's request authorizer")
    return found[1], found[2], found[3]
