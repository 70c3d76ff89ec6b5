"""Warehouses for notebooks: Redshift in another account, as the person who signed in.

    from studiogate import warehouse

    sales = warehouse.connect("sales")
    frame = sales.read("select * from users where id = :id", {"id": 7})

The one room whose sign is also its door: what is offered to notebooks is offered here, and the
import costs nothing, because nothing that is slow to import is imported by it.
"""

from typing import Any

from studiogate.errors import (
    AwsError,
    Cancelled,
    ConnectionLost,
    NoRoute,
    NoSuchWarehouse,
    NotAwake,
    NotGranted,
    NotInstalled,
    NotLetIn,
    NotSetUp,
    NotTrusted,
    StatementFailed,
    Unbound,
    Unreadable,
    WarehouseError,
)
from studiogate.warehouse.offered import Warehouse, connect, names
from studiogate.warehouse.query import Query

__all__ = [
    "AwsError",
    "Cancelled",
    "ConnectionLost",
    "NoRoute",
    "NoSuchWarehouse",
    "NotAwake",
    "NotGranted",
    "NotInstalled",
    "NotLetIn",
    "NotSetUp",
    "NotTrusted",
    "Query",
    "StatementFailed",
    "Unbound",
    "Unreadable",
    "Warehouse",
    "WarehouseError",
    "connect",
    "load_ipython_extension",
    "names",
]


def load_ipython_extension(shell: Any) -> None:
    """Add the `%%warehouse` cell magic, as `%load_ext studiogate.warehouse` asks for."""
    from studiogate.warehouse.magic import load  # noqa: PLC0415 - of no use to a script

    load(shell)
