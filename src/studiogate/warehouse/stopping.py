"""The stop button: what runs in a database ends there, too, and the notebook goes on.

What is to be stopped runs in a thread of its own, because an interrupt that lands in the middle
of a message leaves a connection that nobody can read any further.  The main thread waits, and
is the one that is interrupted.
"""

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import wait as waited
from typing import Final, TypeVar

Outcome = TypeVar("Outcome")

PATIENCE_S: Final = 5.0
"""Seconds a statement has to end in, once cancelled, before its connection is given up."""

_LOOKS_EVERY_S: Final = 0.1
"""Seconds after which the main thread looks up from its waiting.

A library may have the system go on with a wait that was interrupted (`SA_RESTART`, as polars'
own handler does), and an interrupt is then not noticed before the wait is over.
"""


class Stopped(KeyboardInterrupt):
    """The person pressed stop.

    Not one of `studiogate.errors`: whatever catches those in a loop must not catch this.
    """

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of a traceback."""
        return [f"Stopped: {self}"]


def stoppable(
    act: Callable[[], Outcome], *, stop: Callable[[], None], give_up: Callable[[], None]
) -> Outcome:
    """The outcome of `act`; when the person presses stop, of nothing.

    Then `stop` is called, which has to end `act` soon.  When it does not, or fails, or the
    person presses again, `give_up` is called, which has to end it at once.

    Raises:
        Stopped: the person pressed stop; `act` has ended, or was given up.
    """
    running: Future[Outcome] = Future()
    try:
        _begin(act, running)
        while not waited([running], timeout=_LOOKS_EVERY_S).done:
            pass
        return running.result()
    except KeyboardInterrupt:
        ended = False
        try:
            stop()
            ended = bool(waited([running], timeout=PATIENCE_S).done)
        except Exception:  # noqa: BLE001 - whatever it was, giving up is what is left
            ended = False
        finally:
            if not ended:
                give_up()
        raise Stopped(_told(ended=ended)) from None


def _told(*, ended: bool) -> str:
    if ended:
        return "the statement was cancelled in the database, and the connection goes on."
    return (
        "the connection was closed, because the database did not say that the statement was "
        "cancelled; the next statement makes a new one."
    )


def _begin(act: Callable[[], Outcome], running: "Future[Outcome]") -> None:
    """Run `act` beside, in the same context: what it displays lands below the cell."""
    context = contextvars.copy_context()

    def run() -> None:
        try:
            running.set_result(context.run(act))
        except BaseException as exc:  # noqa: BLE001 - it is raised where the outcome is awaited
            running.set_exception(exc)

    threading.Thread(target=run, name="studiogate-warehouse", daemon=True).start()
