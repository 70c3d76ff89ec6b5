"""The table as plain values, for programs: what `reach --json` and `/api/reach` answer with.

A cell is a hundred bytes of JSON, so that the whole product of a large landscape would be
gigabytes of the directory's no.  Then the document says that it is not complete, and how what
it leaves out is refused.
"""

from typing import Any

from studiogate.reach.cells import Cell, Way
from studiogate.reach.table import Row, Table

MOST_CELLS = 50_000
"""Cells that are all listed, in all rows together."""


def plain(table: Table) -> dict[str, Any]:
    """`table` as JSON has it; rows, domains and networks in its order.

    `complete` says whether every cell is listed.  Where it is false, those that the directory
    grants are, and so all that open; `others` says how every other one of that row is refused.
    """
    complete = len(table.rows) * len(table.domains) * len(table.networks) <= MOST_CELLS
    return {
        "name": table.name,
        "domains": list(table.domains),
        "networks": list(table.networks),
        "rows": [_row(row, complete=complete) for row in table.rows],
        "complete": complete,
    }


def _row(row: Row, *, complete: bool) -> dict[str, Any]:
    cells = row.cells if complete else row.cells.granted
    others = None if complete else row.cells.others
    return {
        "lob": row.lob,
        "people": list(row.people),
        "cells": [_cell(way, cell) for way, cell in cells.items()],
        "others": others and {"layer": others.layer.value, "why": others.why},
    }


def _cell(way: Way, cell: Cell) -> dict[str, Any]:
    domain, network = way
    return {
        "domain": domain,
        "network": network,
        "allowed": cell.allowed,
        "layer": cell.layer.value,
        "why": cell.why,
    }
