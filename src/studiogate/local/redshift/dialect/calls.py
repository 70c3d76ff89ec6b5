"""Calls of Redshift's functions that PostgreSQL cannot have as functions, said otherwise.

Most of Redshift's functions are made in the database (`catalogue/functions.sql`).  These are
not: their arguments are bare words (`DATEADD(month, …)`), any number of any type (`NVL`,
`DECODE`), or stand behind the brackets (`LISTAGG … WITHIN GROUP`).
"""

from collections.abc import Callable, Sequence

from studiogate.local.redshift.dialect.reading import (
    Tokens,
    bare,
    before,
    closing,
    literal,
    parted,
    solid,
    trimmed,
    unquoted,
    written,
)
from studiogate.local.redshift.dialect.tokens import Token, joined
from studiogate.local.redshift.dialect.types import cast_type

Rewriting = Callable[[list[Tokens]], Tokens | None]

_DECODES_AT_LEAST = 3


def called(pieces: Sequence[Token]) -> Tokens:
    """The statement with those calls said in PostgreSQL's words, the innermost first."""
    done = list(pieces)
    for index in range(len(done) - 1, -1, -1):
        opening = solid(done, index + 1)
        if done[index].kind != "word" or opening is None or not done[opening].says("("):
            continue
        end = closing(done, opening)
        if end is not None and not _another(done, index):
            done = _said(done, index, opening, end)
    return done


def _another(pieces: Sequence[Token], index: int) -> bool:
    """Whether the name belongs to a schema, or is being defined."""
    ahead = before(pieces, index)
    return ahead is not None and ahead.says(".", "function", "table", "into", "view", "join")


def _said(pieces: Tokens, index: int, opening: int, end: int) -> Tokens:
    name = pieces[index].low
    if name == "nvl":
        pieces[index] = Token("word", "coalesce")
        return pieces
    if name == "listagg":
        return _listed(pieces, index, opening, end)
    rewriting = _CALLS.get(name)
    if rewriting is None:
        return pieces
    instead = rewriting(parted(pieces[opening + 1 : end]))
    return pieces if instead is None else [*pieces[:index], *instead, *pieces[end + 1 :]]


def _chosen(arguments: list[Tokens]) -> Tokens | None:
    """`NVL2(e, there, absent)`."""
    if len(arguments) != len(("expression", "there", "absent")):
        return None
    tested, there, absent = map(bare, arguments)
    return written(f"(case when ({tested}) is not null then {there} else {absent} end)")


def _decoded(arguments: list[Tokens]) -> Tokens | None:
    """`DECODE(e, search, result, …, default)`: NULL finds NULL, as it does not with `=`."""
    if len(arguments) < _DECODES_AT_LEAST:
        return None
    tested, *rest = map(bare, arguments)
    pairs = zip(rest[::2], rest[1::2], strict=False)
    cases = " ".join(
        f"when ({tested}) is not distinct from ({search}) then {result}"
        for search, result in pairs
    )
    other = f" else {rest[-1]}" if len(rest) % 2 else ""
    return written(f"(case {cases}{other} end)")


def _converted(arguments: list[Tokens]) -> Tokens | None:
    """`CONVERT(type, e)`."""
    if len(arguments) != len(("type", "expression")):
        return None
    kind, value = arguments
    return written(f"cast({bare(value)} as {bare(cast_type(kind))})")


def _dated(name: str) -> Rewriting:
    """A function whose first argument is a part of a date, which may be a bare word."""

    def rewriting(arguments: list[Tokens]) -> Tokens | None:
        part, *rest = map(trimmed, arguments)
        if len(part) != 1 or part[0].kind not in {"word", "name", "string"}:
            return None
        quoted = part[0].text if part[0].kind == "string" else literal(unquoted(part[0]))
        return written(f"{name}({', '.join((quoted, *map(_moment, rest)))})")

    return rewriting


def _moment(argument: Tokens) -> str:
    """An argument; a literal is a TIMESTAMP, where PostgreSQL would take one with a zone."""
    text = joined(argument)
    return f"{text}::timestamp" if len(argument) == 1 and argument[0].kind == "string" else text


def _serialized(arguments: list[Tokens]) -> Tokens:
    """`JSON_SERIALIZE(super)`, which in PostgreSQL is a word of the grammar."""
    return written(f"pg_catalog.super_serialized({bare(arguments[0])})")


def _middle(arguments: list[Tokens]) -> Tokens:
    """`MEDIAN(e)`."""
    return written(f"percentile_cont(0.5) within group (order by {bare(arguments[0])})")


_CALLS: dict[str, Rewriting] = {
    "nvl2": _chosen,
    "decode": _decoded,
    "convert": _converted,
    "json_serialize": _serialized,
    "median": _middle,
    **{
        name: _dated(name)
        for name in ("dateadd", "datediff", "date_add", "date_diff", "date_part", "datepart",
                     "date_trunc", "interval_cmp")
    },
}  # fmt: skip


def _listed(pieces: Tokens, index: int, opening: int, end: int) -> Tokens:
    """`LISTAGG([DISTINCT] e [, delimiter]) [WITHIN GROUP (ORDER BY …)]` as `string_agg`."""
    arguments = parted(pieces[opening + 1 : end])
    first = trimmed(arguments[0])
    distinct = bool(first) and first[0].says("distinct")
    listed = bare(first[1:] if distinct else first)
    delimiter = bare(arguments[1]) if len(arguments) > 1 else "''"
    order, rest = _order(pieces, end + 1)
    if distinct and order.lower() == f"order by {listed}".lower():
        order = f"order by ({listed})::text"
    text = f"string_agg({'distinct ' if distinct else ''}({listed})::text, {delimiter} {order})"
    return [*pieces[:index], *written(text), *pieces[rest:]]


def _order(pieces: Tokens, at: int) -> tuple[str, int]:
    """The order that follows in `WITHIN GROUP (…)`, and where the statement goes on."""
    within = solid(pieces, at)
    group = None if within is None else solid(pieces, within + 1)
    if within is None or group is None or not pieces[within].says("within"):
        return "", at
    opening = solid(pieces, group + 1)
    end = None if opening is None else closing(pieces, opening)
    if opening is None or end is None:
        return "", at
    return bare(pieces[opening + 1 : end]), end + 1
