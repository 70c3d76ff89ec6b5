"""Statements that are refused by name: what Redshift has not, and what this emulation does not.

PostgreSQL would do most of the former.  A statement that works here and not at AWS would be a
trap, and some of them (`COPY … PROGRAM`, `CREATE FUNCTION … LANGUAGE c`) a way out of the
database.  Redshift's commands: AWS's "SQL commands" and "Unsupported PostgreSQL features".
"""

from collections.abc import Sequence

from studiogate.local.redshift.dialect.reading import after, before, keywords, outer, solid
from studiogate.local.redshift.dialect.settings import FIXED
from studiogate.local.redshift.dialect.tokens import Token
from studiogate.local.redshift.wire.ports import Refused

NOT_DONE = "0A000"
SYNTAX = "42601"
FORBIDDEN = "42501"

_NOT_EMULATED = {
    ("copy",): "COPY loads from Amazon S3, which the emulated warehouse does not read",
    ("unload",): "UNLOAD writes to Amazon S3, which the emulated warehouse does not write",
    ("create", "external"): "external schemas, tables and functions are not emulated",
    ("alter", "external"): "external schemas, tables and functions are not emulated",
    ("create", "datashare"): "datashares are not emulated",
    ("alter", "datashare"): "datashares are not emulated",
    ("create", "model"): "machine learning models are not emulated",
    ("create", "library"): "Python libraries are not emulated",
    ("create", "masking"): "dynamic data masking is not emulated",
    ("attach", "masking"): "dynamic data masking is not emulated",
    ("create", "rls"): "row-level security is not emulated",
    ("attach", "rls"): "row-level security is not emulated",
    ("create", "identity"): "identity providers of the database are not emulated",
    ("alter", "system"): "ALTER SYSTEM is not emulated",
    ("merge",): "MERGE is not emulated",
    ("use",): "USE is not emulated: connect to the other database",
}

_NOT_IN_REDSHIFT = (
    ("create", "index"),
    ("create", "unique", "index"),
    ("drop", "index"),
    ("alter", "index"),
    ("reindex",),
    ("cluster",),
    *(
        (verb, kind)
        for verb in ("create", "alter", "drop")
        for kind in (
            "aggregate", "cast", "collation", "conversion", "domain", "event", "extension",
            "foreign", "operator", "policy", "publication", "rule", "sequence", "server",
            "statistics", "subscription", "tablespace", "text", "trigger", "type",
        )
    ),
    ("create", "constraint"),
    ("create", "unlogged"),
    ("create", "transform"),
    ("do",),
    ("import",),
    ("listen",),
    ("load",),
    ("notify",),
    ("reassign",),
    ("refresh", "materialized", "view", "concurrently"),
    ("security",),
    ("set", "role"),
    ("set", "local", "role"),
    ("set", "session", "role"),
    ("set", "constraints"),
    ("savepoint",),
    ("rollback", "to"),
    ("unlisten",),
)  # fmt: skip

_OUT_OF_THE_DATABASE = (
    "lo_import", "lo_export", "lo_creat", "lo_from", "lo_put", "lo_get",
    "pg_read_", "pg_ls_", "pg_stat_file", "pg_file_", "pg_logdir", "pg_reload",
    "pg_rotate", "pg_switch_wal", "pg_promote", "dblink", "query_to_xml", "database_to_xml",
    "schema_to_xml", "table_to_xml", "cursor_to_xml", "ts_stat", "pg_logical_",
    "pg_replication_",
)  # fmt: skip


def refuse(pieces: Sequence[Token]) -> None:
    """Let a statement pass, or say why it does not run.

    Raises:
        Refused: as Redshift words it, where Redshift refuses as well.
    """
    head = tuple(word for word in keywords(pieces, 8) if word not in {"or", "replace"})
    for opening, reason in _NOT_EMULATED.items():
        if head[: len(opening)] == opening:
            raise Refused(reason, code=NOT_DONE)
    for opening in _NOT_IN_REDSHIFT:
        if head[: len(opening)] == opening:
            command = " ".join(opening).upper()
            raise Refused(
                f'SQL command "{command}" not supported on Redshift tables.', code=NOT_DONE
            )
    _refuse_languages(pieces, head)
    _refuse_functions(pieces)
    _refuse_clauses(pieces, head)


def _refuse_languages(pieces: Sequence[Token], head: tuple[str, ...]) -> None:
    if head[:2] not in {("create", "function"), ("create", "procedure")}:
        return
    for index, piece in enumerate(pieces):
        follows = after(pieces, index)
        if piece.says("language") and follows is not None:
            language = follows.text.strip("'\"").lower()
            if language not in {"sql", "plpgsql"}:
                raise Refused(f'language "{language}" is not emulated', code=NOT_DONE)


def _refuse_functions(pieces: Sequence[Token]) -> None:
    for index, piece in enumerate(pieces):
        name = piece.text.strip('"').lower() if piece.kind in {"word", "name"} else ""
        follows = after(pieces, index)
        opens = follows is not None and follows.says("(")
        if opens and (
            name.startswith(_OUT_OF_THE_DATABASE) or _reconfigures(pieces, index, name)
        ):
            raise Refused(f"permission denied for function {name}", code=FORBIDDEN)


def _reconfigures(pieces: Sequence[Token], index: int, name: str) -> bool:
    """Whether a call of `set_config` may change how literals are read."""
    opening = solid(pieces, index + 1)
    setting = None if opening is None else solid(pieces, opening + 1)
    if name != "set_config" or setting is None:
        return False
    plain = pieces[setting].kind == "string" and "\\" not in pieces[setting].text
    follows = after(pieces, setting)
    alone = follows is not None and follows.says(",")
    return not (plain and alone) or pieces[setting].text.strip("'").lower() in FIXED


def _refuse_clauses(pieces: Sequence[Token], head: tuple[str, ...]) -> None:
    writes = head[:1] in {("insert",), ("update",), ("delete",)}
    for _, piece in outer(pieces):
        if writes and piece.says("returning", "conflict"):
            raise Refused(f'syntax error at or near "{piece.text}"', code=SYNTAX)
    for index, piece in enumerate(pieces):
        _refuse_word(pieces, index, piece)


def _refuse_word(pieces: Sequence[Token], index: int, piece: Token) -> None:
    if piece.kind != "word":
        return
    ahead, follows = before(pieces, index), after(pieces, index)
    qualified = ahead is not None and ahead.says(".")
    opens = follows is not None and follows.says("(")
    match piece.low:
        case "qualify" if not qualified and ahead is not None and not ahead.says("as"):
            raise Refused("QUALIFY is not emulated: filter in a query around", code=NOT_DONE)
        case "pivot" | "unpivot" if opens and not qualified:
            raise Refused(f"{piece.text.upper()} is not emulated", code=NOT_DONE)
        case "try_cast" if opens:
            raise Refused("TRY_CAST is not emulated", code=NOT_DONE)
        case "connect" if follows is not None and follows.says("by"):
            raise Refused("CONNECT BY is not emulated", code=NOT_DONE)
        case "distinct" if follows is not None and follows.says("on") and ahead is not None:
            if ahead.says("select"):
                raise Refused("SELECT DISTINCT ON is not supported", code=NOT_DONE)
        case _:
            return
