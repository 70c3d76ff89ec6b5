"""Names that stand for all names: one for each way the patterns of policies tell them apart.

A policy may open `user-profile/d-1/a*` and no other profile, so asking about one profile proves
nothing of the rest.  Here the patterns are run side by side over every name there can be, as
sets of positions (the subset construction), and the first name found of each class is kept.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_VARIABLE = re.compile(r"\$\{(?:([*?$])|[^}]*)\}")
_PLAIN = re.compile(r"[^*?$]*")
_RUN = "*"
_ANY = "?"
_LIMIT = 4_096

Positions = frozenset[int]
"""Places in a pattern that the text so far may have led to."""

_Token = tuple[bool, str]
"""A letter that stands for itself (`False`), or a wildcard (`True`)."""

Tokens = tuple[_Token, ...]

Rest = tuple[Tokens, Positions]
"""What is left of a pattern after a prefix, and where in it that has led to."""

_EVERY: Rest = (((True, _RUN),), frozenset({0, 1}))
"""What is left of a pattern that fits every name."""

Fits = tuple[bool, ...]
"""Which of some patterns a name fits."""


class TooManyClassesError(Exception):
    """The patterns tell more names apart than can be asked about one by one."""


@dataclass(frozen=True, slots=True)
class Alphabet:
    """What a name may be made of."""

    inner: str = "-"
    """Signs beside letters and digits that may stand inside, and not at an end."""

    anywhere: str = ""
    """Signs that may stand anywhere."""

    longest: int = 63


PROFILES = Alphabet()
"""User profiles and spaces: `[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}`."""

ROLES = Alphabet(inner="", anywhere="+=,.@-_/", longest=64)


def representatives(
    patterns: Iterable[str], prefix: str, alphabet: Alphabet, known: Iterable[str] = ()
) -> tuple[str, ...]:
    """Names such that every name, after `prefix`, fits exactly the patterns one of them fits.

    Those of `known` are preferred, for they exist.  A policy variable counts as `*`: a session
    can be made for any value, so that it tells no name from another by itself.

    Raises:
        TooManyClassesError: there are more than can be looked at.
    """
    rests = tuple(dict.fromkeys(filter(None, (_rest(one, prefix) for one in patterns))))
    found: dict[Fits, str] = {}
    for name in known:
        found.setdefault(_fits(rests, name), name)
    for fits, name in _classes(rests, alphabet):
        found.setdefault(fits, name)
    return tuple(found.values())


def _rest(pattern: str, prefix: str) -> Rest | None:
    """What `pattern` asks of a name after `prefix`; `None` if it fits no such name."""
    head = _PLAIN.match(pattern)
    shared = min(head.end() if head else 0, len(prefix))
    if pattern[:shared] != prefix[:shared]:
        return None
    if pattern[shared:] == _RUN:
        return _EVERY
    tokens = _tokens(pattern[shared:])
    at = _closed(tokens, {0})
    for letter in prefix[shared:]:
        at = _step(tokens, at, letter)
    first = min(at, default=0)
    return (tokens[first:], frozenset(place - first for place in at)) if at else None


@lru_cache(maxsize=1024)
def _classes(rests: tuple[Rest, ...], alphabet: Alphabet) -> tuple[tuple[Fits, str], ...]:
    """One name for each class, the shortest; accounts that are alike ask for the same."""
    found: dict[Fits, str] = {}
    for name, fits in _names(rests, alphabet):
        found.setdefault(fits, name)
    return tuple(found.items())


def _tokens(pattern: str) -> Tokens:
    found: list[_Token] = []
    at = 0
    for match in _VARIABLE.finditer(pattern):
        found += _plain(pattern[at : match.start()])
        found.append((False, match[1]) if match[1] else (True, _RUN))
        at = match.end()
    return (*found, *_plain(pattern[at:]))


def _plain(text: str) -> list[_Token]:
    return [(one in {_RUN, _ANY}, one) for one in text]


def _names(rests: tuple[Rest, ...], alphabet: Alphabet) -> Iterator[tuple[str, Fits]]:
    """Names, shortest first, each with the patterns it fits; one for each state reached."""
    tokens = [one for one, _ in rests]
    letters = _letters(tokens, alphabet)
    seen: set[tuple[tuple[Positions, ...], bool]] = set()
    edge = [("", tuple(at for _, at in rests))]
    while edge:
        following: list[tuple[str, tuple[Positions, ...]]] = []
        for word, state in edge:
            for letter in letters:
                inner = letter in alphabet.inner
                if not word and inner:
                    continue
                after = tuple(
                    _step(one, at, letter) for one, at in zip(tokens, state, strict=True)
                )
                if (after, inner) in seen:
                    continue
                seen.add((after, inner))
                if len(seen) > _LIMIT:
                    raise TooManyClassesError
                following.append((word + letter, after))
                if not inner:
                    yield word + letter, _ends(tokens, after)
        edge = [one for one in following if len(one[0]) < alphabet.longest]


def _letters(tokens: Sequence[Tokens], alphabet: Alphabet) -> list[str]:
    """Every letter a pattern names, and one that none does: all others are like that one."""
    named = {letter for one in tokens for wild, letter in one if not wild}
    plain = [chr(code) for code in range(128) if chr(code).isalnum()]
    signs = alphabet.inner + alphabet.anywhere
    fresh = next((one for one in [*plain[10:][26:], *plain] if one not in named), None)
    return [
        *([fresh] if fresh else []),
        *(one for one in plain if one in named),
        *(one for one in signs if one in named),
        *([sign] if (sign := next((one for one in signs if one not in named), "")) else []),
    ]


def _step(tokens: Tokens, at: Positions, letter: str) -> Positions:
    moved: set[int] = set()
    for place in at:
        if place == len(tokens):
            continue
        wild, token = tokens[place]
        if wild and token == _RUN:
            moved.add(place)
        elif wild or token == letter:
            moved.add(place + 1)
    return _closed(tokens, moved)


def _closed(tokens: Tokens, at: set[int]) -> Positions:
    """`at`, and past every `*`, which may stand for nothing."""
    found = set(at)
    for place in at:
        following = place
        while following < len(tokens) and tokens[following] == (True, _RUN):
            following += 1
            found.add(following)
    return frozenset(found)


def _ends(tokens: Sequence[Tokens], state: Sequence[Positions]) -> Fits:
    return tuple(len(one) in at for one, at in zip(tokens, state, strict=True))


def _fits(rests: tuple[Rest, ...], name: str) -> Fits:
    fits = []
    for tokens, start in rests:
        at = start
        for letter in name:
            at = _step(tokens, at, letter)
        fits.append(len(tokens) in at)
    return tuple(fits)
