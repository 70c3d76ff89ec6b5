"""Cells of a page, run in a person's own JupyterLab as its readers would run them."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

from websockets.asyncio.client import ClientConnection

from tests.kit.organisation import Organisation
from tests.kit.pages import CELLS, Block, blocks
from tests.kit.studio_session import Session, asks
from tests.kit.terminal import Run

READER = "user-lob-a"
"""Whose notebook the pages tell of."""

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_PATIENCE_S = 60


def cells(pages: Sequence[str], acme: Organisation) -> list[Run]:
    """Every cell of the pages, each page from top to bottom in a kernel of its own.

    What a cell shows is what it prints, what its last line is, and its error.
    """
    ran: list[Run] = []
    for page in pages:
        found = [one for one in blocks(page) if one.language in CELLS]
        if found:
            with acme.studio() as client:
                session = Session(acme, READER, client)
                session.lab()
                ran += asyncio.run(_ran(session, page.partition("\n")[0], found))
    return ran


async def _ran(session: Session, title: str, found: Sequence[Block]) -> list[Run]:
    async with session.channel(session.kernel()) as socket, asyncio.timeout(_PATIENCE_S):
        return [await _one(socket, title, block) for block in found]


async def _one(socket: ClientConnection, title: str, block: Block) -> Run:
    text, failed = "", False
    async for kind, content in _answers(socket, block.text.removesuffix("\n")):
        if kind == "stream":
            text += content["text"]
        elif kind == "execute_result":
            text += content["data"]["text/plain"] + "\n"
        elif kind == "error":
            text += "\n".join(content["traceback"]) + "\n"
            failed = True
    return Run(title, block, _COLOURS.sub("", text), int(failed))


async def _answers(
    socket: ClientConnection, code: str
) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """What the kernel says about `code`, until it is done with it."""
    asked = asks(code)
    about = json.loads(asked)["header"]["msg_id"]
    await socket.send(asked)
    async for frame in socket:
        message = json.loads(frame)
        if message["parent_header"].get("msg_id") != about:
            continue
        yield message["msg_type"], message["content"]
        if message["content"].get("execution_state") == "idle":
            return
    raise AssertionError("the kernel closed the channel")
