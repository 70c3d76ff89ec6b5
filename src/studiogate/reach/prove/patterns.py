"""What a policy distinguishes among texts, as patterns that can be taken apart.

A pattern is a row of tokens; a token is one character, or one of a kind, once or any number of
times.  `words` finds for a set of patterns one text of every kind they tell apart.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from studiogate.policy.match import ARN_PARTS, Piece, is_wild
from studiogate.policy.variables import Template, Variable

# The one character beyond ASCII whose lower case is in ASCII (Unicode 16, SpecialCasing).
_ALSO = {"k": "\N{KELVIN SIGN}"}


@dataclass(frozen=True, slots=True)
class Token:
    """What may stand at one place of a text."""

    chars: str | None = None
    """One of these; `None` for any."""

    but: str = ""
    """None of these."""

    many: bool = False
    """Any number of them, none included."""


Pattern = tuple[Token, ...]

ANY = Token()
RUN = Token(many=True)
_PART = Token(but=":")
_PART_RUN = Token(but=":", many=True)
_COLON = Token(":")


def literal(text: str) -> Pattern:
    """The pattern of `text` alone."""
    return tuple(map(_char, text))


def folded(text: str) -> Pattern | None:
    """The pattern of `text` in any case; `None` where folding goes beyond ASCII."""
    if not text.isascii():
        return None
    return tuple(Token(_cases(char)) for char in text.lower())


def glob(pieces: Iterable[Piece]) -> Pattern:
    """The pattern of a glob, as `policy.match.glob` reads it."""
    return _joined(_token(char) if special else _char(char) for special, char in chars(pieces))


def arn(pieces: Iterable[Piece]) -> Pattern:
    """The pattern of a glob over an ARN, part by part, as `policy.match.arn_glob` reads it."""
    tokens: list[Token] = []
    part = 1
    for special, char in chars(pieces):
        inner = part < ARN_PARTS
        if inner and char == ":":
            tokens.append(_COLON)
            part += 1
        elif special and char in "*?":
            tokens.append(_token(char, inner=inner))
        else:
            tokens.append(_char(char))
    for _ in range(part, ARN_PARTS):
        part += 1
        tokens += [_COLON, RUN if part == ARN_PARTS else _PART_RUN]
    return _joined(tokens)


def chars(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """`pieces`, a character at a time."""
    for special, text in pieces:
        for char in text:
            yield special, char


def plain(pattern: Pattern) -> str | None:
    """The one text that fits `pattern`, if there is only one."""
    found = [token.chars or "" for token in pattern]
    exact = all(len(one) == 1 for one in found) and not any(one.many for one in pattern)
    return "".join(found) if exact else None


def values(template: Template, text: str) -> Iterator[tuple[str, str]]:
    """Every (key, value) with which `template` could become `text`, and perhaps some more.

    Other variables are taken to bring anything, so that nothing is missed.
    """
    found = _bare(template, text)
    if found is None:
        return
    parts, rest = found
    tokens: list[Token] = []
    at: dict[int, str] = {}
    for part in parts:
        if isinstance(part, Variable):
            at[len(tokens)] = part.key
            tokens.append(RUN)
        else:
            tokens += [_token(char) if part[0] else _char(char) for char in part[1]]
    for place, key in at.items():
        starts = _whole(tokens[:place], rest)
        ends = [len(rest) - one for one in _whole(tokens[:place:-1], rest[::-1])]
        yield from ((key, rest[i:j]) for i in starts for j in ends if i <= j)


def _bare(template: Template, text: str) -> tuple[list[Piece | Variable], str] | None:
    """Both without what they plainly begin and end with; `None` where that differs."""
    parts = [*template.parts]
    while parts and (fixed := _fixed(parts[0])) is not None:
        if not text.startswith(fixed):
            return None
        text = text.removeprefix(fixed)
        parts.pop(0)
    while parts and (fixed := _fixed(parts[-1])) is not None:
        if not text.endswith(fixed):
            return None
        text = text.removesuffix(fixed)
        parts.pop()
    return parts, text


def _fixed(part: Piece | Variable) -> str | None:
    if isinstance(part, Variable):
        return None
    special, text = part
    return None if special and is_wild(text) else text


def _whole(tokens: list[Token], text: str) -> list[int]:
    """How much of `text`, from its beginning, all of `tokens` may fit."""
    if tokens == [RUN]:
        return [*range(len(text) + 1)]
    places = _onward(tokens, {0})
    found = [0] if len(tokens) in places else []
    for length, char in enumerate(text, 1):
        hit = {one for one in places if one < len(tokens) and fits(tokens[one], char)}
        if not hit:
            break
        places = _onward(tokens, {one if tokens[one].many else one + 1 for one in hit})
        if len(tokens) in places:
            found.append(length)
    return found


def _onward(tokens: list[Token], places: set[int]) -> set[int]:
    todo = [*places]
    while todo:
        place = todo.pop()
        if place < len(tokens) and tokens[place].many and place + 1 not in places:
            places.add(place + 1)
            todo.append(place + 1)
    return places


@lru_cache(maxsize=1024)
def _char(char: str) -> Token:
    return Token(char)


def fits(token: Token, char: str) -> bool:
    """Whether `char` may stand where `token` does."""
    return char not in token.but and (token.chars is None or char in token.chars)


def _token(char: str, *, inner: bool = False) -> Token:
    if char == "*":
        return _PART_RUN if inner else RUN
    if char == "?":
        return _PART if inner else ANY
    return _char(char)


def _cases(char: str) -> str:
    return "".join(dict.fromkeys((char, char.upper(), *_ALSO.get(char, ""))))


def _joined(tokens: Iterable[Token]) -> Pattern:
    """`tokens` with runs beside runs made one, which fit the same texts."""
    found: list[Token] = []
    for token in tokens:
        if not (token.many and found and found[-1] == token):
            found.append(token)
    return tuple(found)
