"""Pages of the documentation as tests read them: fenced blocks, and what they say is printed.

A block of `sh` is run, and so is one of `python` or `ipython`, which is a notebook's cell.  A
block of `text` or `json` right below one is what it prints, in full: `…` stands for anything
within a line, and alone on a line for any lines.  In a block without
one, `# 302` behind a `curl -i` is the status of its answer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.kit.house import papers

SAID = {"text", "json"}
CELLS = {"python", "ipython"}
_FENCE = re.compile(r"^```([a-z]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STATUS = re.compile(r"^curl -i .*# ([0-9]{3})\b", re.MULTILINE)
_SECTION = re.compile(r"^(\w+):\n((?: .*\n)+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block, and the block below it if nothing is between the two."""

    language: str
    text: str
    said: str | None
    """What an `sh` block prints; `None` where the page does not say."""

    line: int
    """Line of the page, counted from 1, that the fence is in."""

    @property
    def statuses(self) -> list[str]:
        """The HTTP statuses that comments in the block promise."""
        return _STATUS.findall(self.text)

    def accepts(self, printed: str) -> bool:
        """Whether `printed` is what the page says."""
        whole = printed.strip("\n") + "\n"
        return self.said is None or pattern(self.said).fullmatch(whole) is not None


def blocks(page: str) -> Iterator[Block]:
    """Every fenced block of a page, those that are what another prints left out."""
    found = list(_FENCE.finditer(page))
    for number, match in enumerate(found):
        before, after = found[number - 1] if number else None, found[number + 1 : number + 2]
        if _is_said(page, before, match):
            continue
        below = after[0] if after and _is_said(page, match, after[0]) else None
        line = page.count("\n", 0, match.start()) + 1
        yield Block(match[1], match[2], below[2] if below else None, line)


def _is_said(page: str, above: re.Match[str] | None, match: re.Match[str]) -> bool:
    return (
        above is not None
        and above[1] in {"sh", *CELLS}
        and match[1] in SAID
        and not page[above.end() : match.start()].strip()
    )


def pattern(said: str) -> re.Pattern[str]:
    """What a page says is printed, as a pattern of the whole."""
    lines = [
        r"(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + r"\n"
        for line in said.strip("\n").split("\n")
    ]
    return re.compile("".join(lines))


def merged(landscape: str, fragment: str) -> str:
    """`landscape` with each section of `fragment` put at the top of the section it has.

    Raises:
        AssertionError: it has no such section.
    """
    for name, lines in _SECTION.findall(fragment):
        head = re.search(rf"^{name}:[ ]*(#.*)?\n", landscape, re.MULTILINE)
        assert head, f"no section {name}"
        landscape = landscape[: head.end()] + lines + landscape[head.end() :]
    return landscape


def documents(root: Path) -> list[Path]:
    """Every page of the project below `root`."""
    return sorted(paper for paper in papers(root) if paper.suffix == ".md")
