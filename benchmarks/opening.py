"""What an opening costs, beside what it cannot cost less than.

Run it as `python -m benchmarks.opening`.  Four processes: a stand-in for AWS and the idp, one
client on kept connections, this one, and the one that is measured: the gateway with every real
part (token verified, directory, decision, role, signed call, record on disk), or one of the two
floors of `benchmarks.kit.served`.  Absolute times drift with the machine; the ratios are what
to watch.  The guard rails (one call to AWS, no new connection) do not drift.
"""

import asyncio
import gc
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.kit import floors
from benchmarks.kit.client import Question, ask, asked
from benchmarks.kit.measured import Ask, Cost, Served, served
from benchmarks.kit.world import Outside, now, outside
from starlette.requests import Request

from studiogate.aws.wire.call import Credentials, WireRequest
from studiogate.aws.wire.calls import Wire
from studiogate.aws.wire.tables import Tables
from studiogate.aws.wire.transport import AiohttpTransport
from studiogate.gateway.entrance import Stores, build
from studiogate.gateway.marks import TableMarks
from studiogate.gateway.settings import Settings
from tests.kit.gateway import HOST
from tests.kit.given_credentials import GivenCredentials

KINDS = ("gateway", "floor", "bare")
WARM_UP, TOKENS, COLD_STARTS, ROUNDS = 320, 3000, 5, 5
FACTS = {"host": HOST, "x-forwarded-for": "192.168.10.7", "x-forwarded-proto": "https"}
PRESIGN = '{"DomainId":"d-forecasting"}'


@dataclass(frozen=True, slots=True)
class Load:
    """How slow AWS is, and how many ask at once."""

    delay_ms: int
    at_once: int
    times: int


LOADS = (Load(0, 1, 2000), Load(0, 32, 3200), Load(5, 1, 600), Load(5, 32, 3200))
"""Each is asked in `ROUNDS` rounds, the kinds in turn: what disturbs one disturbs all."""


@dataclass(frozen=True, slots=True)
class Running:
    """One kind, served and warm."""

    process: Served
    question: Question


def opening(port: int, token: str) -> Question:
    headers = FACTS | {"authorization": f"Bearer {token}"}
    return asked(port, "GET /open/forecasting", headers, status=302)


@contextmanager
def running(world: Outside, environ: dict[str, str], client: Ask) -> Iterator[list[Running]]:
    """Every kind, each in a process of its own that has opened a few hundred times."""
    with ExitStack() as stack:
        found = []
        for kind in KINDS:
            process = stack.enter_context(served(kind, environ))
            question = opening(process.port, world.token)
            for at_once in (1, 32):
                client(question, times=WARM_UP, at_once=at_once)
            found.append(Running(process, question))
        yield found


def alone(one: Running, world: Outside, client: Ask) -> tuple[float, int]:
    """Calls for each of a thousand warm openings one after the other, and new connections."""
    calls, connections = world.counted()
    client(one.question, times=1000, at_once=1)
    more_calls, more_connections = world.counted()
    return (more_calls - calls) / 1000, more_connections - connections


def costs(load: Load, kinds: list[Running], world: Outside, client: Ask) -> list[Cost]:
    """What an answer of each kind costs under `load`: the middle round of each figure."""
    world.slow(load.delay_ms / 1000)
    rounds: list[list[Cost]] = [[] for _ in kinds]
    for _ in range(ROUNDS):
        for kind, found in zip(kinds, rounds, strict=True):
            each = load.times // ROUNDS
            ask_them = partial(client, kind.question, times=each, at_once=load.at_once)
            found.append(kind.process.costs(ask_them))
    world.slow(0)
    return [middle(found) for found in rounds]


def middle(found: list[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.p50 for cost in found),
        statistics.median(cost.p95 for cost in found),
        statistics.median(cost.cpu for cost in found),
    )


def cold_start_ms(kind: str, world: Outside, environ: dict[str, str]) -> float:
    """From the start of the process to its first redirect, keys and directory fetched."""
    began = time.perf_counter()
    with served(kind, environ) as process:
        ask(opening(process.port, world.token), times=1, at_once=1)
        return (time.perf_counter() - began) * 1000


