"""Private names: zones, resolvers, rules, and the groups around them."""

from typing import Any

import pytest

from studiogate.foundation.templates.dns import rule_words, service_word
from studiogate.foundation.templates.endpoints import word
from studiogate.topology.endpoint_services import EXECUTE_API, SAGEMAKER_API, STS, STUDIO
from tests.kit.network_stacks import API, ENDPOINT_NAME, ENDPOINT_ZONE, Built, built
from tests.kit.templates import of_type, outputs
from tests.kit.topology import MANNERS, document, laid

NAMES = "studiogate-names"


@pytest.fixture(scope="module")
def stood() -> Built:
    return built(laid().landscape)


@pytest.fixture
def names(stood: Built) -> Any:
    return stood.template(NAMES)


def endpoint(names: Any, direction: str) -> dict[str, Any]:
    (one,) = [
        one
        for one in of_type(names, "AWS::Route53Resolver::ResolverEndpoint").values()
        if one["Direction"] == direction
    ]
    return one


def test_f_29_f_30_the_only_zone_of_ours_is_the_api_s_whole_name_at_its_endpoint(
    names: Any,
) -> None:
    (zone,) = of_type(names, "AWS::Route53::HostedZone").values()
    (record,) = of_type(names, "AWS::Route53::RecordSet").values()

    assert zone["Name"] == record["Name"] == f"{API}.execute-api.eu-west-1.amazonaws.com"
    assert record["Type"] == "A"
    assert record["AliasTarget"] == {
        "DNSName": ENDPOINT_NAME,
        "HostedZoneId": ENDPOINT_ZONE,
        "EvaluateTargetHealth": False,
    }


def test_f_56_resolvers_stand_at_fixed_addresses_in_every_zone(
    names: Any, stood: Built
) -> None:
    resolver = stood.meant.resolver
    subnets = outputs(stood.template("studiogate-network-hub"))["SubnetIds"].split(",")

    for direction, addresses in (
        ("INBOUND", resolver.inbound),
        ("OUTBOUND", resolver.outbound),
    ):
        found = endpoint(names, direction)["IpAddresses"]
        assert [(one["Ip"], one["SubnetId"]) for one in found] == [
            (str(address), subnet) for address, subnet in zip(addresses, subnets, strict=True)
        ]
    assert outputs(names)["InboundAddresses"] == ",".join(map(str, resolver.inbound))


def test_f_28_questions_come_from_the_landscape_s_dns_servers_and_the_outbound_resolver(
    names: Any,
) -> None:
    groups = of_type(names, "AWS::EC2::SecurityGroup")

    rules = groups["InboundGroup1"]["SecurityGroupIngress"]

    assert {(one["IpProtocol"], one["FromPort"], one["CidrIp"]) for one in rules} == {
        (protocol, 53, f"{address}/32")
        for protocol in ("tcp", "udp")
        for address in ("10.0.0.253", "10.0.1.253", "192.168.10.53", "192.168.99.53")
    }
    assert [one["CidrIp"] for one in groups["InboundGroup1"]["SecurityGroupEgress"]] == [
        "127.0.0.1/32"
    ]
    out = groups["OutboundGroup"]
    assert out["SecurityGroupIngress"] == []
    assert {one["CidrIp"] for one in out["SecurityGroupEgress"]} == {
        "10.0.0.254/32",
        "10.0.1.254/32",
    }


def test_many_dns_servers_are_cut_into_groups_that_fit_their_quota() -> None:
    networks = document()["networks"]
    servers = [f"192.168.10.{n}" for n in range(1, 61)]
    networks["office"] |= {"dns_servers": servers}

    names = built(laid(networks=networks).landscape).template(NAMES)

    groups = [
        one
        for name, one in of_type(names, "AWS::EC2::SecurityGroup").items()
        if name.startswith("InboundGroup")
    ]
    assert max(len(one["SecurityGroupIngress"]) for one in groups) <= 60
    assert len(endpoint(names, "INBOUND")["SecurityGroupIds"]) == len(groups) == 3
    assert sum(len(one["SecurityGroupIngress"]) for one in groups) == 2 * 62


def test_s2_04_every_rule_asks_the_inbound_resolver_by_the_outbound_one(
    names: Any, stood: Built
) -> None:
    rules = of_type(names, "AWS::Route53Resolver::ResolverRule")
    shared = of_type(names, "AWS::RAM::ResourceShare")["Share"]

    assert {one["RuleType"] for one in rules.values()} == {"FORWARD"}
    for one in rules.values():
        assert one["ResolverEndpointId"].startswith("rslvr-in-")
        assert [(to["Ip"], to["Port"]) for to in one["TargetIps"]] == [
            ("10.0.0.254", "53"),
            ("10.0.1.254", "53"),
        ]
    assert {one["DomainName"] for one in rules.values()} == {
        one.name for one in stood.meant.forwardings
    }
    assert shared["AllowExternalPrincipals"] is False
    assert shared["Principals"] == ["222222222222", "333333333333", "444444444444"]
    assert len(shared["ResourceArns"]) == len(rules)


@pytest.mark.parametrize("manner", MANNERS)
def test_f_31_s2_25_rules_are_associated_with_every_vpc_but_the_hub_s(manner: str) -> None:
    stood = built(laid(connect=manner).landscape)
    hub = outputs(stood.template("studiogate-network-hub"))["VpcId"]

    asking = [
        (key.account, one["VPCId"])
        for key, one in stood.each("AWS::Route53Resolver::ResolverRuleAssociation")
    ]

    assert hub not in {vpc for _, vpc in asking}
    assert {account for account, _ in asking} == {
        "222222222222",
        "333333333333",
        "444444444444",
    }


def test_every_question_to_the_hub_is_recorded(names: Any, stood: Built) -> None:
    (recorded,) = of_type(
        names, "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation"
    ).values()
    (group,) = of_type(names, "AWS::Logs::LogGroup").values()

    assert recorded["ResourceId"] == outputs(stood.template("studiogate-network-hub"))["VpcId"]
    assert group["RetentionInDays"] == 90


def test_a_service_goes_by_one_word_in_every_stack() -> None:
    words = rule_words(laid().topology)

    assert [service_word(one) for one in (STS, SAGEMAKER_API, STUDIO, EXECUTE_API)] == [
        "Sts",
        "SagemakerApi",
        "Studio",
        "ExecuteApi",
    ]
    assert words["sts.eu-west-1.amazonaws.com"] == "Sts"
    assert len(set(words.values())) == len(words)
    for zone in laid().topology.zones:
        assert service_word(zone.service) == word(zone.service)
