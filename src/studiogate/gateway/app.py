"""The gateway as one ASGI application: every route, every guard, in one list each.

The same application is served by a process (`server`) and driven by a test; whatever it needs
of the world comes in through `Ports`.
"""

from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from studiogate.errors import StudioGateError
from studiogate.gateway import api, canary, health, portal
from studiogate.gateway.edge import LONGEST_BODY, Edge
from studiogate.gateway.open import open_domain, open_for_client, open_own
from studiogate.gateway.ports import Counts, Ports
from studiogate.gateway.present import show
from studiogate.gateway.reach_page import reach_json, reach_page
from studiogate.gateway.turns import Turns

Handler = Callable[[Request], Awaitable[Response]]


def create_app(
    ports: Ports, signin_routes: Sequence[Route] = (), *, metrics: Counts | None = None
) -> Starlette:
    """The application over `ports`, with the ways to sign in that `signin_routes` add."""
    app = Starlette(
        routes=_routes(signin_routes),
        middleware=[
            Middleware(Edge, ports=ports),
            Middleware(RequestBodyLimitMiddleware, max_body_size=LONGEST_BODY),
        ],
        exception_handlers={StudioGateError: show, HTTPException: show},
    )
    app.router.redirect_slashes = False
    app.state.ports = ports
    app.state.metrics = metrics or _counts()
    app.state.turns = Turns()
    app.state.readiness = health.Readiness(ports)
    return app


def _counts() -> Counts:
    from studiogate.gateway.metrics import Metrics  # noqa: PLC0415 - a function brings its own

    return Metrics()


def _routes(signin_routes: Sequence[Route]) -> list[Route]:
    return [
        _get("/", portal.portal),
        _opening("/open/{domain}", open_domain),
        Route("/api/open/{domain}", open_for_client, methods=["POST"]),
        Route("/api/people/{person}/canaries", canary.canaries, methods=["POST"]),
        Route("/api/canary", canary.canary, methods=["POST"]),
        _get("/reach", reach_page),
        _get("/api/reach", reach_json),
        _get("/api/me", api.me),
        _get("/api/domains", api.domains),
        _get("/api/openapi.json", api.openapi),
        _get("/healthz", health.healthz),
        _get("/readyz", health.readyz),
        _get("/metrics", health.metrics),
        _get("/static/{name}", portal.static),
        _get("/favicon.ico", portal.favicon),
        *signin_routes,
        # Last: the published private API has the person's name directly below the root.
        _opening("/{person}", open_own),
    ]


def _get(path: str, handler: Handler) -> Route:
    return Route(path, handler, methods=["GET"])


def _opening(path: str, handler: Handler) -> Route:
    """A route that gives away a URL: GET only, because HEAD must not use one up."""
    route = Route(path, handler, methods=["GET"])
    route.methods = {"GET"}
    return route
