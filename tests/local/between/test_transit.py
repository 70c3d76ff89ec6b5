"""Transit gateways across accounts: share, attach, associate, propagate, route."""

from typing import Any

import pytest

from tests.kit.between import LOB_A, LOB_B, SHARED, Accounts, refused


async def routes(org: Accounts, table: str, **more: Any) -> dict[str, tuple[str, str]]:
    found = await org.ec2(
        SHARED,
        "SearchTransitGatewayRoutes",
        TransitGatewayRouteTableId=table,
        Filters=[{"Name": "state", "Values": ["active", "blackhole"]}],
        **more,
    )
    return {one["DestinationCidrBlock"]: (one["Type"], one["State"]) for one in found["Routes"]}


async def tie(org: Accounts, operation: str, table: str, attachment: str) -> None:
    await org.ec2(
        SHARED,
        operation,
        TransitGatewayRouteTableId=table,
        TransitGatewayAttachmentId=attachment,
    )
    org.tick()


def arn(gateway: str) -> str:
    return f"arn:aws:ec2:eu-west-1:{SHARED}:transit-gateway/{gateway}"


async def test_s2_43_lobs_reach_the_hub_and_not_each_other(org: Accounts) -> None:
    gateway = await org.gateway()
    await org.shared(arn(gateway), LOB_A, LOB_B)
    hub, _ = await org.attached(SHARED, gateway, "10.0.0.0/16")
    one, _ = await org.attached(LOB_A, gateway, "10.100.0.0/16")
    other, _ = await org.attached(LOB_B, gateway, "10.120.0.0/16")
    of_hub, of_lobs = await org.table(gateway), await org.table(gateway)
    for table, served, learnt in (
        (of_hub, [hub], [one, other]),
        (of_lobs, [one, other], [hub]),
    ):
        for name in served:
            await tie(org, "AssociateTransitGatewayRouteTable", table, name)
        for name in learnt:
            await tie(org, "EnableTransitGatewayRouteTablePropagation", table, name)

    assert await routes(org, of_lobs) == {"10.0.0.0/16": ("propagated", "active")}
    assert await routes(org, of_hub) == {
        "10.100.0.0/16": ("propagated", "active"),
        "10.120.0.0/16": ("propagated", "active"),
    }


async def test_s2_43_by_default_everybody_reaches_everybody(org: Accounts) -> None:
    gateway = await org.gateway(
        DefaultRouteTableAssociation="enable", DefaultRouteTablePropagation="enable"
    )
    await org.shared(arn(gateway), LOB_A, LOB_B)
    one, _ = await org.attached(LOB_A, gateway, "10.100.0.0/16")
    other, _ = await org.attached(LOB_B, gateway, "10.120.0.0/16")

    shown = await org.ec2(SHARED, "DescribeTransitGateways", TransitGatewayIds=[gateway])
    options = shown["TransitGateways"][0]["Options"]
    table = options["AssociationDefaultRouteTableId"]
    served = await org.ec2(
        SHARED, "GetTransitGatewayRouteTableAssociations", TransitGatewayRouteTableId=table
    )
    assert table == options["PropagationDefaultRouteTableId"]
    assert {a["TransitGatewayAttachmentId"] for a in served["Associations"]} == {one, other}
    assert set(await routes(org, table)) == {"10.100.0.0/16", "10.120.0.0/16"}


async def test_s2_41_a_gateway_that_is_not_shared_does_not_exist(org: Accounts) -> None:
    gateway = await org.gateway()
    vpc, subnets = await org.vpc(LOB_A, "10.100.0.0/16")

    with refused(
        "InvalidTransitGatewayID.NotFound", f"{gateway} was deleted or does not exist"
    ):
        await org.ec2(
            LOB_A,
            "CreateTransitGatewayVpcAttachment",
            TransitGatewayId=gateway,
            VpcId=vpc,
            SubnetIds=subnets,
        )
    with refused("InvalidTransitGatewayID.NotFound"):
        await org.ec2(LOB_A, "DescribeTransitGateways", TransitGatewayIds=[gateway])


