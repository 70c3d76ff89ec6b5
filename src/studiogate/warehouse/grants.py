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
_QUALIFIED: Final = re.compile(rf"(?P<schema>{_PART})\s*\.\s*(?P<name>{_PART})")
_FIRST_WORD: Final = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*([A-Za-z]+)", re.DOTALL)
_WRITES: Final = {"insert": "INSERT", "update": "UPDATE", "delete": "DELETE", "copy": "INSERT"}
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
    if kind == "database":
        right = "TEMP" if re.search(r"\btemp(orary)?\b", sql, re.IGNORECASE) else "CREATE"
        return (f"GRANT {right} ON DATABASE {quoted(database)} TO {quoted(user)};",)
    return ()


def quoted(name: str) -> str:
    """`name` as an identifier that is nothing but a name (PostgreSQL, "Lexical structure")."""
    return '"' + name.replace('"', '""') + '"'


def _on_table(sql: str, name: str, user: str) -> tuple[str, ...]:
    schemas = dict.fromkeys(schema for schema, table in _qualified(sql) if table == name)
    return tuple(
        statement
        for schema in schemas or (_USUAL,)
        for statement in (*_usage(schema, user), _table(sql, schema, name, user))
    )


def _on_schema(sql: str, schema: str, user: str) -> tuple[str, ...]:
    """The schema, and whatever of it the statement names: that would be refused next."""
    if _first_word(sql) == "create":
        return (f"GRANT CREATE ON SCHEMA {quoted(schema)} TO {quoted(user)};",)
    tables = dict.fromkeys(table for named, table in _qualified(sql) if named == schema)
    return (
        f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {quoted(user)};",
        *(_table(sql, schema, table, user) for table in tables),
    )


def _usage(schema: str, user: str) -> Sequence[str]:
    if schema == _USUAL:
        return ()  # everybody's, unless somebody took it away
    return (f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {quoted(user)};",)


def _table(sql: str, schema: str, table: str, user: str) -> str:
    right = _WRITES.get(_first_word(sql), "SELECT")
    return f"GRANT {right} ON TABLE {quoted(schema)}.{quoted(table)} TO {quoted(user)};"


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
