"""Warehouses in what is left: what computes, what holds, and the last snapshots that stay.

A snapshot has no tags of its warehouse; ours are known by their names (decision 24).  Redshift
writes its logs into groups that it makes by itself, named for the warehouse (Redshift
Management Guide, "Database audit logging"): they outlive it, and hold who asked for what, so
nothing here deletes them.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final, Literal

from studiogate.aws.patience import asked
from studiogate.deploy.ending.kinds import Find, Kind, Mine, Thing
from studiogate.deploy.world import Doing
from studiogate.errors import Absent
from studiogate.foundation.warehouse_stacks import BUILT
from studiogate.landscape.model import Landscape

Snapshots = Literal["keep", "delete"]
"""What becomes of the last snapshots of what goes, and of those before."""

SNAPSHOT: Final = "snapshot"
LOG: Final = "log of a warehouse"

_SERVERLESS: Final = "redshift-serverless"
_OF_A_STACK: Final = re.compile(r"-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
"""What a last snapshot of a namespace has behind the name of its workgroup."""

_LOGS: Final = "/aws/redshift/"


def last_snapshots(mine: Mine) -> Iterator[Thing]:
    """The last snapshots of what was built, each with the warehouse that it was of.

    Raises:
        AwsError: AWS refused, or did not answer.
    """
    for name, of, _ in _snapshots(mine):
        yield name, f"of {of}"


def delete_snapshots(mine: Mine) -> None:
    """Delete the last snapshots of what was built here: nothing brings it back after that.

    Raises:
        AwsError: AWS refused, or did not answer.
    """
    for name, _, service in list(_snapshots(mine)):
        mine.world.tell(Doing(mine.account, f"deleting the snapshot {name}"))
        client = mine.world.client(mine.account, service)
        if service == _SERVERLESS:
            action = "redshift-serverless:DeleteSnapshot"
            delete = partial(client.delete_snapshot, snapshotName=name)
        else:
            action = "redshift:DeleteClusterSnapshot"
            delete = partial(client.delete_cluster_snapshot, SnapshotIdentifier=name)
        try:
            asked(mine.world, action, name, delete)
        except Absent:
            continue


def built(landscape: Landscape) -> dict[str, frozenset[str]]:
    """What Redshift calls the warehouses that `landscape` builds, by account."""
    found: dict[str, frozenset[str]] = {}
    for one in landscape.warehouses.values():
        if one.build is not None:
            account = landscape.accounts[one.account]
            found[account] = found.get(account, frozenset()) | {one.name_in_redshift}
    return found


def _snapshots(mine: Mine) -> Iterator[tuple[str, str, str]]:
    """Name, the warehouse it was of, and the service that keeps it.

    Those that Redshift makes by itself go with their cluster.
    """
    clusters = mine.listed(
        "redshift", "describe_cluster_snapshots", "Snapshots",
        "redshift:DescribeClusterSnapshots",
    )  # fmt: skip
    for one in clusters:
        name = one["SnapshotIdentifier"]
        if one.get("SnapshotType") == "manual" and name.startswith(f"{BUILT}-"):
            yield name, one.get("ClusterIdentifier", ""), "redshift"
    namespaces = mine.listed(
        _SERVERLESS, "list_snapshots", "snapshots", "redshift-serverless:ListSnapshots"
    )
    for one in namespaces:
        name, of = one["snapshotName"], one.get("namespaceName", "")
        if name.startswith(f"{of}-") and _OF_A_STACK.fullmatch(name.removeprefix(of)):
            yield name, of, _SERVERLESS


def _provisioned(operation: str, items: str, id_: str) -> Find:
    """Things of Redshift, which all carry tags."""
    action = "redshift:" + operation.title().replace("_", "")

    def find(mine: Mine) -> Iterator[Thing]:
        for one in mine.listed("redshift", operation, items, action):
            if mine.tagged(one.get("Tags", ())):
                yield str(one[id_]), str(one.get("ClusterStatus", ""))

    return find


def _serverless(operation: str, items: str, thing: str) -> Find:
    """Things of Redshift Serverless, whose tags are asked for one by one."""
    action = "redshift-serverless:" + operation.title().replace("_", "")

    def find(mine: Mine) -> Iterator[Thing]:
        for one in mine.listed(_SERVERLESS, operation, items, action):
            if mine.tagged(_tags(mine, one[f"{thing}Arn"])):
                yield str(one[f"{thing}Name"]), str(one.get("status", ""))

    return find


def _tags(mine: Mine, arn: str) -> list[Mapping[str, str]]:
    client = mine.world.client(mine.account, _SERVERLESS)
    told: Mapping[str, Any] = asked(
        mine.world,
        "redshift-serverless:ListTagsForResource",
        arn,
        partial(client.list_tags_for_resource, resourceArn=arn),
    )
    return list(told.get("tags", ()))


def _logs(mine: Mine) -> Iterator[Thing]:
    """Groups named for a warehouse that the landscape builds in this account."""
    if not mine.built:
        return
    of = {f"{_LOGS}{kind}{name}" for name in mine.built for kind in ("", "cluster/")}
    for one in mine.listed(
        "logs", "describe_log_groups", "logGroups", "logs:DescribeLogGroups",
        logGroupNamePrefix=_LOGS,
    ):  # fmt: skip
        if one["logGroupName"].rpartition("/")[0] in of:
            yield one["logGroupName"], ""


WAREHOUSES: Final[tuple[Kind, ...]] = (
    Kind("cluster", _provisioned("describe_clusters", "Clusters", "ClusterIdentifier")),
    Kind(
        "subnet group of a cluster",
        _provisioned(
            "describe_cluster_subnet_groups", "ClusterSubnetGroups", "ClusterSubnetGroupName"
        ),
    ),
    Kind(
        "parameter group of a cluster",
        _provisioned(
            "describe_cluster_parameter_groups", "ParameterGroups", "ParameterGroupName"
        ),
    ),
    Kind("workgroup", _serverless("list_workgroups", "workgroups", "workgroup")),
    Kind("namespace", _serverless("list_namespaces", "namespaces", "namespace")),
    Kind(SNAPSHOT, last_snapshots),
    Kind(LOG, _logs),
)
"""What there may be of warehouses in any account, but for stacks."""
