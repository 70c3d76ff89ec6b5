"""The access portal's addresses."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from studiogate.local.sites.routes import at, reads, site, waits
from studiogate.local.workforce import rolling, visit
from studiogate.local.workforce.house import House, Registered
from studiogate.local.workforce.pages import STYLE
from studiogate.local.workforce.published import MEDIA_TYPE
from studiogate.local.workforce.rolling import Publish

_LOST = ("There is nothing here", "Begin at the access portal's first page.")


def workforce_site(house: House, *, publish: Publish) -> Starlette:
    """The site of `house` for all of its applications.

    `publish` is handed the metadata whenever a step of a roll-over has changed it.
    """
    step = visit.within(rolling.stepping(publish))
    routes = [
        Route("/", at(house, visit.portal)),
        Route("/applications/{name}", at(house, visit.application)),
        Route("/sign-in", waits(house, reads(visit.sign_in)), methods=["POST"]),
        Route("/sign-out", waits(house, visit.within(visit.sign_out)), methods=["POST"]),
        Route("/certificates", at(house, rolling.certificates)),
        Route("/certificates/{step}", waits(house, step), methods=["POST"]),
        Route("/metadata", at(house, _metadata(house.registered))),
    ]
    for each in (house.registered, *house.others):
        routes.append(Route(each.asked_at, at(house, visit.asked(each))))
        routes.append(Route(each.metadata_at, at(house, _metadata(each))))

    return site(house, routes, lost=_LOST, style=STYLE, https=False)


def _metadata(registered: Registered) -> Callable[[House, Request], Response]:
    def handler(house: House, _: Request) -> Response:
        return Response(house.published(registered), media_type=MEDIA_TYPE)

    return handler
