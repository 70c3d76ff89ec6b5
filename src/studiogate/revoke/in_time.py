"""Answers that are waited for so long and no longer, whatever becomes of those who give them.

A socket's own timeout is not enough: a name that does not resolve, or one address after the
other that does not answer, takes as long as it takes.  So the questions are asked in threads
that may be left behind, and that do not keep the process from ending.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import TypeVar

_T = TypeVar("_T")


def asked_in_time(
    questions: Sequence[Callable[[], _T]], *, within_s: float, at_once: int
) -> list[Future[_T]]:
    """One future for each of `questions`, in their order, after at most `within_s` seconds.

    One that is not `done()` is late: what it would have said is never seen.  One whose turn did
    not come is cancelled and is not asked any more.
    """
    futures: list[Future[_T]] = [Future() for _ in questions]
    turns: SimpleQueue[tuple[Future[_T], Callable[[], _T]]] = SimpleQueue()
    for turn in zip(futures, questions, strict=True):
        turns.put(turn)
    for number in range(min(at_once, len(questions))):
        name = f"question-{number}"
        threading.Thread(target=_answer, args=(turns,), name=name, daemon=True).start()
    _, late = wait(futures, timeout=within_s)
    for one in late:
        one.cancel()
    return futures


def _answer(turns: "SimpleQueue[tuple[Future[_T], Callable[[], _T]]]") -> None:
    while True:
        try:
            future, question = turns.get_nowait()
        except Empty:
            return
        if not future.set_running_or_notify_cancel():
            continue
        try:
            future.set_result(question())
        except Exception as error:  # noqa: BLE001 - it is raised again where it is looked at
            future.set_exception(error)


@contextmanager
def beside(do: Callable[[], _T]) -> Iterator[Future[_T]]:
    """Have `do` done beside what the block does; it has ended when the block has.

    What it gives, or raises, is in the future.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="beside") as pool:
        yield pool.submit(do)
