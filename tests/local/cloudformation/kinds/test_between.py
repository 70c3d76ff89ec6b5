"""The kinds of what stands between accounts, over the emulated services themselves."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from studiogate.local.cloudformation.kind import Made, Naming
from studiogate.local.cloudformation.kinds.all import KINDS
from studiogate.policy.language import Document
from tests.kit.between import (
    LOB_A,
    LOB_B,
    SHARED,
    Accounts,
    Ground,
    MovingClock,
    accounts,
    ground,
    refused,
)

NAMING = Naming("stack", "arn:stack", "Thing", "ABCDEFGHIJKL")
API = "api1.execute-api.eu-west-1.amazonaws.com"
TAGS = [{"Key": "cost", "Value": "net"}, {"Key": "aws:cloudformation:stack-name", "Value": "s"}]


@pytest.fixture(scope="module")
def there() -> Iterator[Ground]:
    with ground() as found:
        yield found


@pytest.fixture
def org(there: Ground) -> Accounts:
    return accounts(there, MovingClock(), sharing=True)


async def make(org: Accounts, account: str, kind: str, **wanted: Any) -> Made:
    return await KINDS[kind].create(org.cloud(account), wanted, NAMING)


async def end(org: Accounts, account: str, kind: str, made: Made, **before: Any) -> None:
    await KINDS[kind].delete(org.cloud(account), made, before)


async def live(
    org: Accounts, account: str, kind: str, made: Made, **known: Any
) -> Mapping[str, Any] | None:
    return await KINDS[kind].live(org.cloud(account), made, known)


def text(value: str | list[str]) -> str:
    assert isinstance(value, str)
    return value


async def gateway(org: Accounts, **more: Any) -> tuple[Made, dict[str, Any]]:
    wanted = {
        "AutoAcceptSharedAttachments": "enable",
        "DefaultRouteTableAssociation": "disable",
        "DefaultRouteTablePropagation": "disable",
        "Tags": TAGS,
        **more,
    }
    return await make(org, SHARED, "AWS::EC2::TransitGateway", **wanted), wanted


async def shared(org: Accounts, arn: str, *whom: str) -> tuple[Made, dict[str, Any]]:
    wanted = {
        "Name": "hub",
        "ResourceArns": [arn],
        "Principals": list(whom),
        "AllowExternalPrincipals": "false",
        "Tags": TAGS,
    }
    return await make(org, SHARED, "AWS::RAM::ResourceShare", **wanted), wanted


async def test_s2_41_to_s2_44_a_lob_is_joined_to_the_hub_and_parted_again(
    org: Accounts,
) -> None:
    tgw, as_wanted = await gateway(org)
    share, as_shared = await shared(org, text(tgw.attributes["TransitGatewayArn"]), LOB_A)
    vpc, subnets = await org.vpc(LOB_A, "10.100.0.0/16")
    of_lob = {"TransitGatewayId": tgw.physical_id, "VpcId": vpc, "SubnetIds": subnets}
    attached = await make(org, LOB_A, "AWS::EC2::TransitGatewayVpcAttachment", **of_lob)
    of_table = {"TransitGatewayId": tgw.physical_id, "Tags": TAGS}
    table = await make(org, SHARED, "AWS::EC2::TransitGatewayRouteTable", **of_table)
    tie = {
        "TransitGatewayAttachmentId": attached.physical_id,
        "TransitGatewayRouteTableId": table.physical_id,
    }
    way = {"DestinationCidrBlock": "192.168.10.0/24", **tie}
    ties = [
        ("AWS::EC2::TransitGatewayRouteTableAssociation", tie),
        ("AWS::EC2::TransitGatewayRouteTablePropagation", tie),
        ("AWS::EC2::TransitGatewayRoute", way),
    ]
    made = [(kind, wanted, await make(org, SHARED, kind, **wanted)) for kind, wanted in ties]

    found = await org.ec2(
        SHARED,
        "SearchTransitGatewayRoutes",
        TransitGatewayRouteTableId=table.physical_id,
        Filters=[{"Name": "state", "Values": ["active"]}],
    )
    assert [(r["DestinationCidrBlock"], r["Type"]) for r in found["Routes"]] == [
        ("10.100.0.0/16", "propagated"),
        ("192.168.10.0/24", "static"),
    ]
    for kind, wanted, one in made:
        assert await live(org, SHARED, kind, one, **wanted) == wanted
    assert await live(org, SHARED, "AWS::EC2::TransitGateway", tgw, **as_wanted) == as_wanted
    for kind, wanted, one in reversed(made):
        await end(org, SHARED, kind, one, **wanted)
        assert await live(org, SHARED, kind, one, **wanted) is None
        await end(org, SHARED, kind, one, **wanted)
    await end(org, SHARED, "AWS::EC2::TransitGatewayRouteTable", table, **of_table)
    with refused("IncorrectState", "non-deleted Transit Gateway Attachments"):
        await end(org, SHARED, "AWS::EC2::TransitGateway", tgw, **as_wanted)
    await end(org, LOB_A, "AWS::EC2::TransitGatewayVpcAttachment", attached, **of_lob)
    await end(org, SHARED, "AWS::RAM::ResourceShare", share, **as_shared)
    await end(org, SHARED, "AWS::EC2::TransitGateway", tgw, **as_wanted)
    await end(org, SHARED, "AWS::EC2::TransitGateway", tgw, **as_wanted)


async def test_an_attachment_by_whom_nothing_is_shared_with_fails(org: Accounts) -> None:
    tgw, _ = await gateway(org)
    vpc, subnets = await org.vpc(LOB_B, "10.120.0.0/16")

    with refused("InvalidTransitGatewayID.NotFound"):
        await make(
            org,
            LOB_B,
            "AWS::EC2::TransitGatewayVpcAttachment",
            TransitGatewayId=tgw.physical_id,
            VpcId=vpc,
            SubnetIds=subnets,
        )


async def test_gateways_and_attachments_change_in_place(org: Accounts) -> None:
    tgw, before = await gateway(org)
    wanted = {**before, "Description": "the hub's", "DnsSupport": "disable", "Tags": []}
    kind = KINDS["AWS::EC2::TransitGateway"]
    vpc, subnets = await org.vpc(SHARED, "10.0.0.0/16")
    one = {"TransitGatewayId": tgw.physical_id, "VpcId": vpc, "SubnetIds": subnets}
    attached = await make(org, SHARED, "AWS::EC2::TransitGatewayAttachment", **one)

    await kind.update(org.cloud(SHARED), tgw, before, wanted)
    less = {**one, "SubnetIds": subnets[:1], "Options": {"ApplianceModeSupport": "enable"}}
    other = KINDS["AWS::EC2::TransitGatewayAttachment"]
    await other.update(org.cloud(SHARED), attached, one, less)

    assert await live(org, SHARED, kind.name, tgw, **wanted) == wanted
    assert await live(org, SHARED, other.name, attached, **less) == less


async def test_a_share_takes_in_another_lob_and_lets_one_go(org: Accounts) -> None:
    tgw, _ = await gateway(org)
    share, before = await shared(org, text(tgw.attributes["TransitGatewayArn"]), LOB_A)
    wanted = {**before, "Principals": [LOB_B], "Name": "new", "Tags": [TAGS[1]]}
    kind = KINDS["AWS::RAM::ResourceShare"]

    await kind.update(org.cloud(SHARED), share, before, wanted)

    for account, count in ((LOB_A, 0), (LOB_B, 1)):
        seen = await org.ec2(account, "DescribeTransitGateways")
        assert len(seen["TransitGateways"]) == count
    assert share.physical_id == share.attributes["Arn"]
    assert share.attributes["OwningAccountId"] == SHARED
    assert await live(org, SHARED, kind.name, share, **wanted) == wanted


async def test_s2_41_a_share_that_may_not_leave_the_organisation_is_refused_outside(
    there: Ground,
) -> None:
    org = accounts(there, MovingClock(), sharing=False)
    tgw, _ = await gateway(org)

    with refused("OperationNotPermittedException", "within your AWS Organization"):
        await shared(org, text(tgw.attributes["TransitGatewayArn"]), LOB_A)


def trusting(account: str) -> Document:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }


@asynccontextmanager
async def accepting(org: Accounts, *, trusts: str, does: str) -> AsyncIterator[str]:
    """A role of the hub that may do `does`, for as long as the test."""
    document = {"Statement": [{"Effect": "Allow", "Action": does, "Resource": "*"}]}
    wanted = {
        "AssumeRolePolicyDocument": trusting(trusts),
        "Policies": [
            {
                "PolicyName": "Accept",
                "PolicyDocument": {"Version": "2012-10-17", **document},
            }
        ],
    }
    role = await make(org, SHARED, "AWS::IAM::Role", **wanted)
    try:
        yield text(role.attributes["Arn"])
    finally:
        await end(org, SHARED, "AWS::IAM::Role", role, **wanted)


ACCEPTS = "ec2:AcceptVpcPeeringConnection"


async def peered(
    org: Accounts, role: str | None, cidr: str = "10.100.0.0/16"
) -> dict[str, Any]:
    hub, _ = await org.vpc(SHARED, "10.0.0.0/16")
    own, _ = await org.vpc(LOB_A, cidr)
    wanted = {"VpcId": own, "PeerVpcId": hub, "PeerOwnerId": SHARED, "Tags": TAGS}
    return {**wanted, "PeerRoleArn": role} if role else wanted


async def test_s1_23_a_peering_is_accepted_by_the_role_of_the_other_account(
    org: Accounts,
) -> None:
    kind = "AWS::EC2::VPCPeeringConnection"
    async with accepting(org, trusts=LOB_A, does=ACCEPTS) as role:
        wanted = await peered(org, role)
        made = await make(org, LOB_A, kind, **wanted)

        seen = await org.ec2(SHARED, "DescribeVpcPeeringConnections")
        (one,) = seen["VpcPeeringConnections"]
        assert (one["VpcPeeringConnectionId"], one["Status"]["Code"]) == (
            made.physical_id,
            "active",
        )
        asked = [
            (e.account, e.source_identity) for e in org.events if e.operation == ACCEPTS[4:]
        ]
        assert asked == [(SHARED, None)]
        assert await live(org, LOB_A, kind, made, **wanted) == wanted
        await end(org, LOB_A, kind, made, **wanted)
        await end(org, LOB_A, kind, made, **wanted)


@pytest.mark.parametrize(
    ("trusts", "does", "code"),
    [
        pytest.param(LOB_B, ACCEPTS, "AccessDenied", id="the role trusts another account"),
        pytest.param(
            LOB_A, "ec2:DescribeVpcs", "UnauthorizedOperation", id="it may not accept"
        ),
    ],
)
async def test_a_peering_nobody_may_accept_leaves_nothing(
    org: Accounts, trusts: str, does: str, code: str
) -> None:
    async with accepting(org, trusts=trusts, does=does) as role:
        with refused(code):
            await make(org, LOB_A, "AWS::EC2::VPCPeeringConnection", **await peered(org, role))

    seen = await org.ec2(LOB_A, "DescribeVpcPeeringConnections")
    assert {one["Status"]["Code"] for one in seen["VpcPeeringConnections"]} <= {
        "deleting",
        "deleted",
    }


async def test_a_peering_across_accounts_names_a_role(org: Accounts) -> None:
    with refused("InvalidRequest", "needs PeerRoleArn"):
        await make(org, LOB_A, "AWS::EC2::VPCPeeringConnection", **await peered(org, None))


async def test_s1_22_a_peering_with_overlapping_cidrs_fails_with_the_reason(
    org: Accounts,
) -> None:
    wanted = await peered(org, "arn:aws:iam::1:role/x", cidr="10.0.128.0/20")

    with refused("GeneralServiceException", "overlapping CIDR range"):
        await make(org, LOB_A, "AWS::EC2::VPCPeeringConnection", **wanted)


async def test_two_vpcs_of_one_account_are_peered_without_a_role(org: Accounts) -> None:
    one, _ = await org.vpc(LOB_A, "10.100.0.0/16")
    other, _ = await org.vpc(LOB_A, "10.110.0.0/16")

    made = await make(org, LOB_A, "AWS::EC2::VPCPeeringConnection", VpcId=one, PeerVpcId=other)

    assert made.attributes["Id"] == made.physical_id


async def zone(org: Accounts) -> tuple[Made, dict[str, Any]]:
    vpc, _ = await org.vpc(SHARED, "10.0.0.0/16")
    wanted = {
        "Name": API,
        "VPCs": [{"VPCId": vpc, "VPCRegion": "eu-west-1"}],
        "HostedZoneTags": TAGS[:1],
    }
    return await make(org, SHARED, "AWS::Route53::HostedZone", **wanted), wanted


async def test_a_zone_is_seen_by_every_vpc_of_the_template(org: Accounts) -> None:
    made, before = await zone(org)
    kind = KINDS["AWS::Route53::HostedZone"]
    second, _ = await org.vpc(SHARED, "10.4.0.0/16")
    wanted = {
        **before,
        "VPCs": [{"VPCId": second, "VPCRegion": "eu-west-1"}],
        "HostedZoneTags": [{"Key": "lob", "Value": "a"}],
        "HostedZoneConfig": {"Comment": "the API"},
    }

    await kind.update(org.cloud(SHARED), made, before, wanted)

    assert await live(org, SHARED, kind.name, made, **wanted) == wanted
    await end(org, SHARED, kind.name, made, **wanted)
    assert await live(org, SHARED, kind.name, made, **wanted) is None
    await end(org, SHARED, kind.name, made, **wanted)


@pytest.mark.parametrize("by", ["HostedZoneId", "HostedZoneName"])
async def test_a_record_is_made_changed_renamed_and_removed(org: Accounts, by: str) -> None:
    there, _ = await zone(org)
    where = {by: there.physical_id if by == "HostedZoneId" else f"{API}."}
    kind = KINDS["AWS::Route53::RecordSet"]
    before = {**where, "Name": API, "Type": "A", "TTL": "60", "ResourceRecords": ["10.0.0.4"]}
    changed = {**before, "ResourceRecords": ["10.0.0.5"]}
    renamed = {**changed, "Name": f"*.{API}"}

    made = await make(org, SHARED, kind.name, **before)
    assert made.physical_id == API
    with refused("InvalidChangeBatch", "but it already exists"):
        await make(org, SHARED, kind.name, **before)
    await kind.update(org.cloud(SHARED), made, before, changed)
    assert await live(org, SHARED, kind.name, made, **changed) == changed
    made = await kind.update(org.cloud(SHARED), made, changed, renamed)
    assert made.physical_id == f"*.{API}"
    assert await live(org, SHARED, kind.name, made, **renamed) == renamed
    assert await live(org, SHARED, kind.name, made, **changed) is None
    await end(org, SHARED, kind.name, made, **renamed)
    assert await live(org, SHARED, kind.name, made, **renamed) is None
    await end(org, SHARED, kind.name, made, **renamed)


async def test_records_of_a_group_are_made_together_or_not_at_all(org: Accounts) -> None:
    there, _ = await zone(org)
    kind = "AWS::Route53::RecordSetGroup"
    rows = [
        {"Name": f"{host}.{API}", "Type": "A", "TTL": "60", "ResourceRecords": ["10.0.0.4"]}
        for host in ("a", "b")
    ]
    wanted = {"HostedZoneId": there.physical_id, "RecordSets": rows}
    outside = {**rows[0], "Name": "elsewhere.example"}

    with refused("InvalidChangeBatch", "is not permitted in zone"):
        await make(org, SHARED, kind, **{**wanted, "RecordSets": [rows[0], outside]})
    made = await make(org, SHARED, kind, **wanted)
    assert await live(org, SHARED, kind, made, **wanted) == wanted
    await end(org, SHARED, "AWS::Route53::RecordSet", made, **{**rows[0], **wanted})
    assert (await live(org, SHARED, kind, made, **wanted) or {})["RecordSets"] == rows[1:]
    await end(org, SHARED, kind, made, **wanted)
    await end(org, SHARED, "AWS::Route53::HostedZone", there)
    await end(org, SHARED, kind, made, **wanted)


async def test_f_29_an_alias_leads_to_the_endpoint(org: Accounts) -> None:
    there, wanted = await zone(org)
    made = await org.ec2(
        SHARED,
        "CreateVpcEndpoint",
        VpcId=wanted["VPCs"][0]["VPCId"],
        VpcEndpointType="Interface",
        ServiceName="com.amazonaws.eu-west-1.execute-api",
    )
    entry = made["VpcEndpoint"]["DnsEntries"][0]
    alias = {
        "HostedZoneId": there.physical_id,
        "Name": API,
        "Type": "A",
        "AliasTarget": {
            "DNSName": entry["DnsName"],
            "HostedZoneId": entry["HostedZoneId"],
            "EvaluateTargetHealth": "false",
        },
    }

    record = await make(org, SHARED, "AWS::Route53::RecordSet", **alias)

    assert await live(org, SHARED, "AWS::Route53::RecordSet", record, **alias) == alias


async def endpoint(org: Accounts, direction: str) -> tuple[Made, dict[str, Any]]:
    vpc, subnets = await org.vpc(SHARED, "10.0.0.0/16")
    group = await org.ec2(
        SHARED, "CreateSecurityGroup", GroupName=direction, Description="dns", VpcId=vpc
    )
    wanted = {
        "Name": direction.lower(),
        "Direction": direction,
        "Protocols": ["Do53"],
        "ResolverEndpointType": "IPV4",
        "SecurityGroupIds": [group["GroupId"]],
        "IpAddresses": [
            {"SubnetId": subnet, "Ip": f"10.0.{number}.10"}
            for number, subnet in enumerate(subnets)
        ],
        "Tags": TAGS,
    }
    return await make(org, SHARED, "AWS::Route53Resolver::ResolverEndpoint", **wanted), wanted


async def test_s2_25_names_are_forwarded_for_a_lob(org: Accounts) -> None:
    inbound, _ = await endpoint(org, "INBOUND")
    outbound, as_outbound = await endpoint(org, "OUTBOUND")
    of_rule = {
        "Name": "sts",
        "RuleType": "FORWARD",
        "DomainName": "sts.eu-west-1.amazonaws.com",
        "ResolverEndpointId": outbound.physical_id,
        "TargetIps": [{"Ip": "10.0.0.10", "Port": "53"}, {"Ip": "10.0.1.10", "Port": "53"}],
        "Tags": TAGS,
    }
    rule = await make(org, SHARED, "AWS::Route53Resolver::ResolverRule", **of_rule)
    vpc, _ = await org.vpc(LOB_A, "10.100.0.0/16")
    of_tie = {"ResolverRuleId": rule.physical_id, "VPCId": vpc}
    kind = "AWS::Route53Resolver::ResolverRuleAssociation"

    with refused("ResourceNotFoundException"):
        await make(org, LOB_A, kind, **of_tie)
    share, as_shared = await shared(org, text(rule.attributes["Arn"]), LOB_A)
    tie = await make(org, LOB_A, kind, **of_tie)
    assert await live(org, LOB_A, kind, tie, **of_tie) == of_tie
    assert (
        await live(org, SHARED, "AWS::Route53Resolver::ResolverRule", rule, **of_rule)
        == of_rule
    )
    with refused("ResourceInUseException"):
        await end(org, SHARED, "AWS::Route53Resolver::ResolverRule", rule)
    await end(org, LOB_A, kind, tie, **of_tie)
    await end(org, LOB_A, kind, tie, **of_tie)
    await end(org, SHARED, "AWS::RAM::ResourceShare", share, **as_shared)
    await end(org, SHARED, "AWS::Route53Resolver::ResolverRule", rule)
    await end(org, SHARED, "AWS::Route53Resolver::ResolverEndpoint", outbound, **as_outbound)
    assert inbound.attributes["HostVPCId"]


async def test_an_endpoint_and_a_rule_change_in_place(org: Accounts) -> None:
    made, before = await endpoint(org, "OUTBOUND")
    kind = KINDS["AWS::Route53Resolver::ResolverEndpoint"]
    subnet = before["IpAddresses"][0]["SubnetId"]
    wanted = {
        **before,
        "Name": "out",
        "IpAddresses": [{"SubnetId": subnet, "Ip": "10.0.0.20"}, before["IpAddresses"][1]],
        "Tags": [{"Key": "lob", "Value": "a"}],
    }

    await kind.update(org.cloud(SHARED), made, before, wanted)

    seats = await org.resolver(
        SHARED, "ListResolverEndpointIpAddresses", ResolverEndpointId=made.physical_id
    )
    assert {one["Ip"] for one in seats["IpAddresses"]} == {"10.0.0.20", "10.0.1.10"}
    assert await live(org, SHARED, kind.name, made, **wanted) == wanted


async def test_queries_are_logged(org: Accounts) -> None:
    vpc, _ = await org.vpc(SHARED, "10.0.0.0/16")
    wanted = {
        "Name": "dns",
        "DestinationArn": f"arn:aws:logs:eu-west-1:{SHARED}:log-group:/studiogate/dns",
    }
    kind = "AWS::Route53Resolver::ResolverQueryLoggingConfig"
    log = await make(org, SHARED, kind, **wanted)
    tie = {"ResolverQueryLogConfigId": log.physical_id, "ResourceId": vpc}
    of_vpc = "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation"
    made = await make(org, SHARED, of_vpc, **tie)

    assert await live(org, SHARED, kind, log, **wanted) == wanted
    assert await live(org, SHARED, of_vpc, made, **tie) == tie
    with refused("InvalidRequestException"):
        await end(org, SHARED, kind, log, **wanted)
    await end(org, SHARED, of_vpc, made, **tie)
    await end(org, SHARED, kind, log, **wanted)
    assert await live(org, SHARED, kind, log, **wanted) is None


async def test_drift_is_seen(org: Accounts) -> None:
    tgw, wanted = await gateway(org)

    await org.ec2(
        SHARED,
        "ModifyTransitGateway",
        TransitGatewayId=tgw.physical_id,
        Options={"AutoAcceptSharedAttachments": "disable"},
    )

    found = await live(org, SHARED, "AWS::EC2::TransitGateway", tgw, **wanted)
    assert found == {**wanted, "AutoAcceptSharedAttachments": "disable"}


async def test_what_is_made_takes_the_permissions_of_who_asks(org: Accounts) -> None:
    await gateway(org)

    asked = {pair for event in org.events for pair in event.asked}
    assert (
        "ec2:CreateTransitGateway",
        f"arn:aws:ec2:eu-west-1:{SHARED}:transit-gateway/*",
    ) in asked
    assert ("ec2:CreateTags", f"arn:aws:ec2:eu-west-1:{SHARED}:transit-gateway/*") in asked
