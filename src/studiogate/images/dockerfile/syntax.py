"""A Dockerfile taken apart: instructions with their lines, in stages.

Follows the Dockerfile reference as far as judging needs it: comments, continuation lines, the
`escape` directive, flags and here-documents.  Any text can be taken apart; what is not an
instruction is one that nobody knows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_DIRECTIVE = re.compile(r"#\s*(?P<name>\w+)\s*=\s*(?P<value>.*?)\s*\Z")
_HEREDOC = re.compile(r"<<-?\s*(?P<quote>[\"']?)(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P=quote)")
_FLAG = re.compile(r"--(?P<name>[a-z-]+)(?:=(?P<value>\S*))?(?:\s+|\Z)")
_WITH_HEREDOC = frozenset({"RUN", "COPY", "ADD"})


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an instruction, and where it is in the file, counted from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, its continuation lines joined."""

    line: int
    word: str
    """In capitals: `RUN`."""

    lines: tuple[Line, ...]
    """What follows the word and its flags, line by line, without what joins them."""

    flags: tuple[tuple[str, str], ...] = ()
    heredocs: tuple[tuple[Line, ...], ...] = ()
    """The bodies of here-documents, in their order."""

    @property
    def text(self) -> str:
        """What follows the word and its flags, as one line."""
        return " ".join(line.text.strip() for line in self.lines).strip()

    @property
    def script(self) -> tuple[Line, ...]:
        """What a shell gets of a RUN: its here-document, where it is nothing but one."""
        only = self.heredocs and _HEREDOC.sub("", self.text).strip() in {"", "bash", "sh"}
        return self.heredocs[0] if only else self.lines


@dataclass(frozen=True, slots=True)
class Stage:
    """What begins with a FROM."""

    start: Instruction
    base: str
    """As it is written, perhaps with variables."""

    name: str
    """What later stages call it; empty where it has no name."""

    body: tuple[Instruction, ...] = ()


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A whole file: arguments before the first FROM, and its stages."""

    arguments: tuple[Instruction, ...] = ()
    stages: tuple[Stage, ...] = field(default=())

    @property
    def last(self) -> Stage | None:
        """The stage that becomes the image."""
        return self.stages[-1] if self.stages else None


def parsed(text: str) -> Dockerfile:
    """The stages of `text`; of no text is anything raised."""
    before: list[Instruction] = []
    stages: list[tuple[Instruction, list[Instruction]]] = []
    for one in instructions(text):
        if one.word == "FROM":
            stages.append((one, []))
        else:
            (stages[-1][1] if stages else before).append(one)
    return Dockerfile(tuple(before), tuple(_stage(start, body) for start, body in stages))


def instructions(text: str) -> Iterator[Instruction]:
    """Every instruction, from the first line to the last."""
    rest = [Line(number, line) for number, line in enumerate(text.split("\n"), 1)]
    escape = _escape(rest)
    while rest:
        line = rest.pop(0)
        if not line.text.strip() or line.text.lstrip().startswith("#"):
            continue
        taken = _continued(line, rest, escape)
        word, taken = _word(taken)
        flags, taken = _flags(taken)
        bodies = _heredocs(taken, rest) if word in _WITH_HEREDOC else ()
        yield Instruction(line.number, word, taken, flags, bodies)


def _stage(start: Instruction, body: Sequence[Instruction]) -> Stage:
    words = start.text.split()
    named = words[2] if len(words) > 2 and words[1].upper() == "AS" else ""  # noqa: PLR2004 - FROM base AS name
    return Stage(start, words[0] if words else "", named, tuple(body))


def _escape(lines: Sequence[Line]) -> str:
    """What joins lines: a backslash, unless a directive on top of the file says otherwise."""
    for line in lines:
        found = _DIRECTIVE.match(line.text.strip())
        if found is None:
            break
        if found["name"].lower() == "escape" and found["value"] in {"`", "\\"}:
            return found["value"]
    return "\\"


def _continued(first: Line, rest: list[Line], escape: str) -> tuple[Line, ...]:
    """The lines of the instruction that begins with `first`; they are taken from `rest`.

    Comments and empty lines between continuation lines belong to no instruction.
    """
    taken: list[Line] = []
    line = first
    while True:
        stripped = line.text.rstrip()
        goes_on = stripped.endswith(escape)
        taken.append(Line(line.number, stripped[:-1] if goes_on else stripped))
        while goes_on and rest and _is_nothing(rest[0].text):
            rest.pop(0)
        if not goes_on or not rest:
            return tuple(taken)
        line = rest.pop(0)


def _is_nothing(text: str) -> bool:
    return not text.strip() or text.lstrip().startswith("#")


def _word(lines: tuple[Line, ...]) -> tuple[str, tuple[Line, ...]]:
    first, *others = lines
    parts = first.text.split(maxsplit=1)
    rest = parts[1] if len(parts) > 1 else ""
    return (parts[0].upper() if parts else ""), (Line(first.number, rest), *others)


def _flags(lines: tuple[Line, ...]) -> tuple[tuple[tuple[str, str], ...], tuple[Line, ...]]:
    """The flags before anything else, on however many lines they are."""
    found: list[tuple[str, str]] = []
    left = list(lines)
    while left:
        text = left[0].text.lstrip()
        while match := _FLAG.match(text):
            found.append((match["name"], match["value"] or ""))
            text = text[match.end() :]
        if text or len(left) == 1:
            left[0] = Line(left[0].number, text)
            break
        left.pop(0)
    return tuple(found), tuple(left)


def _heredocs(lines: Sequence[Line], rest: list[Line]) -> tuple[tuple[Line, ...], ...]:
    bodies = []
    for match in (found for line in lines for found in _HEREDOC.finditer(line.text)):
        body: list[Line] = []
        while rest:
            line = rest.pop(0)
            if line.text.strip() == match["name"]:
                break
            body.append(line)
        bodies.append(tuple(body))
    return tuple(bodies)
