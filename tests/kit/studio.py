"""An emulated Studio for tests: a clock to turn, a guard to switch, and an app that is a fake.

The fake app is served on a unix socket and passes the contract in
`tests/local/studio/test_app_contract.py`, which a real JupyterLab passes as well.
"""

import asyncio
import itertools
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from aiohttp import WSMsgType, web
from pydantic import SecretStr
from starlette.types import ASGIApp, Scope

from studiogate.errors import StartError
from studiogate.landscape.model import INTERNET
from studiogate.local.call import ApiCall, ApiError, Arrival, Caller, Needed
from studiogate.local.sagemaker.api import SageMakerService
from studiogate.local.sagemaker.landing import BASE
from studiogate.local.sagemaker.model import Domain, Owner
from studiogate.local.sagemaker.store import Store
from studiogate.local.sagemaker.tickets import Tickets
from studiogate.local.studio.apps import Apps
from studiogate.local.studio.front import StudioFront
from studiogate.local.studio.seat import Launcher, Running, Seat
from studiogate.local.studio.upstream import Upstream
from tests.kit.pulling import FakePulling
from tests.kit.waiting import until

REGION = "eu-west-1"
LOB_A = "222222222222"
LOB_B = "333333333333"
OFFICE = Arrival("office", "192.168.10.20", {"aws:SourceVpce": "vpce-studio"})
OUTSIDE = Arrival(INTERNET, "203.0.113.9", {"aws:SourceIp": "203.0.113.9"})
INSUFFICIENT = "Auth token containing insufficient permissions"
INVALID = "Invalid or Expired Auth Token"
ROLE = "arn:aws:iam::222222222222:role/StudioExecution"
SETTINGS = {"ExecutionRole": ROLE, "SecurityGroups": ["sg-1"]}


class HandClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2030, 1, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Answer:
    """A policy decision, as far as the front looks."""

    allowed: bool


@dataclass
class SwitchedGuard:
    """Says yes from inside while `open`; remembers what it was asked."""

    open: bool = True
    asked: list[tuple[Caller, Needed, Arrival, str]] = field(default_factory=list)

    def __call__(self, caller: Caller, needed: Needed, arrival: Arrival, region: str) -> Answer:
        self.asked.append((caller, needed, arrival, region))
        return Answer(self.open and arrival.network != INTERNET)


def caller(account: str = LOB_A, session: str = "user-lob-a") -> Caller:
    """The presign role's session of one person."""
    return Caller(
        kind="assumed-role",
        account=account,
        arn=f"arn:aws:sts::{account}:assumed-role/PresignedUrlGenerator/{session}",
        user_id=f"AROAEXAMPLE:{session}",
        name="PresignedUrlGenerator",
        access_key="ASIAEXAMPLE",
        secret_key="not-a-secret",
        session_name=session,
        source_identity=session,
    )


