"""The way of a VPC to S3: a route of its own, to its account's buckets and the hub's (S3-15).

In each VPC, because a gateway endpoint is a route and serves nobody beyond its VPC.
"""

from collections.abc import Sequence
from typing import Any

from troposphere import Sub, Template, ec2

from studiogate.foundation.symbols import symbol
from studiogate.foundation.templates.policies import resolvable
from studiogate.foundation.templates.studio_parameters import told
from studiogate.policy.by_account import s3_gateway_policy


def s3_gateway(template: Template, vpc: Any, tables: Sequence[Any]) -> None:
    """Put the gateway of `vpc`, whose route tables are `tables`, into `template`.

    It is told `HubAccount`.
    """
    told(template, "HubAccount")
    policy = s3_gateway_policy(
        region=symbol("AWS::Region"),
        account=symbol("AWS::AccountId"),
        hub=symbol("HubAccount"),
    )
    template.add_resource(
        ec2.VPCEndpoint(
            "S3",
            VpcEndpointType="Gateway",
            ServiceName=Sub("com.amazonaws.${AWS::Region}.s3"),
            VpcId=vpc,
            RouteTableIds=list(tables),
            PolicyDocument=resolvable(policy),
        )
    )
