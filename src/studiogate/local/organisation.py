"""`studiogate up`, put together: the emulated AWS, its ground, the gateway, and their end.

One process serves every door; the gateway and each JupyterLab are children of it.  Read `_run`
top to bottom: take the ports and the state directory, serve, lay the ground through the
served APIs, start the gateway, say that it is ready, wait.
"""

import asyncio
import shutil
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop

from studiogate.aws.session import Accounts
from studiogate.errors import LandscapeError, StartError
from studiogate.landscape.model import INTERNET, Landscape
from studiogate.local.api.invoke import Api
from studiogate.local.authority import Authority
from studiogate.local.authorizing import Authorizers
from studiogate.local.aws import EmulatedAws, emulated_aws
from studiogate.local.build import build, unless
from studiogate.local.front_door import GatewayKeeper, standing_api
from studiogate.local.gateway import Surroundings
from studiogate.local.idps import hang_access_portal, hang_pool
from studiogate.local.listeners import (
    AWS,
    PORTAL,
    REGISTRY,
    Listeners,
    arrival_of,
    bound,
    listeners,
)
from studiogate.local.notice import Notice
from studiogate.local.places import Followed
from studiogate.local.private_api import PrivateApi
from studiogate.local.registry import CERTIFICATES, registry_door
from studiogate.local.serving import served
from studiogate.local.statedir import StateDir
from studiogate.local.trail import TrailFile

Tell = Callable[[str], None]
Ready = Callable[[Mapping[str, Any]], None]

_IMAGES = (REGISTRY, INTERNET)

_QUICKLY_S = 0.05
"""Seconds between two looks while things are being built."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked `studiogate up` for."""

    landscape: Landscape
    file: Path
    """Where the landscape was read."""

    port: int
    """First of the ports to listen on."""

    state: StateDir
    began: float
    """When they asked, of the monotonic clock."""

    tell: Tell
    """Told what is being done."""

    build: bool
    """Whether the landscape is applied; else there are accounts with nothing in them."""

    ready: Ready
    """Told what `up.json` says, once everything answers."""


def run(wanted: Wanted) -> None:
    """Run the organisation until SIGINT or SIGTERM.

    Raises:
        KeyboardInterrupt: a signal came before everything was built.
        StartError: a port or the state directory is taken, or a part did not start.
        AwsError: the emulated AWS refused a step of laying the ground; a defect of ours.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(wanted))


async def _run(wanted: Wanted) -> None:
    landscape, state, tell = wanted.landscape, wanted.state, wanted.tell
    known = listeners(landscape, wanted.port)
    stop = _stop_on_signals()
    async with AsyncExitStack() as undo:
        sockets = bound({key: one for key, one in known.items() if key != _IMAGES})
        (door,) = bound({_IMAGES: known[_IMAGES]})
        state.take()
        undo.callback(state.release)
        short = undo.enter_context(_short_directory())
        tell("the emulated organisation")
        trail = TrailFile(state / "trail.jsonl")
        undo.callback(trail.close)
        aws = emulated_aws(
            landscape, known, state=state, sockets=short, trail=trail, clock=_now
        )
        pool = hang_pool(landscape, known, aws, _now)
        hang_access_portal(landscape, known, aws, _now, state=state, file=wanted.file)
        await undo.enter_async_context(served(aws.doors, sockets))
        authority = Authority(state / "redshift", _now)
        await undo.enter_async_context(
            registry_door(
                door, aws.grounds, aws.arrivals, known[_IMAGES],
                authority=authority, trail=trail, clock=_now,
            )
        )  # fmt: skip
        undo.push_async_callback(aws.close)
        keeper, api = _hang_portal(wanted, known, aws, short, undo)
        if wanted.build:
            await _built(wanted, known, aws, keeper, stop)
        trusted = authority.beside_the_worlds(state / CERTIFICATES)
        notice = Notice(state, aws, pool, lambda: _id_of(api()), trusted)
        wanted.ready(notice.publish(ready_s=round(time.monotonic() - wanted.began, 2)))
        await _until(stop, keeper, _following(wanted, aws, notice, undo))


def _hang_portal(
    wanted: Wanted, known: Listeners, aws: EmulatedAws, sockets: Path, undo: AsyncExitStack
) -> tuple[GatewayKeeper, Callable[[], Api | None]]:
    """The keeper of the gateway behind the portal's door, and the API that stands in it."""
    landscape, stores = wanted.landscape, aws.grounds.stores
    keeper = GatewayKeeper(
        Surroundings(landscape, known, wanted.file),
        stores.functions,
        aws.vending,
        state=wanted.state.path,
        sockets=sockets,
    )
    undo.push_async_callback(keeper.close)
    api = standing_api(stores.apis, landscape)
    authorizers = Authorizers(stores.functions, known, _now)
    undo.callback(authorizers.close)
    portal = PrivateApi(
        api=api, arrival_of=arrival_of, ask=authorizers, upstream_socket=keeper.socket
    )
    undo.push_async_callback(portal.close)
    aws.doors.hang(PORTAL, portal)
    return keeper, api


async def _built(
    wanted: Wanted,
    known: Listeners,
    aws: EmulatedAws,
    keeper: GatewayKeeper,
    stop: asyncio.Event,
) -> None:
    """Apply the landscape, and return when the gateway that this deploys answers."""
    watching = asyncio.create_task(keeper.watch(_QUICKLY_S))
    try:
        accounts = _accounts(wanted.landscape, known, aws)
        tell = unless(stop.is_set, wanted.tell)
        await asyncio.to_thread(build, accounts, wanted.landscape, wanted.file, tell)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    wanted.tell("the gateway")
    await keeper.answers()


def _id_of(api: Api | None) -> str:
    return api.api_id if api else ""


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


def _accounts(landscape: Landscape, known: Listeners, aws: EmulatedAws) -> Accounts:
    keys = aws.founded.management
    return Accounts(
        landscape.region,
        endpoint=known[AWS, INTERNET].address,
        access_key=keys.access_key,
        secret_key=keys.secret_key,
    )


async def _until(
    stop: asyncio.Event, keeper: GatewayKeeper, meanwhile: Callable[[], Awaitable[None]]
) -> None:
    """Wait for a signal; every second look at the gateway, and do `meanwhile`.

    Raises:
        StartError: the gateway ended by itself.
    """
    while not stop.is_set():
        await keeper.look()
        await meanwhile()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await stop.wait()


def _following(
    wanted: Wanted, aws: EmulatedAws, notice: Notice, undo: AsyncExitStack
) -> Callable[[], Awaitable[None]]:
    """What keeps the world as the landscape file says, as far as that can be while it runs."""
    followed = Followed(wanted.file)

    async def look() -> None:
        try:
            landscape = followed.news()
            new = aws.follow(landscape) if landscape else {}
            sockets = bound(new)
        except (LandscapeError, StartError) as error:
            wanted.tell(f"the landscape file is not followed: {error}")
            return
        if sockets:
            await undo.enter_async_context(served(aws.doors, sockets))
        if landscape:
            notice.publish()

    return look
