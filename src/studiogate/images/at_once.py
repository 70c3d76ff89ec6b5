"""Changing many domains side by side; whoever interrupts it is told how far it came.

Each waits minutes for AWS.  When one fails, those that run beside it are waited for and nothing
is begun any more; Ctrl-C ends every one at its next pause.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from typing import Final, TypeVar

from studiogate.errors import StudioGateError
from studiogate.images.world import World

_P = TypeVar("_P")
_T = TypeVar("_T")

_AT_ONCE: Final = 12
_LOOKS_EVERY_S: Final = 0.1


class _Turns:
    """Who is at work, waited for at an interruption; nobody begins after it.

    Leaving the executor is not enough: interrupted while it starts a thread, it does not know
    that one, and does not wait for it.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = 0
        self.over = False

    @contextmanager
    def taken(self) -> Iterator[None]:
        """A turn, for as long as the block takes.

        Raises:
            KeyboardInterrupt: it is over.
        """
        with self._changed:
            if self.over:
                raise KeyboardInterrupt
            self._taken += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken -= 1
                self._changed.notify_all()

    def calmed(self, world: World) -> World:
        """A world whose pauses end once it is over."""

        def pause(seconds: float) -> None:
            if not self.over:
                world.pause(seconds)
            if self.over:
                raise KeyboardInterrupt

        return replace(world, pause=pause)

    def end(self) -> None:
        """Let nobody begin any more, and whoever is at work stop at their next pause."""
        with self._changed:
            self.over = True

    def wait(self) -> None:
        """Return once nobody is at work."""
        with self._changed:
            self._changed.wait_for(lambda: not self._taken)


def each_at_once(
    world: World, parts: Mapping[str, _P], work: Callable[[World, _P], _T]
) -> list[_T]:
    """What `work` gives for each of `parts`, in their order; the keys are what they are called.

    `work` does its waiting in the world that it is given.

    Raises:
        StudioGateError: that of the first that failed; what was done beside it is in its text.
    """
    if len(parts) < 2:  # noqa: PLR2004 - one is done here, where Ctrl-C reaches it at once
        return [work(world, one) for one in parts.values()]
    turns = _Turns()
    calm = turns.calmed(world)

    def worked(one: _P) -> _T:
        with turns.taken():
            return work(calm, one)

    begun: dict[str, Future[_T]] = {}
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="domains") as threads:
        try:
            for name, one in parts.items():
                begun[name] = threads.submit(worked, one)
            _waited(begun)
            if _failed(begun, beside=StudioGateError):
                turns.end()  # a defect, or an interruption that reached a thread
        except BaseException:
            turns.end()
            turns.wait()
            raise
        finally:
            # What has begun is waited for by leaving the block.
            threads.shutdown(wait=False, cancel_futures=_failed(begun) or turns.over)
    _raise_first(begun)
    return [one.result() for one in begun.values()]


def _waited(begun: Mapping[str, Future[_T]]) -> None:
    """Return once all have ended, or one has failed.

    Looks up now and then: Ctrl-C that comes just before a wait begins is seen after it.
    """
    while not _failed(begun):
        if not wait(begun.values(), _LOOKS_EVERY_S, FIRST_EXCEPTION).not_done:
            return


def _failed(
    begun: Mapping[str, Future[_T]], *, beside: type[BaseException] | tuple[()] = ()
) -> bool:
    """Whether one has failed so far, with anything but `beside`."""
    ended = (one for one in begun.values() if one.done() and not one.cancelled())
    errors = (one.exception() for one in ended)
    return any(error is not None and not isinstance(error, beside) for error in errors)


def _raise_first(begun: Mapping[str, Future[_T]]) -> None:
    """Return if nothing failed.

    Raises:
        StudioGateError: the first failure, with what became of the others.
    """
    failed = {
        name: error
        for name, one in begun.items()
        if not one.cancelled() and (error := one.exception()) is not None
    }
    for name, error in failed.items():
        if isinstance(error, StudioGateError):
            others = [one for one in failed if one != name]
            done = [one for one in begun if one not in failed and not begun[one].cancelled()]
            left = [one for one, future in begun.items() if future.cancelled()]
            told = {"done": done, "failed as well": others, "not begun": left}
            words = "; ".join(
                f"{what}: {', '.join(some)}" for what, some in told.items() if some
            )
            error.args = (f"{error}" + (f" ({words})" if words else ""),)
        raise error