async def test_a_shared_gateway_is_seen_and_not_changed(org: Accounts) -> None:
    gateway = await org.gateway()
    await org.shared(arn(gateway), LOB_A)

    seen = await org.ec2(LOB_A, "DescribeTransitGateways")

    assert [one["OwnerId"] for one in seen["TransitGateways"]] == [SHARED]
    with refused("UnauthorizedOperation", "ModifyTransitGateway"):
        await org.ec2(LOB_A, "ModifyTransitGateway", TransitGatewayId=gateway)


async def test_s2_42_without_acceptance_an_attachment_waits_for_the_owner(
    org: Accounts,
) -> None:
    gateway = await org.gateway(AutoAcceptSharedAttachments="disable")
    await org.shared(arn(gateway), LOB_A)
    name, vpc = await org.attached(LOB_A, gateway, "10.100.0.0/16")

    assert await state(org, LOB_A, name) == "pendingAcceptance"
    with refused("InvalidTransitGatewayAttachmentID.NotFound"):
        await org.ec2(
            LOB_A, "AcceptTransitGatewayVpcAttachment", TransitGatewayAttachmentId=name
        )
    await org.ec2(SHARED, "AcceptTransitGatewayVpcAttachment", TransitGatewayAttachmentId=name)
    assert await state(org, LOB_A, name) == "pending"
    org.tick()
    assert await state(org, SHARED, name) == "available"
    assert [one.vpc for one in org.between.transit.attachments.values()] == [vpc]


async def test_an_attachment_can_be_rejected(org: Accounts) -> None:
    gateway = await org.gateway(AutoAcceptSharedAttachments="disable")
    await org.shared(arn(gateway), LOB_A)
    name, _ = await org.attached(LOB_A, gateway, "10.100.0.0/16")

    await org.ec2(SHARED, "RejectTransitGatewayVpcAttachment", TransitGatewayAttachmentId=name)
    org.tick()

    assert await state(org, LOB_A, name) == "rejected"
    with refused("InvalidTransitGatewayAttachmentID.NotFound"):
        await org.ec2(
            SHARED, "AcceptTransitGatewayVpcAttachment", TransitGatewayAttachmentId=name
        )


async def state(org: Accounts, account: str, name: str) -> str:
    found = await org.ec2(
        account, "DescribeTransitGatewayVpcAttachments", TransitGatewayAttachmentIds=[name]
    )
    return str(found["TransitGatewayVpcAttachments"][0]["State"])


async def test_an_attachment_outlives_the_share_it_was_made_by(org: Accounts) -> None:
    gateway = await org.gateway()
    share = await org.shared(arn(gateway), LOB_A)
    name, _ = await org.attached(LOB_A, gateway, "10.100.0.0/16")
    table = await org.table(gateway)
    await tie(org, "EnableTransitGatewayRouteTablePropagation", table, name)

    await org.ram(SHARED, "DeleteResourceShare", resourceShareArn=share)
    org.tick()

    assert await state(org, LOB_A, name) == "available"
    assert "10.100.0.0/16" in await routes(org, table)
    assert (await org.ec2(LOB_A, "DescribeTransitGateways"))["TransitGateways"] == []
    await org.ec2(LOB_A, "DeleteTransitGatewayVpcAttachment", TransitGatewayAttachmentId=name)
    org.tick()
    assert await state(org, SHARED, name) == "deleted"


async def test_to_anybody_but_the_owner_a_table_does_not_exist(org: Accounts) -> None:
    gateway = await org.gateway()
    await org.shared(arn(gateway), LOB_A)
    name, _ = await org.attached(LOB_A, gateway, "10.100.0.0/16")
    table = await org.table(gateway)

    for operation in (
        "AssociateTransitGatewayRouteTable",
        "EnableTransitGatewayRouteTablePropagation",
    ):
        with refused("InvalidRouteTableID.NotFound", f"{table} was deleted or does not exist"):
            await org.ec2(
                LOB_A,
                operation,
                TransitGatewayRouteTableId=table,
                TransitGatewayAttachmentId=name,
            )
    with refused("UnauthorizedOperation"):
        await org.ec2(LOB_A, "CreateTransitGatewayRouteTable", TransitGatewayId=gateway)
    seen = await org.ec2(LOB_A, "DescribeTransitGatewayRouteTables")
    assert seen["TransitGatewayRouteTables"] == []


