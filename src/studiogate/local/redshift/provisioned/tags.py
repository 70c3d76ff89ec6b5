"""The operations on tags, and the logging of a cluster.

Source: Redshift API Reference.
"""

from collections.abc import Iterator
from typing import Any

from studiogate.local.call import ApiError
from studiogate.local.front.listing import page
from studiogate.local.redshift.provisioned.clusters import tagged
from studiogate.local.redshift.standing import faults
from studiogate.local.redshift.standing.desk import Asked, Result
from studiogate.local.redshift.standing.things import (
    Cluster,
    ParameterGroup,
    Snapshot,
    SubnetGroup,
)
from studiogate.local.redshift.standing.warehouses import Warehouses, of_place

_MOST_TAGS = 50
_EXPORTS = frozenset({"connectionlog", "useractivitylog", "userlog"})
_KINDS = {
    Cluster: "Cluster",
    ParameterGroup: "Parameter Group",
    Snapshot: "Snapshot",
    SubnetGroup: "Subnet Group",
}
_Tagged = Cluster | ParameterGroup | Snapshot | SubnetGroup


async def create_tags(store: Warehouses, asked: Asked) -> Result:
    """Set tags; one that is there is overwritten."""
    one = _of(store, asked)
    merged = {**one.tags, **asked.tags}
    if len(merged) > _MOST_TAGS:
        raise ApiError("TagLimitExceededFault", f"At most {_MOST_TAGS} tags.")
    one.tags = merged
    return {}


async def delete_tags(store: Warehouses, asked: Asked) -> Result:
    """Remove tags; one that is not there is no error."""
    one, gone = _of(store, asked), set(asked.params["TagKeys"])
    one.tags = {key: value for key, value in one.tags.items() if key not in gone}
    return {}


async def describe_tags(store: Warehouses, asked: Asked) -> Result:
    """Every tag of a resource, of a kind of resources, or of the account."""
    some = [_of(store, asked)] if "ResourceName" in asked.params else _all(store, asked)
    kind = asked.params.get("ResourceType")
    rows = [
        row
        for one in some
        if kind in {None, _KINDS[type(one)]} and tagged(one.tags, asked)
        for row in _rows(one)
    ]
    found, more = page(
        rows,
        asked.params,
        lambda row: f"{row['ResourceName']}/{row['Tag']['Key']}",
        words=("MaxRecords", "Marker"),
        refusal="InvalidParameterValue",
    )
    return {"TaggedResources": found, **more}


async def enable_logging(store: Warehouses, asked: Asked) -> Result:
    """Say that the logs of a cluster go to CloudWatch Logs, and which."""
    params = asked.params
    cluster = store.standing_cluster(asked.place, params["ClusterIdentifier"])
    if params.get("LogDestinationType") != "cloudwatch":
        raise faults.not_offered(asked.call, "Logging to anything but CloudWatch Logs")
    exports = params.get("LogExports") or ()
    if not exports or not set(exports) <= _EXPORTS:
        raise faults.wrong(f"LogExports must be some of {', '.join(sorted(_EXPORTS))}.")
    cluster.logging = {"LogDestinationType": "cloudwatch", "LogExports": list(exports)}
    return _logging(cluster)


async def disable_logging(store: Warehouses, asked: Asked) -> Result:
    """Say that logs go nowhere."""
    cluster = store.standing_cluster(asked.place, asked.params["ClusterIdentifier"])
    cluster.logging = None
    return _logging(cluster)


async def describe_logging(store: Warehouses, asked: Asked) -> Result:
    """Whether the logs of a cluster go somewhere, and where."""
    return _logging(store.cluster(asked.place, asked.params["ClusterIdentifier"]))


def _logging(cluster: Cluster) -> dict[str, Any]:
    return {"LoggingEnabled": cluster.logging is not None, **(cluster.logging or {})}


def _rows(one: _Tagged) -> Iterator[dict[str, Any]]:
    for key, value in sorted(one.tags.items()):
        yield {
            "Tag": {"Key": key, "Value": value},
            "ResourceName": one.arn,
            "ResourceType": _KINDS[type(one)],
        }


def _all(store: Warehouses, asked: Asked) -> list[_Tagged]:
    place = asked.place
    return [
        *of_place(store.clusters, place),
        *of_place(store.parameter_groups, place),
        *of_place(store.snapshots, place),
        *of_place(store.subnet_groups, place),
    ]


def _of(store: Warehouses, asked: Asked) -> _Tagged:
    arn = asked.params["ResourceName"]
    found = next((one for one in _all(store, asked) if one.arn == arn), None)
    if found is None:
        raise faults.absent("Resource", arn)
    return found
