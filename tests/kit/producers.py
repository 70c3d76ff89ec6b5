"""Accounts with warehouses, domains that read them and a network, as AWS's calls tell of them.

Whatever a test does not change is as it should be; parameters are held to AWS's own model.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from studiogate.landscape.model import Landscape
from studiogate.reach.packets.asking import Question
from tests.kit.deploy_engine import check, error, method_of
from tests.kit.described import APPS, NODES, Described, described, tcp
from tests.kit.network_stacks import Built, built
from tests.kit.topology import document, laid

Row = dict[str, Any]
SALES = {"account": "data", "network": "data", "cluster": "sales", "database": "dev"}
READERS = {"readers": {"lob-a": ["analysts"]}}


@cache
def _built(manner: str) -> Built:
    return built(laid(connect=manner).landscape)


@dataclass
class Producers:
    """An organisation in which lob-a reads sales; implements what of `Accounts` is used."""

    manner: str = "transit-gateway"
    warehouse: Row = field(default_factory=dict)
    """Keys of the warehouse in the landscape that differ."""

    refuses: dict[str, ClientError] = field(default_factory=dict)
    """What it answers with, by boto3's name of the operation."""

    asked: list[tuple[str, str, str]] = field(default_factory=list)
    clusters: dict[str, Row] = field(default_factory=dict)
    workgroups: dict[str, Row] = field(default_factory=dict)
    endpoints: list[Row] = field(default_factory=list)
    domains: dict[str, Row] = field(default_factory=dict)
    apps: list[Row] = field(default_factory=list)
    landscape: Landscape = field(init=False)
    network: Described = field(init=False)

    def __post_init__(self) -> None:
        self.network = described(_built(self.manner))
        sales = {**SALES, **READERS, **self.warehouse}
        kept = {key: value for key, value in sales.items() if value is not None}
        file = document(connect=self.manner, warehouses={"sales": kept})
        self.landscape = laid(file).landscape
        there = self.network
        nodes = self._where("data", NODES)
        self.clusters["sales"] = {
            "ClusterStatus": "available",
            "VpcId": there.vpcs["data"],
            "VpcSecurityGroups": [{"VpcSecurityGroupId": one} for one in nodes["groups"]],
            "PubliclyAccessible": False,
            "NodeType": "x9.large",
            "MasterUsername": "studiogate_admin",
            "ClusterSubnetGroupName": "sales",
            "Endpoint": {"Port": 5439},
        }
        self.workgroups["sales"] = {
            "status": "AVAILABLE",
            "subnetIds": nodes["subnets"],
            "securityGroupIds": nodes["groups"],
            "publiclyAccessible": False,
            "port": 5439,
        }
        for domain, network in (("forecasting", "lob-a"), ("fraud", "lob-b")):
            apps = self._where(network, APPS)
            self.domains[domain] = {
                "DomainName": domain,
                "account": there.accounts[there.vpcs[network]],
                "VpcId": there.vpcs[network],
                "SubnetIds": apps["subnets"],
                "DefaultUserSettings": {"SecurityGroups": apps["groups"]},
                "AuthMode": "IAM",
                "AppNetworkAccessType": "VpcOnly",
                "DomainSettings": {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"},
            }
            there.group(apps["groups"][0])["IpPermissionsEgress"].append(
                tcp(2049, "10.0.0.0/8")
            )

        self.network.rows[self.landscape.hub_account, "DescribeVpcEndpoints"] += [
            {"ServiceName": f"com.amazonaws.eu-west-1.{one}", "State": "available"}
            for one in ("sts", "redshift", "redshift-data", "redshift-serverless")
        ]

    def _where(self, network: str, group: str) -> dict[str, list[str]]:
        rows = self.network.of(network, "DescribeSubnets")
        return {
            "subnets": [row["SubnetId"] for row in rows],
            "groups": [group.format(network)],
        }

    def managed(self, network: str, **changes: Any) -> None:
        """Make a Redshift-managed endpoint in `network`, let in and out by the apps' own group."""
        where = self._where(network, APPS)
        self.network.group(where["groups"][0])["IpPermissions"] = [tcp(5439, "10.100.0.0/16")]
        faces = [{"SubnetId": one} for one in where["subnets"]]
        row = {
            "EndpointName": "sales-lob-a",
            "EndpointStatus": "active",
            "VpcSecurityGroups": [{"VpcSecurityGroupId": one} for one in where["groups"]],
            "VpcEndpoint": {
                "VpcId": self.network.vpcs[network],
                "NetworkInterfaces": faces,
            },
        }
        self.endpoints.append({**row, **changes})

    def client(self, account: str, service: str) -> Any:
        return _Client(self, account, service)

    def answer(self, account: str, name: str, asked: Row) -> Row:
        if refusal := self.refuses.get(name):
            raise refusal
        known: dict[str, Callable[[str, Row], Row]] = {
            "describe_clusters": self._clusters,
            "describe_cluster_subnet_groups": self._seats,
            "get_workgroup": self._workgroup,
            "describe_endpoint_access": self._endpoints,
            "list_domains": self._domains,
            "describe_domain": self._domain,
            "list_apps": lambda _, __: {"Apps": self.apps},
        }
        return known[name](account, asked)

    def _clusters(self, account: str, asked: Row) -> Row:
        name = asked["ClusterIdentifier"]
        if account != "444444444444" or name not in self.clusters:
            raise error("DescribeClusters", "ClusterNotFound", f"{name} not found", 404)
        return {"Clusters": [self.clusters[name]]}

    def _seats(self, _: str, __: Row) -> Row:
        seats = [{"SubnetIdentifier": one} for one in self._where("data", NODES)["subnets"]]
        return {"ClusterSubnetGroups": [{"Subnets": seats}]}

    def _workgroup(self, account: str, asked: Row) -> Row:
        name = asked["workgroupName"]
        if account != "444444444444" or name not in self.workgroups:
            raise error("GetWorkgroup", "ResourceNotFoundException", f"{name} not found")
        return {"workgroup": self.workgroups[name]}

    def _endpoints(self, _: str, asked: Row) -> Row:
        here = [one for one in self.endpoints if one["VpcEndpoint"]["VpcId"] == asked["VpcId"]]
        return {"EndpointAccessList": here}

    def _domains(self, account: str, _: Row) -> Row:
        there = self.domains.items()
        rows = [{**one, "DomainId": f"d-{name}"} for name, one in there]
        return {"Domains": [one for one in rows if one["account"] == account]}

    def _domain(self, _: str, asked: Row) -> Row:
        return self.domains[asked["DomainId"].removeprefix("d-")]


@dataclass(frozen=True)
class _Client:
    there: Producers
    account: str
    service: str

    def can_paginate(self, _operation: str) -> bool:
        return False

    def __getattr__(self, name: str) -> Callable[..., Row]:
        def call(**asked: Any) -> Row:
            operation = method_of(self.service, name)
            check(self.service, operation, asked)
            self.there.asked.append((self.account, self.service, operation))
            if self.service == "ec2":
                return self._ec2(operation, name, asked)
            return self.there.answer(self.account, name, asked)

        return call

    def _ec2(self, operation: str, name: str, asked: Row) -> Row:
        if refusal := self.there.refuses.get(name):
            raise refusal
        if wanted := asked.get("SubnetIds"):
            rows = self.there.network.rows[self.account, operation]
            return {"Subnets": [one for one in rows if one["SubnetId"] in wanted]}
        filters = tuple((one["Name"], tuple(one["Values"])) for one in asked.get("Filters", ()))
        named = tuple((k, v) for k, v in asked.items() if k != "Filters")
        question = Question(self.account, operation, "", named, filters)
        return _Any(self.there.network.ask(question))


class _Any(dict[str, Any]):
    """The rows, under whatever key they are asked for."""

    def __init__(self, rows: list[Row]) -> None:
        super().__init__()
        self._rows = rows

    def __getitem__(self, key: str) -> list[Row]:
        return self._rows