async def test_one_vpc_is_attached_once(org: Accounts) -> None:
    gateway = await org.gateway()
    _, vpc = await org.attached(SHARED, gateway, "10.0.0.0/16")
    subnets = next(iter(org.between.transit.attachments.values())).subnets

    with refused("DuplicateTransitGatewayAttachment", "with same VPC ID"):
        await org.ec2(
            SHARED,
            "CreateTransitGatewayVpcAttachment",
            TransitGatewayId=gateway,
            VpcId=vpc,
            SubnetIds=subnets,
        )


async def test_an_attachment_has_one_subnet_in_each_zone(org: Accounts) -> None:
    gateway = await org.gateway()
    vpc, subnets = await org.vpc(SHARED, "10.0.0.0/16")
    third = await org.ec2(
        SHARED,
        "CreateSubnet",
        VpcId=vpc,
        CidrBlock="10.0.9.0/24",
        AvailabilityZoneId="euw1-az1",
    )

    with refused("DuplicateSubnetsInSameZone"):
        await org.ec2(
            SHARED,
            "CreateTransitGatewayVpcAttachment",
            TransitGatewayId=gateway,
            VpcId=vpc,
            SubnetIds=[*subnets, third["Subnet"]["SubnetId"]],
        )


async def test_an_attachment_is_served_by_one_table(org: Accounts) -> None:
    gateway = await org.gateway()
    name, _ = await org.attached(SHARED, gateway, "10.0.0.0/16")
    first, second = await org.table(gateway), await org.table(gateway)
    await tie(org, "AssociateTransitGatewayRouteTable", first, name)

    with refused("Resource.AlreadyAssociated", "is already associated to a route table"):
        await tie(org, "AssociateTransitGatewayRouteTable", second, name)
    with refused("IncorrectState"):
        await org.ec2(
            SHARED, "DeleteTransitGatewayRouteTable", TransitGatewayRouteTableId=first
        )
    await tie(org, "DisassociateTransitGatewayRouteTable", first, name)
    await tie(org, "AssociateTransitGatewayRouteTable", second, name)
    shown = await org.ec2(SHARED, "DescribeTransitGatewayAttachments")
    (one,) = shown["TransitGatewayAttachments"]
    assert one["Association"] == {"TransitGatewayRouteTableId": second, "State": "associated"}


async def test_what_is_propagated_twice_or_never_is_refused(org: Accounts) -> None:
    gateway = await org.gateway()
    name, _ = await org.attached(SHARED, gateway, "10.0.0.0/16")
    table = await org.table(gateway)

    with refused("TransitGatewayRouteTablePropagation.NotFound"):
        await tie(org, "DisableTransitGatewayRouteTablePropagation", table, name)
    await tie(org, "EnableTransitGatewayRouteTablePropagation", table, name)
    with refused("TransitGatewayRouteTablePropagation.Duplicate"):
        await tie(org, "EnableTransitGatewayRouteTablePropagation", table, name)
    await tie(org, "DisableTransitGatewayRouteTablePropagation", table, name)
    assert await routes(org, table) == {}


async def test_a_written_route_hides_a_learnt_one_and_drops_when_its_end_is_gone(
    org: Accounts,
) -> None:
    gateway = await org.gateway()
    name, _ = await org.attached(SHARED, gateway, "10.0.0.0/16")
    table = await org.table(gateway)
    await tie(org, "EnableTransitGatewayRouteTablePropagation", table, name)
    for block in ("10.0.0.0/16", "192.168.10.0/24"):
        await org.ec2(
            SHARED,
            "CreateTransitGatewayRoute",
            TransitGatewayRouteTableId=table,
            DestinationCidrBlock=block,
            TransitGatewayAttachmentId=name,
        )
    with refused("RouteAlreadyExists"):
        await org.ec2(
            SHARED,
            "CreateTransitGatewayRoute",
            TransitGatewayRouteTableId=table,
            DestinationCidrBlock="10.0.0.0/16",
            Blackhole=True,
        )

    assert await routes(org, table) == {
        "10.0.0.0/16": ("static", "active"),
        "192.168.10.0/24": ("static", "active"),
    }
    await org.ec2(SHARED, "DeleteTransitGatewayVpcAttachment", TransitGatewayAttachmentId=name)
    assert set((await routes(org, table)).values()) == {("static", "blackhole")}


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("route-search.longest-prefix-match", "10.0.5.1/32", ["10.0.0.0/16"]),
        ("route-search.exact-match", "10.0.0.0/8", ["10.0.0.0/8"]),
        ("route-search.subnet-of-match", "10.0.0.0/8", ["10.0.0.0/8", "10.0.0.0/16"]),
        ("route-search.supernet-of-match", "10.0.5.0/24", ["10.0.0.0/8", "10.0.0.0/16"]),
        ("type", "propagated", ["10.0.0.0/16"]),
        ("attachment.resource-type", "vpc", ["10.0.0.0/16"]),
    ],
)
async def test_routes_are_searched(
    org: Accounts, name: str, value: str, found: list[str]
) -> None:
    gateway = await org.gateway()
    attachment, _ = await org.attached(SHARED, gateway, "10.0.0.0/16")
    table = await org.table(gateway)
    await tie(org, "EnableTransitGatewayRouteTablePropagation", table, attachment)
    await org.ec2(
        SHARED,
        "CreateTransitGatewayRoute",
        TransitGatewayRouteTableId=table,
        DestinationCidrBlock="10.0.0.0/8",
        Blackhole=True,
    )

    answer = await org.ec2(
        SHARED,
        "SearchTransitGatewayRoutes",
        TransitGatewayRouteTableId=table,
        Filters=[{"Name": name, "Values": [value]}],
    )

    assert [one["DestinationCidrBlock"] for one in answer["Routes"]] == found


