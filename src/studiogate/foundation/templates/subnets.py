"""A VPC of ours: a private subnet in every zone, a record of what flows, a way out if asked.

Every template with a VPC begins here.  The zones are named by id, so that they are the same
places in every account (F-32), and each has a route table of its own, so that one may fail
without the others (F-56).

CloudFormation cannot empty the default security group, which lets its members reach one
another and everywhere.  Nothing of ours is ever in it; `DefaultGroupId` says which it is.
"""

from dataclasses import dataclass
from typing import Any

from troposphere import (
    AWS_NO_VALUE,
    Equals,
    GetAtt,
    If,
    Join,
    Not,
    Output,
    Ref,
    Select,
    Sub,
    Tags,
    Template,
    ec2,
    iam,
    logs,
)

from studiogate.foundation.templates.made import Drawn
from studiogate.foundation.templates.network_parameters import told

ANYWHERE = "0.0.0.0/0"

LOG_DAYS = 90
"""Days the record of flows is kept: as long as CloudTrail's own event history."""

_OWN_KEY = "OwnLogKey"


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rest of a template stands on."""

    vpc: Any
    subnets: tuple[Any, ...]
    """One for each zone."""

    tables: tuple[Any, ...]
    """The route table of each zone's subnet."""

    arn: Any


def described(what: str) -> Template:
    """An empty template that says what it builds."""
    template = Drawn(Description=f"studiogate: {what}")
    template.set_version()
    return template


def ground(template: Template, zones: int, *, egress: bool) -> Ground:
    """Put a VPC with `zones` private subnets into `template`, and its outputs."""
    vpc = template.add_resource(
        ec2.VPC(
            "Vpc",
            CidrBlock=told(template, "Cidr"),
            EnableDnsHostnames=True,
            EnableDnsSupport=True,
            Tags=named(template),
        )
    )
    subnets = tuple(_subnet(template, "Subnet", "SubnetCidrs", n) for n in range(zones))
    tables = tuple(_table(template, f"Table{n + 1}", f"Subnet{n + 1}") for n in range(zones))
    found = Ground(Ref(vpc), subnets, tables, _arn(vpc))
    record_flows(template, Ref(vpc))
    if egress:
        _way_out(template, found)
    gives(template, "VpcId", Ref(vpc))
    gives(template, "SubnetIds", Join(",", list(subnets)))
    gives(template, "RouteTableIds", Join(",", list(tables)))
    gives(template, "DefaultGroupId", GetAtt(vpc, "DefaultSecurityGroup"))
    return found


def named(template: Template, suffix: str = "") -> Tags:
    """The name people see in the console, and find things of ours by."""
    told(template, "NetworkName")
    return Tags(Name=Sub(f"studiogate-${{NetworkName}}{suffix}"))


def gives(template: Template, name: str, value: Any) -> None:
    """Put the output `name` into `template`."""
    template.add_output(Output(name, Value=value))


def log_group(template: Template, name: str, path: Any) -> Any:
    """A log group at `path`, kept for a while.

    CloudWatch encrypts every group.  A key of one's own costs a dollar a month in each account
    and keeps from nobody who may read the group what is in it, so it is for those who must.
    """
    key = told(template, "LogKeyArn")
    if _OWN_KEY not in template.conditions:
        template.add_condition(_OWN_KEY, Not(Equals(key, "")))
    return template.add_resource(
        logs.LogGroup(
            name,
            LogGroupName=path,
            RetentionInDays=LOG_DAYS,
            KmsKeyId=If(_OWN_KEY, key, Ref(AWS_NO_VALUE)),
        )
    )


def record_flows(template: Template, vpc: Any) -> None:
    """Have every flow of `vpc` recorded: addresses, ports, verdict, nothing of its content."""
    group = log_group(template, "FlowLogs", Sub("/studiogate/flows/${NetworkName}"))
    role = template.add_resource(_flow_role(group))
    template.add_resource(
        ec2.FlowLog(
            "Flows",
            ResourceId=vpc,
            ResourceType="VPC",
            TrafficType="ALL",
            LogDestinationType="cloud-watch-logs",
            LogGroupName=Ref(group),
            DeliverLogsPermissionArn=GetAtt(role, "Arn"),
            Tags=named(template),
        )
    )


