"""The same services as an unmodified boto3 client reaches them: signed, over a socket."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.kit.between import (
    LOB_A,
    MANAGEMENT,
    REGION,
    SHARED,
    Accounts,
    Ground,
    MovingClock,
    accounts,
)
from tests.kit.boto import boto_session
from tests.kit.front import api_front, served

Client = Callable[[str, Any], Any]


@pytest.fixture
def wired(there: Ground) -> Iterator[tuple[Accounts, Client]]:
    org = accounts(there, MovingClock(), sharing=True)
    front = api_front(org.services, org.guard, org.sessions, org.clock, org.events)
    session = boto_session()
    with served(front) as url:

        def client(account: str, service: Any) -> Any:
            founded = org.founded
            keys = founded.explorers.get(account, founded.management)
            return session.client(
                service,
                endpoint_url=url,
                region_name=REGION,
                aws_access_key_id=keys.access_key,
                aws_secret_access_key=keys.secret_key,
                config=Config(retries={"max_attempts": 0}),
            )

        yield org, client


def waited(ask: Callable[[], str], wanted: str) -> None:
    for _ in range(200):
        if ask() == wanted:
            return
    pytest.fail(f"it never became {wanted}")


def test_a_gateway_is_shared_attached_and_routed(wired: tuple[Accounts, Client]) -> None:
    _, client = wired
    hub, lob, ram = client(SHARED, "ec2"), client(LOB_A, "ec2"), client(SHARED, "ram")
    gateway = hub.create_transit_gateway(Options={"AutoAcceptSharedAttachments": "enable"})
    tgw = gateway["TransitGateway"]["TransitGatewayId"]
    arn = gateway["TransitGateway"]["TransitGatewayArn"]
    ram.create_resource_share(name="hub", resourceArns=[arn], principals=[LOB_A])
    waited(
        lambda: (lob.describe_transit_gateways()["TransitGateways"][:1] and "seen") or "",
        "seen",
    )
    vpc = lob.create_vpc(CidrBlock="10.100.0.0/16")["Vpc"]["VpcId"]
    subnet = lob.create_subnet(VpcId=vpc, CidrBlock="10.100.0.0/24")["Subnet"]["SubnetId"]
    made = lob.create_transit_gateway_vpc_attachment(
        TransitGatewayId=tgw, VpcId=vpc, SubnetIds=[subnet]
    )
    name = made["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]

    def state() -> str:
        found = hub.describe_transit_gateway_attachments(TransitGatewayAttachmentIds=[name])
        return str(found["TransitGatewayAttachments"][0]["State"])

    waited(state, "available")
    table = hub.describe_transit_gateway_route_tables()["TransitGatewayRouteTables"][0]
    found = hub.search_transit_gateway_routes(
        TransitGatewayRouteTableId=table["TransitGatewayRouteTableId"],
        Filters=[{"Name": "type", "Values": ["propagated"]}],
    )
    assert [one["DestinationCidrBlock"] for one in found["Routes"]] == ["10.100.0.0/16"]
    with pytest.raises(ClientError, match=r"InvalidTransitGatewayID\.NotFound"):
        client(MANAGEMENT, "ec2").describe_transit_gateways(TransitGatewayIds=[tgw])


def test_a_zone_and_its_records(wired: tuple[Accounts, Client]) -> None:
    _, client = wired
    vpc = client(SHARED, "ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    dns = client(SHARED, "route53")
    seer = {"VPCRegion": REGION, "VPCId": vpc}
    zone = dns.create_hosted_zone(Name="api.example", CallerReference="1", VPC=seer)
    name = zone["HostedZone"]["Id"]
    record = {
        "Name": "*.api.example",
        "Type": "A",
        "TTL": 60,
        "ResourceRecords": [{"Value": "10.0.0.4"}],
    }
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}

    change = dns.change_resource_record_sets(HostedZoneId=name, ChangeBatch=batch)

    dns.get_waiter("resource_record_sets_changed").wait(
        Id=change["ChangeInfo"]["Id"], WaiterConfig={"Delay": 0, "MaxAttempts": 200}
    )
    found = dns.list_resource_record_sets(HostedZoneId=name)["ResourceRecordSets"]
    assert [one["Name"] for one in found if one["Type"] == "A"] == ["\\052.api.example."]
    with pytest.raises(dns.exceptions.HostedZoneNotEmpty):
        dns.delete_hosted_zone(Id=name)
    with pytest.raises(ClientError, match="AccessDenied"):
        client(LOB_A, "route53").get_hosted_zone(Id=name)
    with pytest.raises(ClientError, match="NotAuthorizedException"):
        client(LOB_A, "route53").associate_vpc_with_hosted_zone(HostedZoneId=name, VPC=seer)


def test_a_rule_is_shared_and_associated(wired: tuple[Accounts, Client]) -> None:
    _, client = wired
    hub, resolver = client(SHARED, "ec2"), client(SHARED, "route53resolver")
    vpc = hub.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        hub.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24")["Subnet"]["SubnetId"]
        for n in range(2)
    ]
    group = hub.create_security_group(GroupName="dns", Description="dns", VpcId=vpc)
    endpoint = resolver.create_resolver_endpoint(
        CreatorRequestId="out",
        Direction="OUTBOUND",
        SecurityGroupIds=[group["GroupId"]],
        IpAddresses=[{"SubnetId": one} for one in subnets],
    )
    rule = resolver.create_resolver_rule(
        CreatorRequestId="sts",
        RuleType="FORWARD",
        DomainName="sts.eu-west-1.amazonaws.com",
        TargetIps=[{"Ip": "10.0.0.10"}],
        ResolverEndpointId=endpoint["ResolverEndpoint"]["Id"],
    )["ResolverRule"]
    own = client(LOB_A, "ec2").create_vpc(CidrBlock="10.100.0.0/16")["Vpc"]["VpcId"]
    lob = client(LOB_A, "route53resolver")

    with pytest.raises(lob.exceptions.ResourceNotFoundException):
        lob.associate_resolver_rule(ResolverRuleId=rule["Id"], VPCId=own)
    client(SHARED, "ram").create_resource_share(
        name="names", resourceArns=[rule["Arn"]], principals=[LOB_A]
    )
    waited(lambda: str(len(lob.list_resolver_rules()["ResolverRules"])), "1")
    lob.associate_resolver_rule(ResolverRuleId=rule["Id"], VPCId=own)

    found = lob.get_paginator("list_resolver_rule_associations").paginate().build_full_result()
    assert [one["VPCId"] for one in found["ResolverRuleAssociations"]] == [own]
