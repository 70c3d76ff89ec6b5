"""SQL text cut into tokens that joined give the text again.

Redshift reads a backslash in a plain literal as an escape, as PostgreSQL 8.0 did, from which
it comes; so a quote behind a backslash does not end a literal.  Block comments nest.  What does
not end (a quote, a comment) is one token to the end of the text, and left alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "space", "comment", "string", "dollar", "name", "word", "number", "parameter", "mark"
]

_LETTER = r"A-Za-z_\x80-\U0010ffff"  # as PostgreSQL's scan.l: whatever is not ASCII is a letter
_DOLLAR = re.compile(rf"\$(?:[{_LETTER}][{_LETTER}0-9]*)?\$")
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("space", re.compile(r"[ \t\n\r\f\v]+")),
    ("comment", re.compile(r"--[^\n\r]*")),
    ("string", re.compile(r"[eEbBxXnN]?'(?:[^'\\]|\\.|'')*(?:'|\Z)", re.DOTALL)),
    ("name", re.compile(r'"(?:[^"]|"")*(?:"|\Z)')),
    ("parameter", re.compile(r"\$[0-9]+")),
    ("number", re.compile(r"(?:[0-9]+(?:\.(?!\.)[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")),
    ("word", re.compile(rf"[{_LETTER}][{_LETTER}0-9$]*")),
    ("mark", re.compile(r"::|.", re.DOTALL)),
)


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a statement, as it is written."""

    kind: Kind
    text: str

    @property
    def low(self) -> str:
        """A word as keywords are compared; other tokens as they are."""
        return self.text.lower() if self.kind == "word" else self.text

    @property
    def blank(self) -> bool:
        """Whether it only keeps others apart."""
        return self.kind in {"space", "comment"}

    def says(self, *words: str) -> bool:
        """Whether it is one of these keywords or marks; never a literal or a quoted name."""
        return self.kind in {"word", "mark"} and self.low in words


def tokens(sql: str) -> list[Token]:
    """The tokens of `sql`; their texts joined are `sql`."""
    return list(_cut(sql))


def joined(pieces: Sequence[Token]) -> str:
    """The text of tokens."""
    return "".join(piece.text for piece in pieces)


def _cut(sql: str) -> Iterator[Token]:
    at = 0
    while at < len(sql):
        token = _spanning(sql, at) or _plain(sql, at)
        yield token
        at += len(token.text)


def _spanning(sql: str, at: int) -> Token | None:
    """A block comment or a dollar-quoted text that begins at `at`."""
    if sql.startswith("/*", at):
        return Token("comment", sql[at : _comment_end(sql, at)])
    opening = _DOLLAR.match(sql, at)
    if opening is None:
        return None
    end = sql.find(opening.group(), opening.end())
    return Token("dollar", sql[at:] if end < 0 else sql[at : end + len(opening.group())])


def _comment_end(sql: str, at: int) -> int:
    depth = 0
    for edge in _COMMENT_EDGE.finditer(sql, at):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(sql)


def _plain(sql: str, at: int) -> Token:
    for kind, pattern in _PATTERNS:
        found = pattern.match(sql, at)
        if found is not None and found.group():
            return Token(kind, found.group())
    raise AssertionError(sql[at])  # the last pattern matches every character
