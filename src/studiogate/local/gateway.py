"""The gateway as a child process: production code, told only addresses and credentials.

It sits in the hub's VPC: its AWS calls go to the hub's endpoints, its credentials come from the
container credentials address like those of any task on ECS, and it answers on a socket that
only the emulated private API can reach.
"""

import base64
import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from studiogate import names
from studiogate.landscape.model import Landscape, OidcIdp
from studiogate.local.call import INTERNET
from studiogate.local.children import Child, start
from studiogate.local.listeners import (
    DYNAMODB,
    HOST,
    IDP,
    PORTAL,
    SAGEMAKER,
    STS,
    TASKS,
    Listeners,
    studio_url,
)


@dataclass(frozen=True, slots=True)
class TaskCredentials:
    """Where a task finds its credentials, as ECS tells it."""

    path: str
    token: str


def start_gateway(
    landscape: Landscape,
    known: Listeners,
    task: TaskCredentials,
    *,
    api_id: str,
    state: Path,
    socket: Path,
) -> Child:
    """Start `studiogate serve` on `socket`; its log is `gateway.log` in `state`."""
    ours = environment(landscape, known, task, api_id=api_id, ledger=state / "ledger.jsonl")
    return start(
        [sys.executable, "-m", "studiogate", "serve", "--uds", str(socket)],
        environment=ours,
        log=state / "gateway.log",
    )


def environment(
    landscape: Landscape, known: Listeners, task: TaskCredentials, *, api_id: str, ledger: Path
) -> dict[str, str]:
    """Every variable the gateway is given; nothing of ours is inherited but the search path."""
    hub = landscape.gateway.network
    region = landscape.region
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "AWS_REGION": region,
        "AWS_ENDPOINT_URL_STS": known[STS, hub].address,
        "AWS_ENDPOINT_URL_SAGEMAKER": known[SAGEMAKER, hub].address,
        "AWS_ENDPOINT_URL_DYNAMODB": known[DYNAMODB, hub].address,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": known[TASKS, hub].address + task.path,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": task.token,
        "STUDIOGATE_ORIGINS": ",".join(sorted({*origins(known), api_origin(region, api_id)})),
        "STUDIOGATE_IDPS": json.dumps(_idps(landscape, known)),
        "STUDIOGATE_COOKIE_KEYS": base64.b64encode(secrets.token_bytes(32)).decode("ascii"),
        "STUDIOGATE_STUDIO_URL": studio_url(landscape, known, "{domain_id}"),
        "STUDIOGATE_LEDGER": str(ledger),
        "STUDIOGATE_TRUSTED_PROXIES": "unix",
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
