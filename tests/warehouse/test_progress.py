"""Progress: nothing for what is quick, a line that changes for what is not, and gone at the end."""

from typing import Any

import pytest

from studiogate.warehouse.progress import Progress, in_notebook


class Screen:
    def __init__(self) -> None:
        self.shown: list[str] = []
        self.seconds = 0.0

    def show(self, text: str, handle: Any) -> Any:
        self.shown.append(text)
        return handle or self

    def progress(self) -> Progress:
        return Progress("sales", show=self.show, elapsed=lambda: self.seconds)


def test_what_is_quick_shows_nothing() -> None:
    screen = Screen()

    with screen.progress() as progress:
        screen.seconds = 0.6
        progress(1000)

    assert screen.shown == []
    assert progress.rows == 1000


def test_what_takes_longer_is_told_now_and_then_and_taken_away() -> None:
    screen = Screen()

    with screen.progress() as progress:
        for rows in range(1, 11):
            screen.seconds = rows / 5
            progress(rows * 100_000)

    assert screen.shown[0] == "sales: 400,000 rows in 0.8 s"
    assert len(screen.shown) < 8
    assert screen.shown[-1] == ""


def test_it_is_taken_away_when_the_reading_fails() -> None:
    screen = Screen()

    def read() -> None:
        with screen.progress() as progress:
            screen.seconds = 1
            progress(1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        read()

    assert screen.shown[-1] == ""


def test_outside_of_a_notebook_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert in_notebook("text", None) is None
    assert capsys.readouterr().out == ""
