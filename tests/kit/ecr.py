"""An emulated ECR for tests: its API, its registry behind a proxy, and a world of one's own."""

import asyncio
import base64
import hashlib
import json
import os
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvloop

from studiogate.landscape.model import INTERNET
from studiogate.local.authority import Authority
from studiogate.local.ecr.api import EcrService
from studiogate.local.ecr.door.opened import opened
from studiogate.local.ecr.door.world import Streams, into_the_world
from studiogate.local.ecr.manifests import OCI
from studiogate.local.ecr.policies import policies_of
from studiogate.local.ecr.pulling import Puller
from studiogate.local.ecr.registry.admission import Gate
from studiogate.local.ecr.registry.app import RegistryApp
from studiogate.local.ecr.together import Ecr, ecr
from studiogate.local.ecr.uris import registry_host
from studiogate.local.front.event import ApiEvent
from studiogate.local.front.inside import Inside
from studiogate.local.iam.accounts import MANAGEMENT, found_organisation
from studiogate.local.iam.guard import Guard
from studiogate.local.iam.organisation import Organisation
from studiogate.local.iam.policies import LivePolicies
from studiogate.local.iam.principals import Acquainted
from studiogate.local.iam.sessions import SessionStore
from studiogate.local.iam.sts import StsService
from studiogate.local.kept.moto_app import MotoApp
from studiogate.local.kept.moto_services import MotoService
from studiogate.local.listeners import Listener, bound
from studiogate.local.rest_apis.store import RestApis
from studiogate.local.s3.store import Buckets
from tests.kit.front import (
    FROM_THE_INTERNET,
    LANDSCAPE,
    LOB_A,
    REGION,
    MovingClock,
    World,
    api_front,
    empty_moto,
    served,
)
from tests.kit.waiting import PATIENCE_S

LARGEST_LAYER = 64 * 1024 * 1024
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
CONFIG = json.dumps(
    {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}
).encode()


@dataclass
class Registry:
    """A registry that answers, and how programs get there."""

    org: World
    ecr: Ecr
    puller: Puller
    proxy: str
    """As `http://127.0.0.1:PORT`."""

    authority: Path
    trusted: Path
    """The authority beside the world's, for programs."""

    asked: list[tuple[str, int]] = field(default_factory=list)
    """What the proxy led into the world."""

    def environment(self, home: Path) -> dict[str, str]:
        """What `up` tells programs, and a home of their own."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "REGISTRY_AUTH_FILE": str(home / "auth.json"),
            "HTTPS_PROXY": self.proxy,
            "SSL_CERT_FILE": str(self.trusted),
        }

    def host(self, account: str = LOB_A) -> str:
        """The host of an account's registry."""
        return registry_host(account, REGION)

    def token(self, keys: Any = None, account: str = LOB_A) -> str:
        """What GetAuthorizationToken says, to the account's administrator by default."""
        client = (
            self.org.admin(account, "ecr") if keys is None else self.org.client("ecr", keys)
        )
        (said,) = client.get_authorization_token()["authorizationData"]
        return str(said["authorizationToken"])

    def password(self, keys: Any = None, account: str = LOB_A) -> str:
        """The password in it."""
        return base64.b64decode(self.token(keys, account)).decode().partition(":")[2]

    def client(self, token: str | None, account: str = LOB_A) -> httpx.Client:
        """A plain client of an account's registry."""
        return httpx.Client(
            base_url=f"https://{self.host(account)}",
            headers={} if token is None else {"Authorization": f"Basic {token}"},
            proxy=self.proxy,
            verify=ssl.create_default_context(cafile=str(self.authority)),
            follow_redirects=True,
        )

    def repository(self, account: str = LOB_A, **more: Any) -> str:
        """A new repository; its name."""
        name = self.org.name("studiogate/image")
        self.org.admin(account, "ecr").create_repository(repositoryName=name, **more)
        return name


