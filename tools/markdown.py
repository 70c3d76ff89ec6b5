"""The pieces of Markdown that the generated pages are made of."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars and line ends inside a cell are made harmless."""
    lines = [_line(head), _line(["---"] * len(head)), *(_line(row) for row in rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    tidy = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(tidy)} |"
