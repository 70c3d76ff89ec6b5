"""The emulated CodeBuild for tests: real builds in a folder, beside S3 and Logs that keep."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studiogate.local.codebuild.api import CodeBuildService
from studiogate.local.codebuild.runs.machine import this_machine
from studiogate.local.codebuild.runs.running import Runner
from studiogate.local.codebuild.store import CODEBUILD, Projects
from studiogate.local.front.inside import Inside, InsideCloud
from studiogate.local.iam.vending import Vending
from studiogate.local.kept.moto_app import MotoApp
from studiogate.local.kept.moto_services import MotoService
from studiogate.local.s3.api import s3_service
from tests.kit.front import LOB_A, REGION, World, allow, api_front, policy, served, trusting
from tests.kit.waiting import PATIENCE_S, until

NAME = "studiogate-images"
PROJECT = f"arn:aws:codebuild:{REGION}:{LOB_A}:project/{NAME}"
BUILDS = {"Service": CODEBUILD}
"""The principal that a service role trusts."""


@dataclass
class Workshop:
    """CodeBuild in one account of an organisation, and who may use it."""

    org: World
    inside: Inside
    service: CodeBuildService
    bucket: str

    def cloud(self, keys: Any = None) -> InsideCloud:
        """AWS for the administrator of the account, or for whose keys they are."""
        own = keys or self.org.founded.explorers[LOB_A]
        access = own["AccessKeyId"] if isinstance(own, Mapping) else own.access_key
        caller = self.org.sessions.lookup(access)
        assert caller is not None
        return InsideCloud(self.inside, caller, REGION)

    def role(self, *can: dict[str, Any], **conditions: Any) -> str:
        """A service role; one that may do everything unless it is said."""
        trust = policy(trusting(BUILDS, **conditions))
        return self.org.role(LOB_A, trust=trust, can=policy(*(can or (allow("*"),))))

    def settings(self, **changed: Any) -> dict[str, Any]:
        """The settings of a project that builds what is given."""
        return {
            "name": NAME,
            "source": {"type": "S3", "location": f"{self.bucket}/none.zip"},
            "artifacts": {"type": "NO_ARTIFACTS"},
            "environment": {
                "type": "LINUX_CONTAINER",
                "image": "aws/codebuild/standard:7.0",
                "computeType": "BUILD_GENERAL1_SMALL",
                "privilegedMode": True,
            },
            **changed,
        }

    async def project(self, role: str = "", **changed: Any) -> str:
        """A new project; its name."""
        name = changed.pop("name", self.org.name(NAME))
        said = {"serviceRole": role or self.role(), **changed, "name": name}
        await self.cloud().call("codebuild", "CreateProject", **self.settings(**said))
        return str(name)

    async def build(self, project: str, commands: Any = None, **more: Any) -> dict[str, Any]:
        """What a build comes to; `commands` are those of its phases, by name."""
        if commands is not None:
            more["buildspecOverride"] = spec(commands)
        started = await self.started(project, **more)
        return await self.ended(started["id"])

    async def started(self, project: str, **more: Any) -> dict[str, Any]:
        """A build that has begun; without a source, unless one is said."""
        said = {"sourceTypeOverride": "NO_SOURCE", **more}
        if "sourceLocationOverride" in more:
            said["sourceTypeOverride"] = "S3"
        answer = await self.cloud().call("codebuild", "StartBuild", projectName=project, **said)
        return dict(answer["build"])

    async def ended(self, build_id: str, *, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """The build, once it is complete."""
        found: dict[str, Any] = {}

        async def complete() -> bool:
            answer = await self.cloud().call("codebuild", "BatchGetBuilds", ids=[build_id])
            found.update(answer["builds"][0])
            return bool(found["buildComplete"])

        await until(complete, within_s=within_s)
        return found

    async def log(self, build: Mapping[str, Any]) -> str:
        """What the build said."""
        answer = await self.cloud().call(
            "logs",
            "GetLogEvents",
            logGroupName=build["logs"]["groupName"],
            logStreamName=build["logs"]["streamName"],
            startFromHead=True,
        )
        return "".join(one["message"] for one in answer["events"])

    async def put(self, key: str, files: Mapping[str, str]) -> str:
        """A zip of `files` in the bucket; its location."""
        kept = io.BytesIO()
        with zipfile.ZipFile(kept, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        whole = {"Bucket": self.bucket, "Key": key, "Body": kept.getvalue()}
        await self.cloud().call("s3", "PutObject", **whole)
        return f"{self.bucket}/{key}"


def spec(commands: Mapping[str, list[str]], **env: Any) -> str:
    """A buildspec of `commands`, by phase."""
    lines = ["version: 0.2", *(f"env: {{{key}: {value}}}" for key, value in env.items())]
    lines.append("phases:")
    for phase, several in commands.items():
        lines += [f"  {phase}:", "    commands:"]
        for one in several:
            lines += ["      - |", *(f"        {line}" for line in one.splitlines())]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Door:
    """Where builds ask for their credentials."""

    vending: Vending
    address: str


@contextmanager
def door_of(org: World) -> Iterator[Door]:
    """The credentials endpoint of an organisation."""
    vending = Vending(org.sessions, org.policies, org.clock)
    with served(vending.app()) as address:
        yield Door(vending, address)


@asynccontextmanager
async def workshop(
    org: World, door: Door, folder: Path, **machine: Any
) -> AsyncIterator[Workshop]:
    """CodeBuild on this machine; nothing of it runs after the block."""
    with _kept(org) as services:
        told = {"AWS_ENDPOINT_URL": org.doors["internet"]}
        service = _codebuild(org, door, folder, services, told, **machine)
        inside = Inside(services, org.guard, trail=org.events.append, clock=org.clock)
        shop = Workshop(org, inside, service, org.name("sources"))
        where = {"LocationConstraint": REGION}
        await shop.cloud().call(
            "s3", "CreateBucket", Bucket=shop.bucket, CreateBucketConfiguration=where
        )
        try:
            yield shop
        finally:
            await service.close()


@contextmanager
def built_at(
    org: World, folder: Path, variables: Mapping[str, str], **machine: Any
) -> Iterator[str]:
    """Where boto3 finds CodeBuild, S3 and Logs beside what is at the door from the internet."""
    loops: list[asyncio.AbstractEventLoop] = []
    with _kept(org) as services, door_of(org) as door:
        front = api_front(services, org.guard, org.sessions, org.clock, org.events)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            loops[:] = [asyncio.get_running_loop()]
            await front(scope, receive, send)

        with served(app) as address:
            told = {"AWS_ENDPOINT_URL": org.doors["internet"], **variables}
            service = _codebuild(org, door, folder, services, told, **machine)
            try:
                yield address
            finally:
                for loop in loops:
                    asyncio.run_coroutine_threadsafe(service.close(), loop).result(PATIENCE_S)


@contextmanager
def _kept(org: World) -> Iterator[dict[str, Any]]:
    """S3 and Logs, by signing name."""
    moto = MotoApp({})
    try:
        yield {"s3": s3_service(org.buckets), "logs": MotoService("logs", moto)}
    finally:
        moto.close()


def _codebuild(
    org: World,
    door: Door,
    folder: Path,
    services: dict[str, Any],
    variables: Mapping[str, str],
    **machine: Any,
) -> CodeBuildService:
    """CodeBuild, put beside `services`."""
    as_role = Inside(
        services,
        org.guard,
        trail=org.events.append,
        clock=org.clock,
        via=CODEBUILD,
        forwarded=False,
    )
    found = replace(this_machine(folder / "codebuild", door.address, variables), **machine)
    projects, runner = Projects(org.clock), Runner(as_role, door.vending, found, org.clock)
    service = CodeBuildService(projects, runner, door.vending)
    services["codebuild"] = service
    return service
