"""The hub, the VPCs and their links, property by property."""

import re
from typing import Any

import pytest

from studiogate.foundation.templates.hub_network import hub_network
from studiogate.foundation.templates.joined import joined
from studiogate.foundation.templates.vpc import vpc
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.language import Kind, parse
from studiogate.policy.request import Principal, Request
from tests.kit.network_stacks import Built, built
from tests.kit.templates import of_type, outputs, resolved
from tests.kit.topology import document, laid

HUB = "studiogate-network-hub"


def found(**changes: Any) -> Built:
    return built(laid(**changes).landscape)


def only(template: Any, kind: str) -> dict[str, Any]:
    (one,) = of_type(template, kind).values()
    return one


def test_f_25_the_transit_gateway_routes_nobody_by_itself() -> None:
    gateway = only(found().template(HUB), "AWS::EC2::TransitGateway")

    assert gateway["DefaultRouteTableAssociation"] == "disable"
    assert gateway["DefaultRouteTablePropagation"] == "disable"
    assert gateway["AutoAcceptSharedAttachments"] == "enable"


def test_s2_41_the_transit_gateway_is_shared_with_accounts_by_id_and_nobody_outside() -> None:
    hub = found().template(HUB)

    share = only(hub, "AWS::RAM::ResourceShare")

    assert share["AllowExternalPrincipals"] is False
    assert share["Principals"] == ["222222222222", "333333333333", "444444444444"]
    (arn,) = share["ResourceArns"]
    assert arn == (
        "arn:aws:ec2:eu-west-1:111111111111:transit-gateway/" + outputs(hub)["TransitGatewayId"]
    )


def test_a_hub_alone_shares_with_nobody() -> None:
    networks = {"hub": document()["networks"]["hub"]}
    alone = {"networks": networks, "lobs": {}, "domains": {}, "warehouses": {}}

    template = found(**alone).template(HUB)

    assert of_type(template, "AWS::RAM::ResourceShare") == {}
    assert of_type(template, "AWS::EC2::TransitGateway")
    peered = found(**alone, connect="vpc-peering").template(HUB)
    assert [one for one in of_type(peered, "AWS::IAM::Role") if one != "FlowRole"] == []


def test_f_32_f_56_subnets_are_in_zones_by_id_each_with_its_own_table() -> None:
    zones = ["euw1-az3", "euw1-az1", "euw1-az2"]
    stood = found(availability_zones=zones)

    for name in ("hub", "lob-a"):
        template = stood.template(f"studiogate-network-{name}")
        subnets = of_type(template, "AWS::EC2::Subnet")
        tables = of_type(template, "AWS::EC2::SubnetRouteTableAssociation").values()
        assert [one["AvailabilityZoneId"] for one in subnets.values()] == zones
        assert not any(one["MapPublicIpOnLaunch"] for one in subnets.values())
        assert len({one["RouteTableId"] for one in tables}) == 3
        attachment = only(template, "AWS::EC2::TransitGatewayVpcAttachment")
        assert ",".join(attachment["SubnetIds"]) == outputs(template)["SubnetIds"]


@pytest.mark.parametrize("network", ["hub", "lob-a"])
def test_s1_26_s3_02_without_egress_nothing_leads_to_the_internet(network: str) -> None:
    template = found().template(f"studiogate-network-{network}")

    for kind in ("InternetGateway", "NatGateway", "EIP"):
        assert of_type(template, f"AWS::EC2::{kind}") == {}
    routes = of_type(template, "AWS::EC2::Route").values()
    assert "0.0.0.0/0" not in [one["DestinationCidrBlock"] for one in routes]