def _flow_role(group: Any) -> Any:
    """Source: Amazon VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs"."""
    return iam.Role(
        "FlowRole",
        Description="Lets VPC flow logs be written to their log group",
        AssumeRolePolicyDocument={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    # Otherwise anybody's flow logs could be written in our name.
                    "Condition": {
                        "StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")},
                        "ArnLike": {"aws:SourceArn": _here("ec2", "vpc-flow-log/*")},
                    },
                }
            ],
        },
        Policies=[
            iam.Policy(
                PolicyName="WriteFlows",
                PolicyDocument={
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": [
                                "logs:CreateLogStream",
                                "logs:DescribeLogStreams",
                                "logs:PutLogEvents",
                            ],
                            "Resource": GetAtt(group, "Arn"),
                        },
                        {
                            # The service looks for the group before it writes.
                            "Effect": "Allow",
                            "Action": "logs:DescribeLogGroups",
                            "Resource": _here("logs", "log-group:*"),
                        },
                    ],
                },
            )
        ],
    )


def _here(service: str, what: str) -> Sub:
    return Sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{what}")


def _arn(vpc: Any) -> Sub:
    return _here("ec2", f"vpc/${{{vpc.title}}}")


def _subnet(template: Template, kind: str, cidrs: str, n: int) -> Any:
    return Ref(
        template.add_resource(
            ec2.Subnet(
                f"{kind}{n + 1}",
                VpcId=Ref("Vpc"),
                CidrBlock=Select(n, told(template, cidrs)),
                AvailabilityZoneId=Select(n, told(template, "ZoneIds")),
                MapPublicIpOnLaunch=False,
                Tags=named(template, f"-{kind.lower()}-{n + 1}"),
            )
        )
    )


def _table(template: Template, name: str, *subnets: str) -> Any:
    table = template.add_resource(
        ec2.RouteTable(name, VpcId=Ref("Vpc"), Tags=named(template, f"-{name.lower()}"))
    )
    for subnet in subnets:
        template.add_resource(
            ec2.SubnetRouteTableAssociation(
                f"{subnet}Table", SubnetId=Ref(subnet), RouteTableId=Ref(table)
            )
        )
    return Ref(table)


def _way_out(template: Template, ground: Ground) -> None:
    """A NAT gateway in each zone: libraries can be fetched, and nobody comes in (S1-04)."""
    zones = range(len(ground.subnets))
    internet = template.add_resource(ec2.InternetGateway("Internet", Tags=named(template)))
    attached = template.add_resource(
        ec2.VPCGatewayAttachment(
            "InternetAttached", VpcId=ground.vpc, InternetGatewayId=Ref(internet)
        )
    )
    for n in zones:
        _subnet(template, "Public", "PublicSubnetCidrs", n)
    table = _table(template, "PublicTable", *(f"Public{n + 1}" for n in zones))
    template.add_resource(
        ec2.Route(
            "PublicOut",
            RouteTableId=table,
            DestinationCidrBlock=ANYWHERE,
            GatewayId=Ref(internet),
            DependsOn=attached.title,
        )
    )
    for n in zones:
        _nat(template, n, ground.tables[n])


def _nat(template: Template, n: int, table: Any) -> None:
    # The address is released before the gateway is detached: AWS refuses the other order.
    address = template.add_resource(
        ec2.EIP(
            f"NatAddress{n + 1}",
            Domain="vpc",
            DependsOn="InternetAttached",
            Tags=named(template, f"-nat-{n + 1}"),
        )
    )
    gateway = template.add_resource(
        ec2.NatGateway(
            f"Nat{n + 1}",
            SubnetId=Ref(f"Public{n + 1}"),
            AllocationId=GetAtt(address, "AllocationId"),
            DependsOn="PublicOut",
            Tags=named(template, f"-nat-{n + 1}"),
        )
    )
    template.add_resource(
        ec2.Route(
            f"Out{n + 1}",
            RouteTableId=table,
            DestinationCidrBlock=ANYWHERE,
            NatGatewayId=Ref(gateway),
        )
    )
