"""Redshift: clusters, where they are and how they are set, and who may reach them.

A cluster goes without a snapshot unless a policy of the template says `Snapshot`.  Source:
CloudFormation Template Reference, "Amazon Redshift"; Redshift API Reference.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from studiogate import names
from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Look,
    State,
    Step,
    Turn,
    at,
    by,
    changing,
    ends,
    made_by,
    prop,
    reads,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.tagging import (
    pairs,
    read_pairs,
    tagged,
    tagging,
)

_IN_MODIFY = (
    "AllowVersionUpgrade AutomatedSnapshotRetentionPeriod AvailabilityZoneRelocation "
    "ClusterParameterGroupName ClusterType Encrypted EnhancedVpcRouting MaintenanceTrackName "
    "ManageMasterPassword ManualSnapshotRetentionPeriod MasterPasswordSecretKmsKeyId "
    "MasterUserPassword NodeType NumberOfNodes Port PreferredMaintenanceWindow "
    "PubliclyAccessible VpcSecurityGroupIds"
)
_FOREVER = "ClusterIdentifier ClusterSubnetGroupName DBName MasterUsername"
_CLUSTER: Mapping[str, Any] = {"ClusterIdentifier": this}
_GONE = words("ClusterNotFound")


def _arn(kind: str) -> Callable[[Turn], str]:
    def arn(turn: Turn) -> str:
        partition = names.partition(turn.region)
        return f"arn:{partition}:redshift:{turn.region}:{turn.account}:{kind}:{turn.id}"

    return arn


def _tagging(kind: str) -> Step:
    return tagging("CreateTags", "DeleteTags", who={"ResourceName": _arn(kind)})


def _logging(turn: Turn) -> Iterable[Ask]:
    wanted = turn.wanted.get("LoggingProperties")
    if not wanted:
        return [Ask("DisableLogging", {"ClusterIdentifier": turn.id})]
    return [Ask("EnableLogging", {"ClusterIdentifier": turn.id, **wanted})]


def _last_snapshot(turn: Turn, name: str) -> Iterable[Ask]:
    said = {"ClusterIdentifier": turn.id, "FinalClusterSnapshotIdentifier": name}
    return [Ask("DeleteCluster", said)]


CLUSTER = ApiKind(
    name="AWS::Redshift::Cluster",
    service="redshift",
    properties=words(f"{_IN_MODIFY} {_FOREVER} LoggingProperties Tags"),
    required=words("ClusterType DBName MasterUsername NodeType"),
    replaced_by=words(_FOREVER),
    called=("ClusterIdentifier", 63),
    lower=True,
    make=made_by("CreateCluster", apart="LoggingProperties", Tags=tagged(pairs)),
    id=lambda answer, _: str(answer["Cluster"]["ClusterIdentifier"]),
    computed={"Id": this},
    looks=(
        Look(
            asks=by("DescribeClusters", **_CLUSTER),
            at=at("Clusters.0"),
            gone=_GONE,
            attributes=reads(
                "ClusterNamespaceArn Endpoint.Address Endpoint.Port MasterPasswordSecretArn"
            ),
            live={
                **reads(
                    f"{_FOREVER} AllowVersionUpgrade AutomatedSnapshotRetentionPeriod "
                    "Encrypted EnhancedVpcRouting NodeType NumberOfNodes PubliclyAccessible"
                ),
                "AvailabilityZoneRelocation": lambda one: (
                    one.get("AvailabilityZoneRelocationStatus") == "enabled"
                ),
                "ClusterParameterGroupName": at("ClusterParameterGroups.0.ParameterGroupName"),
                "Tags": read_pairs(),
                "VpcSecurityGroupIds": lambda one: [
                    group["VpcSecurityGroupId"] for group in one.get("VpcSecurityGroups") or ()
                ],
            },
            state=State(
                at=at("ClusterStatus"),
                ready=words("available"),
                waiting=words("creating modifying rebooting"),
            ),
        ),
        Look(
            asks=by("DescribeLoggingStatus", **_CLUSTER),
            live={"LoggingProperties": lambda one: one},
        ),
    ),
    steps=(
        Step(words("LoggingProperties"), _logging, first=True),
        changing("ModifyCluster", _IN_MODIFY, **_CLUSTER),
        _tagging("cluster"),
    ),
    steps_wait=True,
    end=ends(by("DeleteCluster", SkipFinalClusterSnapshot=True, **_CLUSTER)),
    end_keeping=_last_snapshot,
    gone=_GONE,
    lingers=True,
)


def _subnets(turn: Turn) -> Iterable[Ask]:
    """Other subnets are all of them; a description never comes alone."""
    said = {name: turn.wanted[name] for name in ("Description", "SubnetIds")}
    return [Ask("ModifyClusterSubnetGroup", {"ClusterSubnetGroupName": turn.id, **said})]


SUBNET_GROUP = ApiKind(
    name="AWS::Redshift::ClusterSubnetGroup",
    service="redshift",
    properties=words("Description SubnetIds Tags"),
    required=words("Description SubnetIds"),
    # Not a property: CloudFormation makes the name up, always.
    called=("ClusterSubnetGroupName", 255),
    lower=True,
    make=made_by("CreateClusterSubnetGroup", Tags=tagged(pairs)),
    id=lambda answer, _: str(answer["ClusterSubnetGroup"]["ClusterSubnetGroupName"]),
    computed={"ClusterSubnetGroupName": this},
    looks=(
        Look(
            asks=by("DescribeClusterSubnetGroups", ClusterSubnetGroupName=this),
            at=at("ClusterSubnetGroups.0"),
            gone=words("ClusterSubnetGroupNotFoundFault"),
            live={
                **reads("Description"),
                "SubnetIds": lambda one: [sub["SubnetIdentifier"] for sub in one["Subnets"]],
                "Tags": read_pairs(),
            },
        ),
    ),
    steps=(Step(words("Description SubnetIds"), _subnets), _tagging("subnetgroup")),
    end=ends(by("DeleteClusterSubnetGroup", ClusterSubnetGroupName=this)),
    gone=words("ClusterSubnetGroupNotFoundFault"),
)


def _parameters(turn: Turn) -> Iterable[Ask]:
    """Those that are gone go back to what the family has; the others are set."""
    group = {"ParameterGroupName": turn.id}
    wanted, before = (
        {one["ParameterName"]: one for one in given.get("Parameters") or ()}
        for given in (turn.wanted, turn.before)
    )
    if gone := [before[name] for name in sorted(before.keys() - wanted.keys())]:
        yield Ask("ResetClusterParameterGroup", {**group, "Parameters": gone})
    if wanted:
        said = {**group, "Parameters": list(wanted.values())}
        yield Ask("ModifyClusterParameterGroup", said)


PARAMETER_GROUP = ApiKind(
    name="AWS::Redshift::ClusterParameterGroup",
    service="redshift",
    properties=words("Description ParameterGroupFamily ParameterGroupName Parameters Tags"),
    required=words("Description ParameterGroupFamily"),
    replaced_by=words("Description ParameterGroupFamily ParameterGroupName"),
    called=("ParameterGroupName", 255),
    lower=True,
    make=made_by("CreateClusterParameterGroup", apart="Parameters", Tags=tagged(pairs)),
    id=lambda answer, _: str(answer["ClusterParameterGroup"]["ParameterGroupName"]),
    looks=(
        Look(
            asks=by("DescribeClusterParameterGroups", ParameterGroupName=this),
            at=at("ParameterGroups.0"),
            gone=words("ClusterParameterGroupNotFound"),
            live={
                **reads("Description ParameterGroupFamily ParameterGroupName"),
                "Tags": read_pairs(),
            },
        ),
        Look(
            asks=by("DescribeClusterParameters", ParameterGroupName=this, Source="user"),
            live={
                "Parameters": lambda answer: [
                    {name: one[name] for name in ("ParameterName", "ParameterValue")}
                    for one in answer["Parameters"]
                ]
            },
        ),
    ),
    steps=(
        Step(words("Parameters"), _parameters, first=True),
        _tagging("parametergroup"),
    ),
    end=ends(by("DeleteClusterParameterGroup", ParameterGroupName=this)),
    gone=words("ClusterParameterGroupNotFound"),
)

_WHOSE: Mapping[str, Any] = {
    "Account": prop("Account"),
    "ClusterIdentifier": prop("ClusterIdentifier"),
}
_NOT_LET = words("ClusterNotFound EndpointAuthorizationNotFound")


def _vpcs(turn: Turn) -> Iterable[Ask]:
    """Those that are new are let before those that are gone are not."""
    whose = {name: of(turn) for name, of in _WHOSE.items()}
    wanted, before = (given.get("VpcIds") or [] for given in (turn.wanted, turn.before))
    if not wanted:  # from now on any
        yield Ask("RevokeEndpointAccess", {**whose, "Force": True})
        yield Ask("AuthorizeEndpointAccess", whose)
        return
    if not before:
        yield Ask("RevokeEndpointAccess", {**whose, "Force": True})
    if new := [vpc for vpc in wanted if vpc not in before]:
        yield Ask("AuthorizeEndpointAccess", {**whose, "VpcIds": new})
    if gone := [vpc for vpc in before if vpc not in wanted]:
        force = bool(turn.wanted.get("Force", False))
        yield Ask("RevokeEndpointAccess", {**whose, "VpcIds": gone, "Force": force})


ENDPOINT_AUTHORIZATION = ApiKind(
    name="AWS::Redshift::EndpointAuthorization",
    service="redshift",
    properties=words("Account ClusterIdentifier Force VpcIds"),
    required=words("Account ClusterIdentifier"),
    replaced_by=words("Account ClusterIdentifier"),
    inert=words("Force"),
    make=made_by("AuthorizeEndpointAccess", apart="Force"),
    id=lambda _, turn: f"{turn.wanted['ClusterIdentifier']}|{turn.wanted['Account']}",
    looks=(
        Look(
            asks=by("DescribeEndpointAuthorization", **_WHOSE),
            at=at("EndpointAuthorizationList.0"),
            gone=_NOT_LET,
            attributes=reads(
                "AllowedAllVPCs AllowedVPCs AuthorizeTime ClusterStatus EndpointCount Grantee "
                "Grantor Status"
            ),
            live={
                **reads("ClusterIdentifier"),
                "Account": at("Grantee"),
                "VpcIds": at("AllowedVPCs"),
            },
        ),
    ),
    steps=(Step(words("VpcIds"), _vpcs),),
    end=ends(by("RevokeEndpointAccess", Force=prop("Force"), **_WHOSE)),
    gone=_NOT_LET,
)


def _groups(one: Mapping[str, Any]) -> list[str]:
    return [group["VpcSecurityGroupId"] for group in one.get("VpcSecurityGroups") or ()]


_WHERE = "ClusterIdentifier EndpointName ResourceOwner SubnetGroupName"

ENDPOINT_ACCESS = ApiKind(
    name="AWS::Redshift::EndpointAccess",
    service="redshift",
    properties=words(f"{_WHERE} VpcSecurityGroupIds"),
    required=words("ClusterIdentifier EndpointName SubnetGroupName VpcSecurityGroupIds"),
    replaced_by=words(_WHERE),
    make=made_by("CreateEndpointAccess"),
    id=lambda answer, _: str(answer["EndpointName"]),
    looks=(
        Look(
            asks=by("DescribeEndpointAccess", EndpointName=this),
            at=at("EndpointAccessList.0"),
            gone=words("EndpointNotFound"),
            attributes={
                **reads("Address EndpointCreateTime EndpointStatus Port"),
                **reads("VpcEndpoint.VpcEndpointId VpcEndpoint.VpcId"),
                "VpcSecurityGroups": _groups,
            },
            live={**reads(_WHERE), "VpcSecurityGroupIds": _groups},
            state=State(
                at=at("EndpointStatus"),
                ready=words("active"),
                waiting=words("creating modifying"),
            ),
        ),
    ),
    steps=(changing("ModifyEndpointAccess", "VpcSecurityGroupIds", EndpointName=this),),
    end=ends(by("DeleteEndpointAccess", EndpointName=this)),
    gone=words("EndpointNotFound"),
    lingers=True,
)


KINDS = (CLUSTER, SUBNET_GROUP, PARAMETER_GROUP, ENDPOINT_AUTHORIZATION, ENDPOINT_ACCESS)
