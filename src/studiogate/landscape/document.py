"""The text of a landscape as plain data, with the line of every key.

YAML can do more than a landscape needs.  Anchors, aliases and tags are refused before anything
is built: they are how a small file becomes a huge one, and a reader of the file should see what
it says where it says it.  No complaint of this module repeats a value, which may be a password.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Never

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from studiogate.errors import LandscapeError, Problem

LARGEST_BYTES = 1024 * 1024
"""A landscape of a thousand accounts is a fifth of this."""

DEEPEST = 20
"""Levels of nesting; a landscape has seven."""

_LONGEST_SHOWN = 80

Path = tuple[str | int, ...]
"""Where something is: keys, and positions in lists counted from 0."""

# The core schema of YAML 1.2, chapter 10.3.2: what an unquoted word is.
_NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")
_BOOL = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_INT = re.compile(r"[-+]?[0-9]{1,40}\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")

# What ruamel.yaml's scanner and parser say, in words for somebody who edits the file.
_SYNTAX: Mapping[str, tuple[str, str]] = {
    "mapping values are not allowed": (
        "there is a colon where no key can be",
        "Put text that holds a colon in quotes, and give each key a line of its own.",
    ),
    "could not find expected ':'": (
        "a key has no colon after it",
        "Write `key: value`, with a space after the colon.",
    ),
    "expected ',' or": (
        "a bracket or brace that opens here is not closed, or a comma is missing",
        "Close it, and put a comma between its entries.",
    ),
    "found unexpected end of stream": (
        "a quote that opens here is not closed",
        "Close the quote on the same line.",
    ),
    "expected <block end>": (
        "the indentation does not fit what stands above",
        "Give keys of one mapping the same indentation, with spaces.",
    ),
    "found character": (
        "there is a tab, or a character that cannot begin a value",
        "Indent with spaces, and put a value that begins with @, %, ` or a tab in quotes.",
    ),
    "found undefined tag handle": (
        "there is a tag (a word that begins with !)",
        "Put a value that begins with ! in quotes.",
    ),
}
_ANCHOR = (
    "there is an anchor or an alias (a word that begins with & or *)",
    'Write it out where it is meant; put a value that begins with * in quotes: "*".',
)
_BEGIN = "Begin with `name: acme`; examples/two-lobs.yaml is a whole one."
_NOWHERE = -1
"""Stands in a path for what is read over."""

_NOT_TEXT = (
    "there is a character that text cannot hold",
    "Save the file as UTF-8; write characters themselves, not their codes.",
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_YAML = ("this is not YAML", "Look at this line and the one above it.")


@dataclass(frozen=True, slots=True)
class Document:
    """What the text says, before anybody asks whether it makes sense."""

    data: dict[str, Any]
    lines: Mapping[Path, int]
    problems: tuple[Problem, ...]
    """Keys that are there twice, and keys that are not words."""

    def line(self, path: Path) -> int | None:
        """The line of `path`, or of the nearest key above it that is in the text."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def dotted(path: Path) -> str:
    """`path` as a complaint names it: `invariants[0].never.open`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{shown(step)}" if text else shown(step)
    return text


def shown(word: str) -> str:
    """A word of the file as it may be printed: short, and without control characters."""
    short = word if len(word) <= _LONGEST_SHOWN else f"{word[:_LONGEST_SHOWN]}…"
    return short if short.isprintable() and short.strip() == short != "" else repr(short)


def document(text: str, *, source: str) -> Document:
    """`text` as data.

    Keys are text, byte for byte, whatever they look like; `source` is what the file is called
    in complaints about the whole of it.

    Raises:
        LandscapeError: the text is not YAML, or uses what a landscape may not.
    """
    if len(text.encode(errors="replace")) > LARGEST_BYTES:
        what, remedy = "it is larger than 1 MiB", "Shorten it: a landscape is written by hand."
        raise LandscapeError([Problem(source, what, remedy)])
    reading = _Reading(source, YAML(typ="safe", pure=True).parse(text))
    try:
        data = reading.root()
    except YAMLError as error:
        refused = _syntax(error, text, source)
    else:
        return Document(data, reading.lines, tuple(reading.problems))
    # Outside the `except`: the parser's own words repeat what the file says.
    raise LandscapeError([refused])


def _syntax(error: YAMLError, text: str, source: str) -> Problem:
    """What the parser stumbled over, in words that repeat nothing of the file."""
    if not isinstance(error, MarkedYAMLError):
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        return Problem(source, *_NOT_TEXT, line)
    said = str(error.problem)
    opened = said.startswith(("expected ',' or", "found unexpected end"))
    mark = (error.context_mark if opened else None) or error.problem_mark
    what, remedy = next(
        (w for begins, w in _SYNTAX.items() if said.startswith(begins)), _NOT_YAML
    )
    return Problem(source, what, remedy, None if mark is None else mark.line + 1)


@dataclass(slots=True)
class _Reading:
    """The parser's events on their way to data, in one pass."""

    source: str
    events: Iterator[Event]
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def root(self) -> dict[str, Any]:
        """The one mapping the text is."""
        first = self._next_node()
        if first is None:
            self._refuse("there are no keys", _BEGIN, None)
        if not isinstance(first, MappingStartEvent):
            self._refuse("it is not a mapping of keys", _BEGIN, first)
        data = self._mapping((), first)
        second = self._next_node()
        if second is not None:
            self._refuse("a second document begins", "Remove the line `---` above it.", second)
        return data

    def _next_node(self) -> NodeEvent | None:
        """The next event that begins something; `None` at the end."""
        for event in self.events:
            if isinstance(event, NodeEvent):
                return self._plain(event)
        return None

    def _inner(self) -> NodeEvent | None:
        """The next event inside a mapping or a list; `None` where it closes."""
        event = next(self.events)
        return self._plain(event) if isinstance(event, NodeEvent) else None

    def _plain(self, event: NodeEvent) -> NodeEvent:
        """`event`, which is nothing but itself: no anchor, no alias, no tag."""
        if isinstance(event, AliasEvent) or event.anchor is not None:
            self._refuse(*_ANCHOR, event)
        if event.ctag is not None:
            self._refuse(*_SYNTAX["found undefined tag handle"], event)
        if isinstance(event, ScalarEvent) and _SURROGATE.search(event.value):
            self._refuse(*_NOT_TEXT, event)
        return event

    def _mapping(self, path: Path, start: NodeEvent) -> dict[str, Any]:
        self._not_too_deep(path, start)
        data: dict[str, Any] = {}
        while key := self._inner():
            here = self._key(path, key)
            value = self._value(here or (*path, _NOWHERE))
            if here is not None:
                data[str(here[-1])] = value
        return data

    def _key(self, path: Path, key: NodeEvent) -> Path | None:
        """The path `key` makes; `None` where it is not to be used, which is complained of."""
        line = key.start_mark.line + 1
        if not isinstance(key, ScalarEvent):
            self._skip(path, key)
            self._complain(path, line, "a key here is not a word", "Write `word: value`.")
            return None
        here = (*path, str(key.value))
        if _NOWHERE not in path and here in self.lines:
            what = f"is here a second time; first on line {self.lines[here]}"
            self._complain(here, line, what, "Keep one of them: they do not add up.")
            return None
        self.lines[here] = line
        return here

    def _skip(self, path: Path, start: NodeEvent) -> None:
        self._build((*path, _NOWHERE), start)

    def _value(self, path: Path) -> Any:
        event = self._inner()
        if event is None:
            raise AssertionError("the parser gave a key without a value")
        return self._build(path, event)

    def _build(self, path: Path, event: NodeEvent) -> Any:
        if isinstance(event, MappingStartEvent):
            return self._mapping(path, event)
        if isinstance(event, SequenceStartEvent):
            return self._list(path, event)
        return _scalar(event.value, quoted=not event.implicit[0])

    def _list(self, path: Path, start: NodeEvent) -> list[Any]:
        self._not_too_deep(path, start)
        data: list[Any] = []
        while entry := self._inner():
            here = (*path, len(data))
            self.lines[here] = entry.start_mark.line + 1
            data.append(self._build(here, entry))
        return data

    def _not_too_deep(self, path: Path, start: NodeEvent) -> None:
        if len(path) >= DEEPEST:
            self._refuse("it is nested too deeply", "A landscape has seven levels.", start)

    def _complain(self, path: Path, line: int, what: str, remedy: str) -> None:
        if _NOWHERE not in path:
            self.problems.append(Problem(dotted(path) or self.source, what, remedy, line))

    def _refuse(self, what: str, remedy: str, event: NodeEvent | None) -> Never:
        line = None if event is None else event.start_mark.line + 1
        raise LandscapeError([Problem(self.source, what, remedy, line)])


def _scalar(text: str, *, quoted: bool) -> Any:
    """A value of one word: text, unless it is unquoted and looks like something else."""
    if quoted:
        return text
    if _NULL.match(text):
        return None
    if _BOOL.match(text):
        return text.lower() == "true"
    if _INT.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text
