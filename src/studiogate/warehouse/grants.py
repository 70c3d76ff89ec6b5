"""What an administrator of the database must run, so that a refused statement is not refused.

The database says what it refuses by name only, and says neither the schema of a table nor the
privilege.  Both are read off the statement, roughly: what is proposed is shown to a person, and
never run.
"""

import re
from collections.abc import Sequence
from typing import Final

_DENIED: Final = re.compile(
    r"permission denied for (?P<kind>[a-z ]+?) \"?(?P<name>[^\"]+?)\"?\Z", re.IGNORECASE
)
"""As PostgreSQL and Redshift word it (PostgreSQL, aclchk.c; Redshift says `relation`)."""

_RELATIONS: Final = frozenset(
    {"relation", "table", "view", "materialized view", "external table", "foreign table"}
)
_PART: Final = r"(?:\"(?:[^\"]|\"\")+\"|[A-Za-z_][\w$]*)"
_DOT: Final = r"\s*\.\s*"
_QUALIFIED: Final = re.compile(rf"(?:{_PART}{_DOT})?(?P<schema>{_PART}){_DOT}(?P<name>{_PART})")
"""A name with its schema, and maybe its database before that."""

_FIRST_WORD: Final = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*([A-Za-z]+)", re.DOTALL)
_TARGET: Final = re.compile(
    r"\s*(?:(?:into|from|table|only)\b\s*)*"
    rf"(?:(?:{_PART}{_DOT})?{_PART}{_DOT})?(?P<name>{_PART})",
    re.IGNORECASE,
)
"""What a statement writes to, after its first word."""

_WRITES: Final = {
    "insert": "INSERT",
    "copy": "INSERT",
    "update": "SELECT, UPDATE",
    "delete": "SELECT, DELETE",
    "merge": "SELECT, INSERT, UPDATE, DELETE",
    "truncate": "TRUNCATE",
}
"""Rights on what is written to; a row is found by reading it (Redshift Database Developer
Guide, "GRANT" and "MERGE")."""

_USUAL: Final = "public"


def grants(message: str, sql: str, *, user: str, database: str) -> tuple[str, ...]:
    """The `GRANT` statements that would let `user` run `sql`; none where that is not known.

    `message` is the database's own.  Names are quoted, so that a name cannot be anything else.
    """
    found = _DENIED.match(message.strip())
    if found is None:
        return ()
    kind, name = found["kind"].lower(), found["name"]
    if kind in _RELATIONS:
        return _on_table(sql, name, user)
    if kind == "schema":
        return _on_schema(sql, name, user)
    if kind == "language":
        return (f"GRANT USAGE ON LANGUAGE {quoted(name)} TO {quoted(user)};",)
    if kind == "database":
        right = "TEMP" if re.search(r"\btemp(orary)?\b", sql, re.IGNORECASE) else "CREATE"
        return (f"GRANT {right} ON DATABASE {quoted(database)} TO {quoted(user)};",)
    return ()


def quoted(name: str) -> str:
    """`name` as an identifier that is nothing but a name (PostgreSQL, "Lexical structure")."""
    return '"' + name.replace('"', '""') + '"'


def _on_table(sql: str, name: str, user: str) -> tuple[str, ...]:
    schemas = dict.fromkeys(
        schema for schema, table in _qualified(sql) if table.lower() == name.lower()
    )
    return tuple(
        statement
        for schema in schemas or (_USUAL,)
        for statement in (*_usage(schema, user), _table(sql, schema, name, user))
    )


def _on_schema(sql: str, schema: str, user: str) -> tuple[str, ...]:
    """The schema, and whatever of it the statement names: that would be refused next."""
    if _first_word(sql) == "create":
        return (f"GRANT CREATE ON SCHEMA {quoted(schema)} TO {quoted(user)};",)
    tables = dict.fromkeys(
        table for named, table in _qualified(sql) if named.lower() == schema.lower()
    )
    return (
        f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {quoted(user)};",
        *(_table(sql, schema, table, user) for table in tables),
    )


def _usage(schema: str, user: str) -> Sequence[str]:
    if schema == _USUAL:
        return ()  # everybody's, unless somebody took it away
    return (f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {quoted(user)};",)


def _table(sql: str, schema: str, table: str, user: str) -> str:
    right, whole = _right(sql, table), f"{quoted(schema)}.{quoted(table)}"
    return f"GRANT {right} ON TABLE {whole} TO {quoted(user)};"


def _right(sql: str, table: str) -> str:
    """What is needed on `table`: to write, where the statement writes to it; else to read."""
    first = _FIRST_WORD.match(sql)
    right = _WRITES.get(first[1].lower()) if first else None
    target = _TARGET.match(sql, first.end()) if first else None
    if right is None or target is None or _plain(target["name"]).lower() != table.lower():
        return "SELECT"
    return right


def _first_word(sql: str) -> str:
    found = _FIRST_WORD.match(sql)
    return found[1].lower() if found else ""


def _qualified(sql: str) -> list[tuple[str, str]]:
    return [(_plain(one["schema"]), _plain(one["name"])) for one in _QUALIFIED.finditer(sql)]


def _plain(part: str) -> str:
    """A name as the catalogue has it: unquoted ones are folded to lower case."""
    if part.startswith('"'):
        return part[1:-1].replace('""', '"')
    return part.lower()
