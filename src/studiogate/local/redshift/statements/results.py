"""Rows as the Data API gives them: each value in the one member that fits its type.

Source: Redshift Data API Reference, GetStatementResult, Field and ColumnMetadata.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from studiogate.local.call import ApiError
from studiogate.local.redshift.parts import Column
from studiogate.local.redshift.standing import faults
from studiogate.local.redshift.standing.desk import Asked, Result
from studiogate.local.redshift.statements.asking import DataApi
from studiogate.local.redshift.statements.jobs import RUNNING, part_of
from studiogate.local.redshift.statements.running import found, waited

ROWS_IN_A_PAGE = 1000
"""AWS cuts pages by their size, which it does not publish; here by rows."""

_SIGNED = frozenset({"int2", "int4", "int8", "float4", "float8", "numeric", "decimal"})
_TEXTS = frozenset({"varchar", "bpchar", "char", "text", "super", "name"})


async def get_result(api: DataApi, asked: Asked) -> Result:
    """A page of what a statement gave.

    Raises:
        ApiError: ResourceNotFoundException: it gave nothing, or not yet.
    """
    job = found(api, asked)
    if "WaitTimeSeconds" in asked.params:
        await waited(job, asked.params["WaitTimeSeconds"])
    part = part_of(job, asked.params["Id"])
    if part.result is None or part.status in RUNNING or not part.has_result:
        raise faults.no_resource(
            "Query does not have result. Please check query status with DescribeStatement."
        )
    rows, begin = part.result.rows, _begin(asked)
    shown = rows[begin : begin + ROWS_IN_A_PAGE]
    end = begin + len(shown)
    return {
        "Records": [[field(value) for value in row] for row in shown],
        "ColumnMetadata": [metadata(column) for column in part.result.columns],
        "TotalNumRows": len(rows),
        **({"NextToken": str(end)} if end < len(rows) else {}),
    }


def _begin(asked: Asked) -> int:
    token = asked.params.get("NextToken", "")
    if not token:
        return 0
    if not (token.isascii() and token.isdigit()):
        raise ApiError("ValidationException", "Invalid NextToken.")
    return int(token)


def field(value: Any) -> Mapping[str, Any]:
    """One value; what has no member of its own is text, as the database writes it."""
    match value:
        case None:
            return {"isNull": True}
        case bool():
            return {"booleanValue": value}
        case int():
            return {"longValue": value}
        case float():
            return {"doubleValue": value}
        case bytes() | bytearray() | memoryview():
            return {"blobValue": bytes(value)}
        case datetime():
            return {"stringValue": _moment(value)}
        case dict() | list():
            return {"stringValue": json.dumps(value, separators=(",", ":"))}
    return {"stringValue": str(value)}


def _moment(value: datetime) -> str:
    """A timestamp as Redshift writes it: `2026-01-31 08:00:00.5+00`."""
    text = value.replace(tzinfo=None).isoformat(sep=" ")
    text = text.rstrip("0") if "." in text else text
    if value.tzinfo is None:
        return text
    zone = value.strftime("%z")
    return text + (zone[:3] if zone.endswith("00") else f"{zone[:3]}:{zone[3:]}")


def metadata(column: Column) -> dict[str, Any]:
    """What is known of a column."""
    return {
        "name": column.name,
        "label": column.name,
        "typeName": column.type,
        "length": column.length,
        "precision": column.precision,
        "scale": column.scale,
        "nullable": 1 if column.nullable else 0,
        "isCaseSensitive": column.type in _TEXTS,
        "isCurrency": False,
        "isSigned": column.type in _SIGNED,
    }
