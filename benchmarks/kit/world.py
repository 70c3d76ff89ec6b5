"""The process the gateway asks: AWS and an idp as tests have them, made as slow as wanted."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from starlette.types import ASGIApp, Receive, Scope, Send

from tests.kit.gateway import HOST, serving
from tests.kit.gateway_world import World

PERSON = "user-lob-a"


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - tokens are good by the real clock


class Slowed:
    """`app`, each POST answered `delay_s` later; counts them, and all connections."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.delay_s = 0.0
        self.calls = 0
        self.connections: set[tuple[str, int]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.connections.add(scope["client"])
        if scope["method"] == "POST":
            self.calls += 1
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
        await self._app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Outside:
    """The other end of the pipe to that process."""

    pipe: Connection
    token: str
    environ: dict[str, str]

    @property
    def url(self) -> str:
        return self.environ["AWS_ENDPOINT_URL_STS"]

    def slow(self, delay_s: float) -> None:
        """Have every call to AWS take `delay_s` seconds longer than none at all."""
        self.pipe.send(delay_s)
        self.pipe.recv()

    def counted(self) -> tuple[int, int]:
        """Calls to AWS so far, and connections opened to it and to the idp."""
        self.pipe.send(None)
        calls, connections = self.pipe.recv()
        return calls, connections


@contextmanager
def outside(ledger: str) -> Iterator[Outside]:
    """That process, running; the gateway is to keep its record in `ledger`."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    child = spawn.Process(target=_run, args=(theirs, ledger), daemon=True)
    child.start()
    try:
        yield Outside(ours, *ours.recv())
    finally:
        ours.send("stop")
        child.join()


def _run(pipe: Connection, ledger: str) -> None:
    world = World(now)
    slowed = Slowed(world.app)
    with serving(slowed) as world.url:
        pipe.send((world.token(PERSON), world.environment(f"https://{HOST}", ledger)))
        while (asked := pipe.recv()) != "stop":
            if asked is not None:
                slowed.delay_s = asked
            pipe.send((slowed.calls, len(slowed.connections)))
