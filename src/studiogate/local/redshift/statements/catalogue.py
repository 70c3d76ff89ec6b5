"""The operations that look into a database: what databases, schemas, tables, columns it has.

Answered by the database itself, as the user who asks, from what SQL's own catalogue shows that
user.  Source: Redshift Data API Reference.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from studiogate.local.front.listing import page
from studiogate.local.redshift.parts import Failed
from studiogate.local.redshift.standing import faults
from studiogate.local.redshift.standing.desk import Asked, Result
from studiogate.local.redshift.statements.asking import DataApi, database_asked, login, target

_USUAL = 1000

# Left out are schemas of PostgreSQL and of the emulation that no Redshift has.
_DATABASES = (
    "select datname from pg_database where not datistemplate and datallowconn "
    "and has_database_privilege(datname, 'connect') order by datname"
)
_SCHEMAS = (
    "select schema_name from information_schema.schemata "
    "where schema_name like :schema "
    "and schema_name not like 'pg_t%' and schema_name <> 'pg_journal' "
    "order by schema_name"
)
_TABLES = (
    "select table_name, table_schema, table_type from information_schema.tables "
    "where table_schema like :schema and table_name like :table "
    "and table_schema not like 'pg_t%' and table_schema <> 'pg_journal' "
    "order by table_schema, table_name"
)
_COLUMNS = (
    "select column_name, table_name, table_schema, udt_name, is_nullable, "
    "character_maximum_length, numeric_precision, numeric_scale, column_default "
    "from information_schema.columns where table_schema like :schema "
    "and table_name = :table order by ordinal_position"
)
_KINDS: Mapping[str, str] = {"BASE TABLE": "TABLE", "FOREIGN": "EXTERNAL TABLE"}


async def list_databases(api: DataApi, asked: Asked) -> Result:
    """The databases there are."""
    rows = await _rows(api, asked, _DATABASES)
    shown, more = _page(asked, [str(row[0]) for row in rows], lambda one: one)
    return {"Databases": shown, **more}


async def list_schemas(api: DataApi, asked: Asked) -> Result:
    """The schemas of a database, those of a pattern."""
    rows = await _rows(api, asked, _SCHEMAS, schema=_pattern(asked, "SchemaPattern"))
    shown, more = _page(asked, [str(row[0]) for row in rows], lambda one: one)
    return {"Schemas": shown, **more}


async def list_tables(api: DataApi, asked: Asked) -> Result:
    """The tables and views of a database, those of a pattern."""
    schema, table = _pattern(asked, "SchemaPattern"), _pattern(asked, "TablePattern")
    rows = await _rows(api, asked, _TABLES, schema=schema, table=table)
    members = [
        {"name": str(name), "schema": str(where), "type": _KINDS.get(str(kind), str(kind))}
        for name, where, kind in rows
    ]
    shown, more = _page(asked, members, lambda one: f"{one['schema']}.{one['name']}")
    return {"Tables": shown, **more}


async def describe_table(api: DataApi, asked: Asked) -> Result:
    """The columns of a table."""
    table = asked.params.get("Table")
    if table is None:
        raise faults.invalid("Table is needed.")
    rows = await _rows(api, asked, _COLUMNS, schema=_pattern(asked, "Schema"), table=table)
    columns = [_column(row) for row in rows]
    shown, more = _page(asked, columns, lambda one: f"{one['schemaName']}.{one['name']}")
    return {"TableName": table, "ColumnList": shown, **more}


def _column(row: Sequence[Any]) -> dict[str, Any]:
    name, table, schema, kind, nullable, length, precision, scale, default = row
    return {
        "name": name,
        "label": name,
        "tableName": table,
        "schemaName": schema,
        "typeName": kind,
        "nullable": 1 if nullable == "YES" else 0,
        "length": length or 0,
        "precision": precision or length or 0,
        "scale": scale or 0,
        "isCaseSensitive": length is not None,
        "isCurrency": False,
        "isSigned": precision is not None,
        **({"columnDefault": default} if default else {}),
    }


def _pattern(asked: Asked, name: str) -> str:
    return str(asked.params.get(name) or "%")


async def _rows(api: DataApi, asked: Asked, sql: str, **given: str) -> Sequence[Sequence[Any]]:
    other = asked.params.get("ConnectedDatabase")
    if other is not None and asked.params.get("Database", other) != other:
        raise faults.not_offered(asked.call, "Looking from one database into another")
    at = target(api, asked)
    grant = await login(api, asked, at)
    if grant is None:
        raise faults.invalid("FATAL: password authentication failed")
    try:
        result = await api.warehouses.database.run(
            at.seat, grant, sql, given, database=database_asked(asked)
        )
    except Failed as exc:
        raise faults.invalid(f"ERROR: {exc}") from exc
    return result.rows


def _page(asked: Asked, rows: list[Any], key: Any) -> tuple[list[Any], dict[str, str]]:
    bounded = {**asked.params, "MaxResults": asked.params.get("MaxResults") or _USUAL}
    return page(rows, bounded, key, refusal="ValidationException")
