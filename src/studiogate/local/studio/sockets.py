"""One WebSocket to an app: every frame, either way, is asked about before it goes on."""

import asyncio
import contextlib
from collections.abc import Callable

import aiohttp
from starlette.websockets import WebSocket, WebSocketDisconnect

from studiogate.local.studio.proxy import to_app, upstream_url
from studiogate.local.studio.upstream import Upstream

_POLICY = 1008  # RFC 6455: "violates its policy"
_GOING_AWAY = 1001
_FAILED = 1011
_UNSENDABLE = frozenset({None, 1005, 1006, 1015})
"""Close codes that say what happened and may not be sent (RFC 6455, section 7.4.1)."""

LARGEST_FRAME = 256 * 1024 * 1024
"""Bytes of one message of an app, as of one to it: what is larger would only fill memory."""

_HANDSHAKE = frozenset(
    {
        "sec-websocket-key",
        "sec-websocket-version",
        "sec-websocket-extensions",
        "sec-websocket-protocol",
        "content-length",
    }
)

Refusal = Callable[[], str | None]
"""Why the next frame may not pass; `None` when it may."""


async def forward(browser: WebSocket, upstream: Upstream, refusal: Refusal) -> None:
    """Carry frames between browser and app until one of them ends or a frame is refused."""
    scope = browser.scope
    headers = to_app(scope["headers"], upstream)
    for name in _HANDSHAKE:
        headers.popall(name, None)
    try:
        app = await upstream.client().ws_connect(
            upstream_url(
                scope.get("raw_path") or scope["path"].encode(), scope["query_string"]
            ),
            protocols=scope.get("subprotocols") or (),
            headers=headers,
            max_msg_size=LARGEST_FRAME,
            compress=0,
        )
    except aiohttp.ClientError:
        await deny(browser)
    else:
        await browser.accept(app.protocol)
        await _carry(browser, app, refusal)


async def deny(browser: WebSocket) -> None:
    """Refuse a WebSocket before it is accepted: the server answers 403.

    Why is told to requests, on a page; no browser shows the page of a refused WebSocket.
    """
    await browser.close(_POLICY)


async def _carry(
    browser: WebSocket, app: aiohttp.ClientWebSocketResponse, refusal: Refusal
) -> None:
    """Run both directions; when one ends, so does the other, and the browser is told why."""
    ways = [
        asyncio.create_task(_up(browser, app, refusal)),
        asyncio.create_task(_down(browser, app, refusal)),
    ]
    try:
        done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        code, reason = next(iter(done)).result()
    except (aiohttp.ClientError, ConnectionError):
        code, reason = _FAILED, "The app went away"
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        await app.close()
    if code is not None:
        with contextlib.suppress(WebSocketDisconnect):  # it left in the same moment
            await browser.close(code, reason)


_End = tuple[int | None, str]
"""How to close the browser's side; `None` when it has closed itself."""


async def _up(
    browser: WebSocket, app: aiohttp.ClientWebSocketResponse, refusal: Refusal
) -> _End:
    while True:
        message = await browser.receive()
        if message["type"] == "websocket.disconnect":
            return None, ""
        if (words := refusal()) is not None:
            return _POLICY, words
        if (text := message.get("text")) is not None:
            await app.send_str(text)
        else:
            await app.send_bytes(message["bytes"])


async def _down(
    browser: WebSocket, app: aiohttp.ClientWebSocketResponse, refusal: Refusal
) -> _End:
    async for message in app:
        if (words := refusal()) is not None:
            return _POLICY, words
        try:
            if message.type is aiohttp.WSMsgType.TEXT:
                await browser.send_text(message.data)
            elif message.type is aiohttp.WSMsgType.BINARY:
                await browser.send_bytes(message.data)
        except WebSocketDisconnect:
            return None, ""
    code = app.close_code
    return (_GOING_AWAY if code is None or code in _UNSENDABLE else code), ""
