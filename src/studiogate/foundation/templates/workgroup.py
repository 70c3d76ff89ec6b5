"""A serverless workgroup of ours, in private subnets, that nobody reaches but by its doors.

Its namespace holds the data, and leaves a last snapshot when it goes.  Under AWS's own key, for
the reason that clusters are.  Source: CloudFormation Template Reference,
AWS::RedshiftServerless::Namespace and AWS::RedshiftServerless::Workgroup.
"""

from functools import cache

from troposphere import GetAtt, Ref, Select, Split, Sub, redshiftserverless

from studiogate.foundation.stacks import Template
from studiogate.foundation.templates.cluster import ADMINISTRATOR, LOGS
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.studio import REDSHIFT
from studiogate.foundation.templates.studio_parameters import told
from studiogate.foundation.templates.subnets import described, gives

KEEPS = ("Namespace",)

LAST_SNAPSHOT_DAYS = 365
"""Days in which a namespace that went can be had back."""

_LAST_SNAPSHOT = Sub(
    "${WorkgroupName}-${Stack}", Stack=Select(2, Split("/", Ref("AWS::StackId")))
)
"""Another name for each stack there is: Redshift makes no snapshot of a name that an earlier
one has, and the namespace would stay (decision 24).  An id of a stack ends in a UUID."""


@cache
def workgroup() -> Template:
    """The template of a workgroup and its namespace, which is called the same."""
    template = described("a warehouse: a serverless workgroup")
    name = told(template, "WorkgroupName")
    namespace = template.add_resource(
        redshiftserverless.Namespace(
            "Namespace",
            NamespaceName=name,
            DbName=told(template, "Database"),
            AdminUsername=ADMINISTRATOR,
            ManageAdminPassword=True,
            LogExports=LOGS,
            FinalSnapshotName=_LAST_SNAPSHOT,
            FinalSnapshotRetentionPeriod=LAST_SNAPSHOT_DAYS,
        )
    )
    made_one = template.add_resource(
        redshiftserverless.Workgroup(
            "Workgroup",
            WorkgroupName=name,
            NamespaceName=Ref(namespace),
            BaseCapacity=told(template, "BaseRpus"),
            SubnetIds=told(template, "SubnetIds"),
            SecurityGroupIds=told(template, "SecurityGroupIds"),
            Port=REDSHIFT,
            PubliclyAccessible=False,
            EnhancedVpcRouting=True,
            ConfigParameters=[
                redshiftserverless.ConfigParameter(ParameterKey=key, ParameterValue="true")
                for key in ("enable_user_activity_logging", "require_ssl")
            ],
        )
    )
    gives(template, "WorkgroupId", GetAtt(made_one, "Workgroup.WorkgroupId"))
    gives(template, "Address", GetAtt(made_one, "Workgroup.Endpoint.Address"))
    return made("workgroup", template)
