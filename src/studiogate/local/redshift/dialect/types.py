"""Redshift's type names where PostgreSQL has them not, in casts and in column definitions."""

from collections.abc import Sequence

from studiogate.local.redshift.dialect.reading import (
    Tokens,
    after,
    before,
    closing,
    solid,
    written,
)
from studiogate.local.redshift.dialect.refusals import NOT_DONE
from studiogate.local.redshift.dialect.tokens import Token
from studiogate.local.redshift.wire.ports import Refused

LONGEST = 65535
"""Bytes of a `VARCHAR(MAX)`, as AWS's "Character types" has it."""

_DEFAULT_LENGTH = 256
_REFUSED = {"geometry", "geography", "hllsketch"}
_WORDS = {"nvarchar": "varchar", "varbinary": "varbyte", "binary": "varbyte"}
_UNBOUNDED = {"varchar", "text", "bpchar", "nvarchar"}


def columns_type(pieces: Sequence[Token]) -> Tokens:
    """A column definition, from its type on, in PostgreSQL's words.

    A `VARCHAR` without a length holds 256 bytes in Redshift, and `TEXT` is the same.
    """
    done = cast_type(pieces)
    at = solid(done)
    if at is None or done[at].kind != "word" or done[at].low not in _UNBOUNDED:
        return done
    follows = after(done, at)
    if follows is not None and follows.says("("):
        return done
    name = "bpchar" if done[at].low == "bpchar" else "varchar"
    return [*done[:at], *written(f"{name}({_DEFAULT_LENGTH})"), *done[at + 1 :]]


def cast_type(pieces: Sequence[Token]) -> Tokens:
    """A type, and what follows it, in PostgreSQL's words.

    Raises:
        Refused: a type that is not emulated.
    """
    at = solid(pieces)
    if at is None or pieces[at].kind != "word":
        return list(pieces)
    name = pieces[at].low
    if name in _REFUSED:
        raise Refused(f"type {name} is not emulated", code=NOT_DONE)
    word = written(_WORDS[name]) if name in _WORDS else [pieces[at]]
    return [*pieces[:at], *word, *pieces[at + 1 :]]


def without_max(pieces: Sequence[Token]) -> Tokens:
    """The same statement with `(MAX)` behind a character type as its length in bytes."""
    done = list(pieces)
    if not any(piece.says("max") for piece in done):
        return done
    for index, piece in enumerate(done):
        ahead, end = before(done, index), closing(done, index)
        if not piece.says("(") or end is None or ahead is None:
            continue
        if ahead.says("varchar", "nvarchar", "varbyte", "varying", "varbinary"):
            done[index + 1 : end] = [
                Token("number", str(LONGEST)) if inner.says("max") else inner
                for inner in done[index + 1 : end]
            ]
    return done
