"""Accounts with images for tests: real boto3 clients, straight into the emulated services.

What boto3 would send goes to the emulated SageMaker and ECR without a wire in between; it
writes, checks, pages and reads as ever.  IAM knows one role.  Time stands still until somebody
waits.
"""

import asyncio
import hashlib
import json
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from pydantic import SecretStr

from studiogate.images.parts import Built, Login, Told
from studiogate.images.world import World
from studiogate.landscape.model import Landscape
from studiogate.local.call import ApiCall, ApiError, Service
from studiogate.local.ecr.api import EcrService
from studiogate.local.ecr.together import ecr
from studiogate.local.sagemaker.model import Owner
from studiogate.local.studio.seat import Running, Seat
from tests.kit.boto import boto_session
from tests.kit.images import with_images
from tests.kit.studio import OFFICE, REGION, HandClock, Studio, caller
from tests.kit.waiting import PATIENCE_S

LOB_A, LOB_B = "222222222222", "333333333333"
ROLE = "StudioImages"
NOBODY = Login("registry.example", "AWS", SecretStr("not-a-secret"))
"""For a push of somebody else: this builder asks ECR's API, where a signature counts."""

_T = TypeVar("_T")
_ROLE_XML = """<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult>
<Role><Path>/</Path><RoleName>{0}</RoleName><RoleId>AROAEXAMPLEEXAMPLE00</RoleId>
<Arn>arn:aws:iam::{1}:role/{0}</Arn><CreateDate>2030-01-01T00:00:00Z</CreateDate></Role>
</GetRoleResult></GetRoleResponse>"""
_NO_ROLE_XML = """<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code>
<Message>The role with name {0} cannot be found.</Message></Error></ErrorResponse>"""

Before = Callable[[str, str, Mapping[str, Any]], None]
"""Is told of a call before it is answered: account, operation, parameters."""


class _Still:
    """An app that only is there."""

    upstream = None
    alive = True

    async def stop(self) -> None:
        """Nothing runs."""


class StillLauncher:
    """Starts apps that are never visited; implements `local.studio.seat.Launcher`."""

    async def launch(self, _seat: Seat) -> Running:
        return _Still()

    def forget(self, domain_id: str, owner: Owner) -> None:
        """Nothing was kept."""


class _Raw:
    """The body of an answer, as botocore reads one."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body


class Wires:
    """boto3's clients, made once: what they send is answered by whoever is `on` now."""

    def __init__(self) -> None:
        self.on: Callable[[str, str, AWSPreparedRequest], AWSResponse] | None = None
        self._session = boto_session()
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, account: str, service: Any) -> Any:
        """An unmodified boto3 client, whose requests go nowhere else."""
        key = (account, service)
        if key not in self._clients:
            made = self._session.client(
                service,
                region_name=REGION,
                aws_access_key_id="AKIAEXAMPLE",
                aws_secret_access_key="not-a-secret",
                config=Config(retries={"max_attempts": 0}),
            )
            made.meta.events.register(
                "before-send", lambda request, **_: self._sent(*key, request)
            )
            self._clients[key] = made
        return self._clients[key]

    def _sent(self, account: str, service: str, request: AWSPreparedRequest) -> AWSResponse:
        assert self.on is not None
        return self.on(account, service, request)


