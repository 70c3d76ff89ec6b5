"""The operations on clusters: made, shown, changed, restarted, ended.

Source: Redshift API Reference.  A cluster is `creating` until its database answers; while
anything is under way with it every change is refused, as AWS refuses it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from studiogate.local.call import ApiError
from studiogate.local.front.listing import page
from studiogate.local.redshift.provisioned import making, shown
from studiogate.local.redshift.standing import faults, rules
from studiogate.local.redshift.standing.desk import Asked, Result
from studiogate.local.redshift.standing.ground import security_groups
from studiogate.local.redshift.standing.things import Cluster, Snapshot
from studiogate.local.redshift.standing.vault import master_password
from studiogate.local.redshift.standing.warehouses import Warehouses, of_place

_PAGES = ("MaxRecords", "Marker")
DEFAULT_PARAMETERS = "default.redshift-2.0"
_FOR_EVER = -1
_MOST_DAYS = 3653


async def create_cluster(store: Warehouses, asked: Asked) -> Result:
    """A new cluster, creating; its database opens once the answer is given."""
    params, place = asked.params, asked.place
    making.hold_name(params)
    nodes = making.size(params)
    making.hold_settings(params)
    password = making.given_password(params)
    name = params["ClusterIdentifier"]
    if (place, name) in store.clusters:
        raise ApiError("ClusterAlreadyExists", f"Cluster {name} already exists.")
    if params.get("LoadSampleData", "false").lower() == "true" and not store.samples:
        raise faults.not_offered(asked.call, "LoadSampleData")
    cluster = _made(store, asked, nodes)
    if password is None:
        password = master_password()
        cluster.secret_key = params.get("MasterPasswordSecretKmsKeyId")
        cluster.secret = await store.managed.make(
            place,
            f"redshift!{name}-{cluster.master}",
            (cluster.master, password),
            key=cluster.secret_key,
            owner=cluster.arn,
        )
    store.clusters[place, name] = cluster
    store.open_cluster(cluster, password)
    return {"Cluster": shown.cluster(store, cluster, asked.call)}


def _made(store: Warehouses, asked: Asked, nodes: int) -> Cluster:
    params, place = asked.params, asked.place
    group = params.get("ClusterSubnetGroupName", "").lower()
    if not group:
        raise ApiError(
            "InvalidVPCNetworkStateFault",
            "There is no default VPC for a cluster here: name a ClusterSubnetGroupName.",
        )
    found = store.subnet_groups.get((place, group))
    if found is None:
        raise faults.absent("ClusterSubnetGroup", group)
    settings = {name: params[name] for name in making.KEPT if name in params}
    if settings.get("LoadSampleData", "true").lower() != "true":
        del settings["LoadSampleData"]
    return Cluster(
        place=place,
        name=params["ClusterIdentifier"],
        created=store.clock(),
        tags=asked.tags,
        node_type=params["NodeType"],
        nodes=nodes,
        master=params["MasterUsername"],
        database=params.get("DBName", "dev"),
        port=params.get("Port", making.DEFAULT_PORT),
        subnet_group=group,
        vpc=found.vpc,
        subnets=found.subnets,
        groups=security_groups(
            place,
            found.vpc,
            params.get("VpcSecurityGroupIds") or (),
            code="InvalidParameterValue",
        ),
        parameter_group=parameters(store, asked),
        public=bool(params.get("PubliclyAccessible", False)),
        namespace=str(uuid4()),
        settings={**_DEFAULTS, **settings},
    )


_DEFAULTS: Mapping[str, Any] = {
    "AllowVersionUpgrade": True,
    "AutomatedSnapshotRetentionPeriod": 1,
    "EnhancedVpcRouting": False,
    "MaintenanceTrackName": "current",
    "ManualSnapshotRetentionPeriod": _FOR_EVER,
    "PreferredMaintenanceWindow": "sun:03:00-sun:03:30",
}


def parameters(store: Warehouses, asked: Asked) -> str:
    """The parameter group a call names, which has to be there; else the family's own.

    Raises:
        ApiError: ClusterParameterGroupNotFound.
    """
    name = str(asked.params.get("ClusterParameterGroupName", DEFAULT_PARAMETERS)).lower()
    if name != DEFAULT_PARAMETERS and (asked.place, name) not in store.parameter_groups:
        raise faults.absent("ClusterParameterGroup", name)
    return name


async def describe_clusters(store: Warehouses, asked: Asked) -> Result:
    """One cluster, or all of the account that have the tags asked for, a page at a time."""
    params = asked.params
    if name := params.get("ClusterIdentifier"):
        found = [store.cluster(asked.place, name)]
        more: Mapping[str, str] = {}
    else:
        mine = [one for one in of_place(store.clusters, asked.place) if tagged(one.tags, asked)]
        found, more = page(
            mine, params, lambda one: one.name, words=_PAGES, refusal="InvalidParameterValue"
        )
    return {"Clusters": [shown.cluster(store, one, asked.call) for one in found], **more}


def tagged(tags: Mapping[str, str], asked: Asked) -> bool:
    """Whether tags are such as a call's `TagKeys` and `TagValues` ask for."""
    keys, values = asked.params.get("TagKeys") or (), asked.params.get("TagValues") or ()
    return (not keys or any(key in tags for key in keys)) and (
        not values or any(value in tags.values() for value in values)
    )


