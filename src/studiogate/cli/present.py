"""The only module that prints: answers to stdout, everything said beside them to stderr.

One table maps a family of errors to an exit code.  Text is shown as `Text`, never as markup: an
ARN or a key in brackets must not be taken for a colour.  Consoles are made when something is
shown, not at import, because making one reads the environment.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.status import Status
from rich.text import Text

from studiogate.errors import (
    AwsError,
    DeployError,
    ImageError,
    LandscapeError,
    PolicyError,
    Problem,
    RecordError,
    Refusal,
    SettingsError,
    StartError,
    StudioGateError,
)

DONE = 0
"""The exit code of a command that did what was asked."""

FOUND = 3
"""The exit code of a command that looked, and found what is not as it was decided."""

EXIT: Mapping[type[BaseException], int] = MappingProxyType(
    {
        StudioGateError: 1,
        RecordError: 1,
        LandscapeError: 2,
        SettingsError: 2,
        PolicyError: 2,
        Refusal: 3,
        AwsError: 4,
        StartError: 5,
        DeployError: 5,
        ImageError: 5,
    }
)
"""Exit code of each family; 1 is also what Python leaves with after a defect's traceback."""


def out() -> Console:
    """Where the answer goes: stdout, as it is at this moment."""
    return Console()


def err() -> Console:
    """Where progress and complaints go: stderr, as it is at this moment."""
    return Console(stderr=True)


def show(answer: RenderableType) -> None:
    """Print the answer of a command; plain text is not searched for markup or colours.

    No line ends in spaces, so that what is copied or compared is what was said.
    """
    if isinstance(answer, str):
        out().print(Text(answer), soft_wrap=True)
    else:
        out().print(_Trimmed(answer))


def note(remark: RenderableType) -> None:
    """Print something a person may want to know and a program does not."""
    if isinstance(remark, str):
        err().print(Text(remark), soft_wrap=True)
    else:
        err().print(_Trimmed(remark))


def show_json(document: Any) -> None:
    """Print one JSON document on stdout, byte for byte: no colour, no wrapping."""
    console = out()
    console.file.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def printable(text: str) -> str:
    """`text` without power over the terminal: what AWS tells may hold any character."""
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def counted(number: int, thing: str) -> str:
    """`1 step`, `2 steps`: how many there are of a thing whose plural ends in s."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def complain(error: StudioGateError) -> int:
    """Show `error` and its remedy on stderr; the exit code to leave with."""
    console = err()
    if isinstance(error, LandscapeError):
        for problem in error.problems:
            _complain_of(console, problem)
    else:
        console.print(Text(str(error), style="bold red"), soft_wrap=True)
    console.print(Text(f"→ {error.remedy}"), soft_wrap=True)
    return exit_code(error)


def exit_code(error: StudioGateError) -> int:
    """The exit code of the nearest family of `error`."""
    return next(EXIT[kind] for kind in type(error).__mro__ if kind in EXIT)


class Steps:
    """Says on stderr what is being done; call it with each step."""

    def __init__(self, console: Console, status: Status) -> None:
        self._console = console
        self._status = status

    def __call__(self, doing: str) -> None:
        """Show `doing` in place of the step before; on a line of its own in a log file."""
        if self._console.is_terminal:
            self._status.update(Text(doing))
        else:
            self._console.print(Text(doing), soft_wrap=True)

    def stop(self) -> None:
        """Take the last step off the screen; what is shown next is not in its way."""
        self._status.stop()


@contextmanager
def steps(doing: str) -> Iterator[Steps]:
    """A line on stderr that says what is being done and vanishes when it is done."""
    console = err()
    with console.status(Text(doing)) as status:
        yield Steps(console, status)


@dataclass(frozen=True, slots=True)
class _Trimmed:
    """What is shown, without what a table fills its last column up with."""

    shown: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in console.render_lines(self.shown, options, pad=False):
            text = Text.assemble(*((one.text, one.style or "") for one in line), end="\n")
            text.rstrip()
            yield text


def _complain_of(console: Console, problem: Problem) -> None:
    console.print(Text(str(problem), style="bold red"), soft_wrap=True)
    console.print(Text(f"    {problem.remedy}"), soft_wrap=True)