@contextmanager
def registry(folder: Path) -> Iterator[Registry]:
    """An organisation with an ECR, its API at one address and its registry behind a proxy."""
    empty_moto()
    clock, events = MovingClock(), list[ApiEvent]()
    founded = found_organisation(LANDSCAPE)
    sessions, policies = SessionStore(clock), LivePolicies(Organisation(MANAGEMENT))
    made = ecr(folder / "ecr", clock, sessions.lookup, largest_layer=LARGEST_LAYER)
    guard = Guard(policies, clock, {"ecr": policies_of(made.registries)})
    moto = MotoApp({})
    services: dict[str, Any] = {
        "ecr": EcrService(made),
        "iam": Acquainted(MotoService("iam", moto), (made.registries.rewrite,)),
        "kms": Acquainted(MotoService("kms", moto)),
        "sts": StsService(sessions, policies),
    }
    front = api_front(services, guard, sessions, clock, events)
    asked: list[tuple[str, int]] = []

    async def world(host: str, port: int) -> Streams:
        asked.append((host, port))
        if host.endswith(".com"):
            raise OSError("tests ask no name servers")
        return await into_the_world(host, port)

    gate = Gate(guard, events.append, clock)
    app = RegistryApp(made, gate, lambda: FROM_THE_INTERNET)
    authority = Authority(folder / "authority", clock)
    with ExitStack() as stack:
        stack.callback(empty_moto)
        stack.callback(moto.close)
        doors = {"internet": stack.enter_context(served(front))}
        (door,) = bound({("registry", INTERNET): Listener("registry", INTERNET, 0)})
        port = door.getsockname()[1]
        stack.enter_context(
            _running(
                opened(
                    door, app, authority=authority, ours=policies.organisation.has, world=world
                )
            )
        )
        inside = Inside(services, guard, trail=events.append, clock=clock)
        org = World(
            founded, clock, sessions, policies, guard, events, doors, "", "", inside,
            Buckets(clock), RestApis(clock),
        )  # fmt: skip
        puller = Puller(made, sessions, policies, guard, trail=events.append, clock=clock)
        trusted = authority.beside_the_worlds(folder / "trusted.pem")
        proxy = f"http://127.0.0.1:{port}"
        yield Registry(org, made, puller, proxy, authority.file, trusted, asked)


@contextmanager
def _running(block: Any) -> Iterator[None]:
    """Hold an asynchronous block open, in a thread of its own."""
    loop = uvloop.new_event_loop()  # as `up` has it
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(PATIENCE_S)

    run(block.__aenter__())
    try:
        yield
    finally:
        run(block.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()


def digest(content: bytes) -> str:
    """The digest of `content`."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def image_of(config: bytes, *layers: bytes) -> bytes:
    """An OCI manifest of that configuration and those layers."""

    def part(kind: str, content: bytes) -> dict[str, Any]:
        return {"mediaType": kind, "digest": digest(content), "size": len(content)}

    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": OCI,
            "config": part(OCI_CONFIG, config),
            "layers": [part(OCI_LAYER, one) for one in layers],
        }
    ).encode()


def push_blob(client: httpx.Client, name: str, content: bytes) -> None:
    """Push a blob as one stream."""
    begun = client.post(f"/v2/{name}/blobs/uploads/")
    assert begun.status_code == 202, begun.text
    where = httpx.URL(begun.headers["location"]).copy_merge_params({"digest": digest(content)})
    done = client.put(where, content=content)
    assert done.status_code == 201, done.text


def push(
    client: httpx.Client, name: str, tag: str, *layers: bytes, config: bytes = CONFIG
) -> str:
    """Push an image; its digest."""
    for content in (config, *layers):
        push_blob(client, name, content)
    manifest = image_of(config, *layers)
    put = client.put(
        f"/v2/{name}/manifests/{tag}", content=manifest, headers={"Content-Type": OCI}
    )
    assert put.status_code == 201, put.text
    return str(put.headers["docker-content-digest"])


def ran(
    command: list[str], environment: Mapping[str, str], *, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """What a program said and how it ended."""
    return subprocess.run(
        command, env=dict(environment), input=stdin, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
