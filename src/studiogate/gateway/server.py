"""The gateway as a process: real ports around the application, and a server in front of it.

One of the two places that make a clock; nothing here decides anything.
"""

import asyncio
import gc
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
import uvloop

from studiogate.aws.wire.transport import AiohttpTransport
from studiogate.gateway import logs
from studiogate.gateway.assembled import Assembled, Surroundings, assembled
from studiogate.gateway.metrics import Metrics
from studiogate.gateway.ports import Clock
from studiogate.gateway.settings import Settings
from studiogate.gateway.source import behind

_KEEP_ALIVE_S = 75  # longer than a load balancer's 60, so that it never writes to a closed door
_GRACE_S = 10


@dataclass(frozen=True, slots=True)
class Tls:
    """Files of a certificate and its key, where nothing in front ends TLS."""

    certificate: Path
    key: Path


def assemble(settings: Settings, environ: Mapping[str, str], *, clock: Clock) -> Assembled:
    """The application for a server, which answers many requests at once.

    Belongs to the event loop that serves it first.

    Raises:
        SettingsError: the environment names no credentials.
    """
    source_of = behind(settings.trusted_proxies, settings.prefixes)
    around = Surroundings(AiohttpTransport(), clock, source_of, Metrics())
    return assembled(settings, environ, around)


def serve(
    settings: Settings,
    *,
    environ: Mapping[str, str] | None = None,
    host: str = "127.0.0.1",
    port: int = 8080,
    uds: Path | None = None,
    tls: Tls | None = None,
) -> None:
    """Serve until told to stop by SIGTERM or SIGINT; requests under way get 10 seconds.

    Credentials come from where `environ` says, the process's own environment by default.
    Listens on the Unix socket `uds` if there is one, else on `host` and `port`.  Logs go to
    stderr as JSON; stdout is left to the record.

    Raises:
        SettingsError: the environment names no credentials.
    """
    logs.configure(sys.stderr)
    gateway = assemble(settings, os.environ if environ is None else environ, clock=_now)
    config = uvicorn.Config(
        gateway.app,
        host=host,
        port=port,
        uds=str(uds) if uds else None,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `gateway.source` decides whom to believe
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(uvicorn.Server(config), gateway))


async def _serve(server: uvicorn.Server, gateway: Assembled) -> None:
    # What is loaded by now lives as long as the process: a collector that walks it over and
    # over takes a fifth of the CPU of an opening.
    gc.collect()
    gc.freeze()
    try:
        await server.serve()
    finally:
        await gateway.close()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the process's clock is made here
