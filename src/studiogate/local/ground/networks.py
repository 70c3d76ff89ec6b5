"""VPCs, and the interface endpoints of the hub that everybody shares (S2-14 to S2-20)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studiogate.aws.session import Accounts
from studiogate.landscape.model import Landscape, VpcNetwork
from studiogate.policy.language import Document
from studiogate.topology.addresses import subnets
from studiogate.topology.endpoint_services import GATEWAY_TYPE


@dataclass(frozen=True, slots=True)
class Vpc:
    """A VPC as laid, by the ids AWS gave it."""

    id: str
    subnet: str
    security_group: str
    """For Studio's own traffic: its apps among themselves, and to their file system."""


def lay_vpcs(accounts: Accounts, landscape: Landscape) -> dict[str, Vpc]:
    """Create every VPC of the landscape with one subnet and a security group, by name."""
    return {
        name: _vpc(accounts.client(landscape.accounts[network.account], "ec2"), name, network)
        for name, network in landscape.networks.items()
        if isinstance(network, VpcNetwork)
    }


def _vpc(ec2: Any, name: str, network: VpcNetwork) -> Vpc:
    tag = [{"Key": "Name", "Value": name}]
    vpc = ec2.create_vpc(
        CidrBlock=str(network.cidr),
        TagSpecifications=[{"ResourceType": "vpc", "Tags": tag}],
    )["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(
        VpcId=vpc,
        CidrBlock=str(subnets(network.cidr)[0]),
        TagSpecifications=[{"ResourceType": "subnet", "Tags": tag}],
    )["Subnet"]["SubnetId"]
    return Vpc(vpc, subnet, _security_group(ec2, vpc))


def _security_group(ec2: Any, vpc: str) -> str:
    """Create a group whose members reach one another on the ports Studio needs.

    They are NFS 2049 and its apps' 8192 to 65535 (SageMaker Developer Guide, "Connect
    Studio to external resources").
    """
    group = ec2.create_security_group(
        GroupName="studio", Description="Studio apps and their file system", VpcId=vpc
    )["GroupId"]
    members = [{"GroupId": group}]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": first,
                "ToPort": last,
                "UserIdGroupPairs": members,
            }
            for first, last in ((2049, 2049), (8192, 65535))
        ],
    )
    return str(group)


def lay_endpoint(ec2: Any, service: str, *, region: str, vpc: Vpc) -> str:
    """Create the endpoint for `service` in the hub, open until its policy is laid; its id."""
    kind: dict[str, Any] = {"VpcEndpointType": "Gateway"}
    if service not in GATEWAY_TYPE:
        kind = {
            "VpcEndpointType": "Interface",
            "SubnetIds": [vpc.subnet],
            "PrivateDnsEnabled": True,
        }
    answer = ec2.create_vpc_endpoint(
        VpcId=vpc.id, ServiceName=service.format(region=region), **kind
    )
    return str(answer["VpcEndpoint"]["VpcEndpointId"])


def lay_policies(
    ec2: Any, endpoints: Mapping[str, str], wanted: Mapping[str, Document]
) -> None:
    """Put each policy of `wanted` (by service) on its endpoint."""
    for service, document in wanted.items():
        ec2.modify_vpc_endpoint(
            VpcEndpointId=endpoints[service], PolicyDocument=json.dumps(document)
        )
