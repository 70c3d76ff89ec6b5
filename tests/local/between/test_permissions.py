"""Which permissions the calls need: exact resources, in the account that has them."""

import json
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from studiogate.local.call import ApiError
from studiogate.local.front.inside import InsideCloud
from tests.kit.between import LOB_A, REGION, SHARED, Accounts, refused

EC2 = f"arn:aws:ec2:{REGION}"
DNS = f"arn:aws:route53resolver:{REGION}"
SEER = {"VPCRegion": REGION, "VPCId": "vpc-1"}

Row = tuple[str, str, dict[str, Any], set[tuple[str, str]]]

ROWS: list[Row] = [
    (
        "ec2",
        "CreateTransitGateway",
        {
            "TagSpecifications": [
                {"ResourceType": "transit-gateway", "Tags": [{"Key": "a", "Value": "b"}]}
            ]
        },
        {
            ("ec2:CreateTransitGateway", f"{EC2}:{SHARED}:transit-gateway/*"),
            ("ec2:CreateTags", f"{EC2}:{SHARED}:transit-gateway/*"),
        },
    ),
    (
        "ec2",
        "AssociateTransitGatewayRouteTable",
        {
            "TransitGatewayRouteTableId": "tgw-rtb-1",
            "TransitGatewayAttachmentId": "tgw-attach-1",
        },
        {
            (
                "ec2:AssociateTransitGatewayRouteTable",
                f"{EC2}:{SHARED}:transit-gateway-route-table/tgw-rtb-1",
            ),
            (
                "ec2:AssociateTransitGatewayRouteTable",
                f"{EC2}:{SHARED}:transit-gateway-attachment/tgw-attach-1",
            ),
        },
    ),
    (
        "ec2",
        "CreateVpcPeeringConnection",
        {"VpcId": "vpc-1", "PeerVpcId": "vpc-2"},
        {
            ("ec2:CreateVpcPeeringConnection", f"{EC2}:{SHARED}:vpc/vpc-1"),
            ("ec2:CreateVpcPeeringConnection", f"{EC2}:{SHARED}:vpc-peering-connection/*"),
        },
    ),
    (
        "ec2",
        "DescribeTransitGatewayAttachments",
        {},
        {("ec2:DescribeTransitGatewayAttachments", "*")},
    ),
    (
        "ram",
        "CreateResourceShare",
        {"name": "hub"},
        {("ram:CreateResourceShare", f"arn:aws:ram:{REGION}:{SHARED}:resource-share/*")},
    ),
    (
        "route53",
        "AssociateVPCWithHostedZone",
        {"HostedZoneId": "Z1", "VPC": SEER},
        {
            ("route53:AssociateVPCWithHostedZone", "arn:aws:route53:::hostedzone/Z1"),
            ("ec2:DescribeVpcs", "*"),
        },
    ),
    (
        "route53",
        "ChangeResourceRecordSets",
        {
            "HostedZoneId": "/hostedzone/Z1",
            "ChangeBatch": {
                "Changes": [
                    {"Action": "DELETE", "ResourceRecordSet": {"Name": "a.b", "Type": "A"}}
                ]
            },
        },
        {("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z1")},
    ),
    (
        "route53resolver",
        "AssociateResolverRule",
        {"ResolverRuleId": "rslvr-rr-1", "VPCId": "vpc-1"},
        {
            (
                "route53resolver:AssociateResolverRule",
                f"{DNS}:{SHARED}:resolver-rule/rslvr-rr-1",
            ),
            ("ec2:DescribeVpcs", "*"),
        },
    ),
]


@pytest.mark.parametrize(("service", "operation", "params", "wanted"), ROWS)
async def test_a_call_asks_for(
    org: Accounts, service: str, operation: str, params: dict[str, Any], wanted: set[Any]
) -> None:
    with suppress(ApiError):  # what the call comes to is not the question
        await org.cloud(SHARED).call(service, operation, **params)

    assert set(org.events[-1].asked) == wanted


async def as_role(org: Accounts, account: str, *statements: dict[str, Any]) -> InsideCloud:
    """The cloud as a role of `account` that may do just this."""
    cloud = org.cloud(account)
    trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    name = f"Narrow{secrets.token_hex(4)}"
    made = await cloud.call(
        "iam",
        "CreateRole",
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    await cloud.call(
        "iam",
        "PutRolePolicy",
        RoleName=name,
        PolicyName="can",
        PolicyDocument=json.dumps(document),
    )
    return await cloud.as_role(made["Role"]["Arn"])


def allow(action: str, *on: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": list(on), **more}


async def attaching(org: Accounts) -> tuple[str, dict[str, Any]]:
    """A gateway of the hub's, shared with lob-a, and what an attachment takes."""
    gateway = await org.gateway()
    await org.shared(f"{EC2}:{SHARED}:transit-gateway/{gateway}", LOB_A)
    vpc, subnets = await org.vpc(LOB_A, "10.100.0.0/16")
    return gateway, {"TransitGatewayId": gateway, "VpcId": vpc, "SubnetIds": subnets}


@pytest.mark.parametrize(
    ("owner", "fine"), [(SHARED, True), (LOB_A, False)], ids=["its owner's", "the caller's"]
)
async def test_a_shared_gateway_is_named_as_its_owners(
    org: Accounts, owner: str, *, fine: bool
) -> None:
    gateway, wanted = await attaching(org)
    own = [f"{EC2}:{LOB_A}:{one}/*" for one in ("vpc", "subnet", "transit-gateway-attachment")]
    action = "ec2:CreateTransitGatewayVpcAttachment"
    role = await as_role(
        org, LOB_A, allow(action, f"{EC2}:{owner}:transit-gateway/{gateway}", *own)
    )

    async def attach() -> Any:
        return await role.call("ec2", "CreateTransitGatewayVpcAttachment", **wanted)

    await (attach() if fine else denied(attach))


async def denied(attach: Callable[[], Awaitable[Any]]) -> None:
    with refused("UnauthorizedOperation", "no identity-based policy"):
        await attach()


async def test_a_share_lets_an_account_attach_and_nothing_else(org: Accounts) -> None:
    gateway, _ = await attaching(org)

    with refused("UnauthorizedOperation", "no resource-based policy allows"):
        await org.ec2(LOB_A, "DeleteTransitGateway", TransitGatewayId=gateway)


async def test_tags_of_a_zone_are_asked_about(org: Accounts) -> None:
    made = await org.dns(SHARED, "CreateHostedZone", Name="a.example", CallerReference="1")
    name = made["HostedZone"]["Id"].rpartition("/")[2]
    only = {"StringEquals": {"aws:ResourceTag/lob": "a"}}
    role = await as_role(
        org,
        SHARED,
        allow("route53:GetHostedZone", "arn:aws:route53:::hostedzone/*", Condition=only),
    )

    with refused("AccessDenied"):
        await role.call("route53", "GetHostedZone", Id=name)
    await org.dns(
        SHARED,
        "ChangeTagsForResource",
        ResourceType="hostedzone",
        ResourceId=name,
        AddTags=[{"Key": "lob", "Value": "a"}],
    )
    found = await role.call("route53", "GetHostedZone", Id=name)
    assert found["HostedZone"]["Name"] == "a.example."