@dataclass
class Aws:
    """Two accounts of a landscape with images; implements `images.world.Clients`."""

    wires: Wires
    loop: asyncio.AbstractEventLoop
    studio: Studio
    services: Mapping[str, Service]
    clock: HandClock
    landscape: Landscape
    calls: list[tuple[str, str]] = field(default_factory=list)
    """Account and operation of every call, in order."""

    told: list[str] = field(default_factory=list)
    before: Before | None = None
    roles: set[str] = field(default_factory=lambda: {LOB_A, LOB_B})
    """Accounts that have the role by which SageMaker pulls."""

    failing: dict[str, ApiError] = field(default_factory=dict)
    """What an operation fails with, once."""

    @property
    def world(self) -> World:
        """The world of a run; whoever waits in it moves the clock."""
        return World(
            accounts=self,
            region=REGION,
            clock=self.clock,
            ticks=lambda: self.clock().timestamp(),
            pause=self.clock.forward,
            chance=lambda: 0.5,
            tell=self.told.append,
        )

    def client(self, account_id: str | None, service: Any, /) -> Any:
        """An unmodified boto3 client of an account."""
        return self.wires.client(str(account_id), str(service))

    def ask(self, account: str, service: str, operation: str, **told: Any) -> Any:
        """What an administrator who is somebody else is answered."""
        return getattr(self.client(account, service), operation)(**told)

    def done(self, *operations: str) -> list[str]:
        """Those of `operations` that were called, in order."""
        return [name for _, name in self.calls if name in operations]

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """What `work` gives, in the loop of the services."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_S)

    def answered(self, account: str, service: str, request: AWSPreparedRequest) -> AWSResponse:
        """What an emulated service answers to a request that boto3 made."""
        headers = {str(k).lower(): _text(v) for k, v in request.headers.items()}
        if service == "iam":
            return self._iam(account, request)
        operation = headers["x-amz-target"].rpartition(".")[2]
        body = request.body if isinstance(request.body, bytes) else _text(request.body).encode()
        params = json.loads(body)
        self.calls.append((account, operation))
        call = ApiCall(
            service=service,
            operation=operation,
            params=params,
            region=REGION,
            caller=replace(caller(account), access_key=f"ASIA{account}"),
            arrival=OFFICE,
            headers=headers,
            body=body,
            request_id=f"request-{len(self.calls)}",
        )
        try:
            if self.before is not None:
                self.before(account, operation, params)
            if operation in self.failing:
                raise self.failing.pop(operation)
            return _response(request, *self.run(self._asked(call)))
        except ApiError as error:
            said = {"__type": error.code, "message": error.message}
            return _response(request, error.status, json.dumps(said).encode())

    async def _asked(self, call: ApiCall) -> tuple[int, bytes]:
        service = self.services[call.service]
        assert service.needed(call)
        answer = await service.answer(call)
        return answer.status, answer.body

    def _iam(self, account: str, request: AWSPreparedRequest) -> AWSResponse:
        self.calls.append((account, "GetRole"))
        if account in self.roles:
            return _response(request, 200, _ROLE_XML.format(ROLE, account).encode())
        return _response(request, 404, _NO_ROLE_XML.format(ROLE).encode())


class Pusher:
    """A builder with one image, which it pushes through ECR's own API.

    Implements `images.publishing.Pusher`; what it pushes, SageMaker's fake registry has, too.
    """

    def __init__(self, aws: Aws, content: str = "one") -> None:
        self._aws = aws
        self.content = content
        self.pushed: list[str] = []
        self.logins: list[Login] = []

    @property
    def built(self) -> Built:
        """The image it has now."""
        return Built("studiogate/lab:latest", _digest(self._config))

    def push(self, built: Built, uri: str, *, login: Login, tell: Told) -> str:
        """Push the image to `uri`; its digest."""
        assert built == self.built
        self.pushed.append(uri)
        self.logins.append(login)
        host, _, rest = uri.partition("/")
        repository, _, tag = rest.rpartition(":")
        account = host.partition(".")[0]
        layer = f"layer of {self.content}".encode()
        for blob in (layer, self._config):
            self._upload(account, repository, blob)
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": _described("config.v1+json", self._config),
                "layers": [_described("layer.v1.tar", layer)],
            }
        )
        self._aws.ask(
            account,
            "ecr",
            "put_image",
            repositoryName=repository,
            imageManifest=manifest,
            imageTag=tag,
        )
        digest = _digest(manifest.encode())
        self._aws.studio.pulling.tags[uri] = digest
        tell(f"pushed {uri}")
        return digest

    @property
    def _config(self) -> bytes:
        said = {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Labels": {"content": self.content}},
            "rootfs": {"type": "layers", "diff_ids": [_digest(b"")]},
        }
        return json.dumps(said).encode()

    def _upload(self, account: str, repository: str, blob: bytes) -> None:
        def ask(operation: str, **told: Any) -> Any:
            return self._aws.ask(account, "ecr", operation, repositoryName=repository, **told)

        have = ask("batch_check_layer_availability", layerDigests=[_digest(blob)])
        if any(one["layerAvailability"] == "AVAILABLE" for one in have["layers"]):
            return
        upload = ask("initiate_layer_upload")["uploadId"]
        ask(
            "upload_layer_part",
            uploadId=upload,
            partFirstByte=0,
            partLastByte=len(blob) - 1,
            layerPartBlob=blob,
        )
        ask("complete_layer_upload", uploadId=upload, layerDigests=[_digest(blob)])


@contextmanager
def aws_with_images(folder: Path, wires: Wires) -> Iterator[Aws]:
    """The accounts, with the landscape's domains and a profile for each of its people."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    clock = HandClock()
    try:
        made = _made(wires, loop, folder, clock)
        wires.on = made.answered
        try:
            yield made
        finally:
            wires.on = None
            made.run(made.studio.service.close())
            made.run(made.studio.apps.close())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()


def _made(wires: Wires, loop: asyncio.AbstractEventLoop, folder: Path, clock: HandClock) -> Aws:
    landscape = Landscape.model_validate(with_images())
    studio = Studio(StillLauncher(), clock=clock, changes_take=timedelta(seconds=2))
    people = {f"ASIA{one}": caller(one) for one in (LOB_A, LOB_B)}
    registries = EcrService(ecr(folder / "ecr", clock, people.get))
    services: dict[str, Service] = {"sagemaker": studio.service, "ecr": registries}
    made = Aws(wires, loop, studio, services, clock, landscape)
    for name, domain in landscape.domains.items():
        account = landscape.accounts[landscape.lobs[domain.lob].account]
        id_ = made.run(_domain(studio, name, account, rstudio=domain.rstudio is not None))
        for person, one in landscape.people.items():
            if one.lob == domain.lob:
                profile = str(landscape.profile_of(person))
                made.run(studio.profile(id_, profile, account=account))
    clock.forward(60)
    return made


async def _domain(studio: Studio, name: str, account: str, *, rstudio: bool) -> str:
    if not rstudio:
        return await studio.domain(name, account=account)
    role = f"arn:aws:iam::{account}:role/StudioRStudio"
    return await studio.domain(
        name,
        account=account,
        AppSecurityGroupManagement="Service",
        DomainSettings={"RStudioServerProDomainSettings": {"DomainExecutionRoleArn": role}},
    )


def _response(request: AWSPreparedRequest, status: int, body: bytes) -> AWSResponse:
    return AWSResponse(request.url, status, HTTPHeaders(), _Raw(body))


def _described(kind: str, blob: bytes) -> dict[str, Any]:
    return {
        "mediaType": f"application/vnd.oci.image.{kind}",
        "digest": _digest(blob),
        "size": len(blob),
    }


def _digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
