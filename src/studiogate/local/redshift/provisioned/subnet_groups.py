"""The operations on subnet groups: where in a VPC a cluster may be.

Source: Redshift API Reference.
"""

import re
from collections.abc import Sequence

from studiogate.local.call import ApiError
from studiogate.local.front.listing import page
from studiogate.local.redshift.provisioned import shown
from studiogate.local.redshift.provisioned.clusters import tagged
from studiogate.local.redshift.standing import faults
from studiogate.local.redshift.standing.desk import Asked, Result
from studiogate.local.redshift.standing.ground import ground
from studiogate.local.redshift.standing.things import Cluster, Endpoint, SubnetGroup
from studiogate.local.redshift.standing.warehouses import Warehouses, of_place

_NAME = re.compile(r"[a-z0-9-]{1,255}\Z")
_MOST_SUBNETS = 20
_CODE = "InvalidSubnet"


async def create(store: Warehouses, asked: Asked) -> Result:
    """A new group of subnets of one VPC; its name is kept in lower case."""
    params, place = asked.params, asked.place
    name = params["ClusterSubnetGroupName"].lower()
    if not _NAME.match(name) or name == "default":
        raise faults.wrong(f"Invalid cluster subnet group name: {name}")
    if (place, name) in store.subnet_groups:
        raise ApiError("ClusterSubnetGroupAlreadyExists", f"{name} already exists.")
    found = ground(place, _few(params["SubnetIds"]), code=_CODE)
    made = SubnetGroup(
        place=place,
        name=name,
        created=store.clock(),
        tags=asked.tags,
        description=params["Description"],
        vpc=found.vpc,
        subnets=found.subnets,
    )
    store.subnet_groups[place, name] = made
    return {"ClusterSubnetGroup": shown.subnet_group(made)}


async def describe(store: Warehouses, asked: Asked) -> Result:
    """One group, or all of the account that have the tags asked for."""
    if name := asked.params.get("ClusterSubnetGroupName"):
        return {"ClusterSubnetGroups": [shown.subnet_group(_group(store, asked, name))]}
    mine = [o for o in of_place(store.subnet_groups, asked.place) if tagged(o.tags, asked)]
    found, more = page(
        mine,
        asked.params,
        lambda one: one.name,
        words=("MaxRecords", "Marker"),
        refusal="InvalidParameterValue",
    )
    return {"ClusterSubnetGroups": [shown.subnet_group(one) for one in found], **more}


async def modify(store: Warehouses, asked: Asked) -> Result:
    """Other subnets of the same VPC; one that a cluster or an endpoint is in stays."""
    params = asked.params
    group = _group(store, asked, params["ClusterSubnetGroupName"])
    found = ground(asked.place, _few(params["SubnetIds"]), code=_CODE)
    if found.vpc != group.vpc:
        raise ApiError(_CODE, f"The subnets of {group.name} are of {group.vpc}.")
    users = _users(store, group)
    if users and not set(group.subnets) <= set(found.subnets):
        raise ApiError("SubnetAlreadyInUse", f"A subnet of {group.name} is used by {users[0]}.")
    group.subnets = found.subnets
    group.description = params.get("Description", group.description)
    return {"ClusterSubnetGroup": shown.subnet_group(group)}


async def delete(store: Warehouses, asked: Asked) -> Result:
    """Delete a group nothing is in."""
    group = _group(store, asked, asked.params["ClusterSubnetGroupName"])
    if users := _users(store, group):
        raise ApiError(
            "InvalidClusterSubnetGroupStateFault",
            f"Cluster subnet group {group.name} is in use by {users[0]}.",
        )
    del store.subnet_groups[group.place, group.name]
    return {}


def _few(subnets: Sequence[str]) -> Sequence[str]:
    if len(subnets) > _MOST_SUBNETS:
        raise ApiError(
            "ClusterSubnetQuotaExceededFault", f"At most {_MOST_SUBNETS} subnets in a group."
        )
    return subnets


def _users(store: Warehouses, group: SubnetGroup) -> list[str]:
    both: list[Cluster | Endpoint] = [*store.clusters.values(), *store.endpoints.values()]
    return [
        one.name for one in both if (one.place, one.subnet_group) == (group.place, group.name)
    ]


def _group(store: Warehouses, asked: Asked, name: str) -> SubnetGroup:
    found = store.subnet_groups.get((asked.place, name.lower()))
    if found is None:
        raise faults.absent("ClusterSubnetGroup", name)
    return found
