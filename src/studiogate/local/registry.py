"""The way to the emulated registries: a proxy that programs are told of by their environment.

Programs that build and push images know registries by AWS's names alone; `HTTPS_PROXY` leads
these names here, and `SSL_CERT_FILE` names who vouches for it (decision 25).
"""

import shlex
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from studiogate.landscape.model import INTERNET
from studiogate.local.arrivals import Arrivals
from studiogate.local.authority import Authority
from studiogate.local.call import Arrival
from studiogate.local.cloud import Grounds
from studiogate.local.ecr.door.opened import opened
from studiogate.local.ecr.registry.admission import Gate
from studiogate.local.ecr.registry.app import RegistryApp
from studiogate.local.front.event import Trail
from studiogate.local.listeners import REGISTRY, Listener, Listeners

CERTIFICATES = "certificates.pem"
"""The file, in the state directory, of the world's authorities and the emulation's own."""

_TRUSTED = ("SSL_CERT_FILE", "AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE")
"""What Go and Python, the AWS CLI, curl, and requests ask for a file of certificates."""


def way(known: Listeners, certificates: Path) -> Mapping[str, str]:
    """The variables by which a program on this machine finds the registries."""
    return {
        "HTTPS_PROXY": known[REGISTRY, INTERNET].address,
        # Everything else of the emulation is on this machine, and reached without it.
        "NO_PROXY": "127.0.0.1,localhost",
        **dict.fromkeys(_TRUSTED, str(certificates)),
    }


def exported(variables: Mapping[str, str]) -> str:
    """The same as lines for a shell: `. STATE/env`."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())


@asynccontextmanager
async def registry_door(
    door: socket.socket,
    on: Grounds,
    arrivals: Arrivals,
    listener: Listener,
    *,
    authority: Authority,
    trail: Trail,
    clock: Callable[[], datetime],
) -> AsyncIterator[None]:
    """Lead whoever asks at `door`, which is `listener`'s, inside the block."""

    def arrival() -> Arrival:
        found = arrivals.of(listener)
        if found is None:
            raise RuntimeError("the internet is always there")
        return found

    app = RegistryApp(on.stores.ecr, Gate(on.guard, trail, clock), arrival)
    ours = on.policies.organisation.has
    async with opened(door, app, authority=authority, ours=ours):
        yield
