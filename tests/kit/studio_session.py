"""A person's open Studio as their browser holds it, and a kernel to talk to."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.kit.organisation import Organisation
from tests.kit.waiting import PATIENCE_S, awaited

OUTSIDE = "Auth token containing insufficient permissions"
LAB = "/jupyterlab/default"


class Session:
    """One person's open Studio, as their browser holds it."""

    def __init__(
        self, acme: Organisation, person: str, client: httpx.Client, *, url: str | None = None
    ) -> None:
        """Open with `url`, or with a fresh one for one of the people of `up.json`."""
        self._studio = urlsplit(acme.up["networks"]["office"]["studio"])
        presigned = url or acme.presigned(person)
        parts = urlsplit(presigned)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.client = client
        opened = client.get(presigned)
        assert opened.status_code == 302, opened.text

    def get(self, path: str) -> httpx.Response:
        return self.client.get(f"{self.origin}{LAB}{path}")

    def lab(self) -> httpx.Response:
        """JupyterLab's page, once it has started."""

        def started() -> httpx.Response | None:
            page = self.get("/lab")
            assert page.status_code in {200, 202, 503}, page.text
            there = page.status_code == 200 and "jupyter-config-data" in page.text
            return page if there else None

        return awaited(started, within_s=2 * PATIENCE_S, pause_s=0.2)

    def kernel(self) -> str:
        xsrf = self.client.cookies.get("_xsrf") or ""
        made = self.client.post(
            f"{self.origin}{LAB}/api/kernels",
            json={"name": "python3"},
            headers={"origin": self.origin, "x-xsrftoken": xsrf},
        )
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    @asynccontextmanager
    async def channel(self, kernel: str) -> AsyncIterator[ClientConnection]:
        cookies = "; ".join(f"{one.name}={one.value}" for one in self.client.cookies.jar)
        async with connect(
            f"ws{self.origin.removeprefix('http')}{LAB}/api/kernels/{kernel}/channels",
            host=self._studio.hostname,
            port=self._studio.port,
            origin=self.origin,  # type: ignore[arg-type]  # a NewType of str
            additional_headers={"cookie": cookies},
            proxy=None,
            open_timeout=PATIENCE_S,
        ) as socket:
            yield socket


def asks(code: str) -> str:
    header = {"msg_id": uuid.uuid4().hex, "username": "t", "session": uuid.uuid4().hex}
    header |= {"msg_type": "execute_request", "version": "5.3", "date": "2030-01-01T00:00:00Z"}
    content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}}
    return json.dumps(
        {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        | {"channel": "shell", "buffers": []}
    )


async def printed(socket: ClientConnection, code: str) -> str:
    """What `code` prints in the kernel behind `socket`."""
    await socket.send(asks(code))
    text = ""
    async with asyncio.timeout(PATIENCE_S):
        async for frame in socket:
            message: dict[str, Any] = json.loads(frame)
            content = message["content"]
            assert message["msg_type"] != "error", content
            if message["msg_type"] == "stream":
                text += content["text"]
            if content.get("execution_state") == "idle" and text:
                return text
    raise AssertionError("the kernel closed the channel")


async def until_closed(socket: ClientConnection) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            await socket.recv()
