"""The Studio front: redeems a URL once, then stands between the browser and its apps.

    GET /auth?token=…            ticket -> session cookie -> 302 to where the ticket lands
    GET /, /rstudio/default      Studio's home and RStudio's: what can be started, what runs
    POST /apps/start, /apps/stop the same, changed by a form of theirs
    /jupyterlab/default/…        HTTP and WebSockets, to the session's own app and no other
    /codeeditor/default/…        the same

Whatever is asked, the host, the session and the policies are looked at first, in that order.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from studiogate.local.call import Arrival
from studiogate.local.sagemaker.landing import BASE, landing
from studiogate.local.sagemaker.model import DEFAULT_APP, App, Status
from studiogate.local.sagemaker.store import Store
from studiogate.local.sagemaker.tickets import Ticket, Tickets
from studiogate.local.studio import hosts, pages, proxy, sockets
from studiogate.local.studio.apps import Apps
from studiogate.local.studio.desk import Desk
from studiogate.local.studio.gate import INVALID, Gate, GuardCheck
from studiogate.local.studio.hosts import Named
from studiogate.local.studio.kinds import KINDS, moved, served_at
from studiogate.local.studio.sessions import COOKIE, AmbiguousSessionError, Session, Sessions
from studiogate.local.studio.upstream import Upstream


class StudioFront:
    """The ASGI application browsers reach through the Studio endpoint."""

    def __init__(
        self,
        store: Store,
        tickets: Tickets,
        apps: Apps,
        *,
        guard_check: GuardCheck,
        arrival_of: Callable[[Scope], Arrival],
        clock: Callable[[], datetime],
        suffixes: Collection[str] = ("localhost",),
    ) -> None:
        """Serve every domain of `store` under `d-….studio.REGION.` and one of `suffixes`."""
        self._store = store
        self._tickets = tickets
        self._apps = apps
        self._arrival_of = arrival_of
        self._clock = clock
        self._suffixes = frozenset(suffixes)
        self._sessions = Sessions(clock)
        self._gate = Gate(store, self._sessions, guard_check)
        self._desk = Desk(store, apps, self._gate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or carry one WebSocket."""
        if scope["type"] == "websocket":
            await self._websocket(WebSocket(scope, receive, send))
        elif scope["type"] == "http":
            response = await self._http(Request(scope, receive))
            await response(scope, receive, send)
        else:
            raise NotImplementedError("serve the Studio front with lifespan off")

    async def _http(self, request: Request) -> Response:
        host = hosts.named(request.headers.get("host", ""), self._suffixes)
        if host is None:
            return pages.wrong_host()
        if request.url.path == "/auth":
            return self._redeem(request, host)
        session = self._session(request, host)
        if not isinstance(session, Session):
            return session
        if _is_cross_site(request):
            return pages.cross_site()
        if (page := await self._desk.answer(request, session)) is not None:
            return page
        upstream = self._reached(request.url.path, session)
        if not isinstance(upstream, Upstream):
            return upstream
        # AWS writes this path in two ways: our pages know one, an image may have the other.
        if (there := moved(request.url.path, upstream.base)) is not None:
            return _sent_to(there)
        return await proxy.forward(request, upstream)

    async def _websocket(self, browser: WebSocket) -> None:
        found = self._socket_target(browser)
        if isinstance(found, Response):
            await sockets.deny(browser)
            return
        session, upstream = found
        await sockets.forward(
            browser,
            upstream,
            lambda: self._gate.refusal(session, self._arrival_of(browser.scope)),
        )

    def _socket_target(self, browser: WebSocket) -> tuple[Session, Upstream] | Response:
        """Where a WebSocket goes, or the page that refuses it before it is accepted."""
        host = hosts.named(browser.headers.get("host", ""), self._suffixes)
        if host is None:
            return pages.wrong_host()
        origin = browser.headers.get("origin", "")
        scheme = "https" if browser.url.scheme == "wss" else "http"
        if origin and not hosts.same_origin(scheme, browser.headers["host"], origin):
            return pages.cross_site()
        session = self._session(browser, host)
        if not isinstance(session, Session):
            return session
        upstream = self._reached(browser.url.path, session)
        return (session, upstream) if isinstance(upstream, Upstream) else upstream

    def _redeem(self, request: Request, host: Named) -> Response:
        """A ticket for a session; the order of the two refusals is AWS's.

        A ticket that is unknown, late or used is said first.  A refusal by the policies leaves
        the ticket whole: its owner may still use it from where it is allowed.
        """
        if request.method != "GET":
            return pages.page(405, "Method not allowed", "Open the link in a browser.")
        token = request.query_params.get("token", "")
        ticket = self._tickets.look(token)
        if not isinstance(ticket, Ticket):
            return pages.refused(INVALID)
        if not host.means(ticket.domain_id, ticket.place.region):
            return pages.refused(INVALID)
        refusal = self._gate.refusal_of(ticket, self._arrival_of(request.scope))
        if refusal is not None:
            return pages.refused(refusal)
        found = landing(ticket.landing)
        if found is None or not found.offered:
            return pages.not_offered(found.app if found else ticket.landing)
        # From here to the answer nothing waits, so nobody else can redeem it in between.
        if not isinstance(self._tickets.redeem(token), Ticket):
            return pages.refused(INVALID)
        return self._begun(request, ticket, found.location)

    def _begun(self, request: Request, ticket: Ticket, location: str) -> Response:
        subject = self._gate.subject(ticket)
        if subject is None:
            return pages.refused(INVALID)
        domain, _, owner = subject
        if location.startswith(f"{BASE}/"):
            self._apps.open(domain, owner, opened_as=ticket.caller.session_name)
        session, value = self._sessions.begin(ticket)
        answer = _sent_to(location)
        answer.set_cookie(
            COOKIE + ticket.domain_id,
            value,
            max_age=ticket.session_s,
            expires=session.expires_at,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return answer

    def _session(self, connection: "HTTPConnection[Any]", host: Named) -> Session | Response:
        """The session a request is part of, if the policies still let it; else the refusal."""
        try:
            session = self._sessions.of(_cookies(connection), host)
        except AmbiguousSessionError:
            return pages.which_session()
        if session is None:
            return pages.refused(INVALID)
        refusal = self._gate.refusal(session, self._arrival_of(connection.scope))
        return session if refusal is None else pages.refused(refusal)

    def _reached(self, path: str, session: Session) -> Upstream | Response:
        """The session's own app, or the page that says why it cannot be reached now."""
        kind = served_at(path)
        if kind is None:
            return pages.page(404, "Not found", "There is nothing at this address.")
        key = (session.ticket.domain_id, session.owner, kind.type, DEFAULT_APP)
        app = self._store.apps.get(key)
        if app is None:
            return pages.stopped(kind.title)
        return self._apps.upstream(app) or self._waiting(app)

    def _waiting(self, app: App) -> Response:
        """What the person is told while their app does not answer."""
        what = f"{_titled(app)} for {app.owner.name}"
        since = self._apps.starting_since(app)
        if since is not None:
            return pages.starting(what, (self._clock() - since).total_seconds())
        if app.progress is Status.FAILED:
            return pages.failed(what, app.failure)
        return pages.stopped(what)


def _titled(app: App) -> str:
    """What people call the application, as its own pages do."""
    kind = KINDS.get(app.type)
    return app.type if kind is None else kind.title


def _cookies(connection: "HTTPConnection[Any]") -> Iterator[tuple[str, str]]:
    """Every cookie that was sent, also where two have one name."""
    for line in connection.headers.getlist("cookie"):
        for pair in line.split(";"):
            name, _, value = pair.strip().partition("=")
            yield name, value


def _is_cross_site(request: Request) -> bool:
    headers = request.headers
    return hosts.cross_site(
        request.method,
        scheme=request.url.scheme,
        host=headers.get("host", ""),
        origin=headers.get("origin", ""),
        fetch_site=headers.get("sec-fetch-site", ""),
    )


def _sent_to(location: str) -> RedirectResponse:
    return RedirectResponse(location, status_code=302, headers=pages.QUIET)
