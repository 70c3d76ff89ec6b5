"""S2, S4 and S5: by which door one comes in, and what the door says."""

import json
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.kit.organisation import Organisation


def from_network(
    acme: Organisation, network: str, path: str, token: str, **headers: str
) -> httpx.Response:
    """GET `path` of the private API as from `network`."""
    base = acme.up["networks"][network]["portal"]
    return acme.http.get(
        f"{base}{path}", headers={"authorization": f"Bearer {token}", **headers}
    )


NOBODY = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}


@pytest.mark.parametrize("path", ["/", "/user-lob-a", "/open/forecasting"])
def test_s2_14_s5_07_s5_10_portal_and_api_are_behind_the_execute_api_endpoint(
    acme: Organisation, path: str
) -> None:
    token = acme.token("user-lob-a")
    before, asked = len(acme.records()), len(acme.gateway_calls())

    with acme.endpoint_policy(".execute-api", {"Version": "2012-10-17", "Statement": [NOBODY]}):
        closed = acme.ask(path, token)
        unrecorded = len(acme.records()) == before
        calls = [one["action"] for one in acme.gateway_calls()[asked:]]

    assert closed.status_code == 403
    assert "not authorized to perform: execute-api:Invoke" in closed.text
    assert unrecorded
    assert calls == []
    assert acme.ask(path, token).status_code in {200, 302}


def by_its_own_name(acme: Organisation) -> dict[str, str]:
    return {"host": f"{acme.up['api_id']}.execute-api.{acme.up['region']}.amazonaws.com"}


def test_s4_18_the_api_answers_to_its_own_name_at_the_endpoints_address(
    acme: Organisation,
) -> None:
    token, host = acme.token("user-lob-a"), by_its_own_name(acme)

    own = from_network(acme, "office", "/prod/user-lob-a", token, **host)

    assert own.status_code == 302
    assert acme.browse(own.headers["location"]).status_code == 302


@pytest.mark.parametrize(
    ("network", "path", "status", "words"),
    [
        pytest.param("office", "/prod/user-lob-b", 403, "explicit deny", id="another person"),
        pytest.param("office", "/dev/user-lob-a", 403, "Forbidden", id="another stage"),
        pytest.param("office", "/user-lob-a", 403, "Forbidden", id="no stage"),
        pytest.param("lob-b", "/prod/user-lob-a", 403, "network", id="another network"),
        pytest.param("internet", "/prod/user-lob-a", 403, "explicit deny", id="the internet"),
    ],
)
def test_s4_18_its_own_name_opens_nothing_more(
    acme: Organisation, network: str, path: str, status: int, words: str
) -> None:
    token = acme.token("user-lob-a")

    answer = from_network(acme, network, path, token, **by_its_own_name(acme))

    assert answer.status_code == status
    assert words in answer.text
    assert "location" not in answer.headers


@pytest.mark.parametrize("person", ["user-lob-a", "user-lob-b"])
def test_s2_29_the_console_test_that_skips_the_authorizer_is_not_offered(
    acme: Organisation, person: str
) -> None:
    gateway = acme.client("shared-services", "apigateway")
    before = len(acme.records())

    with pytest.raises(ClientError) as refused:
        gateway.test_invoke_method(
            restApiId=acme.up["api_id"],
            resourceId="person",
            httpMethod="GET",
            pathWithQueryString=f"/{person}",
        )

    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert "TestInvokeMethod of apigateway is not offered" in str(refused.value)
    assert acme.records()[before:] == []


@pytest.mark.parametrize("header", ["x-amzn-request-context", "x-user-id", "x-forwarded-user"])
def test_s2_29_s2_33_a_name_without_a_token_opens_nothing_whoever_invokes(
    acme: Organisation, header: str
) -> None:
    answer = acme.ask("/user-lob-a", None, **{header: "user-lob-a"})

    assert answer.status_code == 401
    assert "location" not in answer.headers


