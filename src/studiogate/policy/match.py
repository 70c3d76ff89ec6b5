"""Globs: `*` is any run of characters, `?` is one; both cross `:` and `/`.

Compiled once, when a policy is read.  Matching is linear in the text for every pattern: between
two stars the leftmost fit is final (atomic groups), so a pattern with many stars cannot be made
slow by what somebody sends.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache

Match = Callable[[str], bool]

Piece = tuple[bool, str]
"""A part of a pattern: `True` with glob text, `False` with text that stands for itself."""

WILD = frozenset("*?")
_FEW = 8
"""Patterns that are simply tried one after the other."""

ARN_PARTS = 6
"""`arn:partition:service:region:account:resource`; the resource keeps its own colons."""


def everything(_text: str) -> bool:
    """Whether the pattern `*` matches: yes."""
    return True


def is_wild(text: str) -> bool:
    """Whether `text` has a wildcard."""
    return not WILD.isdisjoint(text)


@lru_cache(maxsize=4096)
def glob(pieces: tuple[Piece, ...]) -> Match:
    """The test whether a text, all of it, matches `pieces` in a row."""
    if not any(special and is_wild(text) for special, text in pieces):
        return "".join(text for _, text in pieces).__eq__
    if pieces == ((True, "*"),):
        return everything
    fits = re.compile(_expression(pieces), re.DOTALL).fullmatch
    return lambda text: fits(text) is not None


@lru_cache(maxsize=4096)
def arn_glob(pieces: tuple[Piece, ...]) -> Match:
    """The test of `ArnLike`: each of an ARN's six parts by itself.

    Missing parts of the pattern match anything, as IAM completes an incomplete ARN.  A text
    that is not an ARN never matches.
    """
    parts = [glob(part) for part in _arn_parts(pieces)]
    parts += [everything] * (ARN_PARTS - len(parts))

    def fits(text: str) -> bool:
        found = text.split(":", ARN_PARTS - 1)
        return len(found) == ARN_PARTS and all(
            part(one) for part, one in zip(parts, found, strict=True)
        )

    return fits


def any_of(patterns: Sequence[str]) -> Match:
    """The test whether a text matches one of `patterns`, all of which are glob text."""
    exact = frozenset(pattern for pattern in patterns if not is_wild(pattern))
    globs = [pattern for pattern in patterns if is_wild(pattern)]
    wild = [glob(((True, pattern),)) for pattern in globs]
    if everything in wild:
        return everything
    if not wild:
        return exact.__contains__
    if not exact and len(wild) == 1:
        return wild[0]
    if len(wild) > _FEW:
        return _by_beginning(exact, globs, wild)
    return lambda text: text in exact or any(fits(text) for fits in wild)


def _by_beginning(exact: frozenset[str], globs: Sequence[str], wild: Sequence[Match]) -> Match:
    """The same test for many patterns: only those that begin as the text does are tried.

    The documents of a large landscape list a thousand ARNs, of which one or two can fit.
    """
    found: defaultdict[int, defaultdict[str, list[Match]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for pattern, fits in zip(globs, wild, strict=True):
        plain = min(at for sign in WILD if (at := pattern.find(sign)) >= 0)
        found[plain][pattern[:plain]].append(fits)
    beginnings = [(plain, dict(some)) for plain, some in found.items()]
    return lambda text: (
        text in exact
        or any(fits(text) for plain, some in beginnings for fits in some.get(text[:plain], ()))
    )


def _expression(pieces: tuple[Piece, ...]) -> str:
    runs = [""]
    for special, text in pieces:
        for one in text:
            if special and one == "*":
                runs.append("")
            else:
                runs[-1] += "." if special and one == "?" else re.escape(one)
    if len(runs) == 1:
        return runs[0]
    first, *middle, last = runs
    return first + "".join(f"(?>.*?{run})" for run in middle if run) + f".*{last}"


def _arn_parts(pieces: tuple[Piece, ...]) -> list[tuple[Piece, ...]]:
    parts: list[list[Piece]] = [[]]
    for special, text in pieces:
        head, *rest = text.split(":", ARN_PARTS - len(parts))
        parts[-1].append((special, head))
        parts.extend([(special, one)] for one in rest)
    return [tuple(part) for part in parts]