class FakeApp:
    """Stands in for JupyterLab: asks for its token, echoes, counts, drops on demand.

    With `asks` off it asks for none, as the apps of custom images.
    """

    def __init__(self, seat: Seat, folder: Path, *, asks: bool = True) -> None:
        self.seat = seat
        self.token = f"token-of-{seat.app.owner.name}" if asks else None
        secret = None if self.token is None else SecretStr(self.token)
        self.upstream = Upstream(folder / "app.sock", secret)
        self.alive = True
        self.received: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.connected = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def serve(self) -> None:
        app = web.Application(client_max_size=0, middlewares=[self._only_ours])
        app.router.add_get(f"{BASE}/api/status", self._status)
        app.router.add_get(f"{BASE}/lab", self._lab)
        app.router.add_get(f"{BASE}/whoami", self._whoami)
        app.router.add_route("*", f"{BASE}/count", self._count)
        app.router.add_get(f"{BASE}/download", self._download)
        app.router.add_get(f"{BASE}/echo", self._echo)
        app.router.add_get(f"{BASE}/named/{{name}}", self._named)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.UnixSite(self._runner, str(self.upstream.socket)).start()

    async def stop(self) -> None:
        self.alive = False
        await self.upstream.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def say(self, text: str) -> None:
        """Send a frame by itself, as a kernel does, to every socket that is open."""
        for socket in self.sockets:
            await socket.send_str(text)

    @web.middleware
    async def _only_ours(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Any],
    ) -> web.StreamResponse:
        self.headers.append(dict(request.headers))
        expected = None if self.token is None else f"token {self.token}"
        if request.headers.get("authorization") != expected:
            raise web.HTTPForbidden
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _status(self, _: web.Request) -> web.Response:
        return web.json_response({"kernels": 0})

    async def _lab(self, request: web.Request) -> web.Response:
        answer = web.Response(text="<title>JupyterLab</title>", content_type="text/html")
        answer.set_cookie("_xsrf", "upstream")
        answer.headers["x-query"] = request.query_string
        answer.headers["clear-site-data"] = '"*"'
        answer.headers["service-worker-allowed"] = "/"
        return answer

    async def _whoami(self, _: web.Request) -> web.Response:
        return web.json_response({"owner": self.seat.app.owner.name})

    async def _count(self, request: web.Request) -> web.Response:
        size = 0
        async for chunk in request.content.iter_any():
            size += len(chunk)
        return web.json_response({"size": size, "method": request.method})

    async def _named(self, request: web.Request) -> web.Response:
        return web.Response(text=request.raw_path)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(int(request.query["blocks"])):
            await answer.write(b"x" * 65536)
        return answer

    async def _echo(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0, protocols=("v1.kernel",))
        await socket.prepare(request)
        self.sockets.append(socket)
        self.connected.set()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.received.append(message.data)
                await socket.send_str(message.data)
            elif message.type is WSMsgType.BINARY:
                await socket.send_bytes(message.data)
        return socket


