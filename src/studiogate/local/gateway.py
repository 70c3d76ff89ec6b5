"""The gateway as a child process: production code, told what its function was told on AWS.

Lambda's part is played by a server that stays: the variables and the role are those of the
function that stands in the emulated Lambda, and only addresses are put in their place.  It sits
in the hub's VPC, gets credentials from an address of its own, and answers on a socket that only
the emulated private API can reach.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from studiogate.errors import StartError
from studiogate.foundation.templates.api import STAGE
from studiogate.landscape.model import INTERNET, Landscape
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
    file: Path | None = None
    """Where the landscape was read; what administrators see is computed from it."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """The gateway's function, as it stands in the emulated Lambda."""

    role: str
    """ARN of what it is."""

    variables: Mapping[str, str] = field(repr=False)
    """What its template tells it, secrets resolved."""

    code: str
    """Hash of its bundle: other code is another start."""


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
    around: Surroundings, deployed: Deployed, vending: Vending, *, state: Path, sockets: Path
) -> RunningGateway:
    """Start the gateway that `deployed` says.

    Its socket has a folder for us alone: whoever reaches it is taken for the private API.
    """
    path, token = vending.register(
        deployed.role, service="lambda.amazonaws.com", session_name="gateway"
    )
    socket, log = gateway_socket(sockets), state / "gateway.log"
    socket.parent.mkdir(mode=0o700, exist_ok=True)
    socket.unlink(missing_ok=True)
    tasks = around.known[TASKS, around.landscape.gateway.network].address
    told = environment(around, deployed.variables, ledger=state / "ledger.jsonl") | {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": tasks + path,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
    }
    command = [sys.executable, "-m", "studiogate", "serve", "--uds", str(socket)]
    return RunningGateway(start(command, environment=told, log=log), socket, log)


def gateway_socket(sockets: Path) -> Path:
    """Where the gateway answers, whichever is started."""
    return sockets / "gateway" / "gateway.sock"


def environment(
    around: Surroundings, variables: Mapping[str, str], *, ledger: Path
) -> dict[str, str]:
    """Every variable the gateway is given but its credentials' address.

    Nothing of ours is inherited but the search path.  What differs from AWS is where things
    are: endpoints, Studio, the idp, the names people reach it by, and a record in a file.
    """
    landscape, known = around.landscape, around.known
    hub = landscape.gateway.network
    own = {name: value for name, value in variables.items() if name not in _OF_LAMBDA}
    reached = {*origins(known), *own.get("STUDIOGATE_ORIGINS", "").split(",")} - {""}
    return own | {
        "PATH": os.environ.get("PATH", os.defpath),
        "AWS_REGION": landscape.region,
        "AWS_ENDPOINT_URL_STS": known[STS, hub].address,
        "AWS_ENDPOINT_URL_SAGEMAKER": known[SAGEMAKER, hub].address,
        "AWS_ENDPOINT_URL_DYNAMODB": known[DYNAMODB, hub].address,
        "STUDIOGATE_ORIGINS": ",".join(sorted(reached)),
        "STUDIOGATE_IDPS": json.dumps(idps(own.get("STUDIOGATE_IDPS", "{}"), known)),
        "STUDIOGATE_STUDIO_URL": studio_url(landscape, known, "{domain_id}"),
        "STUDIOGATE_STUDIO_ENDPOINT": known[STUDIO, hub].address,
        "STUDIOGATE_LEDGER": str(ledger),
        "STUDIOGATE_TRUSTED_PROXIES": "unix",
        "STUDIOGATE_PREFIXES": f"/{STAGE}",
        "STUDIOGATE_LANDSCAPE": str(around.file.absolute()) if around.file else "",
    }


_OF_LAMBDA = frozenset({"STUDIOGATE_API_ENDPOINT"})
"""What only a function needs: a server is told by its socket who passes requests on."""


def origins(known: Listeners) -> set[str]:
    """Every origin a browser can reach the portal by, from whatever network."""
    ports = [one.port for one in known.values() if one.door == PORTAL]
    return {f"http://{name}:{port}" for name in ("localhost", HOST) for port in ports}


def idps(told: str, known: Listeners) -> Mapping[str, Mapping[str, str]]:
    """The idps of the function, each reached at the emulated provider's site."""
    found: Mapping[str, Mapping[str, str]] = json.loads(told)
    at = known[IDP, INTERNET].address
    return {name: {**idp, "endpoint": at} for name, idp in found.items()}
