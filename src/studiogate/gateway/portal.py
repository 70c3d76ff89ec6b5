"""GET /: the portal.  Nobody signed in sees the ways in; everybody else sees their domains."""

import re
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from studiogate.errors import NotSignedIn, StudioGateError
from studiogate.gateway.api import Known, doors, known
from studiogate.gateway.authorise import NOWHERE
from studiogate.gateway.pages.render import page
from studiogate.gateway.pages.render import static as static_file
from studiogate.gateway.ports import Ports, Source
from studiogate.gateway.present import told
from studiogate.gateway.sights import ending, inside
from studiogate.gateway.whom import Whom, owner, platform

_NEXT = re.compile(
    r"/(?:reach|device|cli\?[A-Za-z0-9=&%._~-]{1,240}"
    r"|open/([a-z0-9-]{1,40})(?:\?[A-Za-z0-9=&-]{1,200})?)\Z"
)

_OVER = {
    "session-idle": "You were away for a while, so you were signed out.",
    "session-over": "Your sign-in has reached its end.",
    "sign-in-expired": "Your sign-in has reached its end.",
}
"""What somebody who was signed in is told; they know that they were."""


async def portal(request: Request) -> Response:
    """GET /: the page for whoever asks."""
    ports: Ports = request.app.state.ports
    try:
        found = await known(request)
    except NotSignedIn as nobody:
        over = _OVER.get(nobody.recorded)
        return page(request, "signin.html", {**_ways(request, ports), "over": over})
    except StudioGateError as error:
        answer = told(request, error)
        facts = {"answer": answer, "token": ports.sign_out_token(request)}
        return page(
            request, "problem.html", facts, status=answer.status, headers=answer.headers
        )
    source: Source = request.state.source
    shown = doors(found, source_ip=source.ip)
    return page(
        request,
        "portal.html",
        {
            "person": found.identity.person,
            "lob": found.person.lob,
            "doors": shown,
            "inside": await inside(ports, found, shown, source_ip=source.ip),
            "ends": ending(found, ports.clock()),
            "administrator": found.person.administrator,
            "whom": _whom(found, ports),
            "place": None if source.ip == NOWHERE else source.ip,
            "token": ports.sign_out_token(request),
        },
    )


async def static(request: Request) -> Response:
    """GET /static/{name}: the style sheet and the mark."""
    found = static_file(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    return found


async def favicon(_request: Request) -> Response:
    """GET /favicon.ico: the mark; browsers ask for it unasked, and it is nobody's name."""
    found = static_file("mark.svg")
    if found is None:
        raise HTTPException(404)
    return found


def _whom(found: Known, ports: Ports) -> Whom:
    """Who can give them something to open."""
    return owner(found.lob, ports.contact) if found.lob else platform(ports.contact)


def _ways(request: Request, ports: Ports) -> dict[str, Any]:
    """The ways to sign in, each leading back to the domain that was asked for."""
    wanted = _NEXT.match(request.query_params.get("next", ""))
    query = f"?{urlencode({'next': wanted.group()})}" if wanted else ""
    return {
        "ways": [
            {"href": f"/signin/{name}{query}", "label": label or name}
            for name, label in ports.idps.items()
        ],
        "domain": wanted.group(1) if wanted else None,
    }