async def modify_cluster(store: Warehouses, asked: Asked) -> Result:
    """Change what can be changed in place; at once, for whoever connects from now on."""
    params, place = asked.params, asked.place
    cluster = store.standing_cluster(place, params["ClusterIdentifier"])
    if "VpcSecurityGroupIds" in params:
        cluster.groups = security_groups(
            place, cluster.vpc, params["VpcSecurityGroupIds"], code="InvalidParameterValue"
        )
    if "NodeType" in params or "NumberOfNodes" in params or "ClusterType" in params:
        wanted = {"NodeType": cluster.node_type, **params}
        wanted.setdefault("NumberOfNodes", cluster.nodes)
        cluster.nodes, cluster.node_type = making.size(wanted), wanted["NodeType"]
    making.hold_settings({"NodeType": cluster.node_type, "Port": cluster.port, **params})
    if "ClusterParameterGroupName" in params:
        cluster.parameter_group = parameters(store, asked)
    await _modify_password(store, asked, cluster)
    cluster.public = bool(params.get("PubliclyAccessible", cluster.public))
    cluster.port = params.get("Port", cluster.port)
    cluster.settings |= {name: params[name] for name in making.KEPT if name in params}
    return {"Cluster": shown.cluster(store, cluster, asked.call)}


async def _modify_password(store: Warehouses, asked: Asked, cluster: Cluster) -> None:
    params = asked.params
    if "MasterUserPassword" not in params and "ManageMasterPassword" not in params:
        return
    if cluster.secret is not None and params.get("ManageMasterPassword", True):
        if "MasterUserPassword" in params:
            raise faults.clash("Redshift looks after the password of this cluster.")
        return
    password = making.given_password(params)
    if password is None:
        password = master_password()
        cluster.secret = await store.managed.make(
            cluster.place,
            f"redshift!{cluster.name}-{cluster.master}",
            (cluster.master, password),
            key=params.get("MasterPasswordSecretKmsKeyId"),
            owner=cluster.arn,
        )
    elif cluster.secret is not None:
        await store.managed.end(cluster.place, cluster.secret)
        cluster.secret = None
    store.vault.set_master(cluster.seat, password)
    await store.database.open(cluster.seat, password=password)


async def reboot_cluster(store: Warehouses, asked: Asked) -> Result:
    """End every session, and answer again."""
    cluster = store.standing_cluster(asked.place, asked.params["ClusterIdentifier"])
    cluster.status = "rebooting"

    async def reboot() -> None:
        await store.database.close(cluster.seat)
        store.open_cluster(cluster, None)

    store.begin(reboot())
    return {"Cluster": shown.cluster(store, cluster, asked.call)}


async def delete_cluster(store: Warehouses, asked: Asked) -> Result:
    """End a cluster; what it held is gone, unless a last snapshot is asked for."""
    params, place = asked.params, asked.place
    cluster = store.cluster(place, params["ClusterIdentifier"])
    kept = _last_snapshot(store, asked, cluster)
    if cluster.status not in {"available", "hardware-failure"}:
        raise faults.busy(cluster.name)
    if store.doors(cluster.seat):
        raise ApiError(
            "InvalidClusterState",
            f"Cluster {cluster.name} has Redshift-managed VPC endpoints: delete them first.",
        )
    cluster.status = "final-snapshot" if kept else "deleting"
    store.begin(_end(store, cluster, kept))
    return {"Cluster": shown.cluster(store, cluster, asked.call)}


def _last_snapshot(store: Warehouses, asked: Asked, cluster: Cluster) -> Snapshot | None:
    params, place = asked.params, asked.place
    name = params.get("FinalClusterSnapshotIdentifier")
    if params.get("SkipFinalClusterSnapshot", False):
        if name is not None:
            raise faults.clash(
                "FinalClusterSnapshotIdentifier can't be specified when "
                "SkipFinalClusterSnapshot is true."
            )
        return None
    if name is None:
        raise faults.clash(
            "FinalClusterSnapshotIdentifier is required unless SkipFinalClusterSnapshot is "
            "specified."
        )
    if not rules.is_identifier(name, most=255):
        raise faults.wrong(f"Invalid snapshot identifier: {name}")
    days = params.get("FinalClusterSnapshotRetentionPeriod", _FOR_EVER)
    if days != _FOR_EVER and not 1 <= days <= _MOST_DAYS:
        raise ApiError("InvalidRetentionPeriodFault", f"Invalid retention period: {days}.")
    if (place, name) in store.snapshots:
        raise ApiError("ClusterSnapshotAlreadyExists", f"Snapshot {name} already exists.")
    return Snapshot(
        place=place,
        name=name,
        created=store.clock(),
        cluster=replace(cluster),
        retention=days,
    )


async def _end(store: Warehouses, cluster: Cluster, kept: Snapshot | None) -> None:
    seat = cluster.seat
    if kept is None:
        await store.database.close(seat)
        await store.database.drop(seat)
    else:
        await store.keep(seat)
        store.snapshots[kept.place, kept.name] = kept
    if cluster.secret is not None:
        await store.managed.end(cluster.place, cluster.secret)
    store.vault.forget(seat, master=kept is None)
    store.authorizations = [one for one in store.authorizations if one.cluster is not cluster]
    del store.clusters[cluster.place, cluster.name]
