"""Write `docs/requirements.md`: every row, its status, and the tests named after it.

`tools/requirements.tsv` has the rows: id, what, and for a row that is not shown whole, what is
missing.  A test shows a row by carrying its id in its name: `test_s2_39_…`.  Run as
`python -m tools.requirements`; a test compares the committed page with what this would write.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "requirements.md"
_ID = re.compile(r"(?<![a-z0-9])s([1-6])_([0-9]{2})(?![0-9])")

HEADING = """\
# Requirements and what shows them

Written by `python -m tools.requirements`; do not edit. A row is **shown** when tests named
after it pass in `make test`; **in part** says what is missing; **open** has no test yet, and
says what it waits for where that is known. Defects of the published samples that we do not
have are on a [page of their own](defects.md).

"""


def rows() -> Iterator[tuple[str, str, str]]:
    """Every row as id, what, and what is missing where it is not shown whole."""
    table = (ROOT / "tools" / "requirements.tsv").read_text(encoding="utf-8")
    for line in table.splitlines():
        row, what, *missing = line.split("\t")
        yield row, what, missing[0] if missing else ""


def tests() -> Mapping[str, list[str]]:
    """For each row, the tests that carry its id, as `path::name`."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for part, number in _ID.findall(node.name) if node.name.startswith("test") else ():
                found[f"S{part}-{number}"].append(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def page() -> str:
    """The whole page.

    Raises:
        KeyError: a test is named after a row that does not exist.
    """
    shown = tests()
    known = {row for row, _, _ in rows()}
    if unknown := set(shown) - known:
        raise KeyError(f"tests are named after rows that do not exist: {sorted(unknown)}")
    lines = ["| row | what | status | shown by |", "|---|---|---|---|"]
    for row, what, missing in rows():
        lines.append(
            f"| {row} | {what} | {_status(shown.get(row), missing)} | {_by(shown.get(row))} |"
        )
    whole = sum(not missing for row, _, missing in rows() if row in shown)
    counted = (
        f"Of {len(known)} rows {whole} are shown, {len(shown) - whole} in part, "
        f"{len(known) - len(shown)} are open.\n\n"
    )
    return HEADING + counted + "\n".join(lines) + "\n"


def _status(found: list[str] | None, missing: str) -> str:
    status = ("in part" if missing else "shown") if found else "open"
    return f"{status}: {missing}" if missing else status


def _by(found: list[str] | None) -> str:
    return "<br>".join(f"`{one.removeprefix('tests/')}`" for one in found or ())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stderr.write(f"wrote {PAGE.relative_to(ROOT)}\n")
