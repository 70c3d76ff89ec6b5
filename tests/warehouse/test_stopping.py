"""The stop button: what runs is stopped where it runs, and whoever pressed it is told."""

import signal
import threading

import pytest

from studiogate.errors import StudioGateError
from studiogate.warehouse import stopping
from studiogate.warehouse.stopping import Stopped, stoppable
from tests.kit.pressing import pressed_when


def press() -> None:
    """What a notebook's stop button does: it sends the kernel an interrupt."""
    signal.raise_signal(signal.SIGINT)


def running(until: threading.Event, begun: threading.Event) -> int:
    begun.set()
    assert until.wait(20)
    return 7


def test_what_is_not_stopped_gives_its_outcome() -> None:
    given_up: list[int] = []

    assert stoppable(lambda: 7, stop=lambda: None, give_up=lambda: given_up.append(1)) == 7
    assert given_up == []


def test_what_fails_fails_as_it_would_without() -> None:
    def fails() -> int:
        raise ValueError("so it is")

    with pytest.raises(ValueError, match="so it is"):
        stoppable(fails, stop=lambda: None, give_up=lambda: None)


def test_the_button_stops_what_runs_and_waits_for_its_end() -> None:
    until, begun = threading.Event(), threading.Event()
    given_up: list[int] = []
    thread = pressed_when(begun.is_set)

    with pytest.raises(Stopped, match="cancelled in the database") as stopped:
        stoppable(
            lambda: running(until, begun), stop=until.set, give_up=lambda: given_up.append(1)
        )
    thread.join()

    assert given_up == []
    assert stopped.value._render_traceback_()[0].startswith("Stopped: the statement")


def test_the_button_works_where_a_library_has_the_system_go_on_with_waits() -> None:
    until, begun = threading.Event(), threading.Event()
    signal.siginterrupt(signal.SIGINT, False)  # noqa: FBT003 - the standard library's own
    thread = pressed_when(begun.is_set)
    try:
        with pytest.raises(Stopped):
            stoppable(lambda: running(until, begun), stop=until.set, give_up=until.set)
    finally:
        signal.siginterrupt(signal.SIGINT, True)  # noqa: FBT003 - as above
        thread.join()


def test_what_cannot_be_stopped_is_given_up() -> None:
    until, begun = threading.Event(), threading.Event()
    thread = pressed_when(begun.is_set)

    def stop() -> None:
        raise ConnectionError("nobody answers")

    with pytest.raises(Stopped, match="connection was closed"):
        stoppable(lambda: running(until, begun), stop=stop, give_up=until.set)
    thread.join()

    assert until.is_set()


def test_the_button_pressed_twice_gives_up_at_once() -> None:
    until, begun = threading.Event(), threading.Event()
    thread = pressed_when(begun.is_set)

    with pytest.raises(KeyboardInterrupt):
        stoppable(lambda: running(until, begun), stop=press, give_up=until.set)
    thread.join()

    assert until.is_set()


def test_a_loop_that_goes_on_after_errors_does_not_go_on_after_the_button() -> None:
    assert not issubclass(Stopped, Exception)
    assert not issubclass(Stopped, StudioGateError)
    assert stopping.PATIENCE_S < 10
