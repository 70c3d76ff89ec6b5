"""The operations on snapshots of namespaces, as far as the end of one needs them.

Nothing can be restored from one here: `RestoreFromSnapshot` is refused by its name.  Source:
Redshift Serverless API Reference.
"""

import re
from typing import Any
from uuid import uuid4

from studiogate.local.front.listing import page
from studiogate.local.redshift.standing import faults
from studiogate.local.redshift.standing.desk import Asked, Result
from studiogate.local.redshift.standing.things import LastSnapshot, Namespace
from studiogate.local.redshift.standing.warehouses import Warehouses, of_place

_NAME = re.compile(r"[a-z](?:-?[a-z0-9])*\Z")
_LONGEST = 255
_FOR_EVER = -1
_MOST_DAYS = 3653


async def keep(store: Warehouses, asked: Asked, of: Namespace, name: str) -> None:
    """Leave a snapshot of a namespace that is about to go.

    Raises:
        ApiError: ConflictException, ValidationException.
    """
    place = asked.place
    days = asked.params.get("finalSnapshotRetentionPeriod", _FOR_EVER)
    if len(name) > _LONGEST or not _NAME.match(name):
        raise faults.invalid(f"Invalid snapshot name: {name}")
    if days != _FOR_EVER and not 1 <= days <= _MOST_DAYS:
        raise faults.invalid(f"Invalid snapshot retention period: {days}")
    if (place, name) in store.last_snapshots:
        raise faults.conflict(f"Snapshot {name} already exists.")
    if of.held is not None:
        await store.keep(of.held)
    store.last_snapshots[place, name] = LastSnapshot(
        place=place,
        name=name,
        created=store.clock(),
        id=str(uuid4()),
        namespace=of,
        retention=days,
    )


async def get(store: Warehouses, asked: Asked) -> Result:
    """One snapshot."""
    return {"snapshot": _shown(_found(store, asked))}


async def list_all(store: Warehouses, asked: Asked) -> Result:
    """The snapshots of the account, or of one namespace."""
    of = asked.params.get("namespaceName")
    every = of_place(store.last_snapshots, asked.place)
    found, more = page(
        [one for one in every if of in {None, one.namespace.name}],
        asked.params,
        lambda one: one.name,
        words=("maxResults", "nextToken"),
        refusal="ValidationException",
    )
    return {"snapshots": [_shown(one) for one in found], **more}


async def delete(store: Warehouses, asked: Asked) -> Result:
    """Delete a snapshot, and with it what it kept."""
    one = _found(store, asked)
    del store.last_snapshots[one.place, one.name]
    if one.namespace.held is not None:
        await store.give_up(one.namespace.held)
    return {"snapshot": {**_shown(one), "status": "DELETED"}}


def _found(store: Warehouses, asked: Asked) -> LastSnapshot:
    name = str(asked.params.get("snapshotName", ""))
    found = store.last_snapshots.get((asked.place, name))
    if found is None:
        raise faults.no_resource(f"Snapshot {name} not found.")
    return found


def _shown(one: LastSnapshot) -> dict[str, Any]:
    return {
        "snapshotName": one.name,
        "snapshotArn": one.arn,
        "namespaceName": one.namespace.name,
        "namespaceArn": one.namespace.arn,
        "adminUsername": one.namespace.master,
        "ownerAccount": one.place.account,
        "snapshotCreateTime": one.created,
        "snapshotRetentionPeriod": one.retention,
        "status": "AVAILABLE",
    }
