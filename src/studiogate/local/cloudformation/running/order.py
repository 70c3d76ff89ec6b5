"""Work on many things, each after those it needs, some side by side."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from graphlib import CycleError, TopologicalSorter

SIDE_BY_SIDE = 16
"""Resources of one stack at work at the same time."""

Act = Callable[[str], Awaitable[str | None]]
"""What is done with one of them; why it failed, or `None`."""


async def in_order(
    needs: Mapping[str, frozenset[str]],
    act: Act,
    *,
    go_on: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> dict[str, str]:
    """Act on each after all that it needs; those that failed, and why.

    After a failure nothing more is begun, and what is begun is waited for.  With `go_on`,
    everything is done that does not need what failed.  `stopped` is asked before each.
    """
    work = _Work(needs, act)
    try:
        while True:
            if (go_on or not work.failed) and not stopped():
                work.begin()
            if not work.running:
                return work.failed
            await work.wait()
    finally:
        for task in work.running:
            task.cancel()


class _Work:
    """What waits, what runs, and what failed."""

    def __init__(self, needs: Mapping[str, frozenset[str]], act: Act) -> None:
        self._act = act
        self._left = {name: len(some) for name, some in needs.items()}
        self._heirs: dict[str, list[str]] = {name: [] for name in needs}
        for name, some in needs.items():
            for one in some:
                self._heirs[one].append(name)
        self._ready = deque(name for name, left in self._left.items() if not left)
        self.running: dict[asyncio.Future[str | None], str] = {}
        self.failed: dict[str, str] = {}

    def begin(self) -> None:
        """Begin as many as may run."""
        while self._ready and len(self.running) < SIDE_BY_SIDE:
            name = self._ready.popleft()
            self.running[asyncio.ensure_future(self._act(name))] = name

    async def wait(self) -> None:
        """Until at least one is finished."""
        done, _ = await asyncio.wait(self.running, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            name = self.running.pop(task)
            reason = task.result()
            if reason is not None:
                self.failed[name] = reason
                continue
            for heir in self._heirs[name]:
                self._left[heir] -= 1
                if not self._left[heir]:
                    self._ready.append(heir)


def turned_round(needs: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Who needs each: the order in which things are ended."""
    found: dict[str, set[str]] = {name: set() for name in needs}
    for name, some in needs.items():
        for one in some & needs.keys():
            found[one].add(name)
    return {name: frozenset(some) for name, some in found.items()}


def without_circles(needs: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The same needs, less one in every circle.

    Resources of two versions of a template, side by side after an update that could not be
    taken back, may need each other; something has to go first.
    """
    found = dict(needs)
    while True:
        try:
            TopologicalSorter(found).prepare()
        except CycleError as exc:
            needed, needing = exc.args[1][:2]
            found[needing] -= {needed}
        else:
            return found


def within(needs: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The same needs, without those that are not there themselves."""
    return {name: frozenset(some & needs.keys()) for name, some in needs.items()}
