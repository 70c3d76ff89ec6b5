"""A person at the access portal: sign in, see what is theirs, go there, sign out."""

import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from studiogate.local.sites.form import FormError, read
from studiogate.local.sites.routes import Form, from_us, reads
from studiogate.local.workforce.accounts import Account, Application
from studiogate.local.workforce.asked import Asked, read_request
from studiogate.local.workforce.house import House, Registered, Session, Tile, Wish
from studiogate.local.workforce.saml import Unreadable

WRONG = "That name and password do not belong together."

Inside = Callable[[House, Request, Session, Account], Response]


def portal(house: House, request: Request) -> Response:
    """`GET /`: the applications of whoever is signed in; else the sign-in page."""
    known = house.session(request)
    if known is None:
        return _ask(house, request, None)
    session, account = known
    return house.pages.page(
        "portal.html",
        account=account,
        applications=house.accounts.assigned(account),
        form=session.form,
    )


def application(house: House, request: Request) -> Response:
    """`GET /applications/{name}`: a tile was pressed; on to the application (S3-07)."""
    wish = Tile(request.path_params["name"])
    known = house.session(request)
    if known is None:
        return _ask(house, request, wish)
    return _to_tile(house, request, wish, *known)


def asked(registered: Registered) -> Callable[[House, Request], Response]:
    """A handler for those whom that application sends (SP-initiated, saml-profiles 4.1.4.1)."""

    def handler(house: House, request: Request) -> Response:
        try:
            wish = read_request(read(request.url.query), house.known(registered))
        except (FormError, Unreadable) as wrong:
            return house.pages.complaint(
                "This sign-in cannot begin",
                f"The application's request is not accepted: {wrong}.",
            )
        known = house.session(request)
        if known is None or wish.anew:
            return _ask(house, request, wish)
        return _answer(house, request, wish, *known)

    return handler


def sign_in(house: House, request: Request, form: Form) -> Response:
    """`POST /sign-in`: a name and a password, from a page of ours in the same browser."""
    ticket = house.ticket(form.get("ticket", ""), request)
    if ticket is None or not _from_us(request):
        return house.pages.complaint(
            "This sign-in has ended",
            "It was begun too long ago, or in another browser. Please begin again.",
            status=403,
        )
    name, password = form.get("username", ""), form.get("password", "")
    checked = house.accounts.check(name, password)
    if checked.account is None:
        return _refused(house, form["ticket"], name, checked.wait_s)
    house.spend(form["ticket"])
    session, cookie = house.remember(checked.account)
    answer = _onward(house, request, ticket.wish, session, checked.account)
    house.cookies.give(answer, "session", cookie)
    return answer


def within(do: Inside) -> Callable[[House, Request], Awaitable[Response]]:
    """A handler for a form that only somebody signed in has, and only on a page of ours."""

    def handler(house: House, request: Request, form: Form) -> Response:
        known = house.session(request)
        token = form.get("form", "")
        genuine = known is not None and secrets.compare_digest(
            known[0].form.encode(), token.encode()
        )
        if known is None or not genuine or not _from_us(request):
            return house.pages.complaint(
                "That was not done",
                "The form was not from a page of this portal that you are signed in to.",
                status=403,
            )
        return do(house, request, *known)

    return reads(handler)


def sign_out(house: House, request: Request, _: Session, __: Account) -> Response:
    """`POST /sign-out`: forget this browser.  Applications keep the sessions they began."""
    answer = RedirectResponse("/", status_code=303)
    house.forget(request, answer)
    return answer


def _onward(
    house: House, request: Request, wish: Wish, session: Session, account: Account
) -> Response:
    """Where somebody goes who has just signed in."""
    match wish:
        case None:
            return RedirectResponse("/", status_code=303)
        case Tile(name):
            return RedirectResponse(f"/applications/{quote(name, safe='')}", status_code=303)
        case Asked():
            return _answer(house, request, wish, session, account)


def _to_tile(
    house: House, request: Request, wish: Tile, session: Session, account: Account
) -> Response:
    found = [one for one in house.accounts.assigned(account) if one.name == wish.name]
    if not found:
        return _unassigned(house, account)
    return _leave(house, request, found[0], session, account)


def _answer(
    house: House, request: Request, wish: Asked, session: Session, account: Account
) -> Response:
    if not house.accounts.assigned(account):
        return _unassigned(house, account)
    return _leave(house, request, wish, session, account)


def _leave(
    house: House,
    request: Request,
    wish: Application | Asked,
    session: Session,
    account: Account,
) -> Response:
    """The page that takes the assertion to the application."""
    ours = house.asking(wish)
    asked_for = wish.consumer if isinstance(wish, Asked) else None
    consumer = asked_for or ours.consumer_at(request.scope["server"][1])
    return house.pages.leaving(
        consumer,
        leads_to=ours.onward,
        message=house.said(account, session, consumer, wish=wish),
        relay=wish.relay if isinstance(wish, Asked) else None,
    )


def _unassigned(house: House, account: Account) -> Response:
    # The same words for an application there is none of: names of others' domains stay theirs.
    return house.pages.complaint(
        "This application is not assigned to you",
        f"{account.name} is not among the people it is for. Ask your administrator for access.",
        status=403,
    )


def _refused(house: House, ticket: str, name: str, wait_s: int) -> Response:
    if not wait_s:
        return _form(house, ticket, username=name, words=WRONG, status=403)
    words = f"Too many wrong passwords. Wait {wait_s} s, then try again."
    page = _form(house, ticket, username=name, words=words, status=429)
    page.headers["retry-after"] = str(wait_s)
    return page


def _ask(house: House, request: Request, wish: Wish) -> Response:
    visit = house.cookies.value_or_new(request, "visit")
    page = _form(house, house.begin(wish, visit=visit))
    house.cookies.give(page, "visit", visit)
    return page


def _form(
    house: House, ticket: str, *, username: str = "", words: str = "", status: int = 200
) -> Response:
    return house.pages.page(
        "sign-in.html", status=status, ticket=ticket, username=username, words=words
    )


def _from_us(request: Request) -> bool:
    return from_us(request, f"{request.scope['scheme']}://{request.headers.get('host', '')}")
