"""A stop button that somebody presses in time."""

import signal
import threading
from collections.abc import Callable

from tests.kit.waiting import comes


def pressed_when(it_is_time: Callable[[], bool]) -> threading.Thread:
    """A thread that interrupts the main one, as a notebook's stop button does, once.

    If the time does not come it does not: the interrupt would end another test, or all of them.
    """

    def run() -> None:
        if comes(it_is_time):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=run)
    thread.start()
    return thread
