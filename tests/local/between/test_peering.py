"""VPC peerings across accounts: asked for here, accepted there (S1-22, S1-23)."""

from datetime import timedelta

import pytest

from tests.kit.between import LOB_A, LOB_B, SHARED, Accounts, refused

FAILED = "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range"


async def asked(org: Accounts, cidr: str = "10.100.0.0/16") -> tuple[str, str, str]:
    """The peering asked for by lob-a, and the two VPCs: its own and the hub's."""
    hub, _ = await org.vpc(SHARED, "10.0.0.0/16")
    own, _ = await org.vpc(LOB_A, cidr)
    made = await org.ec2(
        LOB_A,
        "CreateVpcPeeringConnection",
        VpcId=own,
        PeerVpcId=hub,
        PeerOwnerId=SHARED,
    )
    assert made["VpcPeeringConnection"]["Status"]["Code"] == "initiating-request"
    org.tick()
    return made["VpcPeeringConnection"]["VpcPeeringConnectionId"], own, hub


async def status(org: Accounts, account: str, name: str) -> dict[str, str]:
    found = await org.ec2(
        account, "DescribeVpcPeeringConnections", VpcPeeringConnectionIds=[name]
    )
    told: dict[str, str] = found["VpcPeeringConnections"][0]["Status"]
    return told


async def test_s1_22_a_peering_waits_for_the_other_side(org: Accounts) -> None:
    name, own, hub = await asked(org)

    found = await org.ec2(SHARED, "DescribeVpcPeeringConnections")
    (one,) = found["VpcPeeringConnections"]
    assert one["Status"] == {
        "Code": "pending-acceptance",
        "Message": f"Pending Acceptance by {SHARED}",
    }
    assert (one["RequesterVpcInfo"]["VpcId"], one["AccepterVpcInfo"]["VpcId"]) == (own, hub)
    assert one["VpcPeeringConnectionId"] == name


async def test_s1_23_accepted_by_the_other_owner_it_is_active(org: Accounts) -> None:
    name, *_ = await asked(org)

    with refused("OperationNotPermitted", f"User {LOB_A} cannot accept peering {name}"):
        await org.ec2(LOB_A, "AcceptVpcPeeringConnection", VpcPeeringConnectionId=name)
    with refused("InvalidVpcPeeringConnectionID.NotFound"):
        await org.ec2(LOB_B, "AcceptVpcPeeringConnection", VpcPeeringConnectionId=name)
    made = await org.ec2(SHARED, "AcceptVpcPeeringConnection", VpcPeeringConnectionId=name)
    assert made["VpcPeeringConnection"]["Status"]["Code"] == "provisioning"
    org.tick()
    assert (await status(org, LOB_A, name))["Code"] == "active"


@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "10.0.128.0/20"])
async def test_s1_22_overlapping_cidrs_fail(org: Accounts, cidr: str) -> None:
    hub, _ = await org.vpc(SHARED, "10.0.0.0/16")
    own = await org.ec2(LOB_A, "CreateVpc", CidrBlock=cidr)

    made = await org.ec2(
        LOB_A,
        "CreateVpcPeeringConnection",
        VpcId=own["Vpc"]["VpcId"],
        PeerVpcId=hub,
        PeerOwnerId=SHARED,
    )
    org.tick()

    name = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    assert await status(org, LOB_A, name) == {"Code": "failed", "Message": FAILED}
    with refused("InvalidStateTransition", "from failed to active"):
        await org.ec2(SHARED, "AcceptVpcPeeringConnection", VpcPeeringConnectionId=name)


async def test_a_vpc_of_another_owner_than_said_fails(org: Accounts) -> None:
    hub, _ = await org.vpc(SHARED, "10.0.0.0/16")
    own, _ = await org.vpc(LOB_A, "10.100.0.0/16")

    made = await org.ec2(
        LOB_A, "CreateVpcPeeringConnection", VpcId=own, PeerVpcId=hub, PeerOwnerId=LOB_B
    )
    org.tick()

    name = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    assert (await status(org, LOB_A, name))["Code"] == "failed"
    with refused("InvalidVpcID.NotFound"):
        await org.ec2(LOB_B, "CreateVpcPeeringConnection", VpcId=hub, PeerVpcId=own)


