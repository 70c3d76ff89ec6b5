"""What queries may say in Redshift only: TOP, MINUS, SYSDATE, casts of literals."""

from collections.abc import Sequence

from studiogate.local.redshift.dialect.reading import (
    Tokens,
    after,
    before,
    depth_change,
    solid,
    trimmed,
    written,
)
from studiogate.local.redshift.dialect.refusals import NOT_DONE
from studiogate.local.redshift.dialect.tokens import Token
from studiogate.local.redshift.dialect.types import cast_type
from studiogate.local.redshift.wire.ports import Refused

_WORDS = {"sysdate": "pg_catalog.sysdate()", "current_user_id": "pg_catalog.current_user_id()"}
_MADE = {"varbyte": "pg_catalog.varbyte_of", "super": "pg_catalog.super_of"}


def queried(pieces: Sequence[Token]) -> Tokens:
    """The statement with all that in PostgreSQL's words."""
    done = _casts(_words(_topped(list(pieces))))
    return _spaced(done)


def _words(pieces: Tokens) -> Tokens:
    done: Tokens = []
    for index, piece in enumerate(pieces):
        done += _word(pieces, index, piece)
    return done


def _word(pieces: Tokens, index: int, piece: Token) -> Tokens:
    if piece.kind != "word":
        return [piece]
    ahead, follows = before(pieces, index), after(pieces, index)
    behind_dot = ahead is not None and ahead.says(".", "as")
    opens = follows is not None and follows.says("(", ".")
    if piece.low in _WORDS and not behind_dot and not opens:
        return written(_WORDS[piece.low])
    if piece.low == "minus" and follows is not None and follows.says("select", "(", "all"):
        return written("except")
    if piece.low == "approximate" and follows is not None and follows.says("count"):
        return []
    return [piece]


def _casts(pieces: Tokens) -> Tokens:
    """`e::type` and `CAST(e AS type)`, where type or literal is one of Redshift's own.

    A literal becomes a SUPER or a VARBYTE of that text, not one that is written as that text.
    """
    if not any(piece.says("::", "as") for piece in pieces):
        return pieces
    done: Tokens = []
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        kind = solid(pieces, at + 1)
        at += 1
        if kind is not None and (piece.says("::") or (piece.says("as") and _in_cast(done))):
            _make(done, pieces[kind].low)
            done += [piece, *pieces[at:kind], *cast_type([pieces[kind]])]
            at = kind + 1
        else:
            done.append(piece)
    return done


def _make(done: Tokens, kind: str) -> None:
    """Have a literal at the end made into a value of `kind`."""
    made = _MADE.get(kind)
    at = solid(done, len(done) - 1, step=-1)
    if made and at is not None and done[at].kind in {"string", "dollar"}:
        done[at:] = written(f"{made}({done[at].text})")


def _in_cast(done: Tokens) -> bool:
    """Whether the tokens so far end within the brackets of a CAST."""
    depth = 0
    for index in range(len(done) - 1, -1, -1):
        depth += depth_change(done[index])
        if depth > 0:
            ahead = before(done, index)
            return ahead is not None and ahead.says("cast")
    return False


def _topped(pieces: Tokens) -> Tokens:
    """`SELECT TOP n …` with the limit at the end of that SELECT.

    Raises:
        Refused: the SELECT is part of a UNION, where the limit would mean the whole.
    """
    for index in range(len(pieces) - 1, -1, -1):
        count = solid(pieces, index + 1)
        if not pieces[index].says("top") or count is None:
            continue
        ahead = before(pieces, index)
        if ahead is None or not ahead.says("select", "distinct", "all"):
            continue
        if pieces[count].kind in {"number", "parameter"}:
            pieces = _limited(pieces, index, count)
    return pieces


def _limited(pieces: Tokens, index: int, count: int) -> Tokens:
    end = _scope_end(pieces, index)
    words = {piece.low for piece in _own(pieces[count:end])}
    if words & {"union", "intersect", "except", "minus", "limit"}:
        raise Refused("TOP in a set operation is not emulated: use LIMIT", code=NOT_DONE)
    body = trimmed(pieces[count + 1 : end])
    blank = pieces[count + 1 + len(pieces[count + 1 : end]) :]
    return [*pieces[:index], *body, *written(f" limit {pieces[count].text} "), *blank]


def _scope_end(pieces: Tokens, index: int) -> int:
    """Where the brackets close, or the text ends, in which the token at `index` stands."""
    depth = 0
    for at in range(index, len(pieces)):
        depth += depth_change(pieces[at])
        if depth < 0:
            return at
    return len(pieces)


def _own(pieces: Sequence[Token]) -> Tokens:
    """The tokens outside the brackets within."""
    own: Tokens = []
    depth = 0
    for piece in pieces:
        depth += depth_change(piece)
        if depth == 0:
            own.append(piece)
    return own


def _spaced(pieces: Tokens) -> Tokens:
    """A number and a word that touch, kept apart: `4WHEN` is two tokens in Redshift."""
    done: Tokens = []
    for piece in pieces:
        if done and done[-1].kind == "number" and piece.kind == "word":
            done.append(Token("space", " "))
        done.append(piece)
    return done
