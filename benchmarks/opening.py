"""What one warm opening costs: AWS calls, wall and CPU milliseconds, beside a floor.

Run it as `python -m benchmarks.opening`.  Three processes: a stand-in for AWS and the idp, the
gateway with every real part (token verified, signer, aiohttp, record on disk), and one client
on a kept connection.  The floor is a bare Starlette redirect on the same server in the same
process; the ratio to it is what to watch, the times drift with the machine.
"""

import asyncio
import gc
import http.client
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from studiogate.gateway.server import assemble
from studiogate.gateway.settings import Settings
from tests.kit.gateway import HOST, serving
from tests.kit.gateway_world import World

WARM_UP, OPENINGS = 200, 2000
PERSON = "user-lob-a"
FACTS = {
    "host": HOST,
    "x-forwarded-for": "192.168.10.7",
    "x-forwarded-proto": "https",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one opening, in milliseconds."""

    wall: float
    cpu: float
    calls: float
    """To AWS."""


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - tokens are good by the real clock


def world(pipe: Connection) -> None:
    """A process: AWS and the idp; tells a token and an environment, then waits for the end."""
    here = World(now)
    with serving(here.app) as here.url:
        pipe.send((here.token(PERSON), here.environment(f"https://{HOST}", "LEDGER")))
        pipe.recv()


def client(url: str, headers: dict[str, str], times: int) -> list[float]:
    """A process: wall milliseconds of each of `times` openings over one connection."""
    line = http.client.HTTPConnection(urlsplit(url).netloc)
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        line.request("GET", "/open/forecasting", headers=headers)
        answer = line.getresponse()
        answer.read()
        taken.append((time.perf_counter() - began) * 1000)
        assert answer.status == 302, answer.status
    line.close()
    return taken


async def floor(_request: Request) -> Response:
    return RedirectResponse("https://d-a.studio.eu-west-1.sagemaker.aws/auth?token=x", 302)


async def measured(app: Any, ask: Callable[[str, int], Any], asked: Callable[[], int]) -> Cost:
    """The cost of a warm opening of `app`, served in this process."""
    config = uvicorn.Config(
        app, port=0, lifespan="off", log_config=None, access_log=False, ws="none"
    )
    server = uvicorn.Server(config)
    serving_ = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has a flag, not an event
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, ask, url, WARM_UP)
    gc.collect()
    gc.freeze()
    before, cpu = asked(), time.process_time()
    taken = await loop.run_in_executor(None, ask, url, OPENINGS)
    cpu = time.process_time() - cpu
    calls = asked() - before
    server.should_exit = True
    await serving_
    return Cost(statistics.median(taken), cpu * 1000 / OPENINGS, calls / OPENINGS)


def calls_of(url: str) -> int:
    line = http.client.HTTPConnection(urlsplit(url).netloc)
    line.request("GET", "/asked")
    counted: dict[str, int] = json.loads(line.getresponse().read())
    line.close()
    return sum(counted.values())


def main() -> None:
    """Print the cost of an opening, of the floor, and their ratio."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    child = spawn.Process(target=world, args=(theirs,), daemon=True)
    child.start()
    token, environ = ours.recv()
    headers = FACTS | {"authorization": f"Bearer {token}"}
    with spawn.Pool(1) as pool, tempfile.TemporaryDirectory() as directory:
        environ["STUDIOGATE_LEDGER"] = str(Path(directory, "openings.jsonl"))
        aws = environ["AWS_ENDPOINT_URL_STS"]

        def ask(url: str, times: int) -> list[float]:
            return pool.apply(client, (url, headers, times))

        async def run() -> tuple[Cost, Cost]:
            bare = Starlette(routes=[Route("/open/{domain}", floor)])
            lowest = await measured(bare, ask, lambda: calls_of(aws))
            gateway = assemble(Settings.from_environment(environ), environ, clock=now)
            opening = await measured(gateway.app, ask, lambda: calls_of(aws))
            await gateway.close()
            return opening, lowest

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            opening, lowest = runner.run(run())
    ours.send("stop")
    child.join()
    print(f"AWS calls per warm opening  {opening.calls:.2f}")
    for name, a, b in (
        ("wall ms", opening.wall, lowest.wall),
        ("CPU ms", opening.cpu, lowest.cpu),
    ):
        print(f"{name:8} opening {a:6.3f}   floor {b:6.3f}   ratio {a / b:5.1f}")


if __name__ == "__main__":
    main()