async def test_a_gateway_with_attachments_stays(org: Accounts) -> None:
    gateway = await org.gateway()
    name, _ = await org.attached(SHARED, gateway, "10.0.0.0/16")

    with refused("IncorrectState", f"non-deleted Transit Gateway Attachments: {name}"):
        await org.ec2(SHARED, "DeleteTransitGateway", TransitGatewayId=gateway)
    await org.ec2(SHARED, "DeleteTransitGatewayVpcAttachment", TransitGatewayAttachmentId=name)
    org.tick()
    await org.ec2(SHARED, "DeleteTransitGateway", TransitGatewayId=gateway)
    org.tick()
    shown = await org.ec2(SHARED, "DescribeTransitGateways", TransitGatewayIds=[gateway])
    assert shown["TransitGateways"][0]["State"] == "deleted"
    with refused("InvalidTransitGatewayID.NotFound"):
        await org.ec2(SHARED, "DeleteTransitGateway", TransitGatewayId=gateway)


async def test_nothing_is_done_before_it_is_ready(org: Accounts) -> None:
    made = await org.ec2(SHARED, "CreateTransitGateway")
    gateway = made["TransitGateway"]["TransitGatewayId"]
    vpc, subnets = await org.vpc(SHARED, "10.0.0.0/16")

    assert made["TransitGateway"]["State"] == "pending"
    with refused("IncorrectState", "is in invalid state"):
        await org.ec2(
            SHARED,
            "CreateTransitGatewayVpcAttachment",
            TransitGatewayId=gateway,
            VpcId=vpc,
            SubnetIds=subnets,
        )


