"""How far a read has come, below the cell: a line that changes, and is gone when it is done.

Nothing is shown outside of a notebook, nor for what is done at once.
"""

from collections.abc import Callable
from contextlib import suppress
from html import escape
from time import monotonic
from types import TracebackType
from typing import Any, Final, Self

FIRST_AFTER_S: Final = 0.7
"""Seconds before anything is shown."""

THEN_EVERY_S: Final = 0.25

Show = Callable[[str, Any], Any]
"""Shows a text in place of what the handle stands for; the handle, for the next time."""


def in_notebook(text: str, handle: Any) -> Any:
    """Show `text` below the cell, in place of `handle`; nothing where there is no notebook.

    Progress is not worth an error, whatever the front end makes of it.
    """
    with suppress(Exception):
        from IPython import display as shown  # noqa: PLC0415 - there is none in a script
        from IPython.core.getipython import get_ipython  # noqa: PLC0415

        untyped: Any = shown
        shell = get_ipython()
        if shell is None or not hasattr(shell, "kernel"):
            return None
        line = untyped.HTML(f"<em>{escape(text)}</em>" if text else "")
        if handle is None:
            return untyped.display(line, display_id=True)
        handle.update(line)
    return handle


class Progress:
    """Counts rows; call it with how many have come in all, from any one thread."""

    def __init__(
        self,
        title: str,
        *,
        show: Show = in_notebook,
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        """`title` is what is read, `elapsed` tells seconds."""
        self.rows = 0
        self._title = title
        self._show = show
        self._elapsed = elapsed
        self._began = elapsed()
        self._next = self._began + FIRST_AFTER_S
        self._handle: Any = None

    def __enter__(self) -> Self:
        """Itself, counting from now."""
        self._began = self._elapsed()
        self._next = self._began + FIRST_AFTER_S
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the line away."""
        if self._handle is not None:
            self._show("", self._handle)

    def __call__(self, rows: int) -> None:
        """Note that `rows` have come so far."""
        self.rows = rows
        now = self._elapsed()
        if now < self._next:
            return
        self._next = now + THEN_EVERY_S
        took_s = now - self._began
        self._handle = self._show(
            f"{self._title}: {rows:,} rows in {took_s:.1f} s", self._handle
        )
