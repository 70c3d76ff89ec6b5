"""`studiogate up`, put together: the emulated AWS, its ground, the gateway, and their end.

One process serves every door; the gateway and each JupyterLab are children of it.  Read `_run`
top to bottom: take the ports and the state directory, serve, lay the ground through the
served APIs, start the gateway, say that it is ready, wait.
"""

import asyncio
import secrets
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn
import uvloop

from studiogate import names
from studiogate.aws.session import Accounts
from studiogate.errors import StartError
from studiogate.landscape.model import Landscape
from studiogate.local import told
from studiogate.local.aws import EmulatedAws, emulated_aws
from studiogate.local.call import INTERNET
from studiogate.local.children import Child
from studiogate.local.gateway import TaskCredentials, origins, start_gateway
from studiogate.local.ground.lay import Ground, lay
from studiogate.local.ground.networks import EXECUTE_API
from studiogate.local.idp.pool import Pool, found_pool
from studiogate.local.idp.site import idp_site
from studiogate.local.listeners import (
    AWS,
    IDP,
    PORTAL,
    Listeners,
    arrival_of,
    bound,
    listeners,
    studio_url,
)
from studiogate.local.private_api import PrivateApi
from studiogate.local.statedir import StateDir
from studiogate.local.trail import TrailFile
from studiogate.policy.doors import private_api_policy
from studiogate.policy.language import Kind, parse

Tell = Callable[[str], None]
Ready = Callable[[Mapping[str, Any]], None]

_STAGE = "prod"
_PATIENCE_S = 30.0
_LARGEST_FRAME = 256 * 1024 * 1024
"""Bytes of one WebSocket message: a notebook's output may be a large picture."""


def run(
    landscape: Landscape,
    *,
    port: int,
    state: StateDir,
    began: float,
    tell: Tell,
    ready: Ready,
) -> None:
    """Run the organisation of `landscape` until SIGINT or SIGTERM.

    `tell` is told what is being done, `ready` what `up.json` says, once everything answers;
    `began`, of the monotonic clock, is when the person asked for it.

    Raises:
        StartError: a port or the state directory is taken, or a part did not start.
        AwsError: the emulated AWS refused a step of laying the ground; a defect of ours.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(landscape, port=port, state=state, began=began, tell=tell, ready=ready))


async def _run(
    landscape: Landscape,
    *,
    port: int,
    state: StateDir,
    began: float,
    tell: Tell,
    ready: Ready,
) -> None:
    known = listeners(landscape, port)
    stop = _stop_on_signals()
    async with AsyncExitStack() as undo:
        sockets = bound(known)
        state.take()
        undo.callback(state.release)
        short = undo.enter_context(_short_directory())
        tell("the emulated organisation")
        trail = TrailFile(state / "trail.jsonl")
        undo.callback(trail.close)
        aws = emulated_aws(
            landscape, known, state=state, sockets=short, trail=trail, clock=_now
        )
        pool = _pool(landscape, known, aws)
        await undo.enter_async_context(_served(aws, sockets))
        undo.push_async_callback(aws.close)
        inside = _closed(short / "gateway") / "gateway.sock"
        api_id = state.kept("api-id", lambda: "sg" + secrets.token_hex(4))
        gateway = _gateway(
            landscape, known, aws, api_id=api_id, state=state.path, inside=inside
        )
        undo.push_async_callback(gateway.stop)
        ground = await asyncio.to_thread(lay, _accounts(landscape, known, aws), landscape, tell)
        tell("the gateway")
        api = _private_api(landscape, ground, api_id=api_id, inside=inside)
        undo.push_async_callback(api.close)
        aws.doors.hang(PORTAL, api)
        await _answers(gateway, inside, state.path / "gateway.log")
        ready(_publish(landscape, known, aws, pool, api_id=api_id, state=state, began=began))
        await _until(stop, gateway, state.path / "gateway.log")


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock of the emulated organisation is made here


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


@contextmanager
def _short_directory() -> Iterator[Path]:
    """A directory for sockets: their paths may have no more than about 100 bytes."""
    path = Path(tempfile.mkdtemp(prefix="studiogate-", dir="/tmp"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _closed(folder: Path) -> Path:
    """`folder`, made for us alone: whoever reaches the gateway's socket is the private API."""
    folder.mkdir(mode=0o700)
    return folder


class _Server(uvicorn.Server):
    """A server that leaves signals to us, and says when it accepts."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepts = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept on every socket."""
        await super().startup(sockets)
        self.accepts.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@asynccontextmanager
