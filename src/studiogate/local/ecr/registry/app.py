"""The registry of every account, as an ASGI application: the host asked for says whose it is.

Read `_served` top to bottom: which registry, who asks, for what, may they, then it is done.
The bucket that layers are read from is another host of the same application; it asks for no
login, because its addresses are given out one by one.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from studiogate.local.call import ApiError, Arrival
from studiogate.local.ecr.downloads import NotHere
from studiogate.local.ecr.registry import blobs, manifests
from studiogate.local.ecr.registry.admission import Asked, Gate, admit, who
from studiogate.local.ecr.registry.answers import (
    Refused,
    in_words_of,
    nowhere,
    plain,
    said,
    unsupported,
)
from studiogate.local.ecr.store import Repository
from studiogate.local.ecr.together import Ecr
from studiogate.local.ecr.uris import DIGEST, NAME, TAG, is_name, region_of, registry_of

log = logging.getLogger(__name__)

_LONGEST_PATH = 1024
_UPLOAD = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

Does = Callable[[Ecr, Repository, str, Request], Response | Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class _Route:
    """What is asked for and done, where method and path are these."""

    methods: frozenset[str]
    path: re.Pattern[str]
    actions: tuple[str, ...]
    does: Does


def _route(methods: str, rest: str, actions: str, does: Does) -> _Route:
    path = re.compile(rf"/v2/(?P<name>{NAME})/{rest}")
    return _Route(frozenset(methods.split()), path, tuple(actions.split()), does)


_IN_ONE = ("UploadLayerPart", "CompleteLayerUpload")
"""What an upload in one request takes besides."""

_ROUTES = (
    _route(
        "GET HEAD",
        rf"manifests/(?P<what>{DIGEST}|{TAG})",
        "BatchGetImage",
        lambda ecr, repository, what, _: manifests.read(ecr, repository, what),
    ),
    _route(
        "PUT",
        rf"manifests/(?P<what>{DIGEST}|{TAG})",
        "PutImage",
        manifests.write,
    ),
    _route(
        "DELETE",
        rf"manifests/(?P<what>{DIGEST}|{TAG})",
        "BatchDeleteImage",
        lambda ecr, repository, what, _: manifests.remove(ecr, repository, what),
    ),
    _route(
        "HEAD",
        rf"blobs/(?P<what>{DIGEST})",
        "BatchCheckLayerAvailability",
        lambda ecr, repository, what, _: blobs.look(ecr, repository, what),
    ),
    _route(
        "GET",
        rf"blobs/(?P<what>{DIGEST})",
        "GetDownloadUrlForLayer",
        lambda ecr, repository, what, _: blobs.send_for(ecr, repository, what),
    ),
    _route(
        "POST",
        r"blobs/uploads/(?P<what>)",
        "InitiateLayerUpload",
        lambda ecr, repository, _, request: blobs.begin(ecr, repository, request),
    ),
    _route(
        "GET",
        rf"blobs/uploads/(?P<what>{_UPLOAD})",
        "UploadLayerPart",
        lambda ecr, repository, what, _: blobs.state(ecr, repository, what),
    ),
    _route("PATCH", rf"blobs/uploads/(?P<what>{_UPLOAD})", "UploadLayerPart", blobs.go_on),
    _route(
        "PUT",
        rf"blobs/uploads/(?P<what>{_UPLOAD})",
        "UploadLayerPart CompleteLayerUpload",
        blobs.finish,
    ),
    _route(
        "DELETE",
        rf"blobs/uploads/(?P<what>{_UPLOAD})",
        "UploadLayerPart",
        lambda ecr, repository, what, _: blobs.give_up(ecr, repository, what),
    ),
    _route(
        "GET",
        r"tags/list(?P<what>)",
        "ListImages",
        lambda _, repository, __, request: manifests.tags(
            repository, request.query_params.get("n"), request.query_params.get("last")
        ),
    ),
)


class RegistryApp:
    """Serves the registries of all accounts and Regions, to whoever comes by one door."""

    def __init__(self, ecr: Ecr, gate: Gate, arrival: Callable[[], Arrival]) -> None:
        """`arrival` says how requests come in at that door."""
        self._ecr = ecr
        self._gate = gate
        self._arrival = arrival

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; a registry has no WebSockets."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        answer = await self._answer(Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._served(request)
        except Refused as refused:
            return said(refused)
        except ApiError as error:
            return said(in_words_of(error))
        except ClientDisconnect:
            return plain(400)
        except Exception:
            log.exception("a request failed inside the emulated registry")
            return said(Refused(500, "UNKNOWN", "The registry failed; its log has details."))

    async def _served(self, request: Request) -> Response:
        host = request.headers.get("host", "").removesuffix(":443")
        where, path = registry_of(host), _path(request)
        if where is None:
            return self._layer(region_of(host), path, request)
        caller = who(self._ecr, request.headers.get("authorization", ""), where)
        if path in {"/v2", "/v2/"}:
            return plain(200, {"Content-Type": "application/json"}, b"{}")
        route, name, what = _found(request.method, path)
        asked = Asked(caller, self._arrival(), *where)
        whole = route.methods == {"POST"} and "digest" in request.query_params
        actions = (*route.actions, *(_IN_ONE if whole else ()))
        repository = admit(self._gate, self._ecr, asked, name, *actions)
        done = route.does(self._ecr, repository, what, request)
        return done if isinstance(done, Response) else await done

    def _layer(self, region: str | None, path: str, request: Request) -> Response:
        """A layer, to whoever has its address."""
        if region is None or request.method not in {"GET", "HEAD"}:
            raise nowhere()
        try:
            digest = self._ecr.downloads.digest(region, path, request.url.query)
            file = self._ecr.registries.blobs.path(digest)
        except (NotHere, KeyError):
            denied = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
            return plain(403, {"Content-Type": "application/xml"}, denied)
        return FileResponse(file, media_type="application/octet-stream")


def _path(request: Request) -> str:
    """The path exactly as it was sent: what is escaped in it stays so, and matches nothing."""
    raw = request.scope.get("raw_path")
    return raw.decode("latin-1") if raw else str(request.scope["path"])


def _found(method: str, path: str) -> tuple[_Route, str, str]:
    """What is asked for: the route, the repository's name, and what of it.

    Raises:
        Refused: there is no such address, or nothing that can be done there like this.
    """
    if len(path) > _LONGEST_PATH:
        raise nowhere()
    if path == "/v2/_catalog":
        raise unsupported()
    here = [(one, found) for one in _ROUTES if (found := one.path.fullmatch(path))]
    for route, found in here:
        if method in route.methods and is_name(found["name"]):
            return route, found["name"], found["what"]
    raise unsupported() if here else nowhere()