def test_s2_31_the_office_is_a_network_with_addresses_of_its_own(acme: Organisation) -> None:
    token = acme.token("user-lob-a")
    before = len(acme.records())

    office = from_network(acme, "office", "/user-lob-a", token)
    elsewhere = from_network(acme, "data", "/user-lob-a", token)

    opened, refused = acme.records()[before:]
    assert (office.status_code, elsewhere.status_code) == (302, 403)
    assert opened["network"] == "office"
    assert ip_address(opened["source_ip"]) in ip_network("192.168.10.0/24")
    assert refused["reason"] == "network"
    assert ip_address(refused["source_ip"]) in ip_network("10.200.0.0/16")


@pytest.mark.parametrize("person", ["user-lob-a", "user-lob-b"])
def test_s4_09_a_url_leads_from_the_office_to_the_studio_endpoint(
    acme: Organisation, person: str
) -> None:
    url = urlsplit(acme.presigned(person))
    networks = {name: one["studio"] for name, one in acme.up["networks"].items()}

    assert [name for name, studio in networks.items() if urlsplit(studio).port == url.port] == [
        "office"
    ]
    assert acme.browse(url.geturl(), "office").status_code == 302


@pytest.mark.parametrize("lob", ["lob-a", "lob-b"])
def test_s5_13_the_presign_role_is_bound_to_the_two_endpoints(
    acme: Organisation, lob: str
) -> None:
    role = {"RoleName": "PresignedUrlGenerator", "PolicyName": "PresignedUrlGenerator"}
    policy = acme.client(lob, "iam").get_role_policy(**role)["PolicyDocument"]
    both = {acme.endpoint(one)["VpcEndpointId"] for one in (".sagemaker.api", ".studio")}

    conditions: list[dict[str, Any]] = [one["Condition"] for one in policy["Statement"]]
    assert conditions
    for condition in conditions:
        assert set(condition["StringEquals"]["aws:SourceVpce"]) == both
    opening = next(one for one in policy["Statement"] if one["Sid"] == "OpenOwnProfile")
    assert opening["Condition"]["IpAddress"]["aws:VpcSourceIp"] == [
        "10.0.0.0/16", "192.168.10.0/24",
    ]  # fmt: skip


@pytest.mark.parametrize(("lob", "domain"), [("lob-a", "forecasting"), ("lob-b", "fraud")])
def test_s1_05_s3_01_a_domain_is_vpc_only_in_the_subnets_of_its_lob(
    acme: Organisation, lob: str, domain: str
) -> None:
    sagemaker, ec2 = acme.client(lob, "sagemaker"), acme.client(lob, "ec2")
    listed = {one["DomainName"]: one["DomainId"] for one in sagemaker.list_domains()["Domains"]}

    found = sagemaker.describe_domain(DomainId=listed[domain])
    subnets = ec2.describe_subnets(SubnetIds=found["SubnetIds"])["Subnets"]

    assert found["AppNetworkAccessType"] == "VpcOnly"
    assert found["DefaultUserSettings"]["SecurityGroups"]
    assert {one["VpcId"] for one in subnets} == {found["VpcId"]}
    assert not any(one["MapPublicIpOnLaunch"] for one in subnets)


@pytest.mark.parametrize(("lob", "domain"), [("lob-a", "forecasting"), ("lob-b", "fraud")])
def test_s1_27_a_domains_security_group_lets_its_members_reach_nfs_and_nobody_else(
    acme: Organisation, lob: str, domain: str
) -> None:
    sagemaker, ec2 = acme.client(lob, "sagemaker"), acme.client(lob, "ec2")
    listed = {one["DomainName"]: one["DomainId"] for one in sagemaker.list_domains()["Domains"]}
    groups = sagemaker.describe_domain(DomainId=listed[domain])["DefaultUserSettings"]
    found = ec2.describe_security_groups(GroupIds=groups["SecurityGroups"])["SecurityGroups"]

    rules = [rule for group in found for rule in group["IpPermissions"]]
    members = {pair["GroupId"] for one in rules for pair in one["UserIdGroupPairs"]}
    assert any(one["FromPort"] == one["ToPort"] == 2049 for one in rules)
    assert members <= {group["GroupId"] for group in found}
    assert all(one["UserIdGroupPairs"] for one in rules)
    assert not [one for one in rules if one["IpRanges"] or one["IpProtocol"] != "tcp"]
    assert json.dumps(rules).count("0.0.0.0/0") == 0
