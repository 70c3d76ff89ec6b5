"""Studio's own pages for one session: they show what there is, and their forms change it.

Who asks has been let in, and no other site sent them: the front has looked.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from studiogate.local.sagemaker.landing import HOME, RSTUDIO_BASE
from studiogate.local.sagemaker.model import LIVE, Domain, Profile, Space
from studiogate.local.sagemaker.store import Store
from studiogate.local.studio import launcher, pages
from studiogate.local.studio.apps import Apps
from studiogate.local.studio.gate import INVALID, Gate
from studiogate.local.studio.kinds import SESSIONS
from studiogate.local.studio.rsession import RSession, service_version
from studiogate.local.studio.sessions import Session
from studiogate.local.studio.shelf import OWN, Shelf, has_rstudio, shelf, shelves

_LONGEST_FORM = 4096
_READS = frozenset({"GET", "HEAD"})


class Desk:
    """Answers at the addresses that are Studio's own."""

    def __init__(self, store: Store, apps: Apps, gate: Gate) -> None:
        """Show what is in `store`, and start and end `apps`."""
        self._store = store
        self._apps = apps
        self._gate = gate

    async def answer(self, request: Request, session: Session) -> Response | None:
        """The answer, if the address is one of ours."""
        path = request.url.path.rstrip("/") or HOME
        if path not in {HOME, RSTUDIO_BASE, launcher.START, launcher.STOP}:
            return None
        subject = self._gate.subject(session.ticket)
        if subject is None:  # it went since the session was looked at
            return pages.refused(INVALID)
        domain, _, owner = subject
        if path in {launcher.START, launcher.STOP}:
            return await self._changed(request, session, domain, owner)
        if request.method not in _READS:
            return _only("GET, HEAD")
        if path == RSTUDIO_BASE:
            return self._rstudio(domain, owner)
        return launcher.home(owner.name, domain.name, shelves(self._store, domain, owner))

    def _rstudio(self, domain: Domain, owner: Profile | Space) -> Response:
        if not has_rstudio(self._store, domain, owner):
            return pages.page(
                404,
                "There is no RStudio here",
                "The domain has none, or this profile may not use it.",
                to_home=True,
            )
        own = shelf(self._store, domain, owner, SESSIONS)
        found = self._apps.running(own.app) if own.app and own.app.progress in LIVE else None
        session = found if isinstance(found, RSession) else None
        return launcher.rstudio_home(
            owner.name, own, session, service_version(self._store, domain)
        )

    async def _changed(
        self, request: Request, session: Session, domain: Domain, owner: Profile | Space
    ) -> Response:
        if request.method != "POST":
            return _only("POST")
        asked = await _form(request)
        if asked is None:
            return pages.page(413, "Too much", "No form of Studio is that long.", to_home=True)
        found = {one.kind.type: one for one in shelves(self._store, domain, owner)}
        own = found.get(asked.get("app", ""))
        if own is None:
            return _not_offered()
        if request.url.path.startswith(launcher.STOP):
            if own.app is not None:
                await self._apps.end(own.app)
            return _then(RSTUDIO_BASE if own.kind is SESSIONS else HOME)
        return self._started(own, asked.get("image", OWN), session, (domain, owner))

    def _started(
        self,
        own: Shelf,
        image: str,
        session: Session,
        whose: tuple[Domain, Profile | Space],
    ) -> Response:
        """Start what was chosen; an app that lives is only opened, as it is."""
        choice = own.choice(image)
        if choice is None:
            return _not_offered()
        self._apps.begin(
            *whose,
            own.kind.type,
            choice.offer,
            opened_as=session.ticket.caller.session_name,
        )
        return _then(own.kind.begins)


async def _form(request: Request) -> Mapping[str, str] | None:
    """What a form says; `None` where it is too long to be one of ours."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST_FORM:
            return None
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _then(where: str) -> Response:
    return RedirectResponse(where, status_code=303, headers=pages.QUIET)


def _only(methods: str) -> Response:
    answer = pages.page(405, "Method not allowed", "Use the buttons of Studio’s home.")
    answer.headers["allow"] = methods
    return answer


def _not_offered() -> Response:
    return pages.page(
        409,
        "This is not offered any more",
        "What can be started has changed. Look at Studio’s home again.",
        to_home=True,
    )
