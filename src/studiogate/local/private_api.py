"""The emulated private REST API in front of the gateway, reached through its VPC endpoint.

It asks the resource policy and the endpoint's policy about every request, by facts of the door
the request came in by, and passes on what they allow.  It says what API Gateway says, and holds
its limits (API Gateway quotas: 10 MB, 10,240 bytes of headers, 29 seconds).
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import uuid4

import aiohttp
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from studiogate.local.api.admission import Asked, Authorizing, refused
from studiogate.local.api.invoke import Api
from studiogate.local.api.refused import FORBIDDEN, Answer, answer
from studiogate.local.api.upstream import TIMEOUT_S, Upstream, passed_on, told
from studiogate.local.call import Arrival

LARGEST_BODY = 10 * 1024 * 1024
LARGEST_HEAD = 10_240
"""Bytes of the request line and all headers together."""

ArrivalOf = Callable[[Scope], Arrival | None]


class PrivateApi:
    """An ASGI application that lets through what the policies allow."""

    def __init__(
        self,
        *,
        api: Callable[[], Api | None],
        arrival_of: ArrivalOf,
        ask: Authorizing,
        upstream_socket: Path,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Serve what `api` says stands now; nothing, while it says there is none."""
        self._standing = api
        self._arrival_of = arrival_of
        self._ask = ask
        self._upstream = Upstream(upstream_socket, timeout_s=timeout_s)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; a WebSocket is refused, for a REST API has none."""
        match scope["type"]:
            case "http":
                number = str(uuid4())
                await self._serve(scope, receive, _numbered(send, number), number)
            case "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            case "lifespan":
                await self._live(receive, send)
            case other:
                raise ValueError(f"a connection of an unknown kind: {other}")

    async def close(self) -> None:
        """Close the connections to the gateway; for a server without lifespan."""
        await self._upstream.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _serve(self, scope: Scope, receive: Receive, send: Send, number: str) -> None:
        arrival = self._arrival_of(scope)
        if arrival is None:
            await _say(send, 503, {"message": "no VPC endpoint leads to this API from here"})
            return
        if _head(scope) > LARGEST_HEAD:
            await _say(send, 431, {"message": "Request Header Fields Too Large"})
            return
        api = self._standing()
        inside = api.within(_host(scope), _sent(scope)) if api else None
        if api is None or inside is None:
            await _refuse(send, answer(FORBIDDEN, {}, request_id=number))
            return
        if found := await refused(Asked(api, arrival, inside, scope, number), self._ask):
            await _refuse(send, answer(found, api.served.responses, request_id=number))
            return
        try:
            body = await _body(receive)
        except ClientDisconnect:
            return
        if body is None:
            words = f"HTTP content length exceeded {LARGEST_BODY} bytes."
            await _say(send, 413, {"message": words})
            return
        scheme = api.scheme(_host(scope), scope["scheme"])
        headers = [*passed_on(scope["headers"]), *told(arrival, scheme, inside.prefix)]
        await self._pass_on(scope, send, path=inside.path, headers=headers, body=body)

    async def _pass_on(
        self,
        scope: Scope,
        send: Send,
        *,
        path: str,
        headers: list[tuple[str, str]],
        body: bytes,
    ) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._upstream.send(scope, path=path, headers=headers, body=body, to=sending)
        except (TimeoutError, aiohttp.ClientError) as failed:
            # An answer that has begun cannot be taken back: the server cuts the connection.
            if begun:
                raise
            slow = isinstance(failed, TimeoutError)
            words = "Endpoint request timed out" if slow else "Internal server error"
            await _say(send, 504 if slow else 502, {"message": words})


def _numbered(send: Send, number: str) -> Send:
    """`send`, with the request id `number` on every answer."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [
                pair for pair in message["headers"] if pair[0].lower() != b"x-amzn-requestid"
            ]
            message["headers"] = [*kept, (b"x-amzn-requestid", number.encode("ascii"))]
        await send(message)

    return sending


def _sent(scope: Scope) -> str:
    """The path exactly as it was sent."""
    raw = scope.get("raw_path")
    return raw.decode("latin-1") if raw else str(scope["path"])


def _host(scope: Scope) -> str:
    return next(
        (value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), ""
    )


def _head(scope: Scope) -> int:
    line = len(scope["method"]) + len(_sent(scope)) + len(scope["query_string"])
    return line + sum(len(name) + len(value) for name, value in scope["headers"])


async def _body(receive: Receive) -> bytes | None:
    """The whole body, as API Gateway waits for it; `None` when it is too large.

    Raises:
        ClientDisconnect: the client went away before it had said all.
    """
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            return None
        more = message.get("more_body", False)
    return bytes(body)


async def _say(send: Send, status: int, words: Mapping[str, str]) -> None:
    body = json.dumps(words, separators=(",", ":")).encode("utf-8")
    await _refuse(send, Answer(status, {}, body))


async def _refuse(send: Send, said: Answer) -> None:
    headers = {
        "content-type": "application/json",
        "content-length": str(len(said.body)),
        **{name.lower(): value for name, value in said.headers.items()},
    }
    raw = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": said.status, "headers": raw})
    await send({"type": "http.response.body", "body": said.body})
