"""The sign-in, from the application's request to the code it is sent back with."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from studiogate.local.idp.authorize import (
    Complaint,
    at_provider,
    read_request,
)
from studiogate.local.idp.endings import back, signed_in, with_code
from studiogate.local.idp.house import House, Ticket
from studiogate.local.idp.providers import NATIVE
from studiogate.local.idp.strict_pool import Checked, Standing
from studiogate.local.sites.form import FormError, read
from studiogate.local.sites.routes import Form, from_us, reads

WRONG = "That name and password do not belong together."
NOT_HERE = "People of this application do not sign in with a password of this pool."
_REFUSED = {
    Standing.WRONG: WRONG,
    Standing.DISABLED: "This person may not sign in at the moment. Ask your administrator.",
    Standing.UNCONFIRMED: "This person has not been confirmed yet. Ask your administrator.",
    Standing.MUST_RESET: "This password must be reset by your administrator first.",
    Standing.SECOND_FACTOR: "A second factor is wanted, and nobody can register one here.",
}
Step = Callable[[House, Request, Ticket, Form], Response]


def authorize(house: House, request: Request) -> Response:
    """`GET /oauth2/authorize`: the sign-in page, or one click for somebody remembered."""
    try:
        asked = read_request(read(request.url.query), house.client)
    except FormError as wrong:
        asked = Complaint("invalid_request", f"In this link {wrong}.")
    if isinstance(asked, Complaint):
        return _refuse(house, asked)
    known = house.remembered(request) if asked.prompt != "login" else None
    if asked.prompt == "none":
        if known is None:
            return back(house, asked, error="login_required")
        return with_code(house, asked, known.username, known.at)
    if asked.provider != NATIVE:
        from studiogate.local.idp import federated  # noqa: PLC0415 - loads XML signatures

        return federated.depart(house, request, asked, asked.provider)
    visit = house.cookies.value_or_new(request, "visit")
    name = house.begin(asked, visit=visit)
    if known is None:
        page = _ask(house, name, username=asked.hint or "")
    else:
        page = house.pages.page(
            "known.html",
            ticket=name,
            username=known.username,
            other=f"/oauth2/authorize?{request.url.query}&prompt=login",
            leads_to=house.leads_to,
        )
    house.cookies.give(page, "visit", visit)
    return page


def step(do: Step) -> Callable[[House, Request], Awaitable[Response]]:
    """A handler for a form of ours: it runs `do` only for the browser the form was shown to."""

    def handler(house: House, request: Request, form: Form) -> Response:
        ticket = house.ticket(form.get("ticket", ""), request)
        if ticket is None or not from_us(request, house.base):
            return house.pages.complaint(
                "This sign-in has ended",
                "It was begun too long ago, or in another browser. Go back to the application "
                "and sign in again.",
                status=403,
            )
        return do(house, request, ticket, form)

    return reads(handler)


def login(house: House, _: Request, ticket: Ticket, form: Form) -> Response:
    """`POST /login`: a name and a password."""
    if not house.offer.native:
        return _ask(house, form["ticket"], words=NOT_HERE, status=403)
    username, password = form.get("username", ""), form.get("password", "")
    checked = house.pool.pool.check(username, password)
    if checked.standing is Standing.SIGNED_IN:
        return _came_in(house, ticket, form["ticket"], username)
    if checked.standing is Standing.MUST_CHANGE:
        house.tickets.take(form["ticket"])
        return _new(house, house.with_name(ticket, username), username)
    return _refused(house, form["ticket"], username, checked)


def proceed(house: House, request: Request, ticket: Ticket, form: Form) -> Response:
    """`POST /continue`: go on as the person this browser remembers, by their click."""
    known = house.remembered(request)
    if known is None:
        return _ask(house, form["ticket"], words="Please sign in again.", status=403)
    house.tickets.take(form["ticket"])
    return with_code(house, ticket.asked, known.username, known.at)


def new_password(house: House, _: Request, ticket: Ticket, form: Form) -> Response:
    """`POST /new-password`: replace the temporary password that was just given."""
    username, password = ticket.username, form.get("password", "")
    if username is None:
        return _ask(house, form["ticket"], words="Sign in first.", status=403)
    if password != form.get("again", ""):
        words = "The two passwords are not the same."
    elif house.pool.set_new_password(username, password):
        return _came_in(house, ticket, form["ticket"], username)
    else:
        words = "That password is too weak: see what it must have below."
    return _new(house, form["ticket"], username, words=words, status=403)


def logout(house: House, request: Request) -> Response:
    """`GET /logout`: forget this browser, go to a registered address; as Cognito has it."""
    try:
        given = read(request.url.query)
    except FormError as wrong:
        return house.pages.complaint("You cannot be signed out like this", f"Because {wrong}.")
    uri = given.get("logout_uri", "")
    if given.get("client_id") != house.client.client_id or uri not in house.pool.logouts:
        return house.pages.complaint(
            "You cannot be signed out like this",
            "The client_id and the logout_uri must be registered, letter for letter.",
        )
    response = RedirectResponse(uri, status_code=302)
    house.forget(request, response)
    return response


def _came_in(house: House, ticket: Ticket, name: str, username: str) -> Response:
    house.tickets.take(name)
    return signed_in(house, ticket.asked, username, house.pool.clock())


def _refuse(house: House, wrong: Complaint) -> Response:
    if wrong.redirect_uri is None:
        return house.pages.complaint("This sign-in cannot begin", wrong.description)
    return back(house, wrong, error=wrong.error, error_description=wrong.description)


def _refused(house: House, ticket: str, username: str, checked: Checked) -> Response:
    if checked.standing is Standing.LOCKED:
        words = f"Too many wrong passwords. Wait {checked.wait_s} s, then try again."
        page = _ask(house, ticket, username=username, words=words, status=429)
        page.headers["retry-after"] = str(checked.wait_s)
        return page
    words = _REFUSED[checked.standing]
    return _ask(house, ticket, username=username, words=words, status=403)


def _ask(
    house: House, ticket: str, *, username: str = "", words: str = "", status: int = 200
) -> Response:
    found = house.tickets.look(ticket)
    hint = found.asked.hint if found else None
    offer = house.offer
    elsewhere = (
        {name: at_provider(found.asked, name) for name in offer.providers} if found else {}
    )
    return house.pages.page(
        "sign-in.html",
        status=status,
        leads_to=house.leads_to,
        ticket=ticket,
        username=username or hint or "",
        words=words,
        native=offer.native,
        elsewhere=elsewhere,
    )


def _new(
    house: House, ticket: str, username: str, *, words: str = "", status: int = 200
) -> Response:
    return house.pages.page(
        "new-password.html",
        status=status,
        leads_to=house.leads_to,
        ticket=ticket,
        username=username,
        words=words,
    )
