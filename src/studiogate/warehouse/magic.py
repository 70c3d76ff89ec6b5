"""`%%warehouse sales`: a cell that is a statement, with its result below it."""

import argparse
import shlex
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from typing import Any, Final, NoReturn, Protocol

from studiogate.errors import StatementFailed, StudioGateError
from studiogate.warehouse.offered import Warehouse, connect, names
from studiogate.warehouse.progress import in_notebook

NAME: Final = "warehouse"
USE: Final = "%%warehouse NAME [--as VARIABLE] [--arrow] [--params VARIABLE]"
_OPTIONS: Final = ("--as", "--arrow", "--params")


_MATCHER: Final = "studiogate.warehouse"


class Asked(Protocol):
    """What IPython says when somebody presses Tab (its `CompletionContext`)."""

    @property
    def cursor_line(self) -> int:
        """The line of the cell, from 0."""
        ...

    @property
    def text_until_cursor(self) -> str:
        """What is before the cursor on its line."""
        ...

    @property
    def token(self) -> str:
        """The word that is being written."""
        ...


def load(shell: Any, magic: "CellMagic | None" = None) -> None:
    """Add the magic to `shell`, an IPython, and what completes its line."""
    magic = magic or CellMagic(shell.user_ns)
    shell.register_magic_function(magic.run, "cell", NAME)
    _complete(shell.Completer, magic)


def _complete(completer: Any, magic: "CellMagic") -> None:
    """Have `completer` ask `magic` about its own line, and nobody else: it is no Python."""
    from IPython.core import completer as its  # noqa: PLC0415 - there is none in a script

    untyped: Any = its

    def matched(asked: Asked) -> dict[str, Any]:
        found = magic.completions(asked)
        shown = [untyped.SimpleCompletion(one, type="instance") for one in found]
        return {"completions": shown, "suppress": True}

    others = [
        one
        for one in completer.custom_matchers
        if getattr(one, "matcher_identifier", None) != _MATCHER
    ]
    marked = untyped.context_matcher(identifier=_MATCHER)(matched)
    completer.custom_matchers = [*others, marked]


class CellMagic:
    """Runs cells, in the warehouses that the notebook has open, or opens one itself."""

    def __init__(
        self,
        variables: MutableMapping[str, Any],
        *,
        connect: Callable[[str], Warehouse] = connect,
        names: Callable[[], Sequence[str]] = names,
        show: Callable[[str, Any], Any] = in_notebook,
    ) -> None:
        """`variables` are the notebook's own; the others are for tests."""
        self._variables = variables
        self._connect = connect
        self._names = names
        self._show = show
        self._opened: dict[str, Warehouse] = {}

    def run(self, line: str, cell: str) -> Any:
        """Run the cell as one statement in a warehouse, and show what it gives.

        %%warehouse NAME [--as VARIABLE] [--arrow] [--params VARIABLE]

        `--as` puts the result into a variable instead of showing it; `--arrow` gives an Arrow
        table in place of a data frame; `--params` names a variable with the values of `:name`
        in the statement.  A variable called like the warehouse, from `warehouse.connect`, is
        used with its session; otherwise the cells share one of their own.
        """
        asked = _parsed(line)
        params = self._params(asked.params)
        table = self._warehouse(asked.name).query(cell.strip(), params).arrow()
        if not table.schema:
            return None
        result = table if asked.arrow else _framed(table)
        if asked.variable is None:
            return result
        self._variables[asked.variable] = result
        self._show(f"{asked.variable}: {table.num_rows:,} rows", None)
        return None

    def completions(self, asked: Asked) -> list[str]:
        """What the word that is being written can become; nothing beside the magic's line."""
        first, *words = asked.text_until_cursor.removesuffix(asked.token).split() or [""]
        if asked.cursor_line or first != f"%%{NAME}":
            return []
        return [one for one in self._fitting(words) if one.startswith(asked.token)]

    def _fitting(self, words: Sequence[str]) -> list[str]:
        """What can come after `words` of the line."""
        if words and words[-1] in {"--as", "--params"}:
            return [name for name in self._variables if not name.startswith("_")]
        if words:
            return [option for option in _OPTIONS if option not in words]
        with suppress(StudioGateError):  # Tab is no place to say what is wrong
            return [*self._names()]
        return []

    def _warehouse(self, name: str) -> Warehouse:
        """The notebook's own variable of that name, or the one opened for cells."""
        own = self._variables.get(name)
        if isinstance(own, Warehouse) and own.name == name:
            return own
        if name not in self._opened:
            self._opened[name] = self._connect(name)
        return self._opened[name]

    def _params(self, variable: str | None) -> Mapping[str, Any]:
        if variable is None:
            return {}
        found = self._variables.get(variable)
        if not isinstance(found, Mapping):
            raise _misused(f"{variable!r} is no variable that holds a dictionary")
        return found


class _Parser(argparse.ArgumentParser):
    """Raises where the command line's would leave the process."""

    def error(self, message: str) -> NoReturn:
        raise _misused(message)


def _parsed(line: str) -> argparse.Namespace:
    parser = _Parser(prog=f"%%{NAME}", add_help=False, exit_on_error=False)
    parser.add_argument("name")
    parser.add_argument("--as", dest="variable")
    parser.add_argument("--arrow", action="store_true")
    parser.add_argument("--params")
    try:
        asked = parser.parse_args(shlex.split(line))
    except (argparse.ArgumentError, ValueError) as exc:
        raise _misused(str(exc)) from exc
    if asked.variable is not None and not asked.variable.isidentifier():
        raise _misused(f"{asked.variable!r} cannot be a variable")
    return asked


def _misused(what: str) -> StatementFailed:
    return StatementFailed(
        f"%%{NAME}: {what}",
        remedy=f"The first line of the cell is {USE}, and the statement follows.",
        reason="usage",
    )


def _framed(table: Any) -> Any:
    from studiogate.warehouse.reading import frames  # noqa: PLC0415 - slow to import

    return frames.frame(table)
