"""Hosts that stand in for an office: private, without keys, and with its manner of asking."""

import re
from base64 import b64decode
from typing import Any

import pytest

from studiogate.foundation.templates.onpremises import onpremises
from tests.kit.network_stacks import API, Built, built
from tests.kit.templates import of_type, outputs, resolved
from tests.kit.topology import document, laid

STANDIN = "studiogate-onpremises-office"


@pytest.fixture(scope="module")
def stood() -> Built:
    networks = document()["networks"]
    networks["office"] = {
        "kind": "corporate",
        "cidrs": ["192.168.10.0/24"],
        "dns_servers": ["192.168.10.53"],
        "simulated_in": "data",
    }
    return built(laid(networks=networks).landscape)


@pytest.fixture
def standin(stood: Built) -> Any:
    return stood.template(STANDIN)


def test_s2_31_the_vpc_has_the_office_s_addresses_and_asks_the_office_s_dns_server(
    standin: Any, stood: Built
) -> None:
    (vpc,) = of_type(standin, "AWS::EC2::VPC").values()
    (options,) = of_type(standin, "AWS::EC2::DHCPOptions").values()
    (where,) = [key.account for key in stood.stood if key.name == STANDIN]

    assert vpc["CidrBlock"] == "192.168.10.0/24"
    assert options["DomainNameServers"] == ["192.168.10.53"]
    assert where == "444444444444"


def test_s3_23_there_is_one_host_unless_a_windows_host_is_asked_for(stood: Built) -> None:
    (stack,) = [one for one in stood.stacks if one.key.name == STANDIN]
    told: dict[str, str | list[str]] = {"WindowsHost": "yes"}
    for name, one in stack.parameters.items():
        if isinstance(one, str | tuple):
            told[name] = [str(part) for part in one] if isinstance(one, tuple) else one
    told |= {"ApiId": API, "TransitGatewayId": "tgw-0123456789abcdef0"}

    with_windows = resolved(stack.template.text, told)

    assert set(of_type(stood.template(STANDIN), "AWS::EC2::Instance")) == {"Host"}
    assert "WindowsId" not in outputs(stood.template(STANDIN))
    assert set(of_type(with_windows, "AWS::EC2::Instance")) == {"Host", "Windows"}


def test_f_35_f_53_hosts_have_no_key_no_password_and_no_way_in(standin: Any) -> None:
    text = onpremises(("sts.eu-west-1.amazonaws.com",), 2).text
    groups = of_type(standin, "AWS::EC2::SecurityGroup")

    for word in ("KeyName", "assword", "3389", "0.0.0.0/0", "AssociatePublicIp"):
        assert word not in text
    into_hosts = groups["HostGroup"]["SecurityGroupIngress"]
    assert {(one["FromPort"], one["CidrIp"]) for one in into_hosts} == {(53, "192.168.10.0/24")}
    into_sessions = groups["SessionGroup"]["SecurityGroupIngress"]
    assert {(one["FromPort"], one["CidrIp"]) for one in into_sessions} == {
        (443, "192.168.10.0/24")
    }


def test_f_56_nothing_here_needs_the_internet_and_hosts_go_only_where_the_office_does(
    standin: Any,
) -> None:
    out = of_type(standin, "AWS::EC2::SecurityGroup")["HostGroup"]["SecurityGroupEgress"]

    assert {(one["FromPort"], one["CidrIp"]) for one in out} == {
        (443, "10.0.0.0/16"),
        (443, "192.168.10.0/24"),
        (53, "192.168.10.0/24"),
        (53, "10.0.0.254/32"),
        (53, "10.0.1.254/32"),
    }
    for kind in ("InternetGateway", "NatGateway", "EIP"):
        assert of_type(standin, f"AWS::EC2::{kind}") == {}
    routes = of_type(standin, "AWS::EC2::Route").values()
    assert {one["DestinationCidrBlock"] for one in routes} == {"10.0.0.0/16"}


def test_people_come_by_session_manager_within_the_vpc(standin: Any) -> None:
    endpoints = of_type(standin, "AWS::EC2::VPCEndpoint")
    (role,) = [
        one for name, one in of_type(standin, "AWS::IAM::Role").items() if name == "HostRole"
    ]
    allowed = role["Policies"][0]["PolicyDocument"]["Statement"][0]["Action"]

    assert {one["ServiceName"] for one in endpoints.values()} == {
        "com.amazonaws.eu-west-1.ssm",
        "com.amazonaws.eu-west-1.ssmmessages",
    }
    for one in endpoints.values():
        assert one["PrivateDnsEnabled"] is True
        (statement,) = one["PolicyDocument"]["Statement"]
        assert statement["Condition"] == {
            "StringEquals": {"aws:PrincipalAccount": "444444444444"}
        }
        assert set(statement["Action"]) <= set(allowed)
    assert "ssm:UpdateInstanceInformation" in allowed


def test_images_are_found_by_their_public_parameters_and_disks_are_encrypted(
    standin: Any,
) -> None:
    host = of_type(standin, "AWS::EC2::Instance")["Host"]

    assert host["ImageId"].startswith("/aws/service/ami-amazon-linux-latest/")
    assert host["MetadataOptions"] == {"HttpTokens": "required"}
    assert host["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] is True
    assert not re.search(r"ami-[0-9a-f]{8}", onpremises((), 2).text)


def test_s4_15_the_host_is_the_office_s_dns_server_and_forwards_the_private_names_only(
    standin: Any, stood: Built
) -> None:
    host = of_type(standin, "AWS::EC2::Instance")["Host"]
    script = b64decode(host["UserData"]).decode()

    (domains,) = re.findall(r"^Domains=(.*execute-api.*)$", script, re.MULTILINE)

    assert host["PrivateIpAddress"] == "192.168.10.53"
    assert domains.split() == [
        f"~{one.name}" for one in stood.meant.corporate_forwards if one.network == "office"
    ]
    assert f"~{API}.execute-api.eu-west-1.amazonaws.com" in domains.split()
    assert "\nDNS=10.0.0.254 10.0.1.254\n" in script
    assert "\nDNSStubListenerExtra=192.168.10.53\n" in script
    # Everything else, the endpoints of Session Manager too, is the VPC's own to answer.
    assert "\nDNS=169.254.169.253\nDomains=~.\n" in script
