"""Clusters and what belongs to them, as the API shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from studiogate.local.call import ApiCall
from studiogate.local.redshift.standing.things import (
    Authorization,
    Cluster,
    Endpoint,
    ParameterGroup,
    Snapshot,
    SubnetGroup,
)
from studiogate.local.redshift.standing.warehouses import Warehouses

_STATES: Mapping[str, str] = {
    "available": "Available",
    "creating": "Modifying",
    "modifying": "Modifying",
    "rebooting": "Unavailable",
    "deleting": "Modifying",
    "final-snapshot": "Modifying",
    "hardware-failure": "Failed",
}


def rows(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as Redshift lists them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def cluster(store: Warehouses, one: Cluster, call: ApiCall) -> dict[str, Any]:
    """A cluster; without an endpoint before it is available."""
    settings = one.settings
    found = store.address(one, call)
    endpoint = {"Address": found[0], "Port": found[1]} if found else None
    roles = [
        {"IamRoleArn": role, "ApplyStatus": "in-sync"} for role in settings.get("IamRoles", ())
    ]
    shown = {
        **{
            name: settings[name]
            for name in settings
            if name not in {"IamRoles", "LoadSampleData"}
        },
        "ClusterIdentifier": one.name,
        "NodeType": one.node_type,
        "ClusterStatus": one.status,
        "ClusterAvailabilityStatus": _STATES[one.status],
        "MasterUsername": one.master,
        "DBName": one.database,
        "Endpoint": endpoint,
        "ClusterCreateTime": one.created,
        "VpcSecurityGroups": memberships(one.groups),
        "ClusterParameterGroups": [
            {"ParameterGroupName": one.parameter_group, "ParameterApplyStatus": "in-sync"}
        ],
        "ClusterSubnetGroupName": one.subnet_group,
        "VpcId": one.vpc,
        "ClusterVersion": "1.0",
        "NumberOfNodes": one.nodes,
        "PubliclyAccessible": one.public,
        "Encrypted": True,
        "IamRoles": roles,
        "Tags": rows(one.tags),
        "ClusterNamespaceArn": one.place.arn("redshift", f"namespace:{one.namespace}"),
        "MasterPasswordSecretArn": one.secret,
        "MasterPasswordSecretKmsKeyId": one.secret_key,
        "AvailabilityZoneRelocationStatus": (
            "enabled" if settings.get("AvailabilityZoneRelocation") else "disabled"
        ),
        "MultiAZ": "Disabled",
    }
    return {name: value for name, value in shown.items() if value is not None}


def memberships(groups: Sequence[str]) -> list[dict[str, str]]:
    """Security groups as Redshift lists them."""
    return [{"VpcSecurityGroupId": group, "Status": "active"} for group in groups]


def subnet_group(one: SubnetGroup) -> dict[str, Any]:
    """A subnet group."""
    return {
        "ClusterSubnetGroupName": one.name,
        "Description": one.description,
        "VpcId": one.vpc,
        "SubnetGroupStatus": "Complete",
        "Subnets": [
            {"SubnetIdentifier": name, "SubnetStatus": "Active"} for name in one.subnets
        ],
        "Tags": rows(one.tags),
    }


def parameter_group(one: ParameterGroup) -> dict[str, Any]:
    """A parameter group, without its parameters."""
    return {
        "ParameterGroupName": one.name,
        "ParameterGroupFamily": one.family,
        "Description": one.description,
        "Tags": rows(one.tags),
    }


def snapshot(one: Snapshot) -> dict[str, Any]:
    """What was kept of a cluster."""
    held = one.cluster
    return {
        "SnapshotIdentifier": one.name,
        "SnapshotArn": one.arn,
        "ClusterIdentifier": held.name,
        "SnapshotCreateTime": one.created,
        "Status": "available",
        "Port": held.port,
        "ClusterCreateTime": held.created,
        "MasterUsername": held.master,
        "SnapshotType": "manual",
        "NodeType": held.node_type,
        "NumberOfNodes": held.nodes,
        "DBName": held.database,
        "VpcId": held.vpc,
        "Encrypted": True,
        "OwnerAccount": one.place.account,
        "ManualSnapshotRetentionPeriod": one.retention,
        "Tags": rows(one.tags),
    }


def authorization(one: Authorization, endpoints: int) -> dict[str, Any]:
    """What one account lets another do with a cluster."""
    return {
        "Grantor": one.cluster.place.account,
        "Grantee": one.grantee,
        "ClusterIdentifier": one.cluster.name,
        "AuthorizeTime": one.at,
        "ClusterStatus": one.cluster.status,
        "Status": "Authorized",
        "AllowedAllVPCs": not one.vpcs,
        "AllowedVPCs": list(one.vpcs),
        "EndpointCount": endpoints,
    }


def endpoint(store: Warehouses, one: Endpoint, call: ApiCall) -> dict[str, Any]:
    """A Redshift-managed VPC endpoint."""
    found = store.endpoint_address(one, call)
    where = {"Address": found[0], "Port": found[1]} if found else {}
    return {
        **where,
        "ClusterIdentifier": one.cluster.name,
        "ResourceOwner": one.cluster.place.account,
        "SubnetGroupName": one.subnet_group,
        "EndpointStatus": one.status,
        "EndpointName": one.name,
        "EndpointCreateTime": one.created,
        "VpcSecurityGroups": memberships(one.groups),
        "VpcEndpoint": {
            "VpcEndpointId": one.id,
            "VpcId": one.vpc,
            "NetworkInterfaces": [{"SubnetId": name} for name in one.subnets],
        },
    }
