"""The commands of a RUN, as far as judging needs them: words, and what joins the commands.

No shell: nothing is run, resolved or substituted.  Text that no shell would take is cut up all
the same.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from studiogate.images.dockerfile.syntax import Line

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t]+)
    | (?P<comment>(?<!\S)\#[^\n]*)
    | (?P<end>&&|\|\||[;|&()`\n])
    | (?P<word>(?:[^\s"'\\;|&()`]|\\.|"(?:[^"\\]|\\.)*"|'[^']*'|["'\\])+)
    """,
    re.VERBOSE | re.DOTALL,
)
_QUOTED = re.compile(
    r"""\\(?P<escaped>.)|"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>[^']*)'""", re.DOTALL
)
_ESCAPED = re.compile(r"""\\(["\\$`])""")
_INNER = re.compile(r"\$\(|`")
_KEYWORDS = frozenset(
    {"if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "{", "}"}
)
_BEFORE = frozenset({"sudo", "exec", "env", "time", "nice", "command"})
_DECLARING = frozenset({"export", "local", "declare", "readonly", "read"})
_SHELLS = frozenset({"sh", "bash", "dash"})
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command."""

    line: int
    words: tuple[str, ...]
    """Without quotes; variables are as they were written."""

    piped: bool = False
    """Whether what it prints goes to the next command."""

    assigns: tuple[str, ...] = ()
    """Names that are given a value before it, or by it."""

    @property
    def name(self) -> str:
        """Which program, without its folder; empty where there is none."""
        return self.words[0].rpartition("/")[2] if self.words else ""

    def has(self, *flags: str) -> bool:
        """Whether one of `flags` is given; a letter may be among others, as in -fsSL."""
        return any(_given(word, flag) for word in self.words[1:] for flag in flags)


@dataclass(slots=True)
class _Cut:
    """A command that is not at its end yet."""

    line: int = 0
    raw: list[str] = field(default_factory=list)


def commands(lines: Sequence[Line], *, joined: bool = True) -> tuple[Command, ...]:
    """Every simple command of a RUN, in its order, those within others after them.

    `joined` lines are one line with continuations; else each line ends a command.
    """
    between = " " if joined else "\n"
    text = between.join(line.text for line in lines)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.text) + 1)
    numbers = [line.number for line in lines] or [0]

    def line_at(place: int) -> int:
        return numbers[min(bisect_right(starts, place) - 1, len(numbers) - 1)]

    cuts = _cuts(text)
    return tuple(
        one for cut in cuts for one in _of(cut.raw, line_at(cut.line), piped=cut.piped, depth=0)
    )


@dataclass(frozen=True, slots=True)
class _Raw:
    line: int
    """Where in the text it begins."""

    raw: tuple[str, ...]
    piped: bool


def _cuts(text: str) -> Iterator[_Raw]:
    cut = _Cut()
    for token in _TOKEN.finditer(text):
        if token["word"] == "$":
            continue  # what is left of `$(`
        if token.lastgroup == "word":
            if not cut.raw:
                cut.line = token.start()
            cut.raw.append(token["word"])
        elif token.lastgroup == "end" and cut.raw:
            yield _Raw(cut.line, tuple(cut.raw), token["end"] == "|")
            cut = _Cut()
    if cut.raw:
        yield _Raw(cut.line, tuple(cut.raw), piped=False)


def _of(raw: Sequence[str], line: int, *, piped: bool, depth: int) -> Iterator[Command]:
    words = [unquoted(one) for one in raw]
    yield _command(words, line, piped=piped)
    if depth >= _DEEPEST:
        return
    for one in tuple(_given_to_shells(words)) or _substituted(raw):
        for cut in _cuts(one):
            yield from _of(cut.raw, line, piped=cut.piped, depth=depth + 1)


def _command(words: list[str], line: int, *, piped: bool) -> Command:
    rest = list(words)
    assigned: list[str] = []
    while rest and rest[0] in _KEYWORDS:
        rest.pop(0)
    if rest[:1] == ["for"]:
        return Command(line, tuple(rest), piped, tuple(rest[1:2]))
    while rest and (_is_assignment(rest[0]) or rest[0] in _BEFORE):
        first, equals, _ = rest.pop(0).partition("=")
        assigned += [first] if equals else []
    if rest and rest[0] in _DECLARING:
        assigned += [one.partition("=")[0] for one in rest[1:] if not one.startswith("-")]
    return Command(line, tuple(rest), piped, tuple(assigned))


def _substituted(raw: Sequence[str]) -> Iterator[str]:
    """Commands in double quotes, as in `bash -c "$(curl …)"`."""
    for one in raw:
        for found in _QUOTED.finditer(one):
            inner = found["double"]
            if inner and (begins := _INNER.search(inner)):
                yield inner[begins.end() :]


def _given_to_shells(words: Sequence[str]) -> Iterator[str]:
    """What follows -c of a shell."""
    if words and words[0].rpartition("/")[2] in _SHELLS:
        for flag, after in pairwise(words[1:]):
            if flag.startswith("-") and flag.endswith("c"):
                yield after


def unquoted(raw: str) -> str:
    """`raw` as a shell takes it, without quotes and what they hide."""

    def inner(found: re.Match[str]) -> str:
        if found["double"] is not None:
            return _ESCAPED.sub(r"\1", found["double"])
        return found["escaped"] or found["single"] or ""

    return _QUOTED.sub(inner, raw)


def _is_assignment(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


def _given(word: str, flag: str) -> bool:
    if flag.startswith("--"):
        return word == flag or word.startswith(f"{flag}=")
    letters = word[1:] if word.startswith("-") and not word.startswith("--") else ""
    return flag[1:] in letters
