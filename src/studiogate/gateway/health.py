"""GET /healthz, /readyz and /metrics: for load balancers and scrapers, so without a sign-in."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from studiogate.errors import StudioGateError
from studiogate.gateway.logs import LOG
from studiogate.gateway.ports import Counts, Ports
from studiogate.gateway.present import Answer, respond
from studiogate.gateway.remember import Remembered

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of Prometheus's text format."""

KEEPS = timedelta(seconds=5)
"""How long an answer about readiness holds: asking us often must not ask AWS often."""


class Readiness:
    """Whether what an opening needs answers; asked at most once in `KEEPS`."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._known: Remembered[str, tuple[str, ...]] = Remembered(ports.clock, holds=1)

    async def silent(self) -> tuple[str, ...]:
        """Names of those that do not answer; empty when the gateway is ready."""
        return await self._known.get("all", self._ask)

    async def _ask(self) -> tuple[tuple[str, ...], datetime | None]:
        ports = self._ports
        asked = {"directory": ports.directory.ready, "ledger": ports.ledger.ready}
        silent = [name for name, ready in asked.items() if not await _answers(name, ready)]
        return tuple(silent), ports.clock() + KEEPS


async def healthz(_request: Request) -> Response:
    """GET /healthz: the process is alive; says nothing about anything else."""
    return JSONResponse({"status": "alive"})


async def readyz(request: Request) -> Response:
    """GET /readyz: the directory and the ledger answer; else 503 naming which does not."""
    readiness: Readiness = request.app.state.readiness
    silent = await readiness.silent()
    if not silent:
        return JSONResponse({"status": "ready"})
    return respond(
        request,
        Answer(
            503,
            "not-ready",
            f"These do not answer: {', '.join(silent)}.",
            "The log has the details of each; send no requests here until this is 200.",
            request.state.request_id,
            {"Retry-After": str(int(KEEPS.total_seconds()))},
        ),
    )


async def metrics(request: Request) -> Response:
    """GET /metrics: what has been counted."""
    counted: Counts = request.app.state.metrics
    return Response(counted.text(), headers={"Content-Type": CONTENT_TYPE})


async def _answers(name: str, ready: Callable[[], Awaitable[None]]) -> bool:
    try:
        await ready()
    except StudioGateError as error:
        LOG.warning("not ready", extra={"facts": {"what": name, "error": error}})
        return False
    return True
