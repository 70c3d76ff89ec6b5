"""GET /reach and GET /api/reach: who can open what from where, for administrators."""

from functools import partial
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from studiogate.errors import NotAllowed
from studiogate.gateway.api import Known, known
from studiogate.gateway.loop import aside
from studiogate.gateway.pages.render import page, static_path
from studiogate.gateway.watch import watched

if TYPE_CHECKING:
    from studiogate.gateway.ports import Ports
    from studiogate.reach.map.sites import Map
    from studiogate.reach.table import Table


async def reach_page(request: Request) -> Response:
    """GET /reach: the map of the landscape, the picture, and the table in words."""
    ports: Ports = request.app.state.ports
    found = await _administrator(request)
    table, landscape = await ports.reach.table(), await ports.reach.map()
    facts = {
        "person": found.identity.person,
        "token": ports.sign_out_token(request),
        "name": table.name,
        "map": await aside(partial(_mapped, landscape)),
        "section": await aside(partial(_drawn, table)),
        "sheet": static_path("reach.css"),
    }
    return page(request, "reach.html", facts)


async def reach_json(request: Request) -> Response:
    """GET /api/reach: the same as JSON, every cell of it."""
    ports: Ports = request.app.state.ports
    await _administrator(request)
    table = await ports.reach.table()
    return await aside(partial(_json, table))


async def _administrator(request: Request) -> Known:
    """Who asks, if they are an administrator; a refusal is recorded.

    Raises:
        NotSignedIn: nobody we can vouch for.
        NotAllowed: they may not come in at all, or are no administrator.
        AwsError: the directory did not answer.
    """
    async with watched(request, only_refusals=True) as line:
        found = await known(request)
        line.identity = found.identity
        if not found.person.administrator:
            raise NotAllowed(
                "this is for administrators",
                remedy="Ask an administrator to do it; the landscape says who is one "
                "(`people.NAME.administrator`).",
                reason="not-administrator",
            )
    return found


def _drawn(table: "Table") -> str:
    from studiogate.reach.picture.page import section  # noqa: PLC0415 - no opening waits for it

    return section(table)


def _mapped(landscape: "Map") -> str:
    from studiogate.reach.map.page import section  # noqa: PLC0415 - no opening waits for it

    return section(landscape)


def _json(table: "Table") -> Response:
    from studiogate.reach.plain import plain  # noqa: PLC0415 - no opening waits for it

    return JSONResponse(plain(table))