async def test_a_vpc_route_leads_to_a_gateway_only_while_the_vpc_is_attached(
    org: Accounts,
) -> None:
    gateway = await org.gateway()
    await org.shared(arn(gateway), LOB_A)
    vpc, subnets = await org.vpc(LOB_A, "10.100.0.0/16")
    table = (await org.ec2(LOB_A, "CreateRouteTable", VpcId=vpc))["RouteTable"]["RouteTableId"]
    way = {
        "RouteTableId": table,
        "DestinationCidrBlock": "10.0.0.0/16",
        "TransitGatewayId": gateway,
    }

    with refused(
        "InvalidTransitGatewayID.NotFound", f"The transitGateway ID '{gateway}' does not exist"
    ):
        await org.ec2(LOB_A, "CreateRoute", **way)
    made = await org.ec2(
        LOB_A,
        "CreateTransitGatewayVpcAttachment",
        TransitGatewayId=gateway,
        VpcId=vpc,
        SubnetIds=subnets,
    )
    name = made["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
    with refused("InvalidTransitGatewayID.NotFound"):
        await org.ec2(LOB_A, "CreateRoute", **way)
    org.tick()
    await org.ec2(LOB_A, "CreateRoute", **way)
    assert await vpc_route(org, LOB_A, table) == (gateway, "active")
    await org.ec2(LOB_A, "DeleteTransitGatewayVpcAttachment", TransitGatewayAttachmentId=name)
    assert await vpc_route(org, LOB_A, table) == (gateway, "blackhole")


async def vpc_route(org: Accounts, account: str, table: str) -> tuple[str, str]:
    found = await org.ec2(account, "DescribeRouteTables", RouteTableIds=[table])
    (route,) = (r for r in found["RouteTables"][0]["Routes"] if "TransitGatewayId" in r)
    return route["TransitGatewayId"], route["State"]


async def test_what_is_attached_is_not_deleted(org: Accounts) -> None:
    gateway = await org.gateway()
    name, vpc = await org.attached(SHARED, gateway, "10.0.0.0/16")
    subnets = next(iter(org.between.transit.attachments.values())).subnets

    with refused("DependencyViolation", f"The subnet '{subnets[0]}' has dependencies"):
        await org.ec2(SHARED, "DeleteSubnet", SubnetId=subnets[0])
    with refused("DependencyViolation", f"The vpc '{vpc}' has dependencies"):
        await org.ec2(SHARED, "DeleteVpc", VpcId=vpc)
    await org.ec2(SHARED, "DeleteTransitGatewayVpcAttachment", TransitGatewayAttachmentId=name)
    for subnet in subnets:
        await org.ec2(SHARED, "DeleteSubnet", SubnetId=subnet)
    await org.ec2(SHARED, "DeleteVpc", VpcId=vpc)


async def test_tags_are_kept_where_ec2_keeps_them(org: Accounts) -> None:
    tags = [{"Key": "Name", "Value": "hub"}]
    made = await org.ec2(
        SHARED,
        "CreateTransitGateway",
        TagSpecifications=[{"ResourceType": "transit-gateway", "Tags": tags}],
    )
    gateway = made["TransitGateway"]["TransitGatewayId"]

    await org.ec2(
        SHARED, "CreateTags", Resources=[gateway], Tags=[{"Key": "cost", "Value": "net"}]
    )

    assert made["TransitGateway"]["Tags"] == tags
    found = await org.ec2(
        SHARED,
        "DescribeTransitGateways",
        Filters=[{"Name": "tag:cost", "Values": ["n*"]}],
    )
    assert [one["TransitGatewayId"] for one in found["TransitGateways"]] == [gateway]
    with refused("InvalidParameterValue", "not a valid taggable resource type"):
        await org.ec2(
            SHARED,
            "CreateTransitGateway",
            TagSpecifications=[{"ResourceType": "vpc", "Tags": tags}],
        )


async def test_attachments_change_in_place(org: Accounts) -> None:
    gateway = await org.gateway()
    name, _ = await org.attached(SHARED, gateway, "10.0.0.0/16")
    one = org.between.transit.attachments[name]
    left, gone = one.subnets

    await org.ec2(
        SHARED,
        "ModifyTransitGatewayVpcAttachment",
        TransitGatewayAttachmentId=name,
        RemoveSubnetIds=[gone],
        Options={"ApplianceModeSupport": "enable"},
    )

    assert one.subnets == [left]
    assert one.options["ApplianceModeSupport"] == "enable"
    assert await state(org, SHARED, name) == "modifying"
    org.tick()
    with refused("InsufficientSubnetsException"):
        await org.ec2(
            SHARED,
            "ModifyTransitGatewayVpcAttachment",
            TransitGatewayAttachmentId=name,
            RemoveSubnetIds=[left],
        )


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        (
            "CreateTransitGatewayPeeringAttachment",
            {
                "TransitGatewayId": "tgw-1",
                "PeerTransitGatewayId": "tgw-2",
                "PeerAccountId": LOB_A,
                "PeerRegion": "eu-west-2",
            },
        ),
        ("ModifyVpcPeeringConnectionOptions", {"VpcPeeringConnectionId": "pcx-1"}),
    ],
)
async def test_what_is_not_offered_is_refused_by_name(
    org: Accounts, operation: str, params: dict[str, Any]
) -> None:
    with refused("InvalidAction", operation):
        await org.ec2(SHARED, operation, **params)


async def test_a_dry_run_does_nothing(org: Accounts) -> None:
    with refused("DryRunOperation"):
        await org.ec2(SHARED, "CreateTransitGateway", DryRun=True)
    assert org.between.transit.gateways == {}
