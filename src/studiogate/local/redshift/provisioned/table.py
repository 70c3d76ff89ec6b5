"""What of the Redshift API is offered: each operation, what it needs, and what it looks at."""

from collections.abc import Mapping

from studiogate.local.redshift.provisioned import (
    clusters,
    credentials,
    endpoints,
    making,
    needs,
    parameter_groups,
    snapshots,
    subnet_groups,
    tags,
)
from studiogate.local.redshift.standing.desk import Doing, words
from studiogate.local.redshift.standing.warehouses import Warehouses

_PAGED = words("MaxRecords Marker TagKeys TagValues")
_CLUSTER = words("ClusterIdentifier")
_SUBNETS = words("ClusterSubnetGroupName")
_PARAMETERS = words("ParameterGroupName")
_MADE_OF = frozenset(making.KEPT) | words(
    "ClusterIdentifier ClusterParameterGroupName ClusterType Encrypted ManageMasterPassword "
    "MasterPasswordSecretKmsKeyId MasterUserPassword NodeType NumberOfNodes Port "
    "PubliclyAccessible VpcSecurityGroupIds"
)

_on_subnets = needs.on_group("subnetgroup", "ClusterSubnetGroupName")
_on_parameters = needs.on_group("parametergroup", "ParameterGroupName")

OPERATIONS: Mapping[str, Doing[Warehouses]] = {
    "CreateCluster": Doing(
        clusters.create_cluster,
        needs.on_new_cluster,
        _MADE_OF | words("ClusterSubnetGroupName DBName MasterUsername Tags"),
    ),
    "DescribeClusters": Doing(clusters.describe_clusters, needs.on_cluster, _CLUSTER | _PAGED),
    "ModifyCluster": Doing(
        clusters.modify_cluster,
        needs.on_new_cluster,
        _MADE_OF - words("DefaultIamRoleArn IamRoles KmsKeyId LoadSampleData"),
    ),
    "RebootCluster": Doing(clusters.reboot_cluster, needs.on_cluster, _CLUSTER),
    "DeleteCluster": Doing(
        clusters.delete_cluster,
        needs.on_cluster,
        _CLUSTER
        | words(
            "FinalClusterSnapshotIdentifier FinalClusterSnapshotRetentionPeriod "
            "SkipFinalClusterSnapshot"
        ),
    ),
    "DescribeClusterSnapshots": Doing(
        snapshots.describe_snapshots,
        needs.on_cluster,
        words("ClusterIdentifier SnapshotIdentifier MaxRecords Marker"),
    ),
    "DeleteClusterSnapshot": Doing(
        snapshots.delete_snapshot,
        needs.on_snapshot,
        words("SnapshotIdentifier SnapshotClusterIdentifier"),
    ),
    "RestoreFromClusterSnapshot": Doing(
        snapshots.restore,
        needs.on_restoring,
        words(
            "ClusterIdentifier ClusterSubnetGroupName SnapshotIdentifier VpcSecurityGroupIds"
        ),
    ),
    "CreateClusterSubnetGroup": Doing(
        subnet_groups.create, _on_subnets, _SUBNETS | words("Description SubnetIds Tags")
    ),
    "DescribeClusterSubnetGroups": Doing(
        subnet_groups.describe, needs.everywhere, _SUBNETS | _PAGED
    ),
    "ModifyClusterSubnetGroup": Doing(
        subnet_groups.modify, _on_subnets, _SUBNETS | words("Description SubnetIds")
    ),
    "DeleteClusterSubnetGroup": Doing(subnet_groups.delete, _on_subnets, _SUBNETS),
    "CreateClusterParameterGroup": Doing(
        parameter_groups.create,
        _on_parameters,
        _PARAMETERS | words("Description ParameterGroupFamily Tags"),
    ),
    "DescribeClusterParameterGroups": Doing(
        parameter_groups.describe, needs.everywhere, _PARAMETERS | _PAGED
    ),
    "DescribeClusterParameters": Doing(
        parameter_groups.describe_parameters,
        _on_parameters,
        _PARAMETERS | words("Source MaxRecords Marker"),
    ),
    "ModifyClusterParameterGroup": Doing(
        parameter_groups.modify, _on_parameters, _PARAMETERS | words("Parameters")
    ),
    "ResetClusterParameterGroup": Doing(
        parameter_groups.reset,
        _on_parameters,
        _PARAMETERS | words("Parameters ResetAllParameters"),
    ),
    "DeleteClusterParameterGroup": Doing(parameter_groups.delete, _on_parameters, _PARAMETERS),
    "DescribeLoggingStatus": Doing(tags.describe_logging, needs.on_cluster, _CLUSTER),
    "EnableLogging": Doing(
        tags.enable_logging, needs.on_cluster, _CLUSTER | words("LogDestinationType LogExports")
    ),
    "DisableLogging": Doing(tags.disable_logging, needs.on_cluster, _CLUSTER),
    "CreateTags": Doing(tags.create_tags, needs.on_resource, words("ResourceName Tags")),
    "DeleteTags": Doing(tags.delete_tags, needs.on_resource, words("ResourceName TagKeys")),
    "DescribeTags": Doing(
        tags.describe_tags, needs.on_resource, words("ResourceName ResourceType") | _PAGED
    ),
    "GetClusterCredentials": Doing(
        credentials.for_user,
        credentials.on_user,
        words("AutoCreate ClusterIdentifier DbGroups DbName DbUser DurationSeconds"),
    ),
    "GetClusterCredentialsWithIAM": Doing(
        credentials.for_identity,
        credentials.on_identity,
        words("ClusterIdentifier DbName DurationSeconds"),
    ),
    "AuthorizeEndpointAccess": Doing(
        endpoints.authorize, needs.on_cluster, _CLUSTER | words("Account VpcIds")
    ),
    "RevokeEndpointAccess": Doing(
        endpoints.revoke, needs.on_cluster, _CLUSTER | words("Account Force VpcIds")
    ),
    "DescribeEndpointAuthorization": Doing(
        endpoints.describe_authorizations,
        needs.on_cluster,
        _CLUSTER | words("Account Grantee MaxRecords Marker"),
    ),
    "CreateEndpointAccess": Doing(
        endpoints.create,
        needs.on_endpoint,
        _CLUSTER | words("EndpointName ResourceOwner SubnetGroupName VpcSecurityGroupIds"),
    ),
    "DescribeEndpointAccess": Doing(
        endpoints.describe,
        needs.on_endpoint,
        _CLUSTER | words("EndpointName ResourceOwner VpcId MaxRecords Marker"),
    ),
    "ModifyEndpointAccess": Doing(
        endpoints.modify, needs.everywhere, words("EndpointName VpcSecurityGroupIds")
    ),
    "DeleteEndpointAccess": Doing(endpoints.delete, needs.everywhere, words("EndpointName")),
}