class FakeLauncher:
    """Launches fake apps; `broken` makes starts fail, `held` makes them wait.

    Without `asks` they ask for no token.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.launched: list[FakeApp] = []
        self.broken = False
        self.asks = True
        self.held: asyncio.Event | None = None
        self.forgotten: list[tuple[str, Owner]] = []
        self._numbers = itertools.count()

    async def launch(self, seat: Seat) -> Running:
        if self.held is not None:
            await self.held.wait()
        if self.broken:
            raise StartError("JupyterLab ended while it was starting.", remedy="Read the log.")
        folder = self.folder / str(next(self._numbers))
        folder.mkdir()
        app = FakeApp(seat, folder, asks=self.asks)
        await app.serve()
        self.launched.append(app)
        return app

    def forget(self, domain_id: str, owner: Owner) -> None:
        self.forgotten.append((domain_id, owner))

    def of(self, owner: str) -> FakeApp:
        """The last app launched for `owner`."""
        return next(app for app in reversed(self.launched) if app.seat.app.owner.name == owner)


class FakeHomes:
    """Counts file systems; refuses a domain in the subnet `subnet-absent`."""

    def __init__(self) -> None:
        self.standing: dict[str, str] = {}
        """Id of a file system to the ARN of its domain."""

    async def make(self, domain: Domain) -> str:
        if "subnet-absent" in domain.rest.get("SubnetIds", ()):
            raise ApiError(
                "ValidationException", "The subnet ID 'subnet-absent' does not exist"
            )
        name = f"fs-{len(self.standing):017x}"
        self.standing[name] = domain.arn
        return name

    async def end(self, _domain: Domain, name: str) -> None:
        self.standing.pop(name, None)


class Studio:
    """Store, API and front joined as the organisation joins them."""

    def __init__(
        self,
        launcher: Launcher,
        *,
        clock: Callable[[], datetime],
        ready_after: timedelta = timedelta(0),
        changes_take: timedelta = timedelta(0),
        presigns_per_s: float = 1000.0,
        registry: bool = True,
    ) -> None:
        self.guard = SwitchedGuard()
        self.arrival = OFFICE
        self.port = 0
        self.licensed = True
        self.pulling = FakePulling()
        self.store = Store(clock, ready_after=ready_after, changes_take=changes_take)
        self.tickets = Tickets(clock)
        self.apps = Apps(self.store, launcher)
        self.homes = FakeHomes()
        self.service = SageMakerService(
            self.store,
            self.tickets,
            self.apps,
            studio_url=lambda domain, region: f"http://{self.host(domain, region)}",
            homes=self.homes,
            presigns_per_s=presigns_per_s,
            pulling=self.pulling if registry else None,
            licences=lambda _: self.licensed,
        )
        self.front = StudioFront(
            self.store,
            self.tickets,
            self.apps,
            guard_check=self.guard,
            arrival_of=self._arrival_of,
            clock=clock,
        )

    def host(self, domain: str, region: str = REGION) -> str:
        return f"{domain}.studio.{region}.localhost:{self.port}"

    def _arrival_of(self, _: Scope) -> Arrival:
        return self.arrival

    def asking(
        self, operation: str, params: Mapping[str, Any], *, account: str = LOB_A
    ) -> ApiCall:
        return ApiCall(
            service="sagemaker",
            operation=operation,
            params=params,
            region=REGION,
            caller=caller(account),
            arrival=OFFICE,
            request_id=f"request-{operation}",
        )

    async def ask(self, operation: str, *, account: str = LOB_A, **params: Any) -> Any:
        """The answer of the API, after its permissions have been worked out."""
        call = self.asking(operation, params, account=account)
        assert self.service.needed(call)
        return json.loads((await self.service.answer(call)).body)

    async def domain(
        self, name: str = "forecasting", *, account: str = LOB_A, **more: Any
    ) -> str:
        made = await self.ask(
            "CreateDomain",
            account=account,
            **{
                "DomainName": name,
                "AuthMode": "IAM",
                "VpcId": "vpc-1",
                "SubnetIds": ["subnet-1"],
                "AppNetworkAccessType": "VpcOnly",
                "DefaultUserSettings": SETTINGS,
                **more,
            },
        )
        return str(made["DomainId"])

    async def profile(self, domain: str, name: str = "ada", *, account: str = LOB_A) -> None:
        await self.ask(
            "CreateUserProfile", account=account, DomainId=domain, UserProfileName=name
        )

    async def url(
        self, domain: str, name: str = "ada", *, account: str = LOB_A, **more: Any
    ) -> str:
        lands = {"LandingUri": "app:JupyterLab:"}
        asked = {"DomainId": domain, "UserProfileName": name, **lands, **more}
        answer = await self.ask("CreatePresignedDomainUrl", account=account, **asked)
        return str(answer["AuthorizedUrl"])


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[int]:
    """Serve `app` on a free loopback port, in this event loop; the port."""
    config = uvicorn.Config(
        app, port=0, log_level="error", lifespan="off", ws_max_size=2**30, access_log=False
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    await until(partial(_started, server))
    try:
        yield int(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        server.force_exit = True
        await task


async def _started(server: uvicorn.Server) -> bool:
    return server.started


@asynccontextmanager
async def studio_of(
    launcher: Launcher, *, clock: Callable[[], datetime]
) -> AsyncIterator[Studio]:
    """A served Studio; every app ends with it."""
    studio = Studio(launcher, clock=clock)
    async with serving(studio.front) as studio.port:
        try:
            yield studio
        finally:
            await studio.apps.close()


@asynccontextmanager
async def short_folder(place: str | None = None) -> AsyncIterator[Path]:
    """A folder whose path is short enough for a unix socket (108 bytes)."""
    folder = Path(tempfile.mkdtemp(prefix="sg-", dir=place))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
