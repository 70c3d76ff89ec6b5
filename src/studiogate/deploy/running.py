"""Work on many stacks: each as soon as those it needs are done, many side by side.

When one fails, those that run beside it are waited for, and nothing is begun any more.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Generic, TypeVar

from studiogate.deploy.world import World
from studiogate.errors import StudioGateError
from studiogate.foundation.stacks import StackKey

_T = TypeVar("_T")

Needs = Mapping[StackKey, Iterable[StackKey]]
"""By stack, those that have to be done before."""


@dataclass(slots=True)
class Outcome(Generic[_T]):
    """What became of the work."""

    done: dict[StackKey, _T] = field(default_factory=dict)
    failed: dict[StackKey, StudioGateError] = field(default_factory=dict)

    def raise_first(self) -> None:
        """Return if nothing failed.

        Raises:
            StudioGateError: the first that failed, with the others in a note of its message.
        """
        for error in self.failed.values():
            others = [str(key) for key in list(self.failed)[1:]]
            if others:
                error.args = (f"{error} (failed as well: {', '.join(others)})",)
            raise error


def run(world: World, needs: Needs, work: Callable[[StackKey], _T]) -> Outcome[_T]:
    """Do `work` for every stack of `needs`, in their order.

    Raises:
        CycleError: they need each other in a circle.
    """
    sorter = TopologicalSorter(needs)
    sorter.prepare()
    outcome: Outcome[_T] = Outcome()
    running: dict[Future[_T], StackKey] = {}

    def visited(key: StackKey) -> _T:
        with world.visit(key.account):
            return work(key)

    with ThreadPoolExecutor(world.at_once, thread_name_prefix="stack") as threads:
        try:
            while sorter.is_active():
                if not outcome.failed:
                    running |= {threads.submit(visited, key): key for key in sorter.get_ready()}
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    _end(running.pop(future), future, sorter, outcome)
                if outcome.failed:
                    running = {one: key for one, key in running.items() if not one.cancel()}
        except BaseException:
            world.halt.set()
            threads.shutdown(wait=False, cancel_futures=True)
            raise
    return outcome


def _end(
    key: StackKey, future: Future[_T], sorter: TopologicalSorter[StackKey], outcome: Outcome[_T]
) -> None:
    """Keep what became of one."""
    try:
        outcome.done[key] = future.result()
    except StudioGateError as error:
        outcome.failed[key] = error
    else:
        sorter.done(key)
