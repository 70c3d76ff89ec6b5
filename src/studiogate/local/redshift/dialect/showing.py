"""SHOW as Redshift has it: databases, schemas, tables, columns, keys and grants.

Current drivers ask for metadata by these commands (`show_discovery`).  Each becomes a query of
a function that `catalogue/showing.sql` makes.  Forms: AWS's "SHOW TABLES" and its neighbours.
"""

from collections.abc import Sequence

from studiogate.local.redshift.dialect.reading import (
    Tokens,
    bare,
    closing,
    literal,
    solid,
    written,
)
from studiogate.local.redshift.dialect.refusals import NOT_DONE, SYNTAX
from studiogate.local.redshift.dialect.tokens import Token
from studiogate.local.redshift.wire.ports import Refused

_FORMS: dict[tuple[str, ...], tuple[str, str, int]] = {
    ("databases",): ("show_databases", "database_name", 0),
    ("schemas", "from", "database"): ("show_schemas", "schema_name", 1),
    ("tables", "from", "schema"): ("show_tables", "table_name", 2),
    ("columns", "from", "table"): ("show_columns", "column_name", 3),
    ("constraints", "primary", "keys", "from", "table"): (
        "show_primary_keys",
        "column_name",
        3,
    ),
    ("constraints", "foreign", "keys", "from", "table"): ("show_foreign_keys", "fk_name", 3),
    ("constraints", "foreign", "keys", "exported", "from", "table"): (
        "show_exported_keys",
        "fk_name",
        3,
    ),
    ("column", "grants", "on", "table"): ("show_column_grants", "column_name", 3),
    ("grants", "on", "table"): ("show_table_grants", "table_name", 3),
    ("procedures", "from", "schema"): ("show_procedures", "procedure_name", 2),
    ("functions", "from", "schema"): ("show_functions", "function_name", 2),
    ("parameters", "of", "procedure"): ("show_procedure_parameters", "parameter_name", 3),
    ("parameters", "of", "function"): ("show_function_parameters", "parameter_name", 3),
}
"""What follows SHOW: the function, the column that LIKE is of, the parts of the name."""

_REFUSED = ("table", "view", "model", "datashares", "external", "policies", "grants", "tables",
            "columns", "column", "constraints", "schemas")  # fmt: skip
_BESIDES_CURRENT = "NULL"


def shown(pieces: Sequence[Token]) -> Tokens | None:
    """The query for a SHOW of Redshift's own; `None` for one of a setting.

    Raises:
        Refused: a form that is not emulated.
    """
    said = [index for index, piece in enumerate(pieces) if not piece.blank]
    words = tuple(pieces[index].low for index in said)
    for form, (function, name, parts) in _FORMS.items():
        if words[1 : len(form) + 1] == form:
            start = len(form) + 1
            rest = list(pieces[said[start] :]) if start < len(said) else []
            return _query(function, name, parts, rest)
    if len(words) > len(("show", "what")) and words[1] in _REFUSED:
        what = " ".join(words[:4]).upper()
        raise Refused(f"{what} … is not emulated", code=NOT_DONE)
    return None


def _query(function: str, name: str, parts: int, rest: Tokens) -> Tokens:
    told, at = _parts(rest) if parts else ([], 0)
    if len(told) > parts:
        raise Refused("syntax error: too many parts in the name", code=SYNTAX)
    arguments = [_BESIDES_CURRENT] * (parts - len(told)) + told
    conditions, at = _like(rest, at, name)
    limit = bare(rest[at:])
    if limit and not limit.lower().startswith("limit"):
        raise Refused(f'syntax error at or near "{limit.split()[0]}"', code=SYNTAX)
    asked = (
        "select * from",
        f"pg_catalog.{function}({', '.join(arguments)}){conditions}",
        limit,
    )
    return written(" ".join(filter(None, asked)))


def _like(rest: Tokens, at: int, name: str) -> tuple[str, int]:
    found = solid(rest, at)
    if found is None or not rest[found].says("like"):
        return "", at
    pattern = solid(rest, found + 1)
    if pattern is None:
        raise Refused("syntax error at end of input", code=SYNTAX)
    return f" where {name} like {rest[pattern].text}", pattern + 1


def _parts(rest: Tokens) -> tuple[list[str], int]:
    """The parts of a dotted name as arguments, the innermost last, and where it ends."""
    told: list[str] = []
    at = 0
    while (found := solid(rest, at)) is not None:
        told.append(_argument(rest[found]))
        at = found + 1
        dot = solid(rest, at)
        if dot is not None and rest[dot].says("("):
            end = closing(rest, dot)
            return told, len(rest) if end is None else end + 1
        if dot is None or not rest[dot].says("."):
            break
        at = dot + 1
    return told, at


def _argument(piece: Token) -> str:
    """A name, a literal or a parameter as the argument of a function."""
    match piece.kind:
        case "word":
            return literal(piece.low)
        case "name":
            return literal(piece.text[1:-1].replace('""', '"'))
        case "string" | "parameter":
            return piece.text
        case _:
            raise Refused(f'syntax error at or near "{piece.text}"', code=SYNTAX)
