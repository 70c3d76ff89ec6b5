"""CREATE TABLE as Redshift has it: how rows are spread and sorted is noted, not done.

What PostgreSQL cannot read is taken out, and told in a comment at the statement's end, from
which a trigger of the database (`catalogue/marks.sql`) fills the catalogue: `pg_table_def`,
`svv_table_info` and SQLAlchemy's reflection show keys and encodings as at AWS.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from studiogate.local.redshift.dialect.reading import (
    Tokens,
    bare,
    closing,
    keywords,
    parted,
    solid,
    trimmed,
    unquoted,
    written,
)
from studiogate.local.redshift.dialect.refusals import NOT_DONE
from studiogate.local.redshift.dialect.tokens import Token
from studiogate.local.redshift.dialect.types import columns_type
from studiogate.local.redshift.wire.ports import Refused

MARK = "redshift-table "
"""How the comment begins that tells the database what was taken out."""

_SEED_AND_STEP = re.compile(r"-?\d+(\s*,\s*-?\d+)?$")
_IN_COMMENTS = {ord("/"): "\\u002f", ord("*"): "\\u002a"}
_CONSTRAINTS = {"primary", "unique", "foreign", "constraint", "like", "check"}


@dataclass(slots=True)
class Spread:
    """How a table's rows are kept apart and in order, as far as its statement says."""

    table: str
    style: str | None = None
    key: str | None = None
    sorted_by: list[str] = field(default_factory=list)
    interleaved: bool = False
    encodings: dict[str, str] = field(default_factory=dict)

    def mark(self) -> str:
        """The comment that tells it; empty when there is nothing to tell."""
        facts = {
            "style": self.style or ("KEY" if self.key else None),
            "key": self.key,
            "sort": self.sorted_by or None,
            "interleaved": self.interleaved or None,
            "encodings": self.encodings or None,
        }
        said = {name: fact for name, fact in facts.items() if fact is not None}
        if not said:
            return ""
        told = json.dumps({"table": self.table, **said}).translate(_IN_COMMENTS)
        return f" /*{MARK}{told}*/"


def created(pieces: Sequence[Token]) -> Tokens:
    """CREATE TABLE and CREATE TABLE AS without what PostgreSQL does not read."""
    at = _name_end(pieces)
    if at is None:
        return list(pieces)
    spread = Spread(unquoted(pieces[at - 1]))
    head = list(pieces[:at])
    opening = solid(pieces, at)
    body: Tokens = []
    if opening is not None and pieces[opening].says("("):
        end = closing(pieces, opening)
        if end is None:
            return list(pieces)
        inner = _definitions(pieces[opening + 1 : end], spread)
        body = [*pieces[at : opening + 1], *inner, pieces[end]]
        at = end + 1
    rest = _attributes(pieces[at:], spread)
    return [*head, *body, *rest, *written(spread.mark())]


def altered(pieces: Sequence[Token]) -> Tokens:
    """ALTER TABLE, when PostgreSQL can do it.

    Raises:
        Refused: it changes how rows are spread, which nothing here does.
    """
    words = [piece.low for piece in pieces if not piece.blank]
    for first, second in pairwise(words):
        if first == "append" and second == "from":
            raise Refused("ALTER TABLE APPEND is not emulated", code=NOT_DONE)
        if first == "alter" and second in {
            "distkey", "diststyle", "sortkey", "compound", "interleaved", "encode",
        }:  # fmt: skip
            raise Refused(f"ALTER TABLE ALTER {second.upper()} is not emulated", code=NOT_DONE)
    if "add" not in words:
        return list(pieces)
    at = next(index for index, piece in enumerate(pieces) if piece.says("add")) + 1
    column = solid(pieces, at)
    if column is not None and pieces[column].says("column"):
        column = solid(pieces, column + 1)
    if column is None or pieces[column].low in _CONSTRAINTS:
        return list(pieces)
    return [*pieces[:column], *_definition(pieces[column:], Spread(""))]


def _name_end(pieces: Sequence[Token]) -> int | None:
    """Index behind the name of the table that is created; `None` when there is no table."""
    words = keywords(pieces, 5)
    if "table" not in words:
        return None
    at = next(index for index, piece in enumerate(pieces) if piece.says("table")) + 1
    while (found := solid(pieces, at)) is not None and pieces[found].says(
        "if", "not", "exists"
    ):
        at = found + 1
    named: int | None = None
    while (found := solid(pieces, at)) is not None and pieces[found].kind in {"word", "name"}:
        named = found + 1
        dot = solid(pieces, named)
        if dot is None or not pieces[dot].says("."):
            break
        at = dot + 1
    return named


