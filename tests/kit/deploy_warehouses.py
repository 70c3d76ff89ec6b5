"""Redshift, Redshift Serverless and the groups of logs of one account, in memory."""

from dataclasses import dataclass, field
from typing import Any

from tests.kit.deploy_engine import Asked, error
from tests.kit.deploy_services import Client

Tags = dict[str, str]


class FakeRedshift(Client):
    """Clusters, what they are made with, and snapshots, which have no tags."""

    service = "redshift"

    def __init__(self) -> None:
        self.clusters: dict[str, Tags] = {}
        self.groups: dict[str, Tags] = {}
        """Subnet groups and, of the same names, parameter groups."""

        self.snapshots: dict[str, str] = {}
        """`manual` or `automated`, by name; each of a cluster `sales`."""

    def do_describe_clusters(self, _asked: Asked) -> Any:
        rows = self._rows("ClusterIdentifier", self.clusters)
        return {"Clusters": [{**one, "ClusterStatus": "available"} for one in rows]}

    def do_describe_cluster_subnet_groups(self, _asked: Asked) -> Any:
        return {"ClusterSubnetGroups": self._rows("ClusterSubnetGroupName", self.groups)}

    def do_describe_cluster_parameter_groups(self, _asked: Asked) -> Any:
        return {"ParameterGroups": self._rows("ParameterGroupName", self.groups)}

    def do_describe_cluster_snapshots(self, _asked: Asked) -> Any:
        told = {"ClusterIdentifier": "sales", "Tags": []}
        return {
            "Snapshots": [
                {**told, "SnapshotIdentifier": name, "SnapshotType": kind}
                for name, kind in self.snapshots.items()
            ]
        }

    def do_delete_cluster_snapshot(self, asked: Asked) -> Any:
        if self.snapshots.pop(asked["SnapshotIdentifier"], None) is None:
            raise error("DeleteClusterSnapshot", "ClusterSnapshotNotFound", "none", 404)
        return {}

    def _rows(self, called: str, some: dict[str, Tags]) -> list[dict[str, Any]]:
        return [
            {
                called: name,
                "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
            }
            for name, tags in some.items()
        ]


class FakeServerless(Client):
    """Workgroups, namespaces of the same names, and snapshots."""

    service = "redshift-serverless"

    def __init__(self) -> None:
        self.workgroups: dict[str, Tags] = {}
        self.snapshots: dict[str, str] = {}
        """The namespace each is of, by name."""

    def do_list_workgroups(self, _asked: Asked) -> Any:
        return {"workgroups": self._rows("workgroup")}

    def do_list_namespaces(self, _asked: Asked) -> Any:
        return {"namespaces": self._rows("namespace")}

    def do_list_tags_for_resource(self, asked: Asked) -> Any:
        tags = self.workgroups[asked["resourceArn"].rpartition("/")[2]]
        return {"tags": [{"key": key, "value": value} for key, value in tags.items()]}

    def do_list_snapshots(self, _asked: Asked) -> Any:
        some = self.snapshots.items()
        return {"snapshots": [{"snapshotName": one, "namespaceName": of} for one, of in some]}

    def do_delete_snapshot(self, asked: Asked) -> Any:
        if self.snapshots.pop(asked["snapshotName"], None) is None:
            raise error("DeleteSnapshot", "ResourceNotFoundException", "none")
        return {}

    def _rows(self, thing: str) -> list[dict[str, Any]]:
        arn = f"arn:aws:redshift-serverless:::{thing}/"
        return [
            {f"{thing}Name": name, f"{thing}Arn": f"{arn}{name}", "status": "AVAILABLE"}
            for name in self.workgroups
        ]


class FakeLogs(Client):
    """Groups of logs."""

    service = "logs"

    def __init__(self) -> None:
        self.groups: list[str] = []

    def do_describe_log_groups(self, asked: Asked) -> Any:
        start = asked.get("logGroupNamePrefix", "")
        found = [one for one in self.groups if one.startswith(start)]
        return {"logGroups": [{"logGroupName": one} for one in found]}


@dataclass
class FakeWarehouses:
    """What is in one account."""

    redshift: FakeRedshift = field(default_factory=FakeRedshift)
    serverless: FakeServerless = field(default_factory=FakeServerless)
    logs: FakeLogs = field(default_factory=FakeLogs)

    def client(self, service: str) -> Client | None:
        """The one that answers for `service`, if it is of these."""
        mine: tuple[Client, ...] = (self.redshift, self.serverless, self.logs)
        return next((one for one in mine if one.service == service), None)
