"""The gateway and its authorizer as functions: code, roles, logs, and what they are told.

The same bundle is both; what Lambda imports tells them apart.  Their environments are sealed
with our own key, because the gateway's holds the keys of people's sessions (decision 10).
"""

from collections.abc import Mapping
from typing import Any

from troposphere import GetAtt, Parameter, Ref, Template, ec2, iam, logs
from troposphere.awslambda import Code, Environment, Function, LoggingConfig, VPCConfig

from studiogate.foundation.symbols import intrinsic
from studiogate.policy.functions import log_group
from studiogate.topology.roles import Role

MEMORY_MB = 1769
"""Where Lambda gives one whole CPU (Lambda Developer Guide, "Configure memory"): a cold start
computes, and costs the same at half the size in twice the time."""

TIMEOUT_S = 10
"""Two tables, STS and SageMaker take a tenth; API Gateway gives 29 (F-20)."""

LOG_DAYS = 365
"""Days that logs are kept: as long as questions about an opening are likely."""

RUNTIMES = ("python3.11", "python3.12", "python3.13", "python3.14")
"""Runtimes that Lambda supports and the gateway runs on; the bundle is made for one."""


def bundle_parameters(template: Template) -> None:
    """Say in `template` which parameters name the bundle."""
    told = (
        Parameter(
            "BundleBucket",
            Type="String",
            AllowedPattern="^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
            Description="The bucket that the bundle of the functions is in.",
        ),
        Parameter(
            "BundleKey",
            Type="String",
            AllowedPattern="^[A-Za-z0-9/._-]{1,256}$",
            Description="Where in it the bundle is; another bundle has another key.",
        ),
        Parameter(
            "BundleRuntime",
            Type="String",
            AllowedValues=list(RUNTIMES),
            Default="python3.13",
            Description="The runtime that the bundle was made for.",
        ),
        Parameter(
            "BundleArchitecture",
            Type="String",
            AllowedValues=["arm64", "x86_64"],
            Default="arm64",
            Description="The processor that the bundle was made for.",
        ),
    )
    for parameter in told:
        template.add_parameter(parameter)


def role(template: Template, logical: str, made_of: Role) -> iam.Role:
    """The role `made_of`, put into `template` with every document on it."""
    managed = [
        template.add_resource(
            iam.ManagedPolicy(
                f"{logical}Part{number}",
                ManagedPolicyName=name,
                Description="studiogate: the lines of business it acts for",
                PolicyDocument=intrinsic(document),
            )
        )
        for number, (name, document) in enumerate(made_of.managed.items(), start=1)
    ]
    attached = {"ManagedPolicyArns": [Ref(one) for one in managed]} if managed else {}
    return template.add_resource(
        iam.Role(
            logical,
            RoleName=made_of.name,
            Description="studiogate: see the policies by their names",
            AssumeRolePolicyDocument=intrinsic(made_of.trust),
            Policies=[
                iam.Policy(PolicyName=name, PolicyDocument=intrinsic(document))
                for name, document in made_of.policies.items()
            ],
            **attached,
        )
    )


def group(template: Template, logical: str, name: str, key_arn: Any) -> logs.LogGroup:
    """The log group called `name`, put into `template`."""
    return template.add_resource(
        logs.LogGroup(
            logical,
            LogGroupName=name,
            RetentionInDays=LOG_DAYS,
            KmsKeyId=key_arn,
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Retain",
        )
    )


def door(template: Template, vpc_id: Any) -> ec2.SecurityGroup:
    """The group both functions are in: nobody comes in, and out goes HTTPS.

    Where to is decided by routes.  DynamoDB answers behind its gateway endpoint at addresses
    of AWS's own, which CloudFormation cannot look up.
    """
    return template.add_resource(
        ec2.SecurityGroup(
            "FunctionsDoor",
            GroupDescription="studiogate: the gateway and its authorizer",
            VpcId=vpc_id,
            SecurityGroupEgress=[
                ec2.SecurityGroupRule(
                    IpProtocol="tcp",
                    FromPort=443,
                    ToPort=443,
                    CidrIp="0.0.0.0/0",
                    Description="HTTPS, as far as there are routes",
                )
            ],
        )
    )


def function(
    template: Template,
    logical: str,
    name: str,
    *,
    handler: str,
    role_arn: Any,
    environment: Mapping[str, Any],
) -> Function:
    """The function called `name`, put into `template` with its log group."""
    key_arn = GetAtt("Key", "Arn")
    log = group(template, f"{logical}Log", log_group(name), key_arn)
    return template.add_resource(
        Function(
            logical,
            FunctionName=name,
            Description=f"studiogate: {logical.lower()}",
            Code=Code(S3Bucket=Ref("BundleBucket"), S3Key=Ref("BundleKey")),
            Runtime=Ref("BundleRuntime"),
            Architectures=[Ref("BundleArchitecture")],
            Handler=handler,
            Role=role_arn,
            MemorySize=MEMORY_MB,
            Timeout=TIMEOUT_S,
            Environment=Environment(Variables=dict(environment)),
            KmsKeyArn=key_arn,
            VpcConfig=VPCConfig(
                SubnetIds=Ref("SubnetIds"),
                SecurityGroupIds=[GetAtt("FunctionsDoor", "GroupId")],
            ),
            LoggingConfig=LoggingConfig(LogGroup=Ref(log)),
        )
    )