def direct_ms(load: Load, world: Outside, client: Ask) -> float:
    """The call to AWS alone, with nobody in between: its delay and what a loopback adds."""
    port = urlsplit(world.url).port
    assert port is not None
    headers = {"x-amz-target": "SageMaker.CreatePresignedDomainUrl"}
    question = asked(port, "POST /", headers, status=200, body=PRESIGN)
    world.slow(load.delay_ms / 1000)
    taken = client(question, times=load.times, at_once=1)
    world.slow(0)
    return statistics.median(taken)


def cpu_us(check: Callable[[], object]) -> float:
    """The least disturbed of five rounds."""
    rounds = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(TOKENS // 5):
            check()
        rounds.append((time.process_time() - began) / (TOKENS // 5) * 1e6)
    return min(rounds)


async def token_checks(world: Outside) -> tuple[float, float]:
    """Microseconds to know who a bearer token speaks for: the gateway's way, and the floor."""
    transport = AiohttpTransport()
    wire = Wire(
        transport,
        region="eu-west-1",
        source=GivenCredentials(Credentials("k", "s")),
        clock=now,
    )
    marks = TableMarks(Tables(wire), now, "unused")
    stores = Stores(marks, Tables(wire))
    room = build(Settings.from_environment(world.environ), transport, now, stores)
    header = (b"authorization", f"Bearer {world.token}".encode())
    request = Request({"type": "http", "headers": [header]})
    await room.sign_in.who(request)
    issuer = Settings.from_environment(world.environ).idps["corporate"].issuer
    key = floors.key_of(
        (await transport.send(WireRequest("GET", f"{issuer}/keys", {}, b""))).body
    )

    def check() -> None:
        # With its keys at hand it never waits, so it runs to its end in one step.
        try:
            room.sign_in.who(request).send(None)
        except StopIteration:
            return
        raise RuntimeError("the check waited for something")

    gc.collect()
    found = cpu_us(check), cpu_us(lambda: floors.verified(world.token, key))
    await room.close()
    await transport.close()
    return found


def measure(world: Outside, environ: dict[str, str], client: Ask) -> None:
    """Measure everything, and print a row of the table as each is known."""
    tokens = asyncio.run(token_checks(world))
    cold = [[cold_start_ms(kind, world, environ) for _ in range(COLD_STARTS)] for kind in KINDS]
    print(f"{'':34}{'gateway':>9}{'floor':>9}{'bare':>9}{'/floor':>8}{'/bare':>8}")
    with running(world, environ, client) as kinds:
        calls, connections = alone(kinds[0], world, client)
        for load in LOADS:
            found = costs(load, kinds, world, client)
            for name in ("p50", "p95", "cpu"):
                label = f"{load.delay_ms} ms AWS, {load.at_once:2} at once, {name} ms"
                row(label, [getattr(cost, name) for cost in found])
            if load.delay_ms and load.at_once == 1:
                direct = direct_ms(load, world, client)
                row(f"added to a call of {direct:.2f} ms", [c.p50 - direct for c in found[:2]])
        row("peak memory, MiB", [kind.process.used()[1] for kind in kinds])
    row("cold start to first redirect, ms", [min(times) for times in cold])
    row("token check, CPU µs", [*tokens])
    print(f"AWS calls per warm opening        {calls:9.3f}   (1,000 of them)")
    print(f"new connections in those          {connections:9}")


def row(label: str, values: list[float]) -> None:
    ratios = [f"{values[0] / other:8.2f}" for other in values[1:]]
    cells = [f"{value:9.3f}" if value < 100 else f"{value:9.0f}" for value in values]
    print(f"{label:34}{''.join(cells):27}{''.join(ratios)}")


def main() -> None:
    """Measure the gateway and its floors in one run."""
    spawn = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as directory,
        outside(str(Path(directory, "openings.jsonl"))) as world,
        spawn.Pool(1) as pool,
    ):

        def client(question: Question, *, times: int, at_once: int) -> list[float]:
            return pool.apply(ask, (question,), {"times": times, "at_once": at_once})

        environ = {"PATH": os.defpath} | world.environ
        measure(world, environ, client)


if __name__ == "__main__":
    main()
