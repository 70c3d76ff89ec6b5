"""A Redshift cluster of ours, in private subnets, that nobody reaches but by its doors.

Under AWS's own key for Redshift, not one of ours: what a deleted cluster leaves is its last
snapshot, and a key that went with the stack would leave nobody able to read it.
Source: CloudFormation Template Reference, AWS::Redshift::Cluster; Redshift Management Guide,
"Database audit logging", "Parameter groups".
"""

from functools import cache
from typing import Any

from troposphere import GetAtt, Ref, Sub, redshift
from troposphere import Template as Troposphere

from studiogate.foundation.stacks import Template
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.studio import REDSHIFT
from studiogate.foundation.templates.studio_parameters import told
from studiogate.foundation.templates.subnets import described, gives

KEEPS = ("Cluster",)
"""What holds data: replacing it would lose the cluster, though not its last snapshot."""

ADMINISTRATOR = "studiogate_admin"
"""The database user that a warehouse is made with; its password is kept by Secrets Manager."""

LOGS = ["connectionlog", "useractivitylog", "userlog"]
"""Who signed in, what they ran, how users changed (S1-20)."""

SNAPSHOT_DAYS = 7


@cache
def cluster(*, several: bool, relocates: bool) -> Template:
    """The template of a cluster: of `several` nodes, or of one.

    With `relocates` it may be moved to another zone, without which there are no endpoints that
    Redshift manages (Redshift Management Guide, "Redshift-managed VPC endpoints").
    """
    template = described("a warehouse: a cluster")
    nodes: dict[str, Any] = {"ClusterType": "single-node"}
    if several:
        nodes = {"ClusterType": "multi-node", "NumberOfNodes": told(template, "Nodes")}
    made_one = template.add_resource(
        redshift.Cluster(
            "Cluster",
            ClusterIdentifier=told(template, "ClusterName"),
            DBName=told(template, "Database"),
            NodeType=told(template, "NodeType"),
            **nodes,
            MasterUsername=ADMINISTRATOR,
            ManageMasterPassword=True,
            Port=REDSHIFT,
            PubliclyAccessible=False,
            EnhancedVpcRouting=True,
            Encrypted=True,
            AvailabilityZoneRelocation=relocates,
            **_groups(template),
            VpcSecurityGroupIds=told(template, "SecurityGroupIds"),
            AutomatedSnapshotRetentionPeriod=SNAPSHOT_DAYS,
            LoggingProperties=redshift.LoggingProperties(
                LogDestinationType="cloudwatch", LogExports=LOGS
            ),
            DeletionPolicy="Snapshot",
            UpdateReplacePolicy="Snapshot",
        )
    )
    gives(template, "Address", GetAtt(made_one, "Endpoint.Address"))
    words = [word for word, true in (("several", several), ("relocates", relocates)) if true]
    return made("-".join(["cluster", *words]), template)


def _groups(template: Troposphere) -> dict[str, Any]:
    """The subnets of a cluster, and how it is set."""
    subnets = template.add_resource(
        redshift.ClusterSubnetGroup(
            "Subnets",
            Description="The private subnets of the warehouse",
            SubnetIds=told(template, "SubnetIds"),
        )
    )
    parameters = template.add_resource(
        redshift.ClusterParameterGroup(
            "Parameters",
            Description="TLS only, and a record of every statement",
            ParameterGroupFamily="redshift-1.0",
            Parameters=[
                redshift.AmazonRedshiftParameter(ParameterName=name, ParameterValue="true")
                for name in ("enable_user_activity_logging", "require_ssl")
            ],
        )
    )
    return {
        "ClusterSubnetGroupName": Ref(subnets),
        "ClusterParameterGroupName": Ref(parameters),
    }


@cache
def granted(readers: int) -> Template:
    """The template of which accounts may have an endpoint to a cluster, in which VPCs."""
    template = described("who may have an endpoint to a warehouse")
    for n in range(1, readers + 1):
        template.add_resource(
            redshift.EndpointAuthorization(
                f"Granted{n}",
                ClusterIdentifier=told(template, "ClusterName"),
                Account=told(template, "Reader", n),
                VpcIds=told(template, "ReaderVpcIds", n),
            )
        )
    gives(template, "Granted", Sub("${ClusterName}"))
    return made(f"granted-{readers}", template)
