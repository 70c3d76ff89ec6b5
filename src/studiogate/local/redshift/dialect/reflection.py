"""Queries of the catalogue that name columns which only Redshift's catalogue has.

SQLAlchemy's dialect reads `pg_class.reldiststyle`, `pg_attribute.attencodingtype` and the like,
and names columns of the result in its conditions (`n.nspname AS schema … WHERE schema = 'x'`),
which Redshift allows.  So do drivers that ask for metadata as JDBC names it (`table_schem`).
Such a query is sent to views that have those columns (`catalogue/attributes.sql`), and names
what the alias stands for.  Other queries are left alone: whether a name is an alias or a column
cannot be told from their text.
"""

from collections.abc import Sequence
from itertools import accumulate

from studiogate.local.redshift.dialect.reading import (
    Tokens,
    after,
    before,
    closing,
    depth_change,
    parted,
    solid,
    trimmed,
    unquoted,
    written,
)
from studiogate.local.redshift.dialect.tokens import Token

_ONLY_THERE = {
    "reldiststyle", "attencodingtype", "attisdistkey", "attsortkeyord", "adsrc",
    "svv_external_tables", "svv_external_columns",
    "table_schem", "is_autoincrement",
}  # fmt: skip
_WIDENED = {"pg_class", "pg_attribute", "pg_attrdef"}
_DEEP = 30
"""Brackets within brackets that no query of a driver has."""

_CLOSES_WHERE = ("group", "order", "having", "limit", "union", "intersect", "except")


def reflected(pieces: Sequence[Token]) -> Tokens:
    """The same query over the wider views, its aliases resolved; others as they are."""
    known = any(piece.kind == "word" and piece.low in _ONLY_THERE for piece in pieces)
    if not known or _deepest(pieces) > _DEEP:
        return list(pieces)
    return _resolved(_widened(list(pieces)))


def _deepest(pieces: Sequence[Token]) -> int:
    """How many brackets stand in one another."""
    return max(accumulate(depth_change(piece) for piece in pieces), default=0)


def _widened(pieces: Tokens) -> Tokens:
    done: Tokens = []
    for index, piece in enumerate(pieces):
        ahead, follows = before(pieces, index), after(pieces, index)
        is_table = piece.kind == "word" and piece.low in _WIDENED
        if not is_table or (follows is not None and follows.says(".")):
            done.append(piece)
            continue
        if ahead is not None and ahead.says("."):
            _drop_schema(done)
        done += written(f"pg_internal.{piece.low}")
    return done


def _drop_schema(done: Tokens) -> None:
    """Take `pg_catalog.` from the end."""
    while done and not done[-1].says("pg_catalog"):
        done.pop()
    if done:
        done.pop()


def _resolved(pieces: Tokens) -> Tokens:
    done: Tokens = []
    for branch in _branches(_within(pieces)):
        done += _branch(branch)
    return done


def _within(pieces: Tokens) -> Tokens:
    """The same, every SELECT in brackets resolved by itself."""
    done: Tokens = []
    at = 0
    while at < len(pieces):
        first, end = solid(pieces, at + 1), closing(pieces, at)
        done.append(pieces[at])
        at += 1
        if done[-1].says("(") and first is not None and end is not None:
            inner = pieces[at:end]
            done += _resolved(inner) if pieces[first].says("select") else _within(inner)
            at = end
    return done


def _branches(pieces: Tokens) -> list[Tokens]:
    """The parts of a UNION, each with the word that closes it."""
    branches: list[Tokens] = [[]]
    depth = 0
    for piece in pieces:
        depth += depth_change(piece)
        branches[-1].append(piece)
        if depth == 0 and piece.says("union"):
            branches.append([])
    return branches


def _branch(pieces: Tokens) -> Tokens:
    """One SELECT: bare names in its conditions that are aliases, as what they stand for."""
    found = _outer_words(pieces, "from", "where")
    words = [pieces[index].low for index in found]
    if "from" not in words or "where" not in words:
        return pieces
    start, where = found[words.index("from")], found[words.index("where")]
    aliases = _aliases(pieces[:start])
    closes = next(
        (at for at in _outer_words(pieces, *_CLOSES_WHERE) if at > where), len(pieces)
    )
    condition: Tokens = []
    for index in range(where + 1, closes):
        condition += _condition(pieces, index, where, aliases)
    return [
        *_listed(pieces[:start], aliases),
        *pieces[start : where + 1],
        *condition,
        *pieces[closes:],
    ]


def _listed(pieces: Tokens, aliases: dict[str, Tokens]) -> Tokens:
    """What is selected: an item that is but another's alias, as what that stands for."""
    done: Tokens = []
    for index, part in enumerate(parted(pieces)):
        done += [*(written(",") if index else []), *_item(part, aliases)]
    return done


def _item(part: Tokens, aliases: dict[str, Tokens]) -> Tokens:
    item = trimmed(part)
    names = bool(item) and item[0].kind == "word" and unquoted(item[0]) in aliases
    follows = after(item, 0) if names else None
    if follows is None or not follows.says("as"):
        return part
    return [
        *written(" ("),
        *aliases[unquoted(item[0])],
        *written(") "),
        *item[1:],
        *written(" "),
    ]


def _condition(pieces: Tokens, index: int, where: int, aliases: dict[str, Tokens]) -> Tokens:
    piece, ahead, follows = pieces[index], before(pieces, index), after(pieces, index)
    if piece.kind == "number" and index == solid(pieces, where + 1):
        return written(f"{piece.text}<>0")
    plain = (ahead is None or not ahead.says(".")) and (
        follows is None or not follows.says(".", "(")
    )
    if piece.kind in {"word", "name"} and plain and unquoted(piece) in aliases:
        return [Token("mark", "("), *aliases[unquoted(piece)], Token("mark", ")")]
    return [piece]


def _outer_words(pieces: Tokens, *words: str) -> list[int]:
    found: list[int] = []
    depth = 0
    for index, piece in enumerate(pieces):
        depth += depth_change(piece)
        if depth == 0 and piece.says(*words):
            found.append(index)
    return found


def _aliases(pieces: Tokens) -> dict[str, Tokens]:
    """What the names behind AS stand for; the expression of each without the word SELECT."""
    aliases: dict[str, Tokens] = {}
    for part in parted(pieces):
        item = trimmed([piece for piece in part if not piece.says("select", "distinct")])
        cuts = _outer_words(item, "as")
        if cuts and cuts[-1] + 1 < len(item):
            aliases[unquoted(trimmed(item[cuts[-1] + 1 :])[0])] = trimmed(item[: cuts[-1]])
    return aliases