def test_s1_04_egress_is_a_nat_gateway_in_a_public_subnet_of_each_zone() -> None:
    networks = document()["networks"]
    networks["lob-a"] |= {"egress": True}
    template = found(networks=networks).template("studiogate-network-lob-a")

    subnets = of_type(template, "AWS::EC2::Subnet")
    public = set(_ids(template, "Public"))
    out = [
        one
        for one in of_type(template, "AWS::EC2::Route").values()
        if one["DestinationCidrBlock"] == "0.0.0.0/0"
    ]
    private = outputs(template)["RouteTableIds"].split(",")
    nats = of_type(template, "AWS::EC2::NatGateway").values()
    assert {one["SubnetId"] for one in nats} == public
    assert [subnets[f"Public{n}"]["CidrBlock"] for n in (1, 2)] == [
        "10.100.255.224/28",
        "10.100.255.240/28",
    ]
    assert sorted(one["RouteTableId"] for one in out if "NatGatewayId" in one) == sorted(
        private
    )
    assert len({one["NatGatewayId"] for one in out if "NatGatewayId" in one}) == 2
    (internet,) = [one for one in out if "GatewayId" in one]
    assert internet["RouteTableId"] not in private
    # Only what has no way in of its own is attached, and told to others.
    attachment = only(template, "AWS::EC2::TransitGatewayVpcAttachment")
    assert not public & {*attachment["SubnetIds"]}
    assert not public & {*outputs(template)["SubnetIds"].split(",")}


def _ids(template: Any, kind: str) -> list[str]:
    """Ids of the subnets that the tables of `kind` are associated with."""
    return [
        one["SubnetId"]
        for name, one in of_type(template, "AWS::EC2::SubnetRouteTableAssociation").items()
        if name.startswith(kind)
    ]


def test_every_flow_is_recorded_and_the_record_is_written_by_nobody_else() -> None:
    template = found().template("studiogate-network-lob-a")

    flows = only(template, "AWS::EC2::FlowLog")
    group = only(template, "AWS::Logs::LogGroup")
    role = of_type(template, "AWS::IAM::Role")["FlowRole"]
    trust = role["AssumeRolePolicyDocument"]["Statement"][0]
    assert (flows["ResourceType"], flows["TrafficType"]) == ("VPC", "ALL")
    assert flows["ResourceId"] == outputs(template)["VpcId"]
    assert (group["LogGroupName"], group["RetentionInDays"]) == ("/studiogate/flows/lob-a", 90)
    assert "KmsKeyId" not in group
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "222222222222"}
    for statement in role["Policies"][0]["PolicyDocument"]["Statement"]:
        assert statement["Resource"].startswith(
            "arn:aws:logs:eu-west-1:222222222222:log-group:"
        )


def test_the_record_has_a_key_of_one_s_own_where_one_is_given() -> None:
    key = "arn:aws:kms:eu-west-1:222222222222:key/1234"
    told: dict[str, str | list[str]] = {
        "NetworkName": "lob-a",
        "Cidr": "10.100.0.0/16",
        "SubnetCidrs": ["10.100.0.0/24"],
        "ZoneIds": ["euw1-az1"],
        "HubCidr": "10.0.0.0/16",
        "HubAccount": "111111111111",
        "TransitGatewayId": "tgw-0123456789abcdef0",
        "LogKeyArn": key,
    }

    template = resolved(vpc(1, "transit-gateway", egress=False).text, told)

    assert only(template, "AWS::Logs::LogGroup")["KmsKeyId"] == key


def test_f_34_a_block_that_is_none_is_refused_before_anything_is_made() -> None:
    pattern = re.search(r"AllowedPattern: (\^.*/.*\$)", joined(1, "vpc-peering", cidrs=1).text)
    assert pattern

    for good in ("10.0.0.0/16", "192.168.99.53/32", "255.0.0.1/0", "10.8.0.0/27"):
        assert re.fullmatch(pattern[1], good)
    for bad in ("999.1.1.1/8", "10.0.0.0/33", "10.0.0/16", "10.0.0.0", "010.0.0.0/8", "a"):
        assert not re.fullmatch(pattern[1], bad)


def accepted(role: dict[str, Any], resource: str) -> bool:
    """Whether somebody in `role` may accept a peering as far as `resource` goes."""
    account = "111111111111"
    session = f"arn:aws:sts::{account}:assumed-role/PeerRole/cloudformation"
    who = Principal("assumed-role", session, account, f"arn:aws:iam::{account}:role/PeerRole")
    policies = tuple(
        parse(one["PolicyDocument"], kind=Kind.IDENTITY) for one in role["Policies"]
    )
    asked = Request("ec2:AcceptVpcPeeringConnection", resource, who, {}, account)
    return decide(Layers(identity=policies), asked).allowed


