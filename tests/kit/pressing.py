"""A stop button that somebody presses in time."""

import signal
import threading
from collections.abc import Callable
from time import monotonic, sleep


def pressed_when(it_is_time: Callable[[], bool], *, within_s: float = 20) -> threading.Thread:
    """A thread that interrupts the main one, as a notebook's stop button does, once."""

    def run() -> None:
        until = monotonic() + within_s
        while not it_is_time() and monotonic() < until:
            sleep(0.01)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=run)
    thread.start()
    return thread
