"""The access portal's addresses."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from studiogate.local.idp.pages import SafeHeaders
from studiogate.local.workforce import rolling, visit
from studiogate.local.workforce.house import House, Registered
from studiogate.local.workforce.pages import stylesheet
from studiogate.local.workforce.published import MEDIA_TYPE
from studiogate.local.workforce.rolling import Publish

Handler = Callable[[Request], Awaitable[Response]]


def workforce_site(house: House, *, publish: Publish) -> Starlette:
    """The site of `house` for all of its applications.

    `publish` is handed the metadata whenever a step of a roll-over has changed it.
    """
    step = visit.within(rolling.stepping(publish))
    routes = [
        Route("/", _at(house, visit.portal)),
        Route("/applications/{name}", _at(house, visit.application)),
        Route("/sign-in", _waits(house, visit.sign_in), methods=["POST"]),
        Route("/sign-out", _waits(house, visit.within(visit.sign_out)), methods=["POST"]),
        Route("/certificates", _at(house, rolling.certificates)),
        Route("/certificates/{step}", _waits(house, step), methods=["POST"]),
        Route("/metadata", _at(house, _metadata(house.registered))),
        Route("/portal.css", _at(house, _css)),
    ]
    for each in (house.registered, *house.others):
        routes.append(Route(each.asked_at, _at(house, visit.asked(each))))
        routes.append(Route(each.metadata_at, _at(house, _metadata(each))))

    async def lost(_: Request, __: Exception) -> Response:
        return house.pages.complaint(
            "There is nothing here", "Begin at the access portal's first page.", status=404
        )

    return Starlette(
        routes=routes,
        middleware=[Middleware(SafeHeaders, https=False)],
        exception_handlers={404: lost},
    )


def _metadata(registered: Registered) -> Callable[[House, Request], Response]:
    def handler(house: House, _: Request) -> Response:
        return Response(house.published(registered), media_type=MEDIA_TYPE)

    return handler


def _css(_: House, __: Request) -> Response:
    return Response(stylesheet(), media_type="text/css")


def _at(house: House, handler: Callable[[House, Request], Response]) -> Handler:
    async def endpoint(request: Request) -> Response:
        return handler(house, request)

    return endpoint


def _waits(house: House, handler: Callable[[House, Request], Awaitable[Response]]) -> Handler:
    async def endpoint(request: Request) -> Response:
        return await handler(house, request)

    return endpoint