def test_s1_23_the_role_that_accepts_peerings_accepts_them_for_its_own_vpc_only() -> None:
    hub = found(connect="vpc-peering").template(HUB)
    role = of_type(hub, "AWS::IAM::Role")["PeerRole"]
    here = "arn:aws:ec2:eu-west-1:111111111111"

    assert accepted(role, f"{here}:vpc/{outputs(hub)['VpcId']}")
    assert accepted(role, f"{here}:vpc-peering-connection/pcx-1")
    assert not accepted(role, f"{here}:vpc/vpc-other")
    assert role["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"AWS": ["222222222222", "333333333333", "444444444444"]},
            "Action": "sts:AssumeRole",
        }
    ]


def test_s1_22_a_vpc_asks_the_hub_to_peer_and_has_it_accepted_by_its_role() -> None:
    stood = found(connect="vpc-peering")
    hub = outputs(stood.template(HUB))

    peering = only(stood.template("studiogate-network-lob-a"), "AWS::EC2::VPCPeeringConnection")

    assert peering["PeerVpcId"] == hub["VpcId"]
    assert peering["PeerOwnerId"] == "111111111111"
    assert peering["PeerRoleArn"] == hub["PeerRoleArn"]


def test_s1_22_a_reader_asks_its_warehouse_s_network_to_peer_and_nobody_else_may() -> None:
    stood = found(connect="vpc-peering")
    data = stood.template("studiogate-network-data")
    role = of_type(data, "AWS::IAM::Role")["PeerRole"]

    asked = stood.template("studiogate-peering-lob-a--data")

    assert (
        only(asked, "AWS::EC2::VPCPeeringConnection")["PeerRoleArn"]
        == (outputs(data)["PeerRoleArn"])
    )
    trust = role["AssumeRolePolicyDocument"]["Statement"][0]
    assert trust["Principal"] == {"AWS": ["222222222222"]}
    lob_b = of_type(stood.template("studiogate-network-lob-b"), "AWS::IAM::Role")
    assert set(lob_b) == {"FlowRole"}


def test_vpcs_of_one_account_peer_without_a_role() -> None:
    networks = document()["networks"]
    networks["lab"] = {"kind": "vpc", "account": "shared-services", "cidr": "10.9.0.0/24"}

    stood = found(connect="vpc-peering", networks=networks)

    peering = only(stood.template("studiogate-network-lab"), "AWS::EC2::VPCPeeringConnection")
    assert peering["PeerVpcId"] == outputs(stood.template(HUB))["VpcId"]
    assert not {"PeerRoleArn", "PeerOwnerId"} & peering.keys()


def test_what_a_corporate_router_announces_is_not_believed() -> None:
    networks = document()["networks"]
    networks["office"] |= {"attachment": "tgw-attach-0a1b2c3d4e5f60718"}

    joined_office = found(networks=networks).template("studiogate-joined-office")

    assert of_type(joined_office, "AWS::EC2::TransitGatewayRouteTablePropagation") == {}
    written = of_type(joined_office, "AWS::EC2::TransitGatewayRoute").values()
    assert {one["DestinationCidrBlock"] for one in written} == {
        "192.168.10.0/24",
        "192.168.20.0/24",
        "192.168.99.53/32",
    }


def test_one_shape_is_one_template() -> None:
    assert vpc(2, "transit-gateway", egress=False) is vpc(2, "transit-gateway", egress=False)
    assert hub_network(2, "transit-gateway", egress=True) is not hub_network(
        2, "transit-gateway", egress=False
    )


def test_s3_15_a_vpc_has_its_own_way_to_s3_in_every_zone() -> None:
    template = found().template("studiogate-network-lob-a")

    way = only(template, "AWS::EC2::VPCEndpoint")

    assert way["ServiceName"] == "com.amazonaws.eu-west-1.s3"
    assert ",".join(way["RouteTableIds"]) == outputs(template)["RouteTableIds"]
