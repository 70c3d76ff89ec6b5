"""The addresses of a site: what answers at each, as Starlette calls it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from studiogate.local.sites.form import FormError, posted
from studiogate.local.sites.pages import Pages, SafeHeaders


class Housed(Protocol):
    """What the handlers of a site share."""

    @property
    def pages(self) -> Pages:
        """What people see."""
        ...


House = TypeVar("House", bound=Housed)
Form = Mapping[str, str]
Handler = Callable[[Request], Awaitable[Response]]


def at(house: House, handler: Callable[[House, Request], Response]) -> Handler:
    """`handler` of `house`, which answers at once."""

    async def endpoint(request: Request) -> Response:
        return handler(house, request)

    return endpoint


def waits(house: House, handler: Callable[[House, Request], Awaitable[Response]]) -> Handler:
    """`handler` of `house`, which waits for the body of a request."""

    async def endpoint(request: Request) -> Response:
        return await handler(house, request)

    return endpoint


def reads(
    do: Callable[[House, Request, Form], Response],
) -> Callable[[House, Request], Awaitable[Response]]:
    """A handler for a form of ours; what cannot be read as one is not looked at."""

    async def handler(house: House, request: Request) -> Response:
        try:
            form = await posted(request)
        except FormError as wrong:
            return house.pages.complaint("This form cannot be read", f"Because {wrong}.")
        return do(house, request, form)

    return handler


def from_us(request: Request, base: str) -> bool:
    """Whether a browser sent a form from a page at `base`.

    Under `no-referrer` it says `Origin: null` for our own form, so that is no sign of a
    stranger: the ticket or the form's token, bound to a cookie, is what keeps strangers out.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    return site in {"same-origin", "none"} and request.headers.get("origin", "null") in {
        base,
        "null",
    }


def site(
    house: House, routes: Sequence[Route], *, lost: tuple[str, str], style: str, https: bool
) -> Starlette:
    """The site with these routes, and its style sheet at `/STYLE`.

    `lost` are the title and the words of the page for every other address.
    """

    async def styled(_: Request) -> Response:
        return Response(house.pages.text(style), media_type="text/css")

    async def nothing(_: Request, __: Exception) -> Response:
        return house.pages.complaint(*lost, status=404)

    return Starlette(
        routes=[*routes, Route(f"/{style}", styled)],
        middleware=[Middleware(SafeHeaders, https=https)],
        exception_handlers={404: nothing},
    )
