"""The table as plain values, for programs: what `reach --json` and `/api/reach` answer with."""

from typing import Any

from studiogate.reach.table import Row, Table


def plain(table: Table) -> dict[str, Any]:
    """`table` as JSON has it; rows, domains and networks in its order."""
    return {
        "name": table.name,
        "domains": list(table.domains),
        "networks": list(table.networks),
        "rows": [_row(row) for row in table.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "lob": row.lob,
        "people": list(row.people),
        "cells": [
            {
                "domain": domain,
                "network": network,
                "allowed": cell.allowed,
                "layer": cell.layer.value,
                "why": cell.why,
            }
            for (domain, network), cell in row.cells.items()
        ],
    }