async def test_s1_23_a_route_by_a_peering_drops_until_it_is_active(org: Accounts) -> None:
    name, own, _ = await asked(org)
    table = (await org.ec2(LOB_A, "CreateRouteTable", VpcId=own))["RouteTable"]["RouteTableId"]
    await org.ec2(
        LOB_A,
        "CreateRoute",
        RouteTableId=table,
        DestinationCidrBlock="10.0.0.0/16",
        VpcPeeringConnectionId=name,
    )

    assert await route(org, table) == (name, "blackhole")
    await org.ec2(SHARED, "AcceptVpcPeeringConnection", VpcPeeringConnectionId=name)
    org.tick()
    assert await route(org, table) == (name, "active")
    await org.ec2(SHARED, "DeleteVpcPeeringConnection", VpcPeeringConnectionId=name)
    assert await route(org, table) == (name, "blackhole")


async def route(org: Accounts, table: str) -> tuple[str, str]:
    found = await org.ec2(LOB_A, "DescribeRouteTables", RouteTableIds=[table])
    routes = found["RouteTables"][0]["Routes"]
    (one,) = (one for one in routes if "VpcPeeringConnectionId" in one)
    return one["VpcPeeringConnectionId"], one["State"]


async def test_a_route_by_a_peering_of_other_vpcs_is_refused(org: Accounts) -> None:
    name, *_ = await asked(org)
    third, _ = await org.vpc(LOB_A, "10.140.0.0/16")
    table = (await org.ec2(LOB_A, "CreateRouteTable", VpcId=third))["RouteTable"][
        "RouteTableId"
    ]
    way = {"RouteTableId": table, "DestinationCidrBlock": "10.0.0.0/16"}

    with refused("InvalidParameterValue", "belong to different networks"):
        await org.ec2(LOB_A, "CreateRoute", VpcPeeringConnectionId=name, **way)
    await org.ec2(SHARED, "RejectVpcPeeringConnection", VpcPeeringConnectionId=name)
    with refused("InvalidVpcPeeringConnectionID.NotFound"):
        await org.ec2(LOB_A, "CreateRoute", VpcPeeringConnectionId=name, **way)


async def test_two_vpcs_have_one_peering(org: Accounts) -> None:
    name, own, hub = await asked(org)

    with refused("VpcPeeringConnectionAlreadyExists", name):
        await org.ec2(
            LOB_A, "CreateVpcPeeringConnection", VpcId=own, PeerVpcId=hub, PeerOwnerId=SHARED
        )
    await org.ec2(LOB_A, "DeleteVpcPeeringConnection", VpcPeeringConnectionId=name)
    assert await status(org, SHARED, name) == {
        "Code": "deleting",
        "Message": f"Deleted by {LOB_A}",
    }
    with refused("InvalidStateTransition"):
        await org.ec2(LOB_A, "DeleteVpcPeeringConnection", VpcPeeringConnectionId=name)


async def test_a_request_nobody_answers_expires_in_a_week(org: Accounts) -> None:
    name, *_ = await asked(org)

    org.clock.tick(timedelta(days=7))

    assert (await status(org, SHARED, name))["Code"] == "expired"
    with refused("InvalidStateTransition", "from expired to active"):
        await org.ec2(SHARED, "AcceptVpcPeeringConnection", VpcPeeringConnectionId=name)


async def test_peerings_are_filtered_and_tagged(org: Accounts) -> None:
    name, own, _ = await asked(org)
    await org.ec2(LOB_A, "CreateTags", Resources=[name], Tags=[{"Key": "lob", "Value": "a"}])

    for filters in (
        [{"Name": "requester-vpc-info.vpc-id", "Values": [own]}],
        [{"Name": "status-code", "Values": ["pending-acceptance"]}],
        [{"Name": "tag:lob", "Values": ["a"]}],
    ):
        found = await org.ec2(LOB_A, "DescribeVpcPeeringConnections", Filters=filters)
        assert [one["VpcPeeringConnectionId"] for one in found["VpcPeeringConnections"]] == [
            name
        ]
    with refused("InvalidParameterValue", "The filter 'colour' is invalid"):
        await org.ec2(
            LOB_A,
            "DescribeVpcPeeringConnections",
            Filters=[{"Name": "colour", "Values": ["red"]}],
        )


async def test_a_peered_vpc_stays(org: Accounts) -> None:
    name, own, _ = await asked(org)
    await org.ec2(SHARED, "AcceptVpcPeeringConnection", VpcPeeringConnectionId=name)

    with refused("DependencyViolation"):
        await org.ec2(LOB_A, "DeleteVpc", VpcId=own)
