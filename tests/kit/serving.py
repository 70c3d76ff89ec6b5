"""A server of uvicorn in a thread of its own, as every test that needs one over a socket has it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from tests.kit.waiting import PATIENCE_S, awaited


@contextmanager
def running(server: uvicorn.Server, run: Callable[[], None] | None = None) -> Iterator[int]:
    """The port `server` listens on, once it does; it ends with the block.

    `run` serves in a loop of its own, where uvicorn's own will not do.
    """
    thread = threading.Thread(target=run or server.run, daemon=True)
    thread.start()

    def started() -> bool:
        assert thread.is_alive() or server.started, "the server has ended by itself"
        return server.started

    awaited(started, pause_s=0.005)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
