"""In a reader's VPC: an endpoint that Redshift manages, and that leads to one cluster.

Then no route is between the two networks (S1-22 to S1-25 are not needed): the cluster is at an
address of the reader's own VPC.  Its name is asked for by the apps when they start.
Source: CloudFormation Template Reference, AWS::Redshift::EndpointAccess.
"""

from functools import cache

from troposphere import GetAtt, Ref, ec2, redshift

from studiogate.foundation.stacks import Template
from studiogate.foundation.templates.dns import NOWHERE
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.studio import REDSHIFT
from studiogate.foundation.templates.studio_parameters import told
from studiogate.foundation.templates.subnets import described, gives


@cache
def managed_endpoint(*, abroad: bool) -> Template:
    """The template of an endpoint; `abroad`: the cluster is in another account."""
    template = described("an endpoint to a warehouse")
    subnets = template.add_resource(
        redshift.ClusterSubnetGroup(
            "Subnets",
            Description="The private subnets of those who read",
            SubnetIds=told(template, "SubnetIds"),
        )
    )
    door = template.add_resource(
        ec2.SecurityGroup(
            "Door",
            GroupDescription="Notebooks of this VPC, to the endpoint of a warehouse",
            VpcId=told(template, "VpcId"),
            SecurityGroupIngress=[
                {
                    "Description": "Notebooks that read",
                    "IpProtocol": "tcp",
                    "FromPort": REDSHIFT,
                    "ToPort": REDSHIFT,
                    "CidrIp": told(template, "VpcCidr"),
                }
            ],
            SecurityGroupEgress=[NOWHERE],
        )
    )
    owner = {"ResourceOwner": told(template, "Producer")} if abroad else {}
    endpoint = template.add_resource(
        redshift.EndpointAccess(
            "Endpoint",
            EndpointName=told(template, "EndpointName"),
            ClusterIdentifier=told(template, "ClusterName"),
            **owner,
            SubnetGroupName=Ref(subnets),
            VpcSecurityGroupIds=[GetAtt(door, "GroupId")],
        )
    )
    gives(template, "Address", GetAtt(endpoint, "Address"))
    return made("managed-endpoint-abroad" if abroad else "managed-endpoint", template)
