"""The operations on snapshots, as far as the end of a cluster needs them.

A snapshot keeps what the cluster held where it was; so it can come back under the name it had
and no other, and only until a new cluster takes that name.  Source: Redshift API Reference.
"""

from dataclasses import replace

from studiogate.local.call import ApiError
from studiogate.local.front.listing import page
from studiogate.local.redshift.provisioned import shown
from studiogate.local.redshift.standing import faults
from studiogate.local.redshift.standing.desk import Asked, Result
from studiogate.local.redshift.standing.ground import security_groups
from studiogate.local.redshift.standing.things import Snapshot
from studiogate.local.redshift.standing.warehouses import Warehouses, of_place


async def describe_snapshots(store: Warehouses, asked: Asked) -> Result:
    """The snapshots of the account, of one cluster, or the one that is named."""
    params, place = asked.params, asked.place
    if name := params.get("SnapshotIdentifier"):
        return {"Snapshots": [shown.snapshot(_snapshot(store, asked, name))]}
    of = params.get("ClusterIdentifier")
    mine = [one for one in of_place(store.snapshots, place) if of in {None, one.cluster.name}]
    found, more = page(
        mine,
        params,
        lambda one: one.name,
        words=("MaxRecords", "Marker"),
        refusal="InvalidParameterValue",
    )
    return {"Snapshots": [shown.snapshot(one) for one in found], **more}


async def delete_snapshot(store: Warehouses, asked: Asked) -> Result:
    """Delete a snapshot, and with it what it kept."""
    one = _snapshot(store, asked, asked.params["SnapshotIdentifier"])
    del store.snapshots[one.place, one.name]
    await store.give_up(one.cluster.seat)
    return {"Snapshot": {**shown.snapshot(one), "Status": "deleted"}}


async def restore(store: Warehouses, asked: Asked) -> Result:
    """The cluster a snapshot was made of, creating, with what it held."""
    params, place = asked.params, asked.place
    kept = _snapshot(store, asked, params["SnapshotIdentifier"])
    name = params["ClusterIdentifier"]
    if (place, name) in store.clusters:
        raise ApiError("ClusterAlreadyExists", f"Cluster {name} already exists.")
    if name != kept.cluster.name:
        raise faults.not_offered(
            asked.call, f"Restoring a snapshot of {kept.cluster.name} under another name"
        )
    if kept.cluster.seat.key not in store.kept:
        raise faults.not_offered(
            asked.call, f"Restoring what {name} held before another cluster had its name"
        )
    found = store.subnet_groups.get(
        (place, params.get("ClusterSubnetGroupName", kept.cluster.subnet_group).lower())
    )
    if found is None:
        raise faults.absent("ClusterSubnetGroup", kept.cluster.subnet_group)
    groups = params.get("VpcSecurityGroupIds") or ()
    cluster = replace(
        kept.cluster,
        created=store.clock(),
        status="creating",
        subnet_group=found.name,
        vpc=found.vpc,
        subnets=found.subnets,
        groups=security_groups(place, found.vpc, groups, code="InvalidParameterValue"),
        settings={n: v for n, v in kept.cluster.settings.items() if n != "LoadSampleData"},
        secret=None,
    )
    store.clusters[place, name] = cluster
    store.kept.discard(cluster.seat.key)
    store.open_cluster(cluster, None)  # the administrator's password is what it was
    return {"Cluster": shown.cluster(store, cluster, asked.call)}


def _snapshot(store: Warehouses, asked: Asked, name: str) -> Snapshot:
    found = store.snapshots.get((asked.place, name))
    if found is None:
        raise faults.absent("Snapshot", name)
    return found
