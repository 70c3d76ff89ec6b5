"""What the operations work with: the state, the kinds of resources, and the work under way."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from studiogate.local.call import Place
from studiogate.local.cloudformation.kind import Cloud, Kind
from studiogate.local.cloudformation.model import Stack
from studiogate.local.cloudformation.running.steps import Run
from studiogate.local.cloudformation.store import Store

log = logging.getLogger(__name__)

# The status a stack is left in when the emulation itself fails, by how the work is called.
_BROKEN: Mapping[str, str] = {
    "CREATE": "CREATE_FAILED",
    "ROLLBACK": "ROLLBACK_FAILED",
    "UPDATE": "UPDATE_ROLLBACK_FAILED",
    "DELETE": "DELETE_FAILED",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: where, what, and as whom services are called for it."""

    place: Place
    params: Mapping[str, Any]
    """Typed, as the service model has them."""

    cloud: Cloud


class Workers:
    """Tasks that outlive the requests that began them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, stack: Stack, work: Coroutine[Any, Any, None]) -> None:
        """Work on `stack` from now on."""
        task = asyncio.get_running_loop().create_task(self._watched(stack, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def idle(self) -> None:
        """Until everything that is under way is finished."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """End what is under way; stacks stay as they are."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _watched(self, stack: Stack, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("the work on %s failed inside the emulation", stack.id)
            if stack.status.endswith("_IN_PROGRESS"):
                status = _BROKEN.get(stack.status.partition("_")[0], stack.status)
                self._store.tell(stack, status, "Internal Failure")


@dataclass(frozen=True, slots=True)
class Engine:
    """Everything the operations share."""

    store: Store
    kinds: Mapping[str, Kind]
    workers: Workers

    def run(self, stack: Stack, cloud: Cloud) -> Run:
        """An operation on `stack` in the name of `cloud`."""
        return Run(self.store, self.kinds, stack, cloud)