def _definitions(pieces: Sequence[Token], spread: Spread) -> Tokens:
    """What stands in the brackets of CREATE TABLE."""
    parts = parted(pieces)
    done: Tokens = []
    for index, part in enumerate(parts):
        words = keywords(part, 1)
        plain = not words or words[0] in _CONSTRAINTS or len(trimmed(part)) == 1
        done += [
            *(written(",") if index else []),
            *(part if plain else _definition(part, spread)),
        ]
    return done


def _definition(part: Sequence[Token], spread: Spread) -> Tokens:
    """One column: its attributes are noted, its type is said in PostgreSQL's words."""
    named = solid(part)
    if named is None:
        return list(part)
    column = unquoted(part[named])
    kept: Tokens = []
    at = named + 1
    while at < len(part):
        at = _attribute(part, at, column, spread, kept)
    return [*part[: named + 1], *columns_type(kept)]


def _attribute(
    part: Sequence[Token], at: int, column: str, spread: Spread, kept: Tokens
) -> int:
    """Note or keep what begins at `at`; where the next begins."""
    piece = part[at]
    follows = solid(part, at + 1)
    if piece.says("encode") and follows is not None:
        spread.encodings[column] = part[follows].low
        return follows + 1
    if piece.says("distkey"):
        spread.key = column
        return at + 1
    if piece.says("sortkey"):
        spread.sorted_by.append(column)
        return at + 1
    if piece.says("collate") and follows is not None:
        if part[follows].low.endswith("insensitive"):
            raise Refused("COLLATE CASE_INSENSITIVE is not emulated", code=NOT_DONE)
        return follows + 1
    if piece.says("identity") and follows is not None and part[follows].says("("):
        end = closing(part, follows)
        arguments = bare(part[follows + 1 : end]) if end is not None else ""
        if end is not None and _SEED_AND_STEP.match(arguments):
            kept += _identity(kept, arguments)
            return end + 1
    kept.append(piece)
    return at + 1


def _identity(kept: Tokens, arguments: str) -> Tokens:
    """`IDENTITY(seed, step)` as PostgreSQL has it: behind `GENERATED … AS` or by itself."""
    seed, _, step = arguments.partition(",")
    options = f"identity (start with {seed.strip()} increment by {step.strip() or 1})"
    if "generated" in {piece.low for piece in kept}:
        return written(options)
    return written(f"generated always as {options}")


def _attributes(pieces: Sequence[Token], spread: Spread) -> Tokens:
    """What stands behind the brackets, up to `AS` and its query."""
    kept: Tokens = []
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        if piece.says("as"):
            return [*kept, *pieces[at:]]
        follows = solid(pieces, at + 1)
        taken = None if follows is None else _table_attribute(pieces, at, follows, spread)
        if taken is None:
            kept.append(piece)
        at = taken or at + 1
    return kept


def _table_attribute(
    pieces: Sequence[Token], at: int, follows: int, spread: Spread
) -> int | None:
    """Note the attribute of a table that begins at `at`; where the next begins, or `None`."""
    piece = pieces[at]
    match piece.low if piece.kind == "word" else "":
        case "diststyle":
            spread.style = pieces[follows].low.upper()
            return follows + 1
        case "backup" | "encode":
            return follows + 1
        case "compound" | "interleaved" if pieces[follows].says("sortkey"):
            spread.interleaved = piece.low == "interleaved"
            return follows
        case "distkey" | "sortkey" if pieces[follows].says("("):
            return _keys(pieces, follows, spread, piece.low)
        case "sortkey" if pieces[follows].says("auto"):
            return follows + 1
        case _:
            return None


def _keys(pieces: Sequence[Token], opening: int, spread: Spread, kind: str) -> int | None:
    end = closing(pieces, opening)
    if end is None:
        return None
    names = [
        unquoted(token)
        for part in parted(pieces[opening + 1 : end])
        for token in trimmed(part)[:1]
    ]
    if kind == "distkey":
        spread.key = names[0] if names else None
    else:
        spread.sorted_by = names
    return end + 1
