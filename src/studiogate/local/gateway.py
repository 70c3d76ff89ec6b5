"""The gateway as a child process: production code, told only addresses and credentials.

It sits in the hub's VPC: its AWS calls go to the hub's endpoints, its credentials come from the
container credentials address like those of any task on ECS, and it answers on a socket that
only the emulated private API can reach.
"""

import asyncio
import base64
import contextlib
import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from studiogate import names
from studiogate.errors import StartError
from studiogate.landscape.model import INTERNET, Landscape, OidcIdp
from studiogate.local.children import Child, start
from studiogate.local.iam.vending import Vending
from studiogate.local.listeners import (
    DYNAMODB,
    HOST,
    IDP,
    PORTAL,
    SAGEMAKER,
    STS,
    STUDIO,
    TASKS,
    Listeners,
    studio_url,
)

_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the gateway is told of the organisation around it."""

    landscape: Landscape
    known: Listeners
    api_id: str
    file: Path | None = None
    """Where the landscape was read; what administrators see is computed from it."""


class RunningGateway:
    """`studiogate serve` as a child, answering on a socket for the private API alone."""

    def __init__(self, child: Child, socket: Path, log: Path) -> None:
        self._child = child
        self.socket = socket
        self._log = log

    @property
    def runs(self) -> bool:
        """Whether its process is still there."""
        return self._child.ended is None

    async def answers(self) -> None:
        """Return once it says it is ready.

        Raises:
            StartError: it ended, or did not become ready in time.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _PATIENCE_S
        way = aiohttp.UnixConnector(str(self.socket))
        async with aiohttp.ClientSession(connector=way) as client:
            while self.runs and loop.time() < deadline:
                with contextlib.suppress(aiohttp.ClientError):
                    async with client.get("http://gateway/readyz") as answer:
                        if answer.ok:
                            return
                await asyncio.sleep(0.02)
        raise self.failed("did not become ready")

    def failed(self, what: str) -> StartError:
        """The error that says `what` happened to it, and where to read why."""
        return StartError(
            f"The gateway {what}.", remedy=f"Read {self._log}, and report what it says."
        )

    async def stop(self) -> None:
        """End it."""
        await self._child.stop()


def start_gateway(
    around: Surroundings, vending: Vending, *, state: Path, sockets: Path
) -> RunningGateway:
    """Start the gateway; it asks nothing before it is asked, so its ground may come later.

    Its socket has a folder for us alone: whoever reaches it is taken for the private API.
    """
    landscape = around.landscape
    role = names.role_arn(landscape.region, landscape.hub_account, names.GATEWAY_ROLE)
    path, token = vending.register(
        role, service="ecs-tasks.amazonaws.com", session_name="gateway"
    )
    folder = sockets / "gateway"
    folder.mkdir(mode=0o700)
    socket, log = folder / "gateway.sock", state / "gateway.log"
    tasks = around.known[TASKS, landscape.gateway.network].address
    told = environment(around, ledger=state / "ledger.jsonl") | {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": tasks + path,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
    }
    command = [sys.executable, "-m", "studiogate", "serve", "--uds", str(socket)]
    return RunningGateway(start(command, environment=told, log=log), socket, log)


def environment(around: Surroundings, *, ledger: Path) -> dict[str, str]:
    """Every variable the gateway is given but its credentials' address.

    Nothing of ours is inherited but the search path.
    """
    landscape, known = around.landscape, around.known
    hub, region = landscape.gateway.network, landscape.region
    reached = {*origins(known), api_origin(region, around.api_id)}
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "AWS_REGION": region,
        "AWS_ENDPOINT_URL_STS": known[STS, hub].address,
        "AWS_ENDPOINT_URL_SAGEMAKER": known[SAGEMAKER, hub].address,
        "AWS_ENDPOINT_URL_DYNAMODB": known[DYNAMODB, hub].address,
        "STUDIOGATE_ORIGINS": ",".join(sorted(reached)),
        "STUDIOGATE_IDPS": json.dumps(_idps(landscape, known)),
        "STUDIOGATE_COOKIE_KEYS": base64.b64encode(secrets.token_bytes(32)).decode("ascii"),
        "STUDIOGATE_STUDIO_URL": studio_url(landscape, known, "{domain_id}"),
        "STUDIOGATE_STUDIO_ENDPOINT": known[STUDIO, hub].address,
        "STUDIOGATE_LEDGER": str(ledger),
        "STUDIOGATE_TRUSTED_PROXIES": "unix",
        "STUDIOGATE_CONTACT": landscape.contact or "",
        "STUDIOGATE_LANDSCAPE": str(around.file.absolute()) if around.file else "",
    }


def origins(known: Listeners) -> set[str]:
    """Every origin a browser can reach the portal by, from whatever network."""
    ports = [one.port for one in known.values() if one.door == PORTAL]
    return {f"http://{name}:{port}" for name in ("localhost", HOST) for port in ports}


def api_origin(region: str, api_id: str) -> str:
    """Origin of the private API by its own name, which needs no private DNS (S4-18)."""
    return f"https://{api_id}.execute-api.{region}.{names.dns_suffix(region)}"


def _idps(landscape: Landscape, known: Listeners) -> Mapping[str, Mapping[str, str]]:
    return {
        name: {
            "issuer": idp.issuer,
            "client_id": idp.client_id,
            "username_claim": idp.username_claim,
            "label": f"{landscape.name.title()} {name}",
            "endpoint": known[IDP, INTERNET].address,
        }
        for name, idp in landscape.idps.items()
        if isinstance(idp, OidcIdp)
    }
