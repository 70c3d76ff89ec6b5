"""How a sign-in ends: the browser goes back to the application, with a code or an error.

Whichever way somebody signed in, it ends here, and the browser is remembered under a new name.
"""

from datetime import datetime

from starlette.responses import RedirectResponse, Response

from studiogate.local.idp.authorize import Asked, Complaint, address
from studiogate.local.idp.house import Code, House


def signed_in(house: House, asked: Asked, username: str, now: datetime) -> Response:
    """The way back for somebody who has just signed in, and is remembered from `now` on."""
    response = with_code(house, asked, username, now)
    house.remember(response, username, now)
    return response


def with_code(house: House, asked: Asked, username: str, at: datetime) -> Response:
    """The way back with a code for `username`, who signed in at `at`."""
    return back(house, asked, code=house.codes.put(Code(asked, username, at)))


def back(house: House, asked: Asked | Complaint, **answer: str) -> Response:
    """The redirect that takes `answer` to the application."""
    # `iss` tells an application with several providers which of them answers (RFC 9207).
    where = address(
        asked.redirect_uri or "", **answer, state=asked.state, iss=house.pool.issuer
    )
    return RedirectResponse(where, status_code=302)
