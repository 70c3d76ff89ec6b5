"""Ways out of a VPC and what passes through them: endpoints, addresses, NAT, flow logs.

Also the one test host of a simulated corporate network.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Look,
    State,
    Step,
    Turn,
    at,
    attribute,
    by,
    changing,
    each,
    ends,
    json_text,
    made_by,
    named,
    reads,
    text,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.settled import document
from studiogate.local.cloudformation.kinds.tagging import born_with, ec2_tagging, read_pairs

_REFUSED = at("Unsuccessful.0.Error")
_PLACES = ("RouteTable", "SecurityGroup", "Subnet")


def _endpoint_changes(turn: Turn) -> Iterable[Ask]:
    """One call with all that changes: ids come and go, a policy is set or opened again."""
    said: dict[str, Any] = {}
    for place in _PLACES:
        name = f"{place}Ids"
        wanted, before = (set(p.get(name) or []) for p in (turn.wanted, turn.before))
        for verb, ids in (("Add", wanted - before), ("Remove", before - wanted)):
            if ids:
                said[verb + name] = sorted(ids)
    changed = turn.changed(
        ("PolicyDocument", "PrivateDnsEnabled", "IpAddressType", "DnsOptions")
    )
    if "PolicyDocument" in changed:
        policy = changed.pop("PolicyDocument")
        said |= {"PolicyDocument": json_text(policy)} if policy else {"ResetPolicy": True}
    said |= {name: value for name, value in changed.items() if value is not None}
    return [Ask("ModifyVpcEndpoint", {"VpcEndpointId": turn.id, **said})] if said else []


def _names(endpoint: Mapping[str, Any]) -> list[str]:
    """As `ZONEID:name`, the form of `Fn::GetAtt DnsEntries`."""
    entries = endpoint.get("DnsEntries", ())
    return [f"{one.get('HostedZoneId', '')}:{one['DnsName']}" for one in entries]


VPC_ENDPOINT = ApiKind(
    name="AWS::EC2::VPCEndpoint",
    service="ec2",
    properties=words(
        "DnsOptions IpAddressType PolicyDocument PrivateDnsEnabled RouteTableIds "
        "SecurityGroupIds ServiceName SubnetIds Tags VpcEndpointType VpcId"
    ),
    required=words("VpcId"),
    replaced_by=words("ServiceName VpcEndpointType VpcId"),
    make=made_by(
        "CreateVpcEndpoint",
        # What EC2 takes it for when nobody says.
        always={"VpcEndpointType": "Gateway"},
        PolicyDocument=text("PolicyDocument"),
        Tags=born_with("vpc-endpoint"),
    ),
    id=lambda answer, _: str(answer["VpcEndpoint"]["VpcEndpointId"]),
    looks=(
        Look(
            asks=by("DescribeVpcEndpoints", VpcEndpointIds=each(this)),
            at=at("VpcEndpoints.0"),
            gone=words("InvalidVpcEndpointId.NotFound"),
            attributes={
                "Id": at("VpcEndpointId"),
                **reads("CreationTimestamp NetworkInterfaceIds"),
                "DnsEntries": _names,
            },
            live={
                **reads("IpAddressType PrivateDnsEnabled RouteTableIds ServiceName SubnetIds"),
                **reads("VpcEndpointType VpcId"),
                "PolicyDocument": lambda one: document(one.get("PolicyDocument")),
                "SecurityGroupIds": lambda one: [g["GroupId"] for g in one.get("Groups", ())],
                "Tags": read_pairs(),
            },
            state=State(
                at=lambda endpoint: str(endpoint["State"]).lower(),
                ready=words("available"),
                waiting=words("pending"),
                over=words("deleted"),
                why=at("LastError.Message"),
            ),
        ),
    ),
    steps=(
        Step(
            words(
                "DnsOptions IpAddressType PolicyDocument PrivateDnsEnabled RouteTableIds "
                "SecurityGroupIds SubnetIds"
            ),
            _endpoint_changes,
        ),
        ec2_tagging(this),
    ),
    end=ends(by("DeleteVpcEndpoints", VpcEndpointIds=each(this), failure=_REFUSED)),
    gone=words("InvalidVpcEndpoint.NotFound InvalidVpcEndpointId.NotFound"),
    lingers=True,
)

ELASTIC_IP = ApiKind(
    name="AWS::EC2::EIP",
    service="ec2",
    properties=words("Domain Tags"),
    # EC2 has no other domain left than `vpc`.
    fixed=words("Domain"),
    make=made_by("AllocateAddress", Tags=born_with("elastic-ip")),
    id=lambda answer, _: str(answer["PublicIp"]),
    kept=reads("AllocationId PublicIp"),
    looks=(
        Look(
            asks=by("DescribeAddresses", AllocationIds=each(attribute("AllocationId"))),
            at=at("Addresses.0"),
            gone=words("InvalidAllocationID.NotFound InvalidAddress.NotFound"),
            live={"Domain": at("Domain"), "Tags": read_pairs()},
        ),
    ),
    steps=(ec2_tagging(attribute("AllocationId")),),
    end=ends(by("ReleaseAddress", AllocationId=attribute("AllocationId"))),
    gone=words("InvalidAllocationID.NotFound InvalidAddress.NotFound"),
)

NAT_GATEWAY = ApiKind(
    name="AWS::EC2::NatGateway",
    service="ec2",
    properties=words("AllocationId ConnectivityType PrivateIpAddress SubnetId Tags"),
    replaced_by=words("AllocationId ConnectivityType PrivateIpAddress SubnetId"),
    make=made_by("CreateNatGateway", Tags=born_with("natgateway")),
    id=lambda answer, _: str(answer["NatGateway"]["NatGatewayId"]),
    looks=(
        Look(
            asks=by("DescribeNatGateways", NatGatewayIds=each(this)),
            at=at("NatGateways.0"),
            gone=words("NatGatewayNotFound"),
            attributes=reads("NatGatewayId"),
            live={
                **reads("ConnectivityType SubnetId"),
                "AllocationId": at("NatGatewayAddresses.0.AllocationId"),
                "Tags": read_pairs(),
            },
            state=State(
                at=at("State"),
                ready=words("available"),
                waiting=words("pending"),
                over=words("deleted"),
                why=at("FailureMessage"),
            ),
        ),
    ),
    steps=(ec2_tagging(this),),
    end=ends(by("DeleteNatGateway", NatGatewayId=this)),
    gone=words("NatGatewayNotFound"),
    lingers=True,
)

_LOGGED = (
    "DeliverLogsPermissionArn LogDestination LogDestinationType LogFormat LogGroupName "
    "MaxAggregationInterval ResourceId ResourceType TrafficType"
)

FLOW_LOG = ApiKind(
    name="AWS::EC2::FlowLog",
    service="ec2",
    properties=words(f"{_LOGGED} Tags"),
    required=words("ResourceId ResourceType"),
    replaced_by=words(_LOGGED),
    make=lambda turn: Ask(
        "CreateFlowLogs",
        made_by(
            "CreateFlowLogs",
            ResourceId=lambda value: {"ResourceIds": [value]},
            Tags=born_with("vpc-flow-log"),
        )(turn).params,
        failure=_REFUSED,
    ),
    id=lambda answer, _: str(answer["FlowLogIds"][0]),
    computed={"Id": this},
    looks=(
        Look(
            asks=by("DescribeFlowLogs", FlowLogIds=each(this)),
            at=at("FlowLogs.0"),
            gone=words("InvalidFlowLogId.NotFound"),
            live={
                **reads("DeliverLogsPermissionArn LogDestinationType LogFormat LogGroupName"),
                **reads("MaxAggregationInterval ResourceId TrafficType"),
                "Tags": read_pairs(),
            },
        ),
    ),
    steps=(ec2_tagging(this),),
    end=ends(by("DeleteFlowLogs", FlowLogIds=each(this), failure=_REFUSED)),
    gone=words("InvalidFlowLogId.NotFound"),
)

_AT_LAUNCH = (
    "AvailabilityZone BlockDeviceMappings EbsOptimized ImageId InstanceType PrivateIpAddress "
    "SubnetId UserData"
)

INSTANCE = ApiKind(
    name="AWS::EC2::Instance",
    service="ec2",
    properties=words(
        f"{_AT_LAUNCH} DisableApiTermination IamInstanceProfile MetadataOptions Monitoring "
        "SecurityGroupIds Tags"
    ),
    replaced_by=words(_AT_LAUNCH),
    # AWS can change these in place; here another host is asked for.
    fixed=words("IamInstanceProfile MetadataOptions Monitoring"),
    make=made_by(
        "RunInstances",
        always={"MinCount": 1, "MaxCount": 1},
        AvailabilityZone=lambda zone: {"Placement": {"AvailabilityZone": zone}},
        IamInstanceProfile=lambda name: {"IamInstanceProfile": {"Name": name}},
        Monitoring=lambda on: {"Monitoring": {"Enabled": on}},
        Tags=born_with("instance"),
    ),
    id=lambda answer, _: str(answer["Instances"][0]["InstanceId"]),
    looks=(
        Look(
            asks=by("DescribeInstances", InstanceIds=each(this)),
            at=at("Reservations.0.Instances.0"),
            gone=words("InvalidInstanceID.NotFound"),
            attributes={
                **reads("InstanceId VpcId PrivateDnsName PublicDnsName"),
                "AvailabilityZone": at("Placement.AvailabilityZone"),
                "PrivateIp": at("PrivateIpAddress"),
                "PublicIp": at("PublicIpAddress"),
            },
            live={
                **reads("ImageId InstanceType PrivateIpAddress SubnetId"),
                "SecurityGroupIds": lambda one: [
                    group["GroupId"] for group in one.get("SecurityGroups", ())
                ],
                "Tags": read_pairs(),
            },
            state=State(
                at=at("State.Name"),
                ready=words("running stopped"),
                waiting=words("pending stopping"),
                over=words("terminated"),
                why=at("StateReason.Message"),
            ),
        ),
    ),
    steps=(
        changing(
            "ModifyInstanceAttribute",
            "SecurityGroupIds",
            into={"SecurityGroupIds": named("Groups")},
            InstanceId=this,
        ),
        changing(
            "ModifyInstanceAttribute",
            "DisableApiTermination",
            into={"DisableApiTermination": lambda on: {"DisableApiTermination": {"Value": on}}},
            without={"DisableApiTermination": False},
            InstanceId=this,
        ),
        ec2_tagging(this),
    ),
    end=ends(by("TerminateInstances", InstanceIds=each(this))),
    gone=words("InvalidInstanceID.NotFound"),
    lingers=True,
)

KINDS = (VPC_ENDPOINT, ELASTIC_IP, NAT_GATEWAY, FLOW_LOG, INSTANCE)
