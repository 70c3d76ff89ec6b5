"""A sign-in that leads to another provider and comes back with its assertion.

What ties the two halves together is the relay state: unguessable, known to one browser, good
for five minutes and once, as the request it stands for is.  So an assertion that nobody asked
for, of another browser or from before, signs nobody in.
Sources: Cognito developer guide, "Using SP-initiated SAML sign-in", "Managed login and
federation error responses".
"""

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from studiogate.errors import Refusal, StudioGateError
from studiogate.gateway.saml.message import Posted, posted
from studiogate.gateway.saml.metadata import SamlProvider
from studiogate.local.idp import assertions, providers
from studiogate.local.idp.assertions import Asserted, Trip
from studiogate.local.idp.authorize import Asked
from studiogate.local.idp.endings import back, signed_in
from studiogate.local.idp.external import LONGEST_VALUE, Vouched
from studiogate.local.idp.house import Away, House
from studiogate.local.idp.providers import Provider, Unfit

ARRIVES_AT = "/saml2/idpresponse"
_log = logging.getLogger(__name__)


def depart(house: House, request: Request, asked: Asked, name: str) -> Response:
    """Send the browser to the provider called `name`."""
    now = house.pool.clock()
    try:
        provider = _configured(house, name)
        there = assertions.provider_in(provider.metadata, now=now)
    except Unfit as why:
        return back(house, asked, error="server_error", error_description=str(why))
    request_id = f"_{secrets.token_hex(20)}"
    journey = house.cookies.value_or_new(request, "journey")
    relay = house.leave(asked, provider=name, request_id=request_id, journey=journey)
    pool_id = house.pool.pool.id
    trip = Trip(
        request_id,
        assertions.entity_id(pool_id),
        house.base + ARRIVES_AT,
        relay,
        anew=asked.prompt == "login",
    )
    answer = RedirectResponse(assertions.departure(there, trip, now=now), status_code=302)
    house.cookies.give(answer, "journey", journey, from_elsewhere=True)
    return answer


async def arrive(house: House, request: Request) -> Response:
    """`POST /saml2/idpresponse`: the provider's answer, by way of the browser."""
    try:
        form = await posted(request)
    except StudioGateError:
        return _lost(house)
    away = house.returned(form.relay or "", request)
    if away is None:
        return _lost(house)
    now = house.pool.clock()
    try:
        username = _entered(house, form, away, now)
    except Unfit as why:
        words = f"Invalid SAML response received: {why}"
        return back(house, away.asked, error="server_error", error_description=words)
    return signed_in(house, away.asked, username, now)


def _entered(house: House, form: Posted, away: Away, now: datetime) -> str:
    """The user of the pool that the answer is about, entered as it says.

    Raises:
        Unfit: it is not believed, or they cannot be entered.
    """
    provider = _configured(house, away.provider)
    there = assertions.provider_in(provider.metadata, now=now)
    found = _believed(house, form, there, now)
    if found.answers != away.request_id:
        raise Unfit("InResponseTo is not the request that was sent")
    attributes = _taken(provider.mapping, found.attributes)
    vouched = Vouched(provider.name, there.entity_id, found.subject, attributes)
    return house.pool.backend.enter(house.pool.pool.id, vouched)


def _believed(house: House, form: Posted, there: SamlProvider, now: datetime) -> Asserted:
    """What the provider has signed; whatever breaks a check is refused, and not told."""
    why = "unreadable"
    try:
        return assertions.asserted(
            form,
            there,
            audience=assertions.entity_id(house.pool.pool.id),
            consumer=house.base + ARRIVES_AT,
            now=now,
        )
    except Unfit:
        raise
    except Refusal as refused:
        why = refused.recorded or why
    except Exception as broken:  # noqa: BLE001 - hostile input; what breaks a check is refused
        _log.warning("a SAML message broke a check: %s", type(broken).__name__)
    # Outside the `except`: nothing of the message travels in a chained traceback.
    raise Unfit(why)


def _taken(
    mapping: Mapping[str, str], stated: Mapping[str, tuple[str, ...]]
) -> Mapping[str, str]:
    """What the attributes of the pool become; those that are not stated stay as they are."""
    taken = {}
    for name, source in mapping.items():
        values = stated.get(source, ())
        if name == "username" or not values:
            continue
        if len(values) > 1:
            raise Unfit(f"{source}: the emulated user pool takes one value of an attribute")
        if len(values[0]) > LONGEST_VALUE:
            raise Unfit(f"Invalid user attributes: {name}: longer than {LONGEST_VALUE}")
        taken[name] = values[0]
    return taken


def _configured(house: House, name: str) -> Provider:
    """The provider called `name`, if the client still offers it."""
    for provider in providers.configured(house.pool.pool):
        if provider.name == name and name in house.offer.providers:
            return provider
    raise Unfit(f"Identity provider {name} does not exist")


def _lost(house: House) -> Response:
    return house.pages.complaint(
        "Something went wrong", "Invalid samlResponse or relayState from identity provider"
    )
