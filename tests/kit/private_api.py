"""A gateway on a Unix socket that tells what reached it, and doors into the private API."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from studiogate.landscape.model import INTERNET
from studiogate.local.api.admission import Event
from studiogate.local.api.refused import Refused
from studiogate.local.api.served import Served
from studiogate.local.call import Arrival
from studiogate.policy.doors import private_api_policy
from studiogate.policy.language import Kind, Policy, parse

ACCOUNT = "111111111111"
REGION = "eu-west-1"
API_ID = "a1b2c3d4e5"
ENDPOINT = "vpce-0aaaaaaaaaaaaaaaa"
API_ARN = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API_ID}"

EVERYTHING = Served({"/": {"ANY": {}}, "/{proxy+}": {"ANY": {}}}, {}, {})
"""An API that passes on whatever its policies let through."""

TOKENS: dict[str, Any] = {
    "id": "auth01",
    "type": "REQUEST",
    "identitySource": "method.request.header.Authorization",
    "authorizerResultTtlInSeconds": 0,
}
ASKED_FIRST = Served(
    {
        "/": {"GET": {}},
        "/{person}": {"GET": {"authorizerId": "auth01"}},
        "/open": {},
        "/open/{domain}": {"GET": {}},
        "/api": {},
        "/api/{proxy+}": {"ANY": {}},
    },
    {"auth01": TOKENS},
    {},
)
"""An API as ours: one method has an authorizer."""


class FakeAuthorizer:
    """Answers what it was told to, and remembers what it was asked."""

    def __init__(self, said: Mapping[str, Any] | Refused | None = None) -> None:
        self.said = said
        self.asked: list[tuple[Sequence[str], Event]] = []

    async def __call__(
        self, authorizer: Mapping[str, Any], identity: Sequence[str], event: Event
    ) -> Mapping[str, Any] | Refused:
        assert authorizer["id"] == "auth01"
        self.asked.append((identity, event))
        assert self.said is not None, "nobody should have asked"
        return self.said


def through(endpoint: str, policy: Policy | None = None) -> Arrival:
    """A request that came in through the VPC endpoint `endpoint`."""
    context = {
        "aws:SourceVpce": endpoint,
        "aws:SourceVpc": "vpc-0bbbbbbbbbbbbbbbb",
        "aws:VpcSourceIp": "192.168.10.5",
    }
    return Arrival("office", "192.168.10.5", context, policy)


def from_internet() -> Arrival:
    return Arrival(INTERNET, "203.0.113.9", {"aws:SourceIp": "203.0.113.9"})


def own_policy() -> Policy:
    document = private_api_policy(api_arn=API_ARN, endpoint=ENDPOINT)
    return parse(document, kind=Kind.RESOURCE, name="api")


class EchoGateway:
    """Answers with what it was sent; `/stream` waits for `more` between its two pieces."""

    def __init__(self) -> None:
        self.more = asyncio.Event()
        self.asked = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        match request.path:
            case "/open/forecasting":
                return web.Response(
                    status=302,
                    headers=[
                        ("location", "https://d-1.studio.eu-west-1.sagemaker.aws/auth?t=1"),
                        ("set-cookie", "a=1"),
                        ("set-cookie", "b=2"),
                    ],
                )
            case "/never":
                await asyncio.Event().wait()
            case "/stream":
                return await self._stream(request)
            case "/broken":
                raise web.HTTPInternalServerError(text="mine")
        return web.json_response(
            {
                "method": request.method,
                "target": request.raw_path,
                "headers": [[name, value] for name, value in request.headers.items()],
                "bytes": len(await request.read()),
            }
        )

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first")
        await self.more.wait()
        await response.write(b"second")
        return response


@asynccontextmanager
async def listening(gateway: EchoGateway, socket: Path) -> AsyncIterator[None]:
    """Serve `gateway` at the Unix socket `socket`."""
    app = web.Application(client_max_size=2**30)
    app.router.add_route("*", "/{path:.*}", gateway.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.UnixSite(runner, str(socket)).start()
    try:
        yield
    finally:
        await runner.cleanup()