async def _served(aws: EmulatedAws, sockets: list[socket.socket]) -> AsyncIterator[None]:
    """Serve every door inside the block."""
    server = _Server(
        uvicorn.Config(
            aws.doors,
            http="httptools",
            ws="websockets-sansio",
            ws_max_size=_LARGEST_FRAME,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,  # the gateway behind the portal's door has its own
            proxy_headers=False,  # the door says where a request comes from, not a header
            timeout_graceful_shutdown=1,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=sockets))
    await server.accepts.wait()
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def _pool(landscape: Landscape, known: Listeners, aws: EmulatedAws) -> Pool:
    ours = origins(known)
    pool = found_pool(
        landscape,
        callback_urls={
            f"{origin}/signin/{idp}/callback" for origin in ours for idp in landscape.idps
        },
        logout_urls={f"{origin}/" for origin in ours},
        clock=_now,
    )
    site = idp_site(
        pool,
        base=known[IDP, INTERNET].url,
        name=landscape.name.title(),
        # A sign-in that began with Open ends in Studio, by redirects the browser checks.
        onward=[studio_url(landscape, known, "*")],
    )
    aws.doors.hang(IDP, site)
    return pool


def _accounts(landscape: Landscape, known: Listeners, aws: EmulatedAws) -> Accounts:
    keys = aws.founded.management
    return Accounts(
        landscape.region,
        endpoint=known[AWS, INTERNET].address,
        access_key=keys.access_key,
        secret_key=keys.secret_key,
    )


def _private_api(
    landscape: Landscape, ground: Ground, *, api_id: str, inside: Path
) -> PrivateApi:
    arn = f"arn:aws:execute-api:{landscape.region}:{ground.account}:{api_id}"
    document = private_api_policy(api_arn=arn, endpoint=ground.endpoints[EXECUTE_API])
    return PrivateApi(
        policy=parse(document, kind=Kind.RESOURCE, name="private API"),
        api_id=api_id,
        account=ground.account,
        region=landscape.region,
        stage=_STAGE,
        arrival_of=arrival_of,
        upstream_socket=inside,
    )


def _gateway(
    landscape: Landscape,
    known: Listeners,
    aws: EmulatedAws,
    *,
    api_id: str,
    state: Path,
    inside: Path,
) -> Child:
    """Start the gateway while its ground is laid; it asks nothing before it is asked."""
    role = names.role_arn(landscape.region, landscape.hub_account, names.GATEWAY_ROLE)
    path, token = aws.vending.register(
        role, service="ecs-tasks.amazonaws.com", session_name="gateway"
    )
    task = TaskCredentials(path, token)
    return start_gateway(landscape, known, task, api_id=api_id, state=state, socket=inside)


async def _answers(gateway: Child, inside: Path, log: Path) -> None:
    """Return once the gateway says it is ready.

    Raises:
        StartError: it ended, or did not become ready in time.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _PATIENCE_S
    async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(inside))) as client:
        while gateway.ended is None and loop.time() < deadline:
            try:
                async with client.get("http://gateway/readyz") as answer:
                    if answer.ok:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.02)
    raise _gateway_failed("did not become ready", log)


async def _until(stop: asyncio.Event, gateway: Child, log: Path) -> None:
    """Wait for a signal.

    Raises:
        StartError: the gateway ended by itself.
    """
    while gateway.ended is None:
        try:
            async with asyncio.timeout(1):
                await stop.wait()
        except TimeoutError:
            continue
        return
    raise _gateway_failed("ended by itself", log)


def _gateway_failed(what: str, log: Path) -> StartError:
    return StartError(f"The gateway {what}.", remedy=f"Read {log}, and report what it says.")


def _publish(
    landscape: Landscape,
    known: Listeners,
    aws: EmulatedAws,
    pool: Pool,
    *,
    api_id: str,
    state: StateDir,
    began: float,
) -> Mapping[str, Any]:
    """Write the AWS config and `up.json`; what the latter says."""
    keys = {name: aws.founded.explorers[id_] for name, id_ in landscape.accounts.items()}
    hub = next(name for name, id_ in landscape.accounts.items() if id_ == landscape.hub_account)
    keys["management"] = aws.founded.management
    config = told.aws_config(landscape, known[AWS, INTERNET].address, keys, hub)
    document = told.up_document(
        landscape, known, user_pool_id=pool.pool.id, config=str(state / "aws" / "config")
    )
    document["api_id"] = api_id
    document["ready_s"] = round(time.monotonic() - began, 2)
    state.write("aws/config", config)
    state.publish(document)
    return document
